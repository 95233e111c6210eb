"""Steps on notebook instances and on Studio's domains, profiles, spaces and apps, planned alike by every room that
makes, stops or removes them.

A notebook instance is deleted only when it stands still; an app goes before its space, spaces before their profile,
profiles before the domain. Which errors mean what: botocore's sagemaker model, and docs/sandbox.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.plans.hosting import seconds_between_looks
from services.plans.models import Cost, ErrorMatch, Once, Permission, Proof, Read, Ref, Step, Until

ABSENT = (ErrorMatch("ResourceNotFound"),)
NO_NOTEBOOK = (ErrorMatch("ValidationException", "RecordNotFound"),)
# What is being made, changed or deleted refuses to go, and says in which state it is.
BUSY = (ErrorMatch("ResourceInUse", " state"),)
NOTEBOOK_BUSY = tuple(
    ErrorMatch("ValidationException", f"Status ({each}) not in")
    for each in ("Pending", "Updating", "Stopping", "Deleting")
)
ENDED_NOTEBOOK = ("Stopped", "Failed")
SETTLE_SECONDS, GONE_SECONDS, READY_SECONDS = 900.0, 1800.0, 1800.0
RUNNING_APP = "Status != 'Deleted' && Status != 'Failed'"  # both hold nothing, and stay listed for a day
# IAM is consistent in the end only: what is made with a role of a moment ago may be refused for some seconds.
NEW_ROLE = Once(
    (ErrorMatch("ValidationException", "assume role"), ErrorMatch("ValidationException", "not authorized")), 120.0
)
_NOTEBOOK_STATUS = "NotebookInstanceStatus"
_GONE = {"app": 60.0, "space": 30.0, "user-profile": 15.0, "domain": 180.0, "notebook-instance": 60.0}
_READY = {"app": 120.0, "space": 15.0, "user-profile": 20.0, "domain": 300.0, "notebook-instance": 240.0}
_STOP_SECONDS, _UPDATE_SECONDS = 60.0, 60.0


@dataclass(frozen=True, slots=True)
class Api:
    """How SageMaker calls a kind: in its operations, and in its errors and answers."""

    noun: str
    operation: str
    absent: tuple[ErrorMatch, ...] = ABSENT
    status: str = "Status"
    busy: tuple[ErrorMatch, ...] = BUSY


APIS: Mapping[str, Api] = {
    "app": Api("App", "app"),
    "space": Api("Space", "space"),
    "user-profile": Api("UserProfile", "user_profile"),
    "domain": Api("Domain", "domain"),
    "notebook-instance": Api("NotebookInstance", "notebook_instance", NO_NOTEBOOK, _NOTEBOOK_STATUS, NOTEBOOK_BUSY),
}


@dataclass(frozen=True, slots=True)
class Workplace:
    """A notebook instance, or one part of Studio.

    kind    a key of `APIS`
    name    as a person knows it, and as it stands in the ids of steps
    which   the parameters that name it in a call
    words   what it is, before its name: "the space"
    """

    kind: str
    name: str
    which: Mapping[str, str | Ref]
    arn: str = "*"
    words: str = ""

    @property
    def api(self) -> Api:
        """How SageMaker calls it."""
        return APIS[self.kind]

    @property
    def called(self) -> str:
        """It in a sentence."""
        return f"{self.words or 'the ' + self.kind.replace('-', ' ')} {self.name}"

    def may(self, *verbs: str) -> tuple[Permission, ...]:
        """The permissions of these calls on it."""
        return tuple(Permission(f"sagemaker:{verb}{self.api.noun}", self.arn) for verb in verbs)

    def look(self) -> Read:
        """Describes it."""
        return Read("sagemaker", f"describe_{self.api.operation}", self.which)


def notebook(name: str, arn: str = "*") -> Workplace:
    """A notebook instance by its name."""
    return Workplace("notebook-instance", name, {"NotebookInstanceName": name}, arn, "the notebook instance")


def delete_step(
    place: Workplace,
    reason: str,
    *,
    step_id: str = "",
    after: tuple[str, ...] = (),
    more: Mapping[str, Any] | None = None,
    cost: Cost | None = None,
) -> Step:
    """Deletes it, once it is in no other state than one in which it can go; `more` parameters of the call."""
    return Step(
        id=step_id or f"delete-{place.kind}-{place.name}",
        service="sagemaker",
        operation=f"delete_{place.api.operation}",
        reason=reason,
        parameters={**place.which, **(more or {})},
        after=after,
        manner=Once(place.api.busy, SETTLE_SECONDS),
        permissions=place.may("Delete", "Describe"),
        cost=cost,
        proof=Proof(place.look(), absent=place.api.absent, found=RUNNING_APP if place.kind == "app" else "", gone=True),
    )


def gone_step(
    place: Workplace, reason: str = "", *, step_id: str = "", after: tuple[str, ...] = (), pace: float = 1.0
) -> Step:
    """Waits until AWS no longer knows it; an app may stay listed as deleted. `pace` is how much faster AWS is."""
    return Step(
        id=step_id or f"gone-{place.kind}-{place.name}",
        service="sagemaker",
        operation=f"describe_{place.api.operation}",
        reason=reason or f"What {place.called} uses can go once AWS no longer knows it.",
        parameters=place.which,
        after=after,
        manner=Until(
            path=place.api.status,
            done=("Deleted", "Failed") if place.kind == "app" else (),
            failed=("Failed",) if place.kind == "notebook-instance" else ("Delete_Failed",),
            explanation="FailureReason",
            gone=True,
            absent=place.api.absent,
            deadline=GONE_SECONDS,
            typical=_GONE[place.kind] / pace,
            every=seconds_between_looks(pace),
        ),
        permissions=place.may("Describe"),
    )


def ready_step(
    place: Workplace, reason: str, *, step_id: str = "", after: tuple[str, ...] = (), pace: float = 1.0
) -> Step:
    """Waits until it can be used; a failure is told in AWS's own words."""
    return Step(
        id=step_id or f"ready-{place.kind}-{place.name}",
        service="sagemaker",
        operation=f"describe_{place.api.operation}",
        reason=reason,
        parameters=place.which,
        after=after,
        manner=Until(
            path=place.api.status,
            done=("InService",),
            failed=("Failed", "Stopped", "Deleted", "Update_Failed"),
            explanation="FailureReason",
            absent=place.api.absent,
            deadline=READY_SECONDS,
            typical=_READY[place.kind] / pace,
            every=seconds_between_looks(pace),
        ),
        permissions=place.may("Describe"),
    )


def stop_step(
    place: Workplace,
    reason: str,
    *,
    step_id: str = "",
    after: tuple[str, ...] = (),
    cost: Cost | None = None,
    undo: tuple[Step, ...] = (),
) -> Step:
    """Stops a notebook instance."""
    return Step(
        id=step_id or f"stop-{place.kind}-{place.name}",
        service="sagemaker",
        operation="stop_notebook_instance",
        reason=reason,
        parameters=place.which,
        after=after,
        manner=Once(NOTEBOOK_BUSY, SETTLE_SECONDS),
        permissions=place.may("Stop", "Describe"),
        cost=cost,
        proof=Proof(
            place.look(),
            absent=NO_NOTEBOOK,
            found=f"{_NOTEBOOK_STATUS} != 'Stopped' && {_NOTEBOOK_STATUS} != 'Failed'",
            gone=True,
        ),
        undo=undo,
    )


def stopped_step(place: Workplace, *, step_id: str = "", after: tuple[str, ...] = (), pace: float = 1.0) -> Step:
    """Waits until a notebook instance stands still."""
    return Step(
        id=step_id or f"stopped-{place.kind}-{place.name}",
        service="sagemaker",
        operation="describe_notebook_instance",
        reason=f"Stopping {place.name} takes a minute or two.",
        parameters=place.which,
        after=after,
        manner=Until(
            path=_NOTEBOOK_STATUS,
            done=ENDED_NOTEBOOK,
            gone=True,
            absent=NO_NOTEBOOK,
            deadline=SETTLE_SECONDS,
            typical=_STOP_SECONDS / pace,
            every=seconds_between_looks(pace),
        ),
        permissions=place.may("Describe"),
    )


def start_step(
    place: Workplace,
    reason: str,
    *,
    step_id: str = "",
    after: tuple[str, ...] = (),
    cost: Cost | None = None,
    undo: tuple[Step, ...] = (),
) -> Step:
    """Starts a notebook instance that stands still."""
    return Step(
        id=step_id or f"start-{place.kind}-{place.name}",
        service="sagemaker",
        operation="start_notebook_instance",
        reason=reason,
        parameters=place.which,
        after=after,
        manner=Once(NOTEBOOK_BUSY, SETTLE_SECONDS),
        permissions=place.may("Start", "Describe"),
        cost=cost,
        proof=Proof(
            place.look(),
            found=f"{_NOTEBOOK_STATUS} == 'InService' || {_NOTEBOOK_STATUS} == 'Pending'",
        ),
        undo=undo,
    )


def updated_step(
    place: Workplace,
    *,
    step_id: str = "",
    after: tuple[str, ...] = (),
    expect: Mapping[str, Any] | None = None,
    pace: float = 1.0,
) -> Step:
    """Waits until a change of a notebook instance, or of a space, has come to its end with what was asked for."""
    notebook_instance = place.kind == "notebook-instance"
    return Step(
        id=step_id or f"updated-{place.kind}-{place.name}",
        service="sagemaker",
        operation=f"describe_{place.api.operation}",
        reason=f"Changing {place.name} takes about a minute.",
        parameters=place.which,
        after=after,
        manner=Until(
            path=place.api.status,
            done=("Stopped",) if notebook_instance else ("InService",),
            failed=("Failed", "Update_Failed"),
            explanation="FailureReason",
            expect=expect or {},
            deadline=SETTLE_SECONDS,
            typical=_UPDATE_SECONDS / pace,
            every=seconds_between_looks(pace),
        ),
        permissions=place.may("Describe"),
    )

"""Steps that end notebook instances and Studio, in the only order in which AWS lets them go.

Apps, and the wait until they are deleted; spaces; user profiles; the domain, which takes its file system along or
leaves it; the file system's mount targets and itself; lifecycle configurations after what uses them. `Holdings.users`
gives that order: each uses the next. Which errors mean what: botocore's sagemaker and efs models, and docs/sandbox.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.cleanup.storage import bucket_steps, file_system_gone_step, file_system_steps
from services.plans.hosting import seconds_between_looks
from services.plans.models import ErrorMatch, Once, Permission, Proof, Read, Step, Until
from services.resources.describing import app_parameters
from services.resources.models import Key, Kind, Resource

WORKING_KINDS = (
    Kind.APP, Kind.SPACE, Kind.USER_PROFILE, Kind.DOMAIN, Kind.FILE_SYSTEM, Kind.NOTEBOOK, Kind.LIFECYCLE, Kind.BUCKET,
)  # fmt: skip
ABSENT = (ErrorMatch("ResourceNotFound"),)
NO_NOTEBOOK = (ErrorMatch("ValidationException", "RecordNotFound"),)
_NO_LIFECYCLE = (ErrorMatch("ValidationException", "does not exist"),)
# What is being made, changed or deleted refuses to go, and says in which state it is.
_BUSY = (ErrorMatch("ResourceInUse", " state"),)
_NOTEBOOK_BUSY = tuple(
    ErrorMatch("ValidationException", f"Status ({each}) not in")
    for each in ("Pending", "Updating", "Stopping", "Deleting")
)
_SETTLE_SECONDS, _GONE_SECONDS = 900.0, 1800.0
_RUNNING_APP = "Status != 'Deleted' && Status != 'Failed'"  # both hold nothing, and stay listed for a day
_ENDED_NOTEBOOK = ("Stopped", "Failed")
_TYPICAL = {Kind.APP: 60.0, Kind.SPACE: 30.0, Kind.USER_PROFILE: 15.0, Kind.DOMAIN: 180.0, Kind.NOTEBOOK: 60.0}


@dataclass(frozen=True, slots=True)
class _Api:
    """How SageMaker calls a kind: in its operations, and in ours."""

    noun: str
    operation: str
    absent: tuple[ErrorMatch, ...] = ABSENT
    status: str = "Status"


_APIS: Mapping[Kind, _Api] = {
    Kind.APP: _Api("App", "app"),
    Kind.SPACE: _Api("Space", "space"),
    Kind.USER_PROFILE: _Api("UserProfile", "user_profile"),
    Kind.DOMAIN: _Api("Domain", "domain"),
    Kind.NOTEBOOK: _Api("NotebookInstance", "notebook_instance", NO_NOTEBOOK, "NotebookInstanceStatus"),
}


def removal_steps(
    resource: Resource, *, after: tuple[str, ...] = (), removed: Collection[Key] = (), pace: float = 1.0
) -> tuple[Step, ...]:
    """The steps that remove one resource of `WORKING_KINDS`; once the last is done, what it used is free.

    after      ids of the steps after which nothing uses it any more: those of what uses it and goes in the same plan
    removed    what goes in the same plan: a domain takes its file system along when that is among it, else leaves it
    pace       how many times as fast as AWS the other side works
    """
    if resource.kind is Kind.NOTEBOOK:
        return _notebook_steps(resource, after, pace)
    if resource.kind is Kind.LIFECYCLE:
        return (_lifecycle_step(resource, after),)
    if resource.kind is Kind.BUCKET:
        return bucket_steps(resource, after=after)
    if resource.kind is Kind.FILE_SYSTEM:
        if after:  # only domains use a file system, and the one that goes before it takes it along
            return (file_system_gone_step(resource, after=after, pace=pace),)
        return file_system_steps(resource, pace=pace)
    return _studio_steps(resource, after, removed, pace)


def _which(resource: Resource) -> dict[str, str]:
    if resource.kind is Kind.APP:
        return app_parameters(resource)
    if resource.kind is Kind.NOTEBOOK:
        return {"NotebookInstanceName": resource.name}
    domain, _, name = resource.name.partition("/")
    member = {Kind.SPACE: "SpaceName", Kind.USER_PROFILE: "UserProfileName"}.get(resource.kind)
    return {"DomainId": domain, **({member: name} if member else {})}


def _studio_steps(
    resource: Resource, after: tuple[str, ...], removed: Collection[Key], pace: float
) -> tuple[Step, ...]:
    more: dict[str, object] = {}
    reason = f"Deletes the {resource.kind} {resource.name}."
    if resource.kind is Kind.DOMAIN:
        taken = any(key in removed for key in resource.uses if key.kind is Kind.FILE_SYSTEM)
        more["RetentionPolicy"] = {"HomeEfsFileSystem": "Delete" if taken else "Retain"}
        reason = f"Deletes the domain {resource.name}; its file system {'goes with it' if taken else 'stays'}."
    gone = _gone_step(resource, (_id("delete", resource),), pace)
    if resource.status in ("Deleting", "Delete_Pending"):
        return (_gone_step(resource, after, pace),)
    return _delete_step(resource, reason, after, more, _BUSY), gone


def _notebook_steps(resource: Resource, after: tuple[str, ...], pace: float) -> tuple[Step, ...]:
    if resource.status == "Deleting":
        return (_gone_step(resource, after, pace),)
    gone = _gone_step(resource, (_id("delete", resource),), pace)
    reason = f"Deletes the notebook instance {resource.name} and the volume that it keeps."
    if resource.status in _ENDED_NOTEBOOK:
        return _delete_step(resource, reason, after, {}, _NOTEBOOK_BUSY), gone
    stop = () if resource.status == "Stopping" else (_stop_step(resource, after),)
    stopped = _stopped_step(resource, tuple(each.id for each in stop) or after, pace)
    return *stop, stopped, _delete_step(resource, reason, (stopped.id,), {}, _NOTEBOOK_BUSY), gone


def _stop_step(resource: Resource, after: tuple[str, ...]) -> Step:
    which, arn = _which(resource), resource.arn or "*"
    return Step(
        id=_id("stop", resource),
        service="sagemaker",
        operation="stop_notebook_instance",
        reason=f"A notebook instance is deleted only when it stands still: stops {resource.name}.",
        parameters=which,
        after=after,
        manner=Once(_NOTEBOOK_BUSY, _SETTLE_SECONDS),
        permissions=(_may("StopNotebookInstance", arn), _may("DescribeNotebookInstance", arn)),
        proof=Proof(
            Read("sagemaker", "describe_notebook_instance", which),
            absent=NO_NOTEBOOK,
            found="NotebookInstanceStatus != 'Stopped' && NotebookInstanceStatus != 'Failed'",
            gone=True,
        ),
    )


def _stopped_step(resource: Resource, after: tuple[str, ...], pace: float) -> Step:
    return Step(
        id=_id("stopped", resource),
        service="sagemaker",
        operation="describe_notebook_instance",
        reason=f"Stopping {resource.name} takes a minute or two.",
        parameters=_which(resource),
        after=after,
        manner=Until(
            path="NotebookInstanceStatus",
            done=_ENDED_NOTEBOOK,
            gone=True,
            absent=NO_NOTEBOOK,
            deadline=_SETTLE_SECONDS,
            typical=60.0 / pace,
            every=seconds_between_looks(pace),
        ),
        permissions=(_may("DescribeNotebookInstance", resource.arn or "*"),),
    )


def _delete_step(
    resource: Resource,
    reason: str,
    after: tuple[str, ...],
    more: Mapping[str, object],
    busy: tuple[ErrorMatch, ...],
) -> Step:
    api, which, arn = _APIS[resource.kind], _which(resource), resource.arn or "*"
    return Step(
        id=_id("delete", resource),
        service="sagemaker",
        operation=f"delete_{api.operation}",
        reason=reason,
        parameters={**which, **more},
        after=after,
        manner=Once(busy, _SETTLE_SECONDS),
        permissions=(_may(f"Delete{api.noun}", arn), _may(f"Describe{api.noun}", arn)),
        proof=Proof(
            Read("sagemaker", f"describe_{api.operation}", which),
            absent=api.absent,
            found=_RUNNING_APP if resource.kind is Kind.APP else "",
            gone=True,
        ),
    )


def _gone_step(resource: Resource, after: tuple[str, ...], pace: float) -> Step:
    api = _APIS[resource.kind]
    return Step(
        id=_id("gone", resource),
        service="sagemaker",
        operation=f"describe_{api.operation}",
        reason=f"What the {resource.kind} {resource.name} uses can go once AWS no longer knows it.",
        parameters=_which(resource),
        after=after,
        manner=Until(
            path=api.status,
            done=("Deleted", "Failed") if resource.kind is Kind.APP else (),
            failed=("Delete_Failed",) if resource.kind is not Kind.NOTEBOOK else ("Failed",),
            explanation="FailureReason",
            gone=True,
            absent=api.absent,
            deadline=_GONE_SECONDS,
            typical=_TYPICAL[resource.kind] / pace,
            every=seconds_between_looks(pace),
        ),
        permissions=(_may(f"Describe{api.noun}", resource.arn or "*"),),
    )


def _lifecycle_step(resource: Resource, after: tuple[str, ...]) -> Step:
    """Of notebook instances ("notebook/name") or of Studio ("studio/name"); no wait, it is gone at once."""
    family, _, name = resource.name.partition("/")
    studio = family == "studio"
    noun = "StudioLifecycleConfig" if studio else "NotebookInstanceLifecycleConfig"
    operation = "studio_lifecycle_config" if studio else "notebook_instance_lifecycle_config"
    which, arn = {f"{noun}Name": name}, resource.arn or "*"
    return Step(
        id=_id("delete", resource),
        service="sagemaker",
        operation=f"delete_{operation}",
        reason=f"Deletes the lifecycle configuration {name}, which nothing uses any more.",
        parameters=which,
        after=after,
        permissions=(_may(f"Delete{noun}", arn), _may(f"Describe{noun}", arn)),
        proof=Proof(
            Read("sagemaker", f"describe_{operation}", which), absent=ABSENT if studio else _NO_LIFECYCLE, gone=True
        ),
    )


def _may(action: str, arn: str) -> Permission:
    return Permission(f"sagemaker:{action}", arn)


def _id(verb: str, resource: Resource) -> str:
    return f"{verb}-{resource.kind.replace(' ', '-').lower()}-{resource.name}"

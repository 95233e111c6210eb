"""The agreed end of an endpoint or a notebook instance, as its tags hold it, and the names of the schedules that keep
to it.

Deploying, pausing, stopping, deleting and the leases themselves all need these, so that they stand here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum

from services.plans.models import ErrorMatch, Permission, Proof, Read, Step
from services.plans.scaling import beside

ENDS, REASON, THEN, BY = (f"sagedeck:lease-{word}" for word in ("ends", "reason", "then", "by"))
KEYS = (ENDS, REASON, THEN, BY)
DELETE, PAUSE, STOP = "delete", "pause", "stop"
ENDED: Mapping[str, str] = {DELETE: "deleted", PAUSE: "paused", STOP: "stopped"}


class LeaseKind(StrEnum):
    """What has an agreed end, in words."""

    ENDPOINT = "endpoint"
    NOTEBOOK = "notebook instance"


# How the lease of a kind may end, the usual way first. A notebook instance can be deleted only once it stands still: no
# single schedule does both, and its files would go with it while nobody looks.
WAYS: Mapping[LeaseKind, tuple[str, ...]] = {LeaseKind.ENDPOINT: (DELETE, PAUSE), LeaseKind.NOTEBOOK: (STOP,)}
_HEADS = {LeaseKind.NOTEBOOK: "notebook_"}
ENDLESS = "It bills until somebody stops it: it has no agreed end."
GROUP = "default"
NO_SCHEDULE = (ErrorMatch("ResourceNotFoundException"),)
_LONGEST_PLAIN = 44  # of a key; a schedule's has 64 characters, some of them for its parts
_LONGEST_HEAD = 35


def written(ends: datetime) -> str:
    """An end as a tag holds it: UTC, to the second."""
    return ends.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime | None:
    """The end a tag tells, None where it is no time; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def lease_tags(ends: str, reason: str, then: str, by: str) -> tuple[tuple[str, str], ...]:
    """The four tags; values must be such as tags may have."""
    return ((ENDS, ends), (REASON, reason), (THEN, then), (BY, by))


def without_lease(tags: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Tags without those of a lease: what is made again later does not begin with an end that has passed."""
    return tuple(pair for pair in tags if pair[0] not in KEYS)


def role_name(region: str) -> str:
    """The role that the schedules of a region take on."""
    return f"sagedeck-leases-{region}"


def key_of(kind: LeaseKind, name: str) -> str:
    """How schedules and the role's policies call what has a lease: an endpoint by its name alone, since "_" is in no
    name; kinds of the same name are told apart.
    """
    return f"{_HEADS.get(kind, '')}{name}"


def kind_of(key: str) -> LeaseKind:
    """The kind that a key is of."""
    return next((kind for kind, head in _HEADS.items() if key.startswith(head)), LeaseKind.ENDPOINT)


def schedule_name(key: str) -> str:
    """What the schedule is called that ends it. Further ones of the same lease append "." and a word.

    A long name is cut and told apart by a digest; "_" and "." are in no name, so that none is another's.
    """
    if len(key) <= _LONGEST_PLAIN:
        return f"lease-{key}"
    return f"lease-{key[:_LONGEST_HEAD]}_{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def is_of(schedule: str, key: str) -> bool:
    """Whether a schedule of this name belongs to the lease of this key."""
    own = schedule_name(key)
    return schedule == own or schedule.startswith(f"{own}.")


def schedule_arn(near: str, name: str) -> str:
    """The ARN of a schedule in the account and region of `near`."""
    return beside(near, "scheduler", f"schedule/{GROUP}/{name}")


def schedule_read(name: str) -> Read:
    """Finds a schedule by its exact name."""
    return Read("scheduler", "get_schedule", {"Name": name, "GroupName": GROUP})


def delete_schedule_step(
    name: str, near: str, reason: str, *, after: tuple[str, ...] = (), undo: tuple[Step, ...] = ()
) -> Step:
    """Deletes one schedule."""
    arn = schedule_arn(near, name)
    return Step(
        id=f"delete-schedule-{name}",
        service="scheduler",
        operation="delete_schedule",
        reason=reason,
        parameters={"Name": name, "GroupName": GROUP},
        after=after,
        permissions=(Permission("scheduler:DeleteSchedule", arn), Permission("scheduler:GetSchedule", arn)),
        proof=Proof(schedule_read(name), absent=NO_SCHEDULE, gone=True),
        undo=undo,
    )

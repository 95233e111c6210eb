"""Leases as they stand, what is asked of one, and what the planner has to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.access import ExecutionRole
from services.endpoints import EndpointDetail
from services.leases.leased import Leased
from services.plans.leasing import DELETE, LeaseKind, key_of
from services.plans.models import Plan

Subject = EndpointDetail | Leased


class KeptBy(StrEnum):
    """Who ends it when its lease does: AWS, `sagedeck reap`, or nobody."""

    SCHEDULER = "scheduler"
    REAP = "reap"
    NOBODY = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The agreed end of one endpoint, or of what else `kind` says.

    owner         whose it is, else who gave the lease, "" not known
    then          what happens at the end: "delete" or "pause", "stop" of a notebook instance
    enforced_by   who keeps to it; NOBODY where it is protected, or was not made here and has no schedule
    schedule      the name of the schedule in AWS, "" there is none
    usd_per_hour  that ends with it, now; None is unknown
    problem       why it may not end as agreed, one sentence
    """

    name: str
    ends: datetime
    owner: str = ""
    reason: str = ""
    then: str = DELETE
    by: str = ""
    enforced_by: KeptBy = KeptBy.NOBODY
    schedule: str = ""
    status: str = ""
    region: str = ""
    created: datetime | None = None
    usd_per_hour: float | None = None
    made_here: bool = False
    protected: bool = False
    problem: str = ""
    kind: LeaseKind = LeaseKind.ENDPOINT

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return key_of(self.kind, self.name)

    def seconds_left(self, now: datetime) -> float:
        """Until it ends; below 0 it has ended."""
        return (self.ends - now).total_seconds()

    def usd_left(self, now: datetime) -> float | None:
        """USD that it still costs until the end, at today's price; None is unknown."""
        return None if self.usd_per_hour is None else self.usd_per_hour * max(0.0, self.seconds_left(now)) / 3600

    def usd_whole(self) -> float | None:
        """USD that it will have cost from its making to its end, at today's price and size; None is unknown."""
        if self.usd_per_hour is None or self.created is None:
            return None
        return self.usd_per_hour * max(0.0, (self.ends - self.created).total_seconds()) / 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRequest:
    """What is asked for; `ends` None takes the lease away. Times are UTC."""

    name: str
    ends: datetime | None = None
    reason: str = ""
    then: str = DELETE
    kind: LeaseKind = LeaseKind.ENDPOINT


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule of a lease as EventBridge Scheduler has it. `ends` None: it is no one-shot, or cannot be read.

    key        what it ends, as `key_of` writes it; "" where it does another part of the work
    remembers  the endpoint configuration that is to remember a pause, "" none
    """

    name: str
    expression: str
    target: str
    role_arn: str
    input: str
    key: str = ""
    remembers: str = ""
    ends: datetime | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseState:
    """What the planner has to know.

    now         by the other side's clock
    ending      the plan that ends it as asked: its own calls are what is scheduled; None: not to be scheduled
    schedules   those of this lease that are there
    role        the role that the schedules take on, as it stands; None: it is not there
    policies    the names of its inline policies, of all leases it keeps
    document    that of this lease, None: it has none
    stale       the keys of those among them that are gone
    whynot      why AWS is not asked to keep to it, "" it is
    asking      who asks, as it would stand in a tag
    """

    detail: Subject
    now: datetime
    ending: Plan | None = None
    schedules: tuple[Schedule, ...] = ()
    role: ExecutionRole | None = None
    policies: tuple[str, ...] = ()
    document: Mapping[str, Any] | None = None
    stale: tuple[str, ...] = ()
    whynot: str = ""
    asking: str = ""

    @property
    def kind(self) -> LeaseKind:
        """What the lease is of."""
        return kind_held(self.detail)

    @property
    def key(self) -> str:
        """How schedules and policies call it."""
        return key_of(self.kind, self.detail.name)


def subject_key(detail: Subject) -> str:
    """What tells it from all others, of whatever kind."""
    return key_of(kind_held(detail), detail.name)


def kind_held(detail: Subject) -> LeaseKind:
    """What it is that a lease is of."""
    return detail.kind if isinstance(detail, Leased) else LeaseKind.ENDPOINT


def policy_arn(detail: Subject) -> str:
    """Its ARN as policies want it."""
    return detail.policy_arn if isinstance(detail, Leased) else detail.arn_of("endpoint", detail.name)


@dataclass(frozen=True, slots=True)
class Due:
    """A lease that has ended, and what `reap` does about it: what was agreed, or nothing, for the reason `why_not`."""

    lease: Lease
    why_not: str = ""

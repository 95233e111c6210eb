"""What an alarm is: asked for, and as CloudWatch holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.endpoints import EndpointDetail

MADE_HERE = "sagedeck-"  # how names of alarms begin that this console made


class Kind(StrEnum):
    """What an alarm watches; OTHER and SCALING are made elsewhere, the last by auto scaling for itself."""

    ERRORS = "errors"
    LATENCY = "latency"
    IDLE = "idle"
    BACKLOG = "backlog"
    COST = "cost"  # of the account, by a budget: services/alarms/budgets.py
    OTHER = "other"
    SCALING = "scaling"


class State(StrEnum):
    """As CloudWatch writes it."""

    OK = "OK"
    FIRING = "ALARM"
    UNKNOWN = "INSUFFICIENT_DATA"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRequest:
    """An alarm of an endpoint.

    threshold   ERRORS: requests of five minutes, or with `share` percent of them; LATENCY: milliseconds that 95 of 100
                answers stay below; IDLE: hours without a request; BACKLOG: waiting requests
    place       the variant or component, "" where there is only one
    periods     how many times five minutes it has to last; of IDLE nothing
    topic       ARN of a topic that is told, "" none, or the one that is made for `email`
    email       who is asked to subscribe to the topic made for this endpoint; "" nobody
    kms_key     encrypts that topic: a key of one's own that lets CloudWatch use it. AWS's own key for SNS does not
    """

    endpoint: str
    kind: Kind
    threshold: float
    place: str = ""
    share: bool = False
    periods: int = 1
    topic: str = ""
    email: str = ""
    kms_key: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric an alarm looks at. `dimensions` as (name, value) pairs; id "" where it is the only one."""

    namespace: str
    metric: str
    statistic: str
    dimensions: tuple[tuple[str, str], ...]
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm as it stands.

    endpoint    the endpoint it is about; "" of something else
    place       the variant or component
    since       of its state, seconds since the epoch
    threshold   in `unit`: "ms", "count", "percent", "hours"
    says        when it fires, as a sentence
    measures    what it looks at; `expression` combines them where there are several
    topics      ARNs of the SNS topics it tells
    sent        all of it but its name, as PutMetricAlarm takes it
    """

    name: str
    arn: str
    kind: Kind
    state: State
    since: float
    reason: str = ""
    endpoint: str = ""
    place: str = ""
    threshold: float = 0.0
    unit: str = "count"
    says: str = ""
    period: int = 300
    measures: tuple[Measure, ...] = ()
    expression: str = ""
    topics: tuple[str, ...] = ()
    sent: Mapping[str, Any] = field(default_factory=dict)

    @property
    def firing(self) -> bool:
        """Whether a person should look: what auto scaling tells itself is no reason to."""
        return self.state is State.FIRING and self.kind is not Kind.SCALING

    @property
    def made_here(self) -> bool:
        """Whether its name is one that this console gives."""
        return bool(self.endpoint) and self.name.startswith(f"{MADE_HERE}{self.endpoint}-")


@dataclass(frozen=True, slots=True)
class Change:
    """One line of an alarm's history: when (seconds since the epoch), what, and of which kind in AWS's word."""

    at: float
    what: str
    kind: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who is told by a topic; not `confirmed` means that the mail was not answered yet."""

    protocol: str
    to: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class AlarmState:
    """What the planner has to know: the endpoint, whose alarm it will be, and what there is of its name."""

    detail: EndpointDetail
    owner: str
    held: Alarm | None = None

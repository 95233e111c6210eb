"""What this console made for an owner, and the plan object that takes it down."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.access import ExecutionRole, RolePolicies
from services.endpoints import EndpointDetail, Parts
from services.knowledge import LibraryState
from services.plans.models import Plan


@dataclass(frozen=True, slots=True)
class HeldConfig:
    """An endpoint configuration of the account. `owner` "" is not of this console; `topics` are ARNs it tells; `paused`
    is the endpoint that it remembers, so that it can be resumed.
    """

    name: str
    arn: str
    owner: str
    models: tuple[str, ...]
    topics: tuple[str, ...] = ()
    paused: str = ""


@dataclass(frozen=True, slots=True)
class HeldModel:
    """A model of the account. `owner` "" is not of this console."""

    name: str
    arn: str
    owner: str
    role_arn: str


@dataclass(frozen=True, slots=True)
class HeldTopic:
    """An SNS topic this console made for the owner."""

    name: str
    arn: str


@dataclass(frozen=True, slots=True)
class HeldRole:
    """An execution role this console made, with the policies that must go before it. `users` are jobs under way that
    have taken it on; `seen` is whether these could be looked at.
    """

    role: ExecutionRole
    policies: RolePolicies
    users: tuple[str, ...] = ()
    seen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeDownRequest:
    """Whose things are taken down. Documents and collections only with `library`."""

    owner: str
    library: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeDownState:
    """Every endpoint, configuration and model of the account and region, and what the owner holds besides.

    parts      what scales an endpoint, and its components, by its name: of the owner's endpoints, and of others' that
               have components
    complete   whether all of it could be looked at; if not, what may be shared is kept
    problems   what could not be looked at, one sentence each
    pace       how many times as fast as AWS the other side works (the sandbox: 60)
    """

    endpoints: tuple[EndpointDetail, ...] = ()
    configs: tuple[HeldConfig, ...] = ()
    models: tuple[HeldModel, ...] = ()
    roles: tuple[HeldRole, ...] = ()
    topics: tuple[HeldTopic, ...] = ()
    parts: tuple[tuple[str, Parts], ...] = ()
    library: LibraryState = field(default_factory=LibraryState)
    complete: bool = True
    problems: tuple[str, ...] = ()
    pace: float = 1.0


@dataclass(frozen=True, slots=True)
class TakeDownItem:
    """One thing that goes: what it is, why it goes, and what it costs an hour (0: nothing; None: unknown)."""

    kind: str
    name: str
    why: str
    usd_per_hour: float | None = 0.0


@dataclass(frozen=True, slots=True)
class KeptItem:
    """One thing of this owner that stays, and why."""

    kind: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class TakeDown:
    """The plan, what it removes, what it leaves, and the words to type before it runs ("" when there is nothing)."""

    plan: Plan
    items: tuple[TakeDownItem, ...]
    kept: tuple[KeptItem, ...] = ()

    @property
    def confirmation(self) -> str:
        """What has to be typed, such as "take down 5 items"."""
        count = len(self.items)
        return "" if not count else f"take down {count} item{'s' if count > 1 else ''}"

    def confirmed_by(self, typed: str) -> bool:
        """Whether the words typed confirm it; letter case and surrounding blanks do not matter."""
        return bool(self.confirmation) and " ".join(typed.lower().split()) == self.confirmation

"""What is made to go wrong on purpose: which fault, where, how often.

Faults are set from the panel, the command line or a test (`/_sandbox/faults`) and outlive a restart. Whoever could
suffer one asks `strikes` or `find` at the very place where AWS would fail; nobody else knows of faults.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from sandbox.records import Records

SLOW_START_SECONDS = 1500.0  # at AWS's pace, if the fault does not say


class Kind(StrEnum):
    """A fault by its name on the command line."""

    QUOTA_ZERO = "quota-zero"
    NO_CAPACITY = "no-capacity"
    FAILED_PING = "failed-ping"
    GATED_MODEL = "gated-model"
    MISSING_ARTIFACT = "missing-artifact"
    SLOW_START = "slow-start"
    STUCK_CREATING = "stuck-creating"
    SILENT_ROLLBACK = "silent-rollback"
    THROTTLING = "throttling"
    SERVER_ERROR = "server-error"
    CONNECTION_RESET = "connection-reset"
    SLOW_ANSWER = "slow-answer"
    SLOW_STREAM = "slow-stream"
    CUT_STREAM = "cut-stream"
    EXPIRED_TOKEN = "expired-token"
    DENIED_ACTION = "denied-action"
    ASTRA_UNAUTHORIZED = "astra-unauthorized"
    ASTRA_RATE_LIMIT = "astra-rate-limit"
    ASTRA_HIBERNATED = "astra-hibernated"
    ASTRA_TOO_MANY_COLLECTIONS = "astra-too-many-collections"


@dataclass(frozen=True, slots=True)
class Fault:
    """`service`, `operation`, `resource`: patterns as of a shell (`*`) of what it hits; a resource is a name, instance
    type or action. `rate`: the share of calls it hits. `value`: seconds, a status or whatever measures the kind; 0 is
    its usual one. `left`: how often it strikes yet; None is without end.
    """

    kind: Kind
    service: str = "*"
    operation: str = "*"
    resource: str = "*"
    rate: float = 1.0
    value: float = 0.0
    left: int | None = None

    def __post_init__(self) -> None:
        if not all(isinstance(text, str) and text for text in (self.service, self.operation, self.resource)):
            raise ValueError("service, operation and resource are patterns, * if left out")
        if not _is_number(self.rate) or not 0 < self.rate <= 1:
            raise ValueError("rate must be above 0 and at most 1")
        if not _is_number(self.value) or not 0 <= self.value < math.inf:
            raise ValueError("value must be 0 or more")
        if self.left is not None and (not isinstance(self.left, int) or isinstance(self.left, bool) or self.left < 1):
            raise ValueError("left must be 1 or more")

    def hits(self, service: str, operation: str, resource: str, *, action: str = "") -> bool:
        """Tell whether this is for a call; what whoever asks does not know ("") is taken to fit."""
        if not all(
            not asked or fnmatchcase(asked, p) for asked, p in ((service, self.service), (operation, self.operation))
        ):
            return False
        named = [name for name in (resource, action) if name]
        return not named or any(fnmatchcase(name, self.resource) for name in named)


class Faults:
    """The faults that are set; use it under the world's lock. Chance is drawn from a seed, so that tests repeat."""

    def __init__(self, records: Records) -> None:
        self._shelf = records.shelf("fault")
        self._chance = random.Random(0)

    def set(self, fault: Fault) -> str:
        """Set a fault and return its id; a like one (same kind and patterns) is replaced."""
        name = " ".join((fault.kind, fault.service, fault.operation, fault.resource))
        self._shelf[name] = asdict(fault)
        return name

    def remove(self, name: str = "") -> int:
        """Remove the fault of that id, or those of that kind, or all; return how many there were."""
        gone = [held for held in self._shelf if not name or held == name or held.partition(" ")[0] == name]
        for each in gone:
            del self._shelf[each]
        return len(gone)

    def list(self) -> tuple[tuple[str, Fault], ...]:
        return tuple((name, fault_of(held)) for name, held in self._shelf.items())

    def any(self) -> bool:
        """Tell whether a fault is set at all."""
        return bool(self._shelf)

    def find(
        self, kind: Kind, *, service: str = "", operation: str = "", resource: str = "", action: str = ""
    ) -> Fault | None:
        """Return the fault of this kind that strikes here now, and count the stroke.

        A fault's `resource` may be meant for the `resource` asked with or for the IAM `action`.
        """
        if not self._shelf:
            return None
        for name, held in tuple(self._shelf.items()):
            fault = fault_of(held)
            if fault.kind is not kind or not fault.hits(service, operation, resource, action=action):
                continue
            if fault.rate < 1 and self._chance.random() >= fault.rate:
                continue
            if fault.left is not None:
                self._spend(name, fault.left)
            return fault
        return None

    def denies(self, service: str, operation: str, action: str) -> bool:
        """Tell whether a call would be refused by a denied action, without counting a stroke: for IAM's simulator."""
        return any(
            fault.kind is Kind.DENIED_ACTION and fault.hits(service, operation, "", action=action)
            for _, fault in self.list()
        )

    def strikes(self, kind: Kind, *, service: str = "", operation: str = "", resource: str = "") -> bool:
        return self.find(kind, service=service, operation=operation, resource=resource) is not None

    def delay(self, **where: str) -> float:
        """Return how many seconds, at AWS's pace, a start takes longer here; `where` as for `find`."""
        slow = self.find(Kind.SLOW_START, **where)
        return (slow.value or SLOW_START_SECONDS) if slow else 0.0

    def _spend(self, name: str, left: int) -> None:
        if left <= 1:
            del self._shelf[name]
        else:
            self._shelf.changed(name)["left"] = left - 1


def fault_of(held: Mapping[str, Any]) -> Fault:
    """Read a fault from what was sent or kept. ValueError or TypeError if it is none."""
    return Fault(**{**held, "kind": Kind(held["kind"])})


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

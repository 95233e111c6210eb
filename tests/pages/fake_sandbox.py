"""A sandbox held in memory, for the page that looks at it and changes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from services.sandbox_control import FaultKind, Holdings, SetFault

MADE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class FakeSandbox:
    """A sandbox that only writes down what is done to it."""

    def __init__(self) -> None:
        self.kinds = (
            FaultKind(
                "no-capacity", "Deploying", "No capacity", "No machine is left.", "instance type", "", 0, True, False
            ),
            FaultKind("throttling", "Calling", "Throttling", "Too many calls.", "name", "", 0, True, True),
            FaultKind("server-error", "Calling", "Server error", "It failed.", "name", "HTTP status", 500, True, True),
        )
        self.held: dict[str, SetFault] = {}
        self.done: list[tuple[str, Any]] = []
        self.counts = {"Endpoints": 3, "AutoML jobs": 2, "Training jobs": 3, "Apps": 2}
        self.known_seeds = {"demo": "A made-up account."}
        self.now = MADE

    def fault_kinds(self) -> tuple[FaultKind, ...]:
        return self.kinds

    def faults(self) -> tuple[SetFault, ...]:
        return tuple(self.held.values())

    def set_fault(self, kind: str, *, times: int | None = None, **about: Any) -> SetFault:
        plain = {"service": "*", "operation": "*", "resource": "*", "rate": 1.0, "value": 0.0}
        self.held[kind] = SetFault(kind, kind, **{**plain, **about}, left=times)
        return self.held[kind]

    def clear_faults(self, which: str = "") -> int:
        gone = [kind for kind in self.held if which in ("", kind)]
        for kind in gone:
            del self.held[kind]
        return len(gone)

    def holdings(self) -> Holdings:
        return Holdings(self.now, 60.0, self.counts)

    def advance(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now

    def reset(self) -> None:
        self.counts = {}

    def seeds(self, region: str) -> Mapping[str, str]:
        return self.known_seeds

    def seed(self, name: str, region: str) -> dict[str, Any]:
        self.done.append((name, region))
        self.known_seeds = {}
        return {"region": region, "endpoints": 40, "invocations": 1_200_000}

"""Invented accounts that an inventory reads, and a clock that passes only when somebody sleeps."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.endpoints import EndpointDetail, EndpointSummary, Variant
from services.endpoints.inventory import Inventory
from services.endpoints.looked import Looked
from services.errors import NotFound, SagedeckError
from services.pace import Pace

MOMENT = datetime(2026, 11, 20, tzinfo=UTC)
WAIT = 20.0


class Clock:
    """Seconds that pass only when somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.lock = 0.0, threading.Lock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.now += seconds


class Account:
    """A reader of invented endpoints that writes down what it was asked."""

    def __init__(self, *names: str) -> None:
        self.summaries = {name: self._summary(name) for name in names}
        self.calls: list[str] = []
        self.problems: dict[str, Callable[[], SagedeckError | None]] = {}
        self.tags: tuple[tuple[str, str], ...] = (("sagedeck:owner", "ada"),)
        self.turn: Callable[[], None] = lambda: None

    def _summary(self, name: str) -> EndpointSummary:
        return EndpointSummary(name, f"arn:{name}", "InService", MOMENT, MOMENT)

    def add(self, name: str) -> None:
        self.summaries[name] = self._summary(name)

    def change(self, name: str, status: str) -> None:
        self.summaries[name] = replace(
            self.summaries[name], status=status, modified=self.summaries[name].modified + timedelta(seconds=1)
        )

    def _ask(self, what: str) -> None:
        self.calls.append(what)
        problem = self.problems.get(what, lambda: None)()
        if problem is not None:
            raise problem

    def list_endpoints(self) -> tuple[EndpointSummary, ...]:
        self._ask("list")
        return tuple(self.summaries.values())

    def tags_of_all(self) -> dict[str, tuple[tuple[str, str], ...]]:
        self._ask("tags")
        return {summary.arn: self.tags for summary in self.summaries.values()}

    def describe_row(self, name: str, tags: tuple[tuple[str, str], ...] | None) -> EndpointDetail:
        self.turn()
        self._ask(name)
        self.turn()
        if name not in self.summaries:
            raise NotFound(f"There is no endpoint {name}.")
        summary = self.summaries[name]
        return EndpointDetail(
            name=name,
            arn=summary.arn,
            url="",
            status=summary.status,
            created=MOMENT,
            modified=summary.modified,
            config_name=name,
            variants=(Variant(name="A", model_name="m", instance_type="ml.m5.large", count=1, desired=1),),
            tags=tags if tags is not None else (("read", "alone"),),
        )

    def described(self) -> list[str]:
        return [call for call in self.calls if call not in ("list", "tags")]


def inventory_of(account: Account, clock: Any = None, **pace: Any) -> Inventory:
    clock = clock or Clock()
    turns = Pace(pace.pop("per_second", 1e6), clock=clock, sleep=clock.sleep)
    account.turn = turns.wait
    return Inventory(account, turns, clock=clock)


def everything(inventory: Inventory, *on_screen: str) -> Looked:
    """What is known once nothing is being read any more, by real time."""
    inventory.look(on_screen)
    with inventory._changed:
        inventory._changed.wait_for(lambda: inventory._readers == 0, WAIT)
    return inventory.look()

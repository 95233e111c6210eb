"""Endpoints held in memory: listed and described, as an inventory, with their traffic, parts, history and alarms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from services.endpoints import Composition, EndpointDetail, EndpointSummary, Timeline
from services.endpoints.looked import Looked
from services.errors import NotFound, SagedeckError
from services.metrics import Seen, Traffic
from services.pace import Pace
from services.plans import Estimate, Plan, Step


class FakeEndpoints:
    """Endpoints that are given."""

    def __init__(self, details: Iterable[EndpointDetail]) -> None:
        self.found = {detail.name: detail for detail in details}

    def list_endpoints(self) -> tuple[EndpointSummary, ...]:
        return tuple(EndpointSummary(d.name, d.arn, d.status, d.created, d.modified) for d in self.found.values())

    def describe_endpoint(self, name: str) -> EndpointDetail:
        if name not in self.found:
            raise NotFound(f"There is no endpoint {name}.")
        return self.found[name]

    def describe_many(self, names: Iterable[str]) -> tuple[EndpointDetail, ...]:
        return tuple(self.found[name] for name in names)

    def plan_delete(self, name: str) -> Plan:
        step = Step(id="delete", service="sagemaker", operation="delete_endpoint", reason="It ends.",
                    parameters={"EndpointName": name})  # fmt: skip
        return Plan(title=f"Delete {name}", steps=(step,), estimate=Estimate(-1.5))

    def plan_delete_several(self, names: Iterable[str]) -> Plan:
        plans = [self.plan_delete(name) for name in names]
        steps = tuple(replace(plan.steps[0], id=f"delete-{number}") for number, plan in enumerate(plans))
        return Plan(title=f"Delete {len(steps)} endpoints", steps=steps, estimate=Estimate(-1.5 * len(steps)))


class FakeInventory:
    """An inventory that knows its endpoints at once; `more` overrides what it says of itself, `unread` is not read."""

    def __init__(self, endpoints: FakeEndpoints) -> None:
        self._endpoints, self.pace = endpoints, Pace()
        self.more: dict[str, Any] = {}
        self.unread: set[str] = set()
        self.on_screen: list[str] = []

    def states(self) -> tuple[EndpointSummary, ...]:
        return self._endpoints.list_endpoints()

    def look(self, on_screen: Iterable[str] = ()) -> Looked:
        self.on_screen = list(on_screen)
        found = {name: each for name, each in self._endpoints.found.items() if name not in self.unread}
        return replace(Looked(summaries=self.states(), details=found, waiting=len(self.unread)), **self.more)

    def settled(self, seconds: float, on_screen: Iterable[str] = (), **_: Any) -> Looked:
        return self.look(on_screen)


class FakeTraffic:
    """A board that knows what it is given."""

    def __init__(self) -> None:
        self.seen: dict[str, Traffic] = {}
        self.more: dict[str, Any] = {}
        self.asked: list[str] = []

    def look(self, details: Iterable[EndpointDetail]) -> Seen:
        self.asked = [each.name for each in details]
        return replace(Seen(traffic={name: self.seen[name] for name in self.asked if name in self.seen}), **self.more)


@dataclass
class FakeHistory:
    """What endpoints are made of and what happened to them, as it is given; `refuse` is raised instead."""

    made: Composition = field(default_factory=Composition)
    told: Timeline = field(default_factory=lambda: Timeline(events=()))
    refuse: SagedeckError | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)
    detail: Callable[[str], EndpointDetail] | None = None
    denied: tuple[str, ...] = ()

    def as_far(self, name: str) -> tuple[EndpointDetail, tuple[str, ...]]:
        assert self.detail is not None
        return self.detail(name), self.denied

    def composition(self, name: str) -> Composition:
        self.asked.append(("composition", name))
        if self.refuse is not None:
            raise self.refuse
        return self.made

    def timeline(self, name: str) -> Timeline:
        self.asked.append(("timeline", name))
        if self.refuse is not None:
            raise self.refuse
        return self.told

    def deployments(self, name: str) -> tuple[float, ...]:
        return ()


def fake_alarms() -> SimpleNamespace:
    """No alarm and no budget."""
    return SimpleNamespace(list_alarms=lambda: (), list_budgets=lambda: ())


def fake_metrics() -> SimpleNamespace:
    """No figure."""
    return SimpleNamespace(traffic=lambda details, span=None: {})

"""Savings as pages see them: nothing is asked of CloudWatch unbidden, and what was paid for is kept for its hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services.catalog import CatalogService
from services.endpoints import EndpointDetail
from services.endpoints.looked import Looked
from services.errors import InvalidRequest, NotFound, PermissionDenied, SagedeckError
from services.metrics import Query, Values, Window
from services.resources import Holdings, Kind, Machine
from services.savings import SavingsService, Way, What
from services.savings.keeping import Keeping
from services.savings.models import USD_OF_A_METRIC
from services.savings.workspaces import LastUsed
from services.state import State
from tests.services.savings.made import NOW, endpoint, held, key, running, thing, variant


class World:
    """An account that a test writes down. CPU is published by every machine; requests by those in `busy`."""

    def __init__(self, folder: Path, *details: EndpointDetail, holdings: Holdings | None = None) -> None:
        self.details = {each.name: each for each in details}
        self.holdings = holdings or held()
        self.clock = NOW.timestamp()
        self.asked: list[tuple[int, Window]] = []
        self.busy: dict[str, float] = {}
        self.refused: SagedeckError | None = None
        self.used: Mapping[Any, LastUsed] = {}
        held_now: Any = SimpleNamespace(held=lambda: self.holdings, settled=lambda _: self.holdings)
        looked: Any = SimpleNamespace(look=self.look, settled=lambda _: self.look())
        activity: Any = SimpleNamespace(
            known=lambda _: self.used, waiting=lambda _: 0, settled=lambda *_: None, forget=lambda: None
        )
        metrics: Any = SimpleNamespace(values=self.values)
        keeping = Keeping(State(folder / "state.db"), "aws/123456789012", "ana")
        self.savings = SavingsService(
            held_now, looked, metrics, CatalogService("us-east-1", offline=True), activity, keeping,
            quota=lambda: lambda _: 5.0, now=lambda: self.clock,
        )  # fmt: skip

    def look(self) -> Looked:
        return Looked(summaries=(), details=self.details)

    def values(self, queries: Sequence[Query], window: Window) -> Values:
        if self.refused is not None:
            raise self.refused
        self.asked.append((len(queries), window))
        found: dict[Query, dict[int, float]] = {}
        for query in queries:
            name = dict(query.dimensions).get("EndpointName", "")
            if query.metric in ("CPUUtilization", "MemoryUtilization"):
                found[query] = dict.fromkeys(window.times, 30.0)
            elif query.metric == "Invocations" and name in self.busy:
                found[query] = dict.fromkeys(window.times, self.busy[name])
        return found


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, endpoint("silent"), endpoint("busy"), endpoint("new", days=2.0))


def names(found: Any, what: What = What.IDLE) -> list[str]:
    return [each.key.name for each in found.of(what)]


def test_looking_asks_cloudwatch_nothing_and_says_what_asking_would_cost(world: World) -> None:
    found = world.savings.look()
    assert world.asked == []
    assert found.measured is None
    assert found.asking.endpoints == 3
    assert found.asking.metrics == 3 * 4  # requests, their time, CPU, memory
    assert found.asking.usd == pytest.approx(12 * USD_OF_A_METRIC)
    assert names(found) == []


def test_asked_once_any_fewer_days_are_judged_from_the_same_figures(world: World) -> None:
    world.busy["busy"] = 3.0
    world.savings.ask(7)
    (asked,) = world.asked
    assert asked[0] == 12
    assert len(asked[1].times) == 14 * 24
    assert names(world.savings.look(7)) == ["silent"]
    assert names(world.savings.look(2)) == ["new", "silent"]
    world.savings.ask(3)
    assert len(world.asked) == 1
    assert world.savings.look(30).asking.endpoints == 3
    world.savings.ask(30)
    assert len(world.asked) == 2


def test_after_an_hour_they_are_asked_for_anew(world: World) -> None:
    world.savings.ask()
    world.clock += 3599
    assert world.savings.look().measured is not None
    world.clock += 2
    assert world.savings.look().measured is None


def test_a_new_endpoint_is_the_only_one_asked_for(world: World) -> None:
    world.savings.ask()
    world.details["more"] = endpoint("more")
    assert world.savings.look().asking.endpoints == 1
    world.savings.ask()
    assert [count for count, _ in world.asked] == [12, 4]
    assert set(names(world.savings.look())) == {"silent", "busy", "more"}


def test_a_deleted_or_updated_endpoint_is_judged_as_it_is_now(world: World) -> None:
    world.savings.ask()
    del world.details["silent"]
    world.details["busy"] = replace(world.details["busy"], status="Updating", usd_per_hour=0.5)
    assert names(world.savings.look()) == ["busy"]
    (idle,) = world.savings.look().of(What.IDLE)
    assert idle.usd_per_month == pytest.approx(0.5 * 730)


def test_what_may_not_be_read_is_said_and_nothing_is_called_idle(world: World) -> None:
    world.refused = PermissionDenied("You may not read metrics.", "", "", action="cloudwatch:GetMetricData")
    with pytest.raises(PermissionDenied):
        world.savings.ask()
    assert names(world.savings.look()) == []


def test_what_was_put_aside_is_in_no_sum_until_it_is_shown_again(world: World) -> None:
    world.savings.ask()
    before = world.savings.look()
    (silent,) = (each for each in before.findings if each.key.name == "silent")
    world.savings.keep(silent, "the failover needs it")
    after = world.savings.look()
    assert [finding.key.name for finding, _ in after.kept] == ["silent"]
    assert after.usd_per_month == pytest.approx(before.usd_per_month - (silent.usd_per_month or 0.0))
    world.savings.show_again(after.kept[0][1])
    assert world.savings.look().usd_per_month == pytest.approx(before.usd_per_month)


def test_a_protected_endpoint_is_left_alone(world: World) -> None:
    world.details["silent"] = replace(world.details["silent"], tags=(("sagedeck:protected", "yes"),))
    world.savings.ask()
    assert names(world.savings.look()) == ["busy"]


def test_serverless_endpoints_are_not_asked_about(tmp_path: Path) -> None:
    world = World(tmp_path, endpoint("sl", variant("")))
    assert world.savings.look().asking.metrics == 0
    world.savings.ask()
    assert world.asked == []


def test_a_variant_that_scales_is_offered_no_fewer_instances(tmp_path: Path) -> None:
    several = endpoint("chat", variant("ml.c5.xlarge", 4))
    target = thing(Kind.SCALABLE_TARGET, "endpoint/chat/variant/AllTraffic", key(Kind.ENDPOINT, "chat"))
    for holdings, ways in ((held(), {Way.SCALE, Way.UPDATE}), (held(running("chat"), target), {Way.UPDATE})):
        world = World(tmp_path, several, holdings=holdings)
        world.busy["chat"] = 5.0
        world.savings.ask()
        (found,) = world.savings.look().of(What.OVERSIZED)
        assert {each.way for each in (found.proposal, *found.others)} == ways


def test_orphans_and_notebooks_are_found_without_asking(tmp_path: Path) -> None:
    notebook = thing(
        Kind.NOTEBOOK, "lab", status="InService", machines=(Machine("ml.t3.medium"),), changed=NOW.replace(day=1)
    )
    world = World(tmp_path, holdings=held(thing(Kind.ENDPOINT_CONFIG, "old"), notebook))
    found = world.savings.look()
    assert names(found, What.ORPHAN) == ["old"]
    assert names(found) == ["lab"]
    assert found.usd_per_month > 1
    assert world.savings.plan_stop([notebook.key]).title == "Stop lab"
    with pytest.raises(NotFound):
        world.savings.plan_stop([key(Kind.NOTEBOOK, "lab-2")])


@pytest.mark.parametrize("days", [0, -1, 61])
def test_days_that_cannot_be_looked_at_are_refused(world: World, days: int) -> None:
    with pytest.raises(InvalidRequest):
        world.savings.look(days)


def test_what_is_held_is_worked_through_anew_when_anything_of_it_is_another(tmp_path: Path) -> None:
    old, older = thing(Kind.ENDPOINT_CONFIG, "old"), thing(Kind.ENDPOINT_CONFIG, "older")
    world = World(tmp_path, holdings=held(old, older))
    assert names(world.savings.look(), What.ORPHAN) == ["old", "older"]
    assert names(world.savings.look(), What.ORPHAN) == ["old", "older"]
    world.holdings = held(old, replace(older, tags={"sagedeck:protected": "yes"}))
    assert names(world.savings.look(), What.ORPHAN) == ["old"]
    world.holdings = held(old, running("uses-it", "old"))
    assert names(world.savings.look(), What.ORPHAN) == []
    world.holdings = held(old, listing=1)
    assert names(world.savings.look(), What.ORPHAN) == []

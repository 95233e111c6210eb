"""Who calls nobody: only what was measured is called idle."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.endpoints import EndpointDetail
from services.resources import Kind
from services.savings import Finding, Unjudged, Way, What
from services.savings.figures import Figures
from services.savings.idle import judged
from tests.services.savings.made import NOW, REGION, endpoint, figures, flat, load, variant


def of(detail: EndpointDetail, seen: Figures | None, days: int = 7) -> list[Finding | Unjudged]:
    return list(judged(detail, seen, NOW, days, REGION))


def the_one(found: list[Finding | Unjudged]) -> Finding:
    (one,) = found
    assert isinstance(one, Finding)
    return one


def test_no_request_while_the_machines_published_is_idle_and_its_whole_price_can_go() -> None:
    found = the_one(of(endpoint(), figures(None)))
    assert (found.what, found.key.kind, found.key.name) == (What.IDLE, Kind.ENDPOINT, "chat")
    assert found.usd_per_month == pytest.approx(0.2 * 730)
    assert found.proposal.way is Way.PAUSE
    assert "168 hours" in found.proof[0]


def test_a_single_request_in_the_time_is_use() -> None:
    line = [*flat(None)]
    line[3] = 1.0
    assert of(endpoint(), figures({"AllTraffic": line})) == []


def test_without_any_figure_nothing_is_called_idle() -> None:
    (one,) = of(endpoint(), figures(None, [load(cpu=None)]))
    assert isinstance(one, Unjudged)
    assert not one.young
    assert "nothing tells" in one.why


def test_figures_for_a_part_of_the_time_do_not_prove_the_rest() -> None:
    half = replace(load(), lines={"cpu": (*flat(5.0, 3), *flat(None, 4))})
    (one,) = of(endpoint(), figures(None, [half]))
    assert isinstance(one, Unjudged)
    assert "72 of 168 hours" in one.why


def test_a_younger_one_than_asked_says_so_and_an_older_look_judges_it() -> None:
    detail = endpoint(days=5.2)
    (one,) = of(detail, figures(None))
    assert isinstance(one, Unjudged)
    assert one.young
    assert "5.2 days old" in one.why
    assert the_one(of(detail, figures(None, days=5), days=5)).usd_per_month


def test_before_anybody_asked_cloudwatch_it_is_not_known() -> None:
    (one,) = of(endpoint(), None)
    assert isinstance(one, Unjudged)
    assert "not asked" in one.why


def test_an_asynchronous_one_counts_what_it_processed_and_what_waits() -> None:
    detail = endpoint(asynchronous=True)
    assert of(detail, figures(None, backlog=flat(2.0))) == []
    found = the_one(of(detail, figures(None, backlog=flat(0.0))))
    assert "InvocationsProcessed" in found.proof[0]
    assert "queue" in found.proof[1]


def test_of_components_the_silent_ones_are_named_and_the_endpoint_only_when_all_are() -> None:
    detail = endpoint("shared", variant(model=""), components=("names", "names-old"))
    busy = figures({"names": flat(4.0), "names-old": flat(None)})
    found = the_one(of(detail, busy))
    assert (found.key.kind, found.key.name, found.usd_per_month) == (Kind.COMPONENT, "names-old", None)
    all_silent = the_one(of(detail, figures({"names": flat(None), "names-old": flat(0.0)})))
    assert (all_silent.key.kind, all_silent.key.name) == (Kind.ENDPOINT, "shared")


@pytest.mark.parametrize("status", ["Failed", "Creating", "Deleting", "OutOfService"])
def test_what_takes_no_requests_is_not_called_idle(status: str) -> None:
    assert of(endpoint(status=status), figures(None)) == []


def test_what_costs_nothing_while_it_waits_is_left_alone() -> None:
    assert of(endpoint("sl", variant("")), figures(None)) == []


def test_an_unknown_price_stays_unknown() -> None:
    found = the_one(of(endpoint("x", variant("ml.none.large")), figures(None)))
    assert found.usd_per_month is None
    assert found.proposal.after is None

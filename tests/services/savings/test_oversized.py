"""What is larger than its traffic: nothing is proposed that was not checked, and bills are reckoned by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.endpoints import EndpointDetail
from services.savings import Finding, Proposal, Unjudged, Way
from services.savings import bills as reckoned
from services.savings.figures import Figures
from services.savings.machines import Facts, smaller
from services.savings.oversized import Around, judged
from tests.services.savings.made import NOW, REGION, endpoint, facts, figures, flat, load, model, variant


def around(scales: bool | None = False, given: Facts | None = None, second: float | None = None) -> Around:
    return Around(given or facts(), lambda _: scales, lambda _: second)


def of(detail: EndpointDetail, seen: Figures, how: Around | None = None) -> Finding | Unjudged | None:
    return judged(detail, seen, NOW, how or around(), REGION)


def proposals(found: Finding | Unjudged | None) -> dict[Way, Proposal]:
    assert isinstance(found, Finding)
    return {each.way: each for each in (found.proposal, *found.others)}


def test_fewer_instances_that_carry_the_load_at_sixty_percent() -> None:
    detail = endpoint("chat", variant("ml.c5.xlarge", 4))
    found = of(detail, figures(9.0, [load(cpu=28.0, memory=90.0)]))
    scale = proposals(found)[Way.SCALE]
    assert scale.count == 2  # 4 x 28 % = 112 % of one, at 60 % each
    assert scale.saves == pytest.approx(2 * 0.2 * 730)
    assert "about 56 % of 2" in scale.checks[0]


@pytest.mark.parametrize("scales", [True, None])
def test_what_scales_by_itself_or_may_is_not_scaled(scales: bool | None) -> None:
    detail = endpoint("chat", variant("ml.c5.xlarge", 4))
    assert of(detail, figures(9.0, [load(cpu=28.0, memory=90.0)]), around(scales)) is None


def test_a_smaller_instance_is_the_cheapest_that_passes_every_check() -> None:
    detail = endpoint("chat", variant("ml.m5.4xlarge"))
    seen = figures(9.0, [load(cpu=3.0, memory=9.0)])  # 5.8 of 64 GiB
    update = proposals(of(detail, seen))[Way.UPDATE]
    assert update.instance_type == "ml.m5.large"
    assert update.saves == pytest.approx((0.9 - 0.1) * 730)
    assert any("5.8 GiB" in each for each in update.checks)
    assert any("Quota: 10 more" in each for each in update.checks)


def test_a_smaller_instance_must_hold_the_most_memory_that_was_measured_with_some_to_spare() -> None:
    detail = endpoint("chat", variant("ml.m5.4xlarge"))
    seen = figures(9.0, [load(cpu=3.0, memory=11.5)])  # 7.4 GiB and 15 % do not fit into 8
    assert proposals(of(detail, seen))[Way.UPDATE].instance_type == "ml.m5.xlarge"
    # most of the time little, once much: the peak counts for memory
    peak = load(cpu=3.0)
    peak = replace(peak, lines={**peak.lines, "memory": (*flat(9.0)[:-1], 60.0)})
    assert of(detail, figures(9.0, [peak])) is None


def test_processors_must_do_as_well() -> None:
    detail = endpoint("chat", variant("ml.m5.4xlarge"))
    seen = figures(9.0, [load(cpu=12.0, memory=5.0)])  # of 16: on 2 it would be 96 %, on 4 48 %
    assert proposals(of(detail, seen))[Way.UPDATE].instance_type == "ml.m5.xlarge"


@pytest.mark.parametrize(
    "changes",
    [{"quota": lambda _: None}, {"quota": lambda _: 0.0}, {"listed": ("ml.m5.4xlarge",)}, {"spec": lambda _: None}],
)
def test_a_check_that_fails_or_cannot_be_made_ends_the_proposal(changes: dict[str, Callable[[str], Any]]) -> None:
    detail = endpoint("chat", variant("ml.m5.4xlarge"))
    seen = figures(9.0, [load(cpu=3.0, memory=9.0)])
    assert of(detail, seen, around(given=facts(**changes))) is None


def test_an_unknown_price_ends_every_proposal() -> None:
    detail = endpoint("chat", variant("ml.none.4xlarge", 4))
    assert of(detail, figures(9.0, [load(cpu=3.0, memory=9.0)])) is None


def test_a_type_outside_the_family_needs_the_models_own_list() -> None:
    detail = endpoint("chat", variant("ml.m5.4xlarge"), tags=(("sagedeck:model-id", "a-model"),))
    seen = figures(9.0, [load(cpu=3.0, memory=5.0)])
    listed = around(given=facts(listed=("ml.c5.xlarge", "ml.m5.4xlarge")))
    assert proposals(of(detail, seen, listed))[Way.UPDATE].instance_type == "ml.c5.xlarge"
    assert any("a-model is published for" in each for each in proposals(of(detail, seen, listed))[Way.UPDATE].checks)


def gpu_endpoint(environment: dict[str, str] | None = None) -> EndpointDetail:
    return endpoint("llm", variant("ml.g5.12xlarge"), models=(model(environment),))


def test_fewer_gpus_only_where_the_container_is_told_to_use_no_more() -> None:
    seen = load(cpu=3.0, memory=4.0, gpu=5.0, gpu_memory=15.0)
    given = facts()
    assert smaller(gpu_endpoint(), variant("ml.g5.12xlarge"), seen, given) is None
    assert smaller(gpu_endpoint({"SM_NUM_GPUS": "4"}), variant("ml.g5.12xlarge"), seen, given) is None
    found = smaller(gpu_endpoint({"SM_NUM_GPUS": "1"}), variant("ml.g5.12xlarge"), seen, given)
    assert found is not None
    assert found.instance_type == "ml.g5.xlarge"


def test_gpu_memory_a_server_fills_on_purpose_is_judged_by_the_estimate_alone() -> None:
    full = load(cpu=3.0, memory=4.0, gpu=5.0, gpu_memory=90.0)
    told = gpu_endpoint({"SM_NUM_GPUS": "1"})
    assert smaller(told, variant("ml.g5.12xlarge"), full, facts()) is None
    fits = facts(needs=lambda _: (17.0, "13 GiB of weights"))
    found = smaller(told, variant("ml.g5.12xlarge"), full, fits)
    assert found is not None
    assert any("about 17.0 GiB needed by estimate" in each for each in found.checks)
    assert smaller(told, variant("ml.g5.12xlarge"), full, facts(needs=lambda _: (40.0, "large"))) is None


def test_another_gpu_never_stands_in() -> None:
    seen = load(cpu=3.0, memory=4.0, gpu=5.0, gpu_memory=15.0)
    listed = facts(listed=("ml.g4dn.xlarge",))
    assert smaller(endpoint("llm", variant("ml.g5.xlarge")), variant("ml.g5.xlarge"), seen, listed) is None


def test_missing_figures_of_the_gpu_are_said_and_nothing_is_proposed() -> None:
    blind = of(endpoint("llm", variant("ml.g5.xlarge")), figures(9.0, [load(gpu=None, gpu_memory=40.0)]))
    assert isinstance(blind, Unjudged)
    assert "lacks figures" in blind.why
    young = of(endpoint(days=0.5), figures(9.0))
    assert isinstance(young, Unjudged)
    assert young.young


def test_components_and_serverless_endpoints_are_left_alone() -> None:
    assert of(endpoint("s", variant(model=""), components=("a",)), figures({"a": flat(3.0)})) is None
    assert of(endpoint("s", variant("")), figures(3.0)) is None


def test_serverless_is_proposed_for_sparse_traffic_with_both_bills() -> None:
    line = [0.0] * 168
    line[5], seconds = 40.0, [0.0] * 168
    seconds[5] = 336.0  # in 168 hours: 1,460 s a month
    detail = endpoint("rare", variant("ml.m5.large"))
    seen = figures({"AllTraffic": line}, [load(cpu=2.0, memory=20.0)], seconds=tuple(seconds))
    advice = proposals(of(detail, seen, around(second=0.00004)))[Way.ADVICE]
    assert advice.before == pytest.approx(0.1 * 730)
    assert advice.after == pytest.approx(336 * 730 / 168 * 0.00004)
    assert "2 GB" in advice.words  # 1.6 GiB and 15 %
    assert of(detail, seen, around(second=None)) is None
    busy = figures(40.0, [load(cpu=2.0, memory=20.0)], seconds=tuple(seconds))
    assert of(detail, busy, around(second=0.00004)) is None


def test_bursty_traffic_is_scaled_by_the_bill_of_each_hour() -> None:
    line = (*flat(5.0, 6), *flat(55.0, 1))
    bursty = replace(load(memory=90.0), lines={"cpu": line, "memory": flat(90.0)})
    detail = endpoint("rush", variant("ml.c5.xlarge", 4))
    scaled = proposals(of(detail, figures({"AllTraffic": (*flat(60.0, 6), *flat(6000.0, 1))}, [bursty])))[Way.AUTOSCALE]
    # 144 hours need 1 (4 x 5 % / 60 %), 24 hours 4 (4 x 55 % / 60 %): 240 of 672 instance hours
    assert scaled.after == pytest.approx((144 * 1 + 24 * 4) / 168 * 0.2 * 730)
    assert scaled.target == pytest.approx(6000 / 60 / 4, rel=0.01)


def test_an_asynchronous_one_may_go_to_zero() -> None:
    line = [0.0] * 168
    for at in range(16):
        line[at * 10] = 3.0
    detail = endpoint("batch", variant("ml.g4dn.xlarge"), asynchronous=True)
    seen = figures({"AllTraffic": line}, [load(gpu=70.0, gpu_memory=50.0)])
    advice = proposals(of(detail, seen))[Way.ADVICE]
    assert advice.after == pytest.approx(16 / 168 * 1.5 * 0.7 * 730)


def test_the_bill_of_scaling_counts_hours_without_a_figure_as_full() -> None:
    usd, most = reckoned.scaled((None, 10.0), 3, 1.0)
    assert usd == pytest.approx((3 + 1) / 2 * 730)
    assert most == 3


def test_an_updated_endpoint_is_judged_by_what_it_is_now() -> None:
    detail = endpoint("chat", variant("ml.c5.xlarge", 4), modified=NOW - timedelta(hours=3))
    assert isinstance(of(detail, figures(9.0, [load(cpu=28.0, memory=90.0)])), Unjudged)

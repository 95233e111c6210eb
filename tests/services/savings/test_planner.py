"""The plans of savings: notebook instances that stop, variants that scale by themselves."""

from __future__ import annotations

import pytest

from services.errors import InvalidRequest
from services.plans import check
from services.resources import Kind
from services.savings import Proposal, Way
from services.savings.planner import Running, plan_autoscale, plan_stop
from tests.services.savings.made import endpoint, thing, variant


def test_stopping_ends_the_machines_price_and_can_be_taken_back() -> None:
    plan = plan_stop([Running(thing(Kind.NOTEBOOK, "lab"), 0.2), Running(thing(Kind.NOTEBOOK, "lab-2"), 0.3)], pace=60)
    assert not check(plan)
    assert plan.estimate.usd_per_hour == pytest.approx(-0.5)
    assert [each.operation for each in plan] == ["stop_notebook_instance", "describe_notebook_instance"] * 2
    assert plan.step("stop-lab").undo[0].operation == "start_notebook_instance"
    assert plan.step("stopped-lab-2").after == ("stop-lab-2",)


def test_an_unknown_price_stays_unknown_and_nothing_else_is_stopped() -> None:
    assert plan_stop([Running(thing(Kind.NOTEBOOK, "lab"), None)]).estimate.usd_per_hour is None
    with pytest.raises(InvalidRequest):
        plan_stop([])
    with pytest.raises(InvalidRequest):
        plan_stop([Running(thing(Kind.APP, "d-1/x/JupyterLab/default"), 0.1)])


def test_scaling_is_bounded_by_what_runs_now() -> None:
    proposal = Proposal(
        way=Way.AUTOSCALE, words="", before=730.0, after=365.0, variant="AllTraffic", count=4, target=25.0
    )  # fmt: skip
    plan = plan_autoscale(endpoint("chat", variant(count=4)), proposal)
    assert not check(plan)
    target, policy = plan.steps
    assert (target.parameters["MinCapacity"], target.parameters["MaxCapacity"]) == (1, 4)
    assert policy.parameters["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 25.0
    assert plan.estimate.usd_per_hour == pytest.approx(-0.5)
    with pytest.raises(InvalidRequest):
        plan_autoscale(endpoint("chat", variant(name="Other")), proposal)

"""The price of a plan and its ceiling: added up, compared, and said in words."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from cli.following import price_of as said_of
from cli.following import print_plan
from services.plans import Plan, merge
from services.plans.models import Cost, Estimate, Step
from ui.plan_text import ceiling_of, price_of


def plan(expected: float | None, *most: float | None) -> Plan:
    ceiling = {"usd_per_hour_most": most[0]} if most else {}
    return Plan("demo", (), estimate=Estimate(expected, **ceiling))  # type: ignore[arg-type]


def test_without_a_ceiling_of_its_own_the_price_is_the_ceiling() -> None:
    assert plan(1.5).estimate.usd_per_hour_most == 1.5
    assert plan(None).estimate.usd_per_hour_most is None
    assert plan(-2.0).estimate.usd_per_hour_most == -2.0
    assert plan(1.5) == plan(1.5)
    assert replace(plan(1.5).estimate, source="here").usd_per_hour_most == 1.5


def test_ceilings_add_up_and_an_unknown_one_makes_the_sum_unknown() -> None:
    both = merge("both", plan(1.0, 4.0), plan(0.5)).estimate
    assert (both.usd_per_hour, both.usd_per_hour_most) == (1.5, 4.5)
    unknown = merge("both", plan(1.0, None), plan(0.5)).estimate
    assert (unknown.usd_per_hour, unknown.usd_per_hour_most) == (1.5, None)


@pytest.mark.parametrize(
    ("confirmed", "now", "same"),
    [
        (plan(1.0, 2.0), plan(1.0, 2.0), True),
        (plan(1.0, 2.0), plan(1.0, 1.5), True),
        (plan(1.0, 2.0), plan(1.0, 2.01), True),
        (plan(1.0, 2.0), plan(1.0, 3.0), False),
        (plan(1.0, 2.0), plan(1.0, None), False),
        (plan(1.0, None), plan(1.0, 9.0), True),
        (plan(None), plan(None), True),
    ],
)
def test_a_higher_ceiling_has_to_be_confirmed_again(confirmed: Plan, now: Plan, same: bool) -> None:
    assert confirmed.same_work(now) is same


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (plan(1.5), "$1.50/h"),
        (plan(1.5, 6.0), "$1.50/h, at most $6.00/h"),
        (plan(0.0, 1.08), "nothing while idle, at most $1.08/h"),
        (plan(0.0, None), "nothing while idle, its most is not known"),
        (plan(0.0), "costs nothing"),
        (plan(-2.0), "ends $2.00/h"),
        (plan(None), "price unknown"),
    ],
)
def test_the_confirm_button_says_both(of: Plan, words: str) -> None:
    assert price_of(of).replace("\u2060", "") == words
    assert bool(ceiling_of(of)) is (of.estimate.usd_per_hour != of.estimate.usd_per_hour_most)


def test_the_command_line_says_both_too(capsys: pytest.CaptureFixture[str]) -> None:
    print_plan(plan(1.5, 6.0), True)
    told = json.loads(capsys.readouterr().out)
    assert (told["usd_per_hour"], told["usd_per_hour_most"]) == (1.5, 6.0)
    print_plan(plan(1.5, 6.0), False)
    assert "$1.500/h, at most $6.000/h" in capsys.readouterr().err
    assert said_of(plan(-2.0)) == "ends $2.000/h"


@pytest.mark.parametrize(
    ("estimate", "cost", "words"),
    [
        (Estimate(0.0, 57.14), Cost(0.0, 57.14), "at most $57.14"),
        (Estimate(0.8, 57.14), Cost(0.8, 57.14), "at most $57.14, then $0.80/h"),
        (Estimate(None, 57.14), Cost(None, 57.14), "at most $57.14, then price unknown"),
        (Estimate(0.0), Cost(None, None), "price unknown"),
        (Estimate(0.0), Cost(0.0), "costs nothing"),
    ],
)
def test_work_that_ends_by_itself_says_what_it_may_come_to(estimate: Estimate, cost: Cost, words: str) -> None:
    step = Step(id="job", service="sagemaker", operation="create_auto_ml_job_v2", reason="It trains.", cost=cost)
    assert price_of(Plan(title="Launch", steps=(step,), estimate=estimate)) == words


@pytest.mark.parametrize(
    ("estimate", "cost", "words"),
    [
        (Estimate(0.0, 57.14), Cost(0.0, 57.14), "$0.000/h, and at most $57.14 once"),
        (Estimate(0.8, 1157.14), Cost(0.8, 1157.14), "$0.800/h, and at most $1,157.14 once"),
        (Estimate(0.0), Cost(None, None), "unknown price"),
        (Estimate(0.0), Cost(0.0), "$0.000/h"),
    ],
)
def test_the_command_line_says_what_such_work_may_come_to(estimate: Estimate, cost: Cost, words: str) -> None:
    step = Step(id="job", service="sagemaker", operation="create_auto_ml_job_v2", reason="It trains.", cost=cost)
    assert said_of(Plan(title="Launch", steps=(step,), estimate=estimate)) == words


@pytest.mark.parametrize(
    ("confirmed", "now", "asked_again"),
    [(50.0, 50.2, False), (50.0, 51.0, True), (50.0, None, True), (None, 50.0, False), (None, None, False)],
)
def test_a_higher_or_no_longer_known_ceiling_of_work_is_asked_about_again(
    confirmed: float | None, now: float | None, asked_again: bool
) -> None:
    plans = [Plan(title="Launch", steps=(), estimate=Estimate(0.0, usd)) for usd in (confirmed, now)]
    assert plans[0].same_work(plans[1]) is not asked_again

"""Waiting: errors that mean "not yet", waits until something is so, and what progress says meanwhile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.errors import NotFound, Throttled, Unreachable
from services.plans import Cost, ErrorMatch, Once, Plan, Runs, Step, StepStatus, Until
from services.plans.wording import doing, ended_badly
from tests.services.plans.world import (
    ABSENT,
    SECONDS,
    Clock,
    Cut,
    Refused,
    World,
    making,
    plan,
    runs_on,
    statuses,
    waiting,
)


def test_not_yet_is_tried_again_until_its_deadline(tmp_path: Path, world: World) -> None:
    later = ErrorMatch("ValidationException", "cannot be assumed")
    refusal = Refused("ValidationException", "The role cannot be assumed")
    world.errors["create_thing a"] = [refusal] * 3
    world.errors["create_thing b"] = [refusal] * 1000
    with runs_on(tmp_path, world) as runs:
        for name, status in (("a", "done"), ("b", "failed")):
            step = making(name, manner=Once((later,), deadline=120))
            assert statuses(runs, runs.start(plan(step))) == {name: status}
    assert 5 < len([call for call in world.changes() if call[1] == "b"]) < 100


def test_a_wait_hears_failure_with_its_explanation(runs: Runs, world: World) -> None:
    answers = iter(["Creating", "Creating", "Failed"])
    world.special["describe_thing"] = lambda _: {"Status": next(answers), "Reason": "no capacity"}
    view = runs.wait(runs.start(plan(making("a", proof=None), waiting("a"))), SECONDS)
    problem = view.steps[1].problem
    assert problem is not None
    assert problem.what == "The thing a ended as Failed."
    assert problem.why == "no capacity"
    assert "another instance type" in problem.next
    assert view.usd_per_hour == 0.0, "what failed holds no machine"


def test_a_wait_that_ends_right_with_the_wrong_content_has_failed(runs: Runs, world: World) -> None:
    world.things["a"] = {"Status": "Ready", "Config": "old"}
    manner = Until(path="Status", done=("Ready",), expect={"Config": "new"})
    view = runs.wait(runs.start(plan(replace(waiting("a", manner=manner), after=()))), SECONDS)
    problem = view.steps[0].problem
    assert problem is not None
    assert "rolled back: Config is old, wanted is new" in problem.what
    assert "log" in problem.why, "nobody said why, so it is said where it may stand"


def test_a_change_that_was_rolled_back_bills_no_more_and_says_what_aws_says(runs: Runs, world: World) -> None:
    world.things["a"] = {"Status": "Ready", "Config": "old", "Reason": "no capacity"}
    world.special["update_thing"] = lambda _: {}
    change = Step(
        id="update-a", service="library", operation="update_thing", reason="It changes.", parameters={"Name": "a"},
        cost=Cost(usd_per_hour=2.0),
    )  # fmt: skip
    manner = Until(path="Status", done=("Ready",), explanation="Reason", expect={"Config": "new"})
    view = runs.wait(runs.start(plan(change, replace(waiting("a", manner=manner), after=("update-a",)))), SECONDS)
    problem = view.steps[1].problem
    assert problem is not None
    assert problem.why == "no capacity"
    assert view.usd_per_hour == 0.0


def test_a_wait_has_a_deadline_and_passing_faults_do_not_end_it(runs: Runs, world: World) -> None:
    world.things["a"] = {"Status": "Creating"}
    world.errors["describe_thing a"] = [Refused("ThrottlingException", "slow down"), Cut(), Refused("X", "", 503)]
    manner = Until(path="Status", done=("Ready",), deadline=300)
    view = runs.wait(runs.start(plan(replace(waiting("a", manner=manner), after=()))), SECONDS)
    assert view.steps[0].problem is not None
    assert "not finished after 5 minutes" in view.steps[0].problem.what
    assert view.steps[0].detail == "Creating"


def test_a_wait_until_gone_ends_when_the_thing_is_absent(runs: Runs) -> None:
    manner = Until(path="Status", gone=True, absent=ABSENT)
    assert statuses(runs, runs.start(plan(replace(waiting("a", manner=manner), after=())))) == {"wait-a": "done"}


def test_a_wait_for_what_never_appears_fails(runs: Runs) -> None:
    assert statuses(runs, runs.start(plan(replace(waiting("a"), after=())))) == {"wait-a": "failed"}


def test_progress_weighs_steps_by_how_long_they_take(tmp_path: Path, world: World) -> None:
    clock = Clock()
    with runs_on(tmp_path, world, clock=clock) as runs:
        manner = Until(path="Status", done=("Ready",), typical=198.0, deadline=500.0)
        run_id = runs.start(Plan("x", (making("a"), waiting("a", manner=manner))))
        view = runs.wait(run_id, SECONDS)
    half = replace(view.steps[1], status=StepStatus.RUNNING, started=0.0)
    assert replace(view, steps=(view.steps[0], half), now=99.0).progress == pytest.approx(0.505)


def test_errors_of_our_own_operators_are_answers_named_by_their_class(runs: Runs, world: World) -> None:
    gone = Until(path="Status", gone=True, absent=(ErrorMatch("NotFound"),))
    world.errors["describe_thing a"] = [Throttled("Slow down."), Unreachable("Cut."), NotFound("No such collection.")]
    wait = replace(waiting("a", manner=gone), after=())
    assert statuses(runs, runs.start(plan(wait))) == {"wait-a": "done"}


def test_a_refusal_of_our_own_operator_fails_and_a_cut_leaves_it_unknown(runs: Runs, world: World) -> None:
    world.errors["create_thing a"] = [NotFound("No such keyspace.")]
    world.errors["create_thing b"] = [Unreachable("Cut.")]
    steps = [making(name, proof=None) for name in ("a", "b")]
    assert statuses(runs, runs.start(plan(*steps))) == {"a": "failed", "b": "unknown"}


def test_slow_down_is_obeyed_without_being_told(runs: Runs, world: World) -> None:
    world.errors["create_thing a"] = [Refused("ThrottlingException", "Rate exceeded")] * 3
    assert statuses(runs, runs.start(plan(making("a")))) == {"a": "done"}
    assert world.changes().count(("create_thing", "a")) == 4


def test_a_job_that_failed_is_named_plainly_and_not_said_to_go_on() -> None:
    step = Step(
        id="wait", service="sagemaker", operation="describe_auto_ml_job_v2", reason="It is done when it stands.",
        parameters={"AutoMLJobName": "churn"},
    )  # fmt: skip
    told = ended_badly(step, "Failed", "CapacityError: Unable to provision requested ML compute capacity.")
    assert told.what == "The AutoML job churn ended as Failed."
    assert "of another name" in told.next
    assert doing(step) == "describing AutoML job churn"

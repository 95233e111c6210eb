"""Taking back: undo, cancel, and planning again under the same run."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from services.errors import InvalidRequest, PlanChanged, RunTaken
from services.plans import (
    Cost,
    ErrorMatch,
    Once,
    Ref,
    Runs,
    RunStatus,
    Secret,
    Step,
    StepStatus,
    Until,
    check,
)
from tests.services.plans.world import SECONDS, Refused, World, deleting, making, plan, proof, waiting

NEVER = Until(path="Status", done=("Never",), deadline=1e9, every=15)


def deletions(world: World) -> list[str]:
    return [name for operation, name in world.calls if operation == "delete_thing"]


def test_undo_takes_back_in_the_reverse_order_and_only_what_the_run_made(runs: Runs, world: World) -> None:
    world.things["b"] = {"Name": "b"}
    run_id = runs.start(plan(making("a"), making("b", "a"), making("c", "b"), making("d")))
    assert runs.wait(run_id, SECONDS).usd_per_hour == 3.0
    undo = runs.undo_plan(run_id)
    assert check(undo) == ()
    assert [step.parameters["Name"] for step in undo.steps] == ["d", "c", "a"]
    assert undo.estimate.usd_per_hour == -3.0
    runs.undo(run_id, confirmed=undo)
    view = runs.wait(run_id, SECONDS)
    assert view.status is RunStatus.UNDONE
    assert world.things.keys() == {"b"}
    assert deletions(world).index("c") < deletions(world).index("a")
    assert [step.status for step in view.steps] == [
        StepStatus.UNDONE, StepStatus.ALREADY_THERE, StepStatus.UNDONE, StepStatus.UNDONE,
    ]  # fmt: skip
    assert view.usd_per_hour == 0.0


def test_undoing_twice_does_nothing_more(runs: Runs, world: World) -> None:
    run_id = runs.start(plan(making("a")))
    runs.wait(run_id, SECONDS)
    runs.undo(run_id)
    runs.wait(run_id, SECONDS)
    runs.undo(run_id)
    assert deletions(world) == ["a"]


def test_an_undo_step_may_use_values_of_the_run(runs: Runs, world: World) -> None:
    world.special["detach"] = lambda parameters: {}
    detach = Step(
        id="detach", service="library", operation="detach", reason="Detach.", parameters={"Name": Ref("a", "Arn")}
    )
    run_id = runs.start(plan(making("a", undo=(detach, deleting("a")))))
    runs.wait(run_id, SECONDS)
    undo = runs.undo_plan(run_id)
    assert undo.steps[0].parameters["Name"] == "arn:aws:library:::thing/a"
    assert undo.steps[1].after == (undo.steps[0].id,)
    runs.undo(run_id)
    assert runs.wait(run_id, SECONDS).status is RunStatus.UNDONE
    assert world.changes()[-2:] == [("detach", "arn:aws:library:::thing/a"), ("delete_thing", "a")]


def test_a_failed_run_can_be_undone(runs: Runs, world: World) -> None:
    world.errors["create_thing b"] = [Refused("ResourceLimitExceeded", "quota")]
    run_id = runs.start(plan(making("a"), making("b", "a")))
    assert runs.wait(run_id, SECONDS).status is RunStatus.FAILED
    runs.undo(run_id)
    assert runs.wait(run_id, SECONDS).status is RunStatus.UNDONE
    assert world.things == {}


def test_cancel_stops_further_steps_and_takes_back_what_was_made(runs: Runs, world: World) -> None:
    waiting_now = threading.Event()

    def describe(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        name = parameters["Name"]
        if name not in world.things:
            raise Refused("ValidationException", f"Could not find {name}")
        if "delete_thing" not in {operation for operation, _ in world.calls} and len(world.things) == 1:
            waiting_now.set()
        return world.things[name]

    world.special["describe_thing"] = describe
    run_id = runs.start(plan(making("a"), waiting("a", manner=NEVER), making("b", "wait-a")))
    assert waiting_now.wait(SECONDS)
    runs.cancel(run_id)
    view = runs.wait(run_id, SECONDS)
    assert view.status is RunStatus.CANCELLED
    assert world.things == {}
    assert {step.id: step.status for step in view.steps} == {
        "a": StepStatus.UNDONE, "wait-a": StepStatus.SKIPPED, "b": StepStatus.SKIPPED,
    }  # fmt: skip
    assert ("create_thing", "b") not in world.calls
    runs.cancel(run_id)
    assert runs.view(run_id).status is RunStatus.CANCELLED


def test_cancelling_waits_until_removal_is_allowed(runs: Runs, world: World) -> None:
    busy = ErrorMatch("ValidationException", "in-progress")
    world.errors["delete_thing a"] = [Refused("ValidationException", "Cannot delete an in-progress thing")] * 6
    undo = replace(deleting("a"), manner=Once((busy,), deadline=3600))
    world.errors["create_thing b"] = [Refused("ValidationException", "no")]
    run_id = runs.start(plan(making("a", undo=(undo,)), making("b", "a")))
    assert runs.wait(run_id, SECONDS).usd_per_hour == 1.0
    runs.cancel(run_id)
    view = runs.wait(run_id, SECONDS)
    assert view.status is RunStatus.CANCELLED
    assert len(deletions(world)) == 7
    assert view.undo_steps[0].detail.startswith("Not yet")


def test_a_cancelled_run_that_was_done_stays_done(runs: Runs, world: World) -> None:
    run_id = runs.start(plan(making("a")))
    runs.wait(run_id, SECONDS)
    runs.cancel(run_id)
    assert runs.view(run_id).status is RunStatus.DONE
    assert "a" in world.things


def test_an_undo_that_fails_says_what_still_bills_and_can_be_tried_again(runs: Runs, world: World) -> None:
    run_id = runs.start(plan(making("a"), making("b")))
    runs.wait(run_id, SECONDS)
    world.errors["delete_thing a"] = [Refused("AccessDeniedException", "not authorized", 403)]
    runs.undo(run_id)
    view = runs.wait(run_id, SECONDS)
    assert view.status is RunStatus.FAILED
    assert view.usd_per_hour == 1.0
    assert {step.id: step.status for step in view.steps} == {"a": StepStatus.DONE, "b": StepStatus.UNDONE}
    assert view.problem is not None
    runs.undo(run_id)
    assert runs.wait(run_id, SECONDS).status is RunStatus.UNDONE
    assert deletions(world).count("b") == 1


def test_a_thing_that_somebody_else_removed_counts_as_taken_back(runs: Runs, world: World) -> None:
    run_id = runs.start(plan(making("a")))
    runs.wait(run_id, SECONDS)
    world.things.clear()
    runs.undo(run_id)
    assert runs.wait(run_id, SECONDS).status is RunStatus.UNDONE
    assert deletions(world) == []


def test_a_plan_made_again_under_the_same_run_is_undone_with_what_went_before(runs: Runs, world: World) -> None:
    world.errors["create_thing big"] = [Refused("ResourceLimitExceeded", "quota")]
    tag = replace(deleting("a"), id="tag", operation="untag", parameters={"Name": Ref("a", "Arn")}, proof=None)
    world.special["untag"] = lambda _: {}
    first = plan(making("a"), making("small", "a", undo=(tag, deleting("small"))), making("big", "small"))
    run_id = runs.start(first)
    assert runs.wait(run_id, SECONDS).status is RunStatus.FAILED
    again = plan(making("a"), making("medium", "a"))
    runs.resume(run_id, plan=again)
    view = runs.wait(run_id, SECONDS)
    assert view.status is RunStatus.DONE
    assert [step.id for step in view.steps] == ["a", "medium"]
    assert [step.status for step in view.earlier] == [StepStatus.DONE]
    assert view.usd_per_hour == 3.0
    assert world.changes().count(("create_thing", "a")) == 1
    runs.undo(run_id)
    assert runs.wait(run_id, SECONDS).status is RunStatus.UNDONE
    assert world.things == {}
    assert ("untag", "arn:aws:library:::thing/a") in world.calls


def test_the_same_step_with_another_content_is_made_anew_and_both_are_undone(runs: Runs, world: World) -> None:
    world.errors["create_thing b"] = [Refused("ResourceLimitExceeded", "quota")]
    run_id = runs.start(plan(replace(making("a-1"), id="a"), making("b", "a")))
    runs.wait(run_id, SECONDS)
    runs.resume(run_id, plan=plan(replace(making("a-2"), id="a")))
    assert runs.wait(run_id, SECONDS).status is RunStatus.DONE
    assert world.things.keys() == {"a-1", "a-2"}
    runs.undo(run_id)
    assert runs.wait(run_id, SECONDS).status is RunStatus.UNDONE
    assert world.things == {}


def test_an_undo_plan_that_changed_since_it_was_read_is_not_run(runs: Runs, world: World) -> None:
    run_id = runs.start(plan(making("a")))
    runs.wait(run_id, SECONDS)
    with pytest.raises(PlanChanged):
        runs.undo(run_id, confirmed=plan(deleting("other")))
    assert world.things.keys() == {"a"}


def test_a_running_run_is_not_undone_but_cancelled(runs: Runs, world: World) -> None:
    run_id = runs.start(plan(making("a"), waiting("a", manner=NEVER)))
    with pytest.raises(RunTaken):
        runs.undo(run_id)
    with pytest.raises(RunTaken):
        runs.resume(run_id)
    runs.cancel(run_id)
    assert runs.wait(run_id, SECONDS).status is RunStatus.CANCELLED


def test_an_unknown_step_is_settled_before_undoing(runs: Runs, world: World) -> None:
    world.lose_answer.add("create_thing a")
    world.errors["describe_thing a"] = [
        Refused("ValidationException", "Could not find a"), Refused("AccessDenied", "no", 403),
    ]  # fmt: skip
    run_id = runs.start(plan(making("a")))
    assert runs.wait(run_id, SECONDS).steps[0].status is StepStatus.UNKNOWN
    runs.undo(run_id)
    assert runs.wait(run_id, SECONDS).status is RunStatus.UNDONE
    assert world.things == {}


def test_what_cannot_be_settled_is_said_and_never_deleted_blindly(runs: Runs, world: World) -> None:
    world.lose_answer.add("create_thing a")
    run_id = runs.start(plan(making("a", proof=None)))
    runs.wait(run_id, SECONDS)
    assert "not known" in runs.undo_plan(run_id).warnings[0]
    runs.undo(run_id)
    view = runs.wait(run_id, SECONDS)
    assert view.problem is not None
    assert "create_thing" in view.problem.why
    assert deletions(world) == []


def test_undoing_asks_for_the_secrets_it_needs(runs: Runs, world: World) -> None:
    removal = replace(deleting("a"), parameters={"Name": "a", "Token": Secret("ASTRA_TOKEN")})
    run_id = runs.start(plan(making("a", undo=(removal,))))
    runs.wait(run_id, SECONDS)
    with pytest.raises(InvalidRequest, match="ASTRA_TOKEN"):
        runs.undo(run_id)
    runs.undo(run_id, secrets={"ASTRA_TOKEN": "astra-token-value"})
    assert runs.wait(run_id, SECONDS).status is RunStatus.UNDONE


def test_a_take_down_plan_leaves_nothing_running(runs: Runs, world: World) -> None:
    world.things["a"] = {"Name": "a"}
    run_id = runs.start(plan(replace(deleting("a"), cost=Cost(usd_per_hour=-1.5))))
    view = runs.wait(run_id, SECONDS)
    assert view.status is RunStatus.DONE
    assert view.usd_per_hour == 0.0


def test_what_is_not_ours_is_not_removed(runs: Runs, world: World) -> None:
    world.things["a"] = {"Name": "a", "Owner": "bob"}
    removal = replace(deleting("a"), proof=proof("a", gone=True, Owner="ann"))
    view = runs.wait(runs.start(plan(removal)), SECONDS)
    assert view.status is RunStatus.FAILED
    assert "a" in world.things


def test_what_another_run_found_there_and_uses_stays_until_that_run_is_taken_back(runs: Runs, world: World) -> None:
    first = runs.start(plan(making("role"), making("a", "role")))
    runs.wait(first, SECONDS)
    second = runs.start(plan(making("role"), making("b", "role")))
    runs.wait(second, SECONDS)
    undo = runs.undo_plan(first)
    assert [step.parameters["Name"] for step in undo.steps] == ["a"]
    assert any("stays" in warning and "uses it" in warning for warning in undo.warnings)
    runs.undo(first, confirmed=undo)
    view = runs.wait(first, SECONDS)
    assert (view.status, view.problem) == (RunStatus.UNDONE, None)
    assert world.things.keys() == {"role", "b"}
    runs.undo(second)
    runs.wait(second, SECONDS)
    assert [step.parameters["Name"] for step in runs.undo_plan(first).steps] == ["role"]

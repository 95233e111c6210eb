"""Plans carried out: order, waiting, failures, what is there already, what is not known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.errors import InvalidRequest, NotFound, PlanChanged, PlanInvalid, ReadOnly
from services.plans import (
    Cost,
    Json,
    OnFailure,
    Ref,
    Runs,
    RunStatus,
    Secret,
    Step,
    StepStatus,
    Text,
    Until,
)
from services.state import State
from tests.services.plans.world import SECONDS, Refused, World, making, plan, proof, runs_on, statuses, waiting


def test_steps_run_in_their_order_and_the_run_is_done(runs: Runs, world: World) -> None:
    run_id = runs.start(plan(making("c", "b"), making("b", "a"), making("a")))
    view = runs.wait(run_id, SECONDS)
    assert view.status is RunStatus.DONE
    assert world.changes() == [("create_thing", "a"), ("create_thing", "b"), ("create_thing", "c")]
    assert view.progress == 1.0
    assert view.usd_per_hour == 3.0


def test_a_receipt_names_the_request_and_the_arn(runs: Runs) -> None:
    view = runs.wait(runs.start(plan(making("a"))), SECONDS)
    receipt = view.steps[0].receipt
    assert receipt is not None
    assert receipt.request_id.startswith("request-")
    assert receipt.arn == "arn:aws:library:::thing/a"


def test_independent_steps_run_side_by_side_but_no_more_than_eight_calls(runs: Runs, world: World) -> None:
    world.delay = 0.02
    steps = [making(f"t{number}", proof=None) for number in range(20)]
    view = runs.wait(runs.start(plan(*steps)), SECONDS)
    assert view.status is RunStatus.DONE
    assert 2 <= world.most_at_once <= 8


def test_values_of_earlier_steps_reach_later_ones(runs: Runs, world: World) -> None:
    text = Text(("of ", Ref("a", "Arn")))
    later = making(
        "b", "a", parameters={"Source": Ref("a", "Arn"), "Words": text, "Policy": Json({"r": Ref("a", "Arn")})}
    )
    runs.wait(runs.start(plan(making("a"), later)), SECONDS)
    assert world.things["b"]["Source"] == "arn:aws:library:::thing/a"
    assert world.things["b"]["Words"] == "of arn:aws:library:::thing/a"
    assert world.things["b"]["Policy"] == '{"r": "arn:aws:library:::thing/a"}'


def test_a_failed_step_stops_only_those_that_wait_for_it(runs: Runs, world: World) -> None:
    world.errors["create_thing a"] = [Refused("ValidationException", "One or more parameters are wrong")]
    run_id = runs.start(plan(making("a"), making("b", "a"), making("c")))
    assert statuses(runs, run_id) == {"a": "failed", "b": "skipped", "c": "done"}
    view = runs.view(run_id)
    assert view.status is RunStatus.FAILED
    assert view.problem is not None
    assert "creating thing" in view.problem.what
    assert "parameters are wrong" in view.problem.why


def test_a_failed_step_may_stop_everything(runs: Runs, world: World) -> None:
    world.errors["create_thing a"] = [Refused("ValidationException", "no")]
    first = making("a", on_failure=OnFailure.EVERYTHING)
    slow = [making("b"), waiting("b", manner=Until(path="Status", done=("Never",)))]
    assert statuses(runs, runs.start(plan(first, *slow)))["wait-b"] == "skipped"


def test_what_is_there_and_the_same_is_not_made_again(runs: Runs, world: World) -> None:
    world.things["a"] = {"Name": "a", "Arn": "arn:aws:library:::thing/a", "Size": 3}
    first = making("a", proof=proof("a", Size=3))
    run_id = runs.start(plan(first, making("b", "a", parameters={"Source": Ref("a", "Arn")})))
    assert statuses(runs, run_id) == {"a": "already_there", "b": "done"}
    assert world.things["b"]["Source"] == "arn:aws:library:::thing/a"
    assert runs.view(run_id).usd_per_hour == 1.0


def test_what_is_there_but_different_is_a_clash(runs: Runs, world: World) -> None:
    world.things["a"] = {"Name": "a", "Size": 4}
    view = runs.wait(runs.start(plan(making("a", proof=proof("a", Size=3)))), SECONDS)
    problem = view.steps[0].problem
    assert problem is not None
    assert problem.kind == "NameTaken"
    assert "Size is 4, wanted is 3" in problem.why
    assert world.changes() == []


def test_a_read_that_is_refused_proves_nothing(runs: Runs, world: World) -> None:
    world.errors["describe_thing a"] = [Refused("AccessDeniedException", "not authorized", 403)]
    assert statuses(runs, runs.start(plan(making("a")))) == {"a": "done"}


def test_a_lost_answer_is_settled_by_looking(runs: Runs, world: World) -> None:
    world.lose_answer.add("create_thing a")
    assert statuses(runs, runs.start(plan(making("a")))) == {"a": "done"}
    assert world.changes() == [("create_thing", "a")]


def test_a_lost_answer_without_a_proof_is_unknown_and_not_repeated(runs: Runs, world: World) -> None:
    world.lose_answer.add("create_thing a")
    run_id = runs.start(plan(making("a", proof=None)))
    assert statuses(runs, run_id) == {"a": "unknown"}
    runs.resume(run_id)
    assert statuses(runs, run_id) == {"a": "unknown"}
    assert world.changes() == [("create_thing", "a")]
    assert runs.view(run_id).usd_per_hour == 1.0  # it may bill
    problem = runs.view(run_id).steps[0].problem
    assert problem is not None
    assert "not known" in problem.what


def test_a_name_taken_at_the_last_moment_is_not_taken_for_ours(runs: Runs, world: World) -> None:
    def made_by_another(parameters: Any) -> Any:
        world.things["a"] = {"Name": "a"}
        raise Refused("ValidationException", "Cannot create already existing thing")

    world.special["create_thing"] = made_by_another
    run_id = runs.start(plan(making("a")))
    assert statuses(runs, run_id) == {"a": "already_there"}
    assert runs.undo_plan(run_id).steps == ()


def test_a_create_that_botocore_repeated_is_ours(runs: Runs, world: World) -> None:
    def made_then_repeated(parameters: Any) -> Any:
        world.things["a"] = {"Name": "a"}
        raise Refused("ValidationException", "Cannot create already existing thing", retries=1)

    world.special["create_thing"] = made_then_repeated
    assert statuses(runs, runs.start(plan(making("a")))) == {"a": "done"}


def test_resuming_after_a_failure_does_only_what_is_left(runs: Runs, world: World) -> None:
    world.errors["create_thing b"] = [Refused("ResourceLimitExceeded", "quota")]
    run_id = runs.start(plan(making("a"), making("b", "a", parameters={"Source": Ref("a", "Arn")}), making("c", "b")))
    assert statuses(runs, run_id) == {"a": "done", "b": "failed", "c": "skipped"}
    runs.resume(run_id)
    assert statuses(runs, run_id) == {"a": "done", "b": "done", "c": "done"}
    assert world.things["b"]["Source"] == "arn:aws:library:::thing/a"
    assert [name for _, name in world.changes()] == ["a", "b", "b", "c"]


def test_a_run_that_is_done_cannot_be_resumed(runs: Runs) -> None:
    run_id = runs.start(plan(making("a")))
    runs.wait(run_id, SECONDS)
    with pytest.raises(InvalidRequest, match="done"):
        runs.resume(run_id)


def test_a_wrong_plan_is_refused_before_anything_is_called(runs: Runs, world: World) -> None:
    with pytest.raises(PlanInvalid, match="circle"):
        runs.start(plan(making("a", "b"), making("b", "a")))
    assert world.calls == []
    assert runs.list() == ()


def test_a_read_only_connection_refuses_every_change(tmp_path: Path, world: World) -> None:
    with runs_on(tmp_path, world) as runs:
        run_id = runs.start(plan(making("a")))
        runs.wait(run_id, SECONDS)
    with runs_on(tmp_path, world, read_only=True) as runs:
        for change in (lambda: runs.start(plan(making("b"))), lambda: runs.undo(run_id), lambda: runs.cancel(run_id)):
            with pytest.raises(ReadOnly):
                change()
        assert runs.view(run_id).status is RunStatus.DONE
    assert world.changes() == [("create_thing", "a")]


def test_a_plan_that_differs_from_the_confirmed_one_is_not_run(runs: Runs, world: World) -> None:
    with pytest.raises(PlanChanged):
        runs.start(plan(making("b")), confirmed=plan(making("a")))
    cheaper = replace(plan(replace(making("a"), cost=Cost(usd_per_hour=0.5))))
    assert runs.wait(runs.start(cheaper, confirmed=plan(making("a"))), SECONDS).status is RunStatus.DONE


def test_missing_secrets_are_named(runs: Runs, world: World) -> None:
    with pytest.raises(InvalidRequest, match="HF_TOKEN"):
        runs.start(plan(making("a", parameters={"Environment": {"HF_TOKEN": Secret("HF_TOKEN")}})))
    assert world.calls == []


def test_an_owner_sees_only_their_own_runs(tmp_path: Path, world: World) -> None:
    state = State(tmp_path / "state.db")
    ann = Runs(state, lambda _: world, owner="ann", worker="w")
    bob = Runs(state, lambda _: world, owner="bob", worker="w")
    run_id = ann.start(plan(making("a")))
    ann.wait(run_id, SECONDS)
    assert [view.id for view in ann.list()] == [run_id]
    assert bob.list() == ()
    for look in (bob.view, bob.undo_plan, bob.undo, bob.cancel, bob.resume, bob.take_secrets):
        with pytest.raises(NotFound):
            look(run_id)
    assert world.things.keys() == {"a"}


def test_the_newest_run_is_listed_first(runs: Runs) -> None:
    ids = []
    for name in "abc":
        ids.append(runs.start(plan(making(name))))
        runs.wait(ids[-1], SECONDS)
    assert [view.id for view in runs.list(2)] == [ids[2], ids[1]]


def test_an_unexpected_fault_fails_the_step_and_says_so(runs: Runs, world: World) -> None:
    nothing: dict[str, Any] = {}
    world.special["create_thing"] = lambda _: {"found": nothing["no such key"]}
    view = runs.wait(runs.start(plan(making("a"))), SECONDS)
    assert view.status is RunStatus.FAILED
    assert view.steps[0].problem is not None
    assert view.steps[0].problem.kind == "KeyError"


def test_a_view_pickles_and_a_price_that_is_unknown_stays_unknown(runs: Runs) -> None:
    import pickle

    view = runs.wait(runs.start(plan(making("a", cost=Cost()), making("b"))), SECONDS)
    assert pickle.loads(pickle.dumps(view)) == view
    assert view.usd_per_hour is None


def test_steps_of_an_unknown_operation_are_refused_where_a_model_is_known(runs: Runs) -> None:
    bad = Step(id="a", service="sagemaker", operation="create_endpont", reason="r")
    with pytest.raises(PlanInvalid, match="no operation create_endpont"):
        runs.start(plan(bad))


def test_an_answer_that_cannot_be_read_leaves_the_step_unknown_and_said(runs: Runs, world: World) -> None:
    world.special["list_things"] = lambda _: {"Things": "not a list"}
    step = Step(id="a", service="library", operation="list_things", reason="Look.")
    later = making("b", "a", parameters={"Source": Ref("a", "max_by(Things, &Size)")})
    view = runs.wait(runs.start(plan(step, later)), SECONDS)
    assert view.status is RunStatus.FAILED
    assert view.steps[0].status is StepStatus.UNKNOWN
    assert view.steps[0].problem is not None

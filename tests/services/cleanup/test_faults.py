"""What goes wrong while a cleanup runs: nothing protected is gone then, and nothing is told gone that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.plans import Plan, Runs, RunStatus, RunView, StepStatus
from services.plans.records import report_of
from services.state import State
from tests.services.cleanup.account import MINE
from tests.services.cleanup.fake_aws import FakeAws
from tests.services.plans.world import Clock, Refused

SECONDS = 30.0
PROTECTED = {**MINE, "sagedeck:protected": "yes"}
DENIED = Refused("AccessDeniedException", "User is not authorized to perform this.")
THROTTLED = Refused("ThrottlingException", "Rate exceeded")


def run(path: Path, aws: FakeAws, plan: Plan) -> RunView:
    state = State(path / "state.db")
    clock = Clock()
    runs = Runs(state, aws.operators(), owner="ada", worker="test", clock=clock, sleep=clock.sleep)
    view = runs.wait(runs.start(plan), SECONDS)
    state.close()
    return view


def told_gone(view: RunView) -> set[str]:
    """The steps that say a thing was seen to be gone."""
    return {step.id for step in view.steps if step.receipt is not None and step.receipt.gone}


def left(view: RunView) -> dict[str, str]:
    return {step.id: f"{step.problem}" for step in view.steps if step.problem is not None}


def test_a_whole_account_goes_in_order_and_each_thing_has_its_receipt(tmp_path: Path) -> None:
    aws = FakeAws()
    for name in ("one", "two", "three"):
        aws.chain(name)
    view = run(tmp_path, aws, aws.plan())
    assert view.status is RunStatus.DONE
    assert not any(aws.things.values())
    assert not aws.role
    for kind in ("endpoint-config", "model"):
        assert {f"delete-{kind}-{name}" for name in ("one", "two", "three")} <= told_gone(view)
    assert {"gone-endpoint-one", "delete-role-sagedeck-execution"} <= told_gone(view)
    assert len(report_of(view, "ada").left) == 0


def test_a_denied_delete_stops_what_waits_for_it_and_nothing_else(tmp_path: Path) -> None:
    aws = FakeAws()
    aws.chain("denied")
    aws.chain("free")
    aws.faults["delete_endpoint_config denied"] = [DENIED] * 9
    view = run(tmp_path, aws, aws.plan())
    assert view.status is RunStatus.FAILED
    assert set(aws.things["endpoint_config"]) == {"denied"}
    assert set(aws.things["model"]) == {"denied"}
    assert aws.role
    assert (
        "not authorized" in left(view)["delete-endpoint-config-denied"]
        or "may not" in left(view)["delete-endpoint-config-denied"]
    )
    assert "delete-endpoint-config-denied" not in told_gone(view)
    aws.faults.clear()
    again = run(tmp_path, aws, aws.plan())
    assert again.status is RunStatus.DONE
    assert not any(aws.things.values())


def test_a_dependency_made_between_plan_and_run_keeps_what_it_uses(tmp_path: Path) -> None:
    aws = FakeAws()
    aws.chain("mine")
    plan = aws.plan()
    aws.make("endpoint", "newcomer", "mine", {})
    view = run(tmp_path, aws, plan)
    assert set(aws.things["endpoint_config"]) == {"mine"}
    assert set(aws.things["model"]) == {"mine"}
    assert aws.role
    assert "The endpoint newcomer uses it." in left(view)["delete-endpoint-config-mine"]
    assert told_gone(view) >= {"gone-endpoint-mine"}
    assert "newcomer" not in str([call for call in aws.calls if call[0].startswith("delete")])


def test_a_dependency_made_while_it_runs_keeps_what_it_uses(tmp_path: Path) -> None:
    aws = FakeAws()
    aws.chain("mine")
    aws.before["delete_endpoint mine"] = lambda: aws.make("endpoint", "newcomer", "mine", {})
    view = run(tmp_path, aws, aws.plan())
    assert set(aws.things["endpoint_config"]) == {"mine"}
    assert "newcomer" in left(view)["delete-endpoint-config-mine"]


def test_a_new_configuration_keeps_its_model_and_a_new_model_keeps_its_role(tmp_path: Path) -> None:
    aws = FakeAws()
    aws.chain("mine")
    plan = aws.plan()
    aws.make("endpoint_config", "other", "mine", {})
    run(tmp_path, aws, plan)
    assert set(aws.things["model"]) == {"mine"}
    lone = FakeAws()
    lone.chain("mine")
    plan = lone.plan()
    lone.make("model", "stranger", "sagedeck-execution", {})
    view = run(tmp_path, lone, plan)
    assert lone.role
    assert lone.policies == {"own"}  # a role that stays keeps what it may do
    assert "The model stranger uses it." in left(view)["delete-policy-sagedeck-execution-own"]


def test_a_thing_protected_since_the_plan_stays(tmp_path: Path) -> None:
    aws = FakeAws()
    aws.chain("mine")
    plan = aws.plan()
    aws.things["endpoint"]["mine"]["tags"] = PROTECTED
    view = run(tmp_path, aws, plan)
    assert set(aws.things["endpoint"]) == {"mine"}
    assert set(aws.things["model"]) == {"mine"}
    assert "protects it" in left(view)["delete-endpoint-mine"]
    assert told_gone(view) == set()


def test_another_of_the_same_name_that_was_made_since_is_another_thing_and_stays(tmp_path: Path) -> None:
    aws = FakeAws()
    aws.chain("mine")
    plan = aws.plan()
    del aws.things["endpoint"]["mine"]
    aws.make("endpoint", "mine", "mine")
    view = run(tmp_path, aws, plan)
    assert set(aws.things["endpoint"]) == {"mine"}
    assert view.status is RunStatus.FAILED
    assert told_gone(view) == set()


def test_another_person_deleting_at_the_same_time_is_no_failure(tmp_path: Path) -> None:
    aws = FakeAws()
    aws.chain("mine")
    aws.chain("other")
    plan = aws.plan()
    aws.before["delete_endpoint_config mine"] = lambda: aws.vanish("endpoint_config", "mine")
    aws.before["describe_model other"] = lambda: aws.vanish("model", "other")
    view = run(tmp_path, aws, plan)
    assert view.status is RunStatus.DONE
    assert not any(aws.things.values())
    there = {step.id: step.status for step in view.steps}
    assert there["delete-model-other"] is StepStatus.ALREADY_THERE


def test_an_answer_that_was_lost_is_settled_by_looking(tmp_path: Path) -> None:
    aws = FakeAws()
    aws.chain("mine")
    aws.lost |= {"delete_endpoint mine", "delete_endpoint_config mine", "delete_model mine"}
    first = run(tmp_path, aws, aws.plan())
    assert left(first).keys() >= {"delete-endpoint-mine"}  # it is on its way out, which nobody told
    assert told_gone(first) == set()
    assert run(tmp_path, aws, aws.plan()).status is RunStatus.DONE
    assert not any(aws.things.values())


def test_a_look_that_fails_lets_nothing_be_deleted(tmp_path: Path) -> None:
    aws = FakeAws()
    aws.chain("mine")
    aws.faults["list_endpoints "] = [DENIED] * 9
    view = run(tmp_path, aws, aws.plan())
    assert set(aws.things["endpoint_config"]) == {"mine"}
    assert "could not be looked at again" in left(view)["delete-endpoint-config-mine"]


def test_throttling_of_every_call_skips_nothing(tmp_path: Path) -> None:
    aws = FakeAws()
    for number in range(5):
        aws.chain(f"m{number}")
    for verb in ("delete_endpoint", "delete_endpoint_config", "delete_model"):
        for number in range(5):
            aws.faults[f"{verb} m{number}"] = [THROTTLED, THROTTLED]
    view = run(tmp_path, aws, aws.plan())
    assert view.status is RunStatus.DONE
    assert not any(aws.things.values())


LOOK_ALIKES = ("demo", "demo-1", "demo-10", "Demo-1", "xdemo-1", "demo-1x")


@pytest.mark.parametrize("wanted", LOOK_ALIKES)
def test_nothing_is_asked_for_by_a_name_that_no_plan_held(tmp_path: Path, wanted: str) -> None:
    aws = FakeAws()
    for name in LOOK_ALIKES:
        aws.chain(name)
    run(tmp_path, aws, aws.plan(names=(wanted,)))
    assert {name for call, name in aws.calls if call.startswith("delete_")} == {wanted}
    assert set(aws.things["endpoint"]) == set(LOOK_ALIKES) - {wanted}

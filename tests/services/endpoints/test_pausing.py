"""A pause keeps what is needed and ends the cost; a resume gives it back; neither begins where it would end badly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.endpoints import DiscardState, EndpointDetail, EndpointSummary, plan_discard, plan_pause, plan_resume
from services.endpoints.definitions import Capacity
from services.endpoints.memory import is_memory, read
from services.endpoints.paused import differing
from services.errors import InUse, InvalidRequest, NameTaken, NotFound
from services.plans import Plan, check, policy, secret_names, undeclared
from tests.services.endpoints.samples import (
    ADAPTER,
    COMPONENT,
    CONFIG,
    DETAIL,
    OURS,
    SCALING,
    WHEN,
    memory,
    to_pause,
    to_resume,
)

HOST = replace(DETAIL, components=("part", "adapter"))


def waits_for(plan: Plan, step: str) -> set[str]:
    """The ids of all steps that come before one."""
    found: set[str] = set()
    rest = list(plan.step(step).after)
    while rest:
        name = rest.pop()
        found.add(name)
        rest += plan.step(name).after
    return found


def test_it_is_remembered_before_anything_goes_and_the_endpoint_goes_last() -> None:
    plan = plan_pause(to_pause(HOST, scalings=(SCALING,), components=(COMPONENT, ADAPTER)))
    assert check(plan) == ()
    assert undeclared(plan) == ()
    assert plan.steps[0].operation == "add_tags"
    before = waits_for(plan, "delete-endpoint-Demo")
    assert {
        step.id for step in plan if step.id.startswith(("remember", "deregister", "delete-alarm", "gone-inf"))
    } <= before
    assert "gone-inference-component-adapter" in waits_for(plan, "delete-inference-component-part")
    assert not {step.operation for step in plan} & {"delete_endpoint_config", "delete_model"}


def test_the_configuration_remembers_all_of_it() -> None:
    plan = plan_pause(to_pause(HOST, scalings=(SCALING,), components=(COMPONENT, ADAPTER)))
    sent = {tag["Key"]: tag["Value"] for tag in plan.steps[0].parameters["Tags"]}
    found = read(sent)
    assert found is not None
    assert (found.tags, found.scalings, found.components) == (OURS, (SCALING,), (COMPONENT, ADAPTER))
    assert "HF_TOKEN" in " ".join(plan.warnings)


def test_the_cost_ends_and_every_step_can_be_taken_back() -> None:
    plan = plan_pause(to_pause(HOST, scalings=(SCALING,), components=(COMPONENT, ADAPTER)))
    assert plan.estimate.usd_per_hour == -(DETAIL.usd_per_hour or 0)
    taken_back = {step.id.split("-")[0]: [undo.operation for undo in step.undo] for step in plan if step.undo}
    assert taken_back["remember"] == ["delete_tags"]
    assert taken_back["deregister"][:2] == ["register_scalable_target", "put_scaling_policy"]
    again = [undo.operation for undo in plan.step("delete-endpoint-Demo").undo]
    assert again == ["describe_endpoint", "create_endpoint", "describe_endpoint"]


def test_the_same_request_gives_the_same_plan() -> None:
    assert plan_pause(to_pause(scalings=(SCALING,))) == plan_pause(to_pause(scalings=(SCALING,)))


def test_the_policy_names_this_endpoint_and_its_configuration() -> None:
    statements = policy(plan_pause(to_pause()))["Statement"]
    names = {each for statement in statements for each in _several(statement["Resource"])}
    assert names == {DETAIL.arn, CONFIG.arn}


def _several(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"])
def test_what_is_changing_is_not_paused_meanwhile(status: str) -> None:
    with pytest.raises(InUse, match=status):
        plan_pause(to_pause(replace(DETAIL, status=status)))


def test_what_failed_is_to_be_deleted_and_what_lost_its_configuration_is_told() -> None:
    with pytest.raises(InvalidRequest, match="Delete it"):
        plan_pause(to_pause(replace(DETAIL, status="Failed")))
    with pytest.raises(NotFound, match="lost its configuration"):
        plan_pause(to_pause(config=replace(CONFIG, arn="")))


def test_a_configuration_remembers_only_one_endpoint() -> None:
    other = replace(CONFIG, tags=(*OURS, ("sagedeck:paused-endpoint", "twin")))
    with pytest.raises(InUse, match="twin"):
        plan_pause(to_pause(config=other))


def test_components_that_do_not_fit_stop_the_pause_and_tags_that_do_not_are_named() -> None:
    full = replace(CONFIG, tags=tuple((f"k{number}", "v") for number in range(47)))
    with pytest.raises(InvalidRequest, match="room for 3 tags"):
        plan_pause(to_pause(HOST, full, scalings=(SCALING,), components=(COMPONENT, ADAPTER)))
    owned = replace(DETAIL, tags=(*OURS, ("aws:cloudformation:stack-name", "x")))
    warnings = plan_pause(to_pause(owned)).warnings
    assert any("aws:cloudformation:stack-name" in warning for warning in warnings)


def test_what_pausing_does_not_save_or_loses_is_said() -> None:
    bare = replace(DETAIL, variants=(replace(DETAIL.variants[0], instance_type=""),), usd_per_hour=0.0)
    assert any("serverless" in warning for warning in plan_pause(to_pause(bare)).warnings)
    queue = replace(DETAIL, asynchronous=True)
    assert any("are lost" in warning for warning in plan_pause(to_pause(queue)).warnings)
    assert any("scheduled" in warning for warning in plan_pause(to_pause(scheduled=2)).warnings)
    assert any("by ada, not by you" in warning for warning in plan_pause(to_pause(asking="bob")).warnings)


def test_a_count_or_weight_set_by_hand_is_remembered_but_not_one_that_scales_by_itself() -> None:
    moved = replace(DETAIL, variants=(replace(DETAIL.variants[0], desired=3, weight=0.5),))
    assert differing(moved, CONFIG) == (Capacity("AllTraffic", 3, 0.5),)
    assert differing(moved, CONFIG, ["AllTraffic"]) == (Capacity("AllTraffic", 0, 0.5),)
    assert differing(DETAIL, CONFIG) == ()


def test_a_resume_makes_endpoint_components_scaling_and_counts_again_and_then_forgets() -> None:
    remembered = memory(scalings=(SCALING,), components=(ADAPTER, COMPONENT), capacities=(Capacity("AllTraffic", 2),))
    plan = plan_resume(to_resume(remembered))
    assert check(plan) == ()
    assert undeclared(plan) == ()
    create = plan.steps[0]
    assert create.parameters["EndpointConfigName"] == "Demo"
    assert {tag["Key"] for tag in create.parameters["Tags"]} == {key for key, _ in OURS}
    assert "wait-component-part" in waits_for(plan, "create-component-adapter")
    assert "wait-component-adapter" in waits_for(plan, "scale-Demo")
    last = plan.steps[-1]
    assert last.operation == "delete_tags"
    assert waits_for(plan, last.id) == {step.id for step in plan} - {last.id}
    assert all(is_memory(key) for key in last.parameters["TagKeys"])
    assert secret_names(plan) == ("Demo/part/HF_TOKEN",)


def test_a_resume_says_what_it_costs_and_what_it_may_cost_at_most() -> None:
    estimate = plan_resume(to_resume(memory())).estimate
    assert (estimate.usd_per_hour, estimate.usd_per_hour_most) == (1.41, 5.64)


def test_a_resume_refuses_what_is_gone_or_taken_meanwhile() -> None:
    with pytest.raises(NotFound, match="Demo"):
        plan_resume(to_resume(memory(), models_gone=("Demo",)))
    with pytest.raises(NameTaken, match="meanwhile"):
        plan_resume(to_resume(memory(), status="InService", found_config="other"))
    with pytest.raises(InUse, match="Deleting"):
        plan_resume(to_resume(memory(), status="Deleting", found_config="Demo"))


def test_a_resume_after_one_that_failed_clears_the_failed_endpoint_first() -> None:
    plan = plan_resume(to_resume(memory(), status="Failed", found_config="Demo"))
    assert [step.operation for step in plan][:3] == ["delete_endpoint", "describe_endpoint", "create_endpoint"]


def test_tags_that_can_no_longer_be_read_leave_the_endpoint_itself_and_are_told() -> None:
    plan = plan_resume(to_resume(None))
    assert [step.operation for step in plan] == ["create_endpoint", "describe_endpoint", "delete_tags"]
    assert any("cannot be read" in warning for warning in plan.warnings)


def test_for_good_go_configuration_and_models_that_nothing_else_uses() -> None:
    paused = to_resume(memory()).paused
    plan = plan_discard(DiscardState(paused=paused, models=("Demo", "shared"), models_used_by=(("shared", ("x",)),)))
    assert [(step.operation, step.after) for step in plan] == [
        ("delete_endpoint_config", ()),
        ("delete_model", ("delete-endpoint-config-Demo",)),
    ]
    assert any("shared" in warning for warning in plan.warnings)
    with pytest.raises(InUse, match="twin"):
        plan_discard(DiscardState(paused=paused, config_used_by=("twin",)))


@pytest.mark.parametrize("status", ["InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed"])
def test_an_endpoint_serves_while_it_changes_and_after_a_rollback_that_failed(status: str) -> None:
    assert EndpointSummary("Demo", DETAIL.arn, status, WHEN, WHEN).ready
    assert replace(DETAIL, status=status).ready


@pytest.mark.parametrize("status", ["Creating", "Failed", "Deleting", "OutOfService"])
def test_an_endpoint_does_not_serve_before_after_or_without_instances(status: str) -> None:
    detail: EndpointDetail = replace(DETAIL, status=status)
    assert not detail.ready

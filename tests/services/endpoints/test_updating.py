"""An update in place: one new configuration, one switch, and a wait that is not fooled by a silent rollback."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.endpoints import (
    NewModel,
    Rollout,
    ScaleRequest,
    ScaleState,
    Sharing,
    Shift,
    UpdateRequest,
    plan_scale,
    plan_update,
)
from services.endpoints.definitions import Model
from services.errors import InUse, InvalidRequest, NotFound
from services.plans import Plan, Step, Until, check, secret_names, undeclared
from tests.services.endpoints.samples import (
    CONFIG,
    DETAIL,
    HEAD,
    MODEL,
    OTHER,
    SCALING,
    SMALL,
    VARIANT,
    to_update,
)

NEW = NewModel(name="Better", image="image:2", artifact="s3://b/m.tar.gz", environment=(("A", "1"),),
               secrets=("HF_TOKEN",), tags=(("sagedeck:model-id", "better"),))  # fmt: skip


def asking(**changes: Any) -> UpdateRequest:
    return UpdateRequest(name="Demo", config_name="Demo-2", **changes)


def step(plan: Plan, operation: str) -> Step:
    return next(each for each in plan if each.operation == operation)


def variant(plan: Plan) -> dict[str, Any]:
    return dict(step(plan, "create_endpoint_config").parameters["ProductionVariants"][0])


def test_it_makes_a_configuration_switches_waits_for_it_and_removes_the_old_one() -> None:
    plan = plan_update(asking(instance_type=OTHER), to_update())
    assert check(plan) == ()
    assert undeclared(plan) == ()
    assert [each.operation for each in plan] == [
        "create_endpoint_config", "update_endpoint", "describe_endpoint", "delete_endpoint_config",
    ]  # fmt: skip
    wait = plan.steps[2].manner
    assert isinstance(wait, Until)
    assert wait.expect == {"EndpointConfigName": "Demo-2"}
    assert wait.explanation == "FailureReason"


def test_the_new_configuration_is_the_old_one_but_for_what_was_asked() -> None:
    made = variant(plan_update(asking(instance_type=OTHER, volume_gb=100), to_update()))
    assert made == {**VARIANT, "InstanceType": OTHER, "VolumeSizeInGB": 100}
    on_cpu = variant(plan_update(asking(instance_type="ml.m5.xlarge"), to_update()))
    assert "InferenceAmiVersion" not in on_cpu, "it is one of GPU drivers"
    pools = variant(plan_update(asking(fallbacks=(OTHER,)), to_update()))
    assert [pool["InstanceType"] for pool in pools["InstancePools"]] == [SMALL, OTHER]
    assert "InstanceType" not in pools


def test_counts_stay_as_they_are_unless_one_is_asked_for() -> None:
    kept = step(plan_update(asking(instance_type=OTHER), to_update()), "update_endpoint").parameters
    assert kept["RetainAllVariantProperties"] is True
    assert "ExcludeRetainedVariantProperties" not in kept
    two = (replace(DETAIL.variants[0], desired=5), replace(DETAIL.variants[0], name="B", desired=7))
    both = replace(CONFIG, sent={"ProductionVariants": [VARIANT, {**VARIANT, "VariantName": "B"}]})
    state = to_update(detail=replace(DETAIL, variants=two), config=both)
    plan = plan_update(asking(variant="B", count=2), state)
    sent = step(plan, "update_endpoint").parameters
    assert sent["ExcludeRetainedVariantProperties"] == ({"VariantPropertyType": "DesiredInstanceCount"},)
    made = step(plan, "create_endpoint_config").parameters["ProductionVariants"]
    assert [each["InitialInstanceCount"] for each in made] == [5, 2], "the other variant keeps what it runs with"


def test_the_price_is_the_difference_and_both_fleets_are_told_of() -> None:
    plan = plan_update(asking(instance_type=OTHER, count=2), to_update())
    before = DETAIL.usd_per_hour or 0.0
    after = 2 * (dict(to_update().prices)[OTHER].usd_per_hour or 0.0)
    assert plan.estimate.usd_per_hour == pytest.approx(after - before)
    assert any("both run and are billed" in warning and "2 more" in warning for warning in plan.warnings)
    costs = [each.cost.usd_per_hour for each in plan if each.cost]
    assert costs == [pytest.approx(after), pytest.approx(-before)]
    unknown = plan_update(asking(instance_type="ml.zz9.huge"), to_update())
    assert unknown.estimate.usd_per_hour is None
    assert any("not known" in warning for warning in unknown.warnings)


def test_it_is_undone_by_going_back_to_the_old_configuration() -> None:
    plan = plan_update(asking(instance_type=OTHER), to_update())
    back, settled = step(plan, "update_endpoint").undo
    assert back.parameters["EndpointConfigName"] == "Demo"
    assert back.proof is not None
    assert back.proof.replaces
    assert isinstance(settled.manner, Until)
    again = step(plan, "delete_endpoint_config").undo[0]
    assert again.operation == "create_endpoint_config"
    assert again.parameters["ProductionVariants"] == (VARIANT,)


def test_scaling_is_taken_away_and_put_back_only_where_the_machine_changes() -> None:
    scaled = to_update(scalings=(SCALING,))
    moved = [each.operation for each in plan_update(asking(instance_type=OTHER), scaled)]
    assert moved.index("deregister_scalable_target") < moved.index("update_endpoint")
    assert moved.index("register_scalable_target") > moved.index("update_endpoint")
    kept = plan_update(asking(count=2), scaled)
    assert "deregister_scalable_target" not in [each.operation for each in kept]
    burst = plan_update(asking(instance_type="ml.t3.xlarge"), scaled)
    assert "register_scalable_target" not in [each.operation for each in burst]
    assert any("burstable" in warning for warning in burst.warnings)


def test_only_what_this_console_made_and_nobody_uses_is_removed() -> None:
    foreign = to_update(config=replace(CONFIG, tags=()))
    shared = to_update(sharing=Sharing(config_used_by=("twin",)))
    unseen = to_update(sharing=Sharing(complete=False))
    for state in (foreign, shared, unseen):
        plan = plan_update(asking(count=2), state)
        assert not [each for each in plan if each.operation.startswith("delete_")]
        assert any("stays" in warning for warning in plan.warnings)


def test_another_model_brings_its_tags_and_takes_the_old_one_away() -> None:
    other = Model(name="other", arn=f"{HEAD}:model/other", tags=(("sagedeck:model-id", "n"), ("sagedeck:task", "t")))
    plan = plan_update(asking(model="other"), to_update(new_model=other))
    assert variant(plan)["ModelName"] == "other"
    assert [each.operation for each in plan][-3:] == ["add_tags", "delete_endpoint_config", "delete_model"]
    assert step(plan, "delete_model").undo[0].parameters["PrimaryContainer"]["Environment"] == {"SM_NUM_GPUS": "1"}
    bare = plan_update(asking(model="other"), to_update(new_model=replace(other, tags=())))
    assert step(bare, "delete_tags").parameters["TagKeys"] == ("sagedeck:model-id",)


def test_a_model_that_holds_a_secret_or_is_used_elsewhere_stays() -> None:
    other = Model(name="other", arn=f"{HEAD}:model/other")
    secret = replace(MODEL, sent={"PrimaryContainer": {"Image": "x", "Environment": {"HF_TOKEN": "hf_of_nobody"}}})
    used = Sharing(models_used_by=(("Demo", ("elsewhere",)),))
    for state in (to_update(old_model=secret, new_model=other), to_update(sharing=used, new_model=other)):
        plan = plan_update(asking(model="other"), state)
        assert "delete_model" not in [each.operation for each in plan]
        assert any("The model Demo stays" in warning for warning in plan.warnings)


def test_a_new_model_is_made_first_with_the_role_of_the_old_and_asks_for_its_secret() -> None:
    plan = plan_update(asking(model=NEW), to_update())
    first = plan.steps[0]
    assert first.operation == "create_model"
    assert first.parameters["ExecutionRoleArn"] == MODEL.sent["ExecutionRoleArn"]
    assert variant(plan)["ModelName"] == "Demo-2"
    assert secret_names(plan) == ("Demo-2/HF_TOKEN",)
    assert check(plan) == ()


def test_a_rollout_is_sent_as_aws_takes_it_and_the_wait_is_as_much_longer() -> None:
    usual = plan_update(asking(count=2), to_update())
    assert "DeploymentConfig" not in step(usual, "update_endpoint").parameters
    slowly = Rollout(shift=Shift.LINEAR, percent=25, wait=600, alarms=("errors",))
    plan = plan_update(asking(count=2, rollout=slowly), to_update())
    assert check(plan) == ()
    sent = step(plan, "update_endpoint").parameters["DeploymentConfig"]
    routing = sent["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]
    assert (routing["Type"], routing["LinearStepSize"]["Value"]) == ("LINEAR", 25)
    assert sent["AutoRollbackConfiguration"]["Alarms"] == ({"AlarmName": "errors"},)
    waits = [each.steps[2].manner for each in (plan, usual)]
    assert isinstance(waits[0], Until)
    assert isinstance(waits[1], Until)
    assert waits[0].deadline - waits[1].deadline == 4 * 600
    rolling = plan_update(asking(count=4, rollout=Rollout(shift=Shift.ROLLING, percent=50)), to_update())
    assert check(rolling) == ()
    assert any("up to 2 ×" in warning for warning in rolling.warnings)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Nothing would be different"),
        ({"instance_type": SMALL}, "Nothing would be different"),
        ({"instance_type": "g5"}, "cannot be an instance type"),
        ({"count": 1000}, "1000 instances"),
        ({"model": "nowhere"}, "no model nowhere"),
        ({"fallbacks": (SMALL,)}, "named twice"),
        ({"count": 2, "rollout": Rollout(shift=Shift.CANARY, percent=90)}, "90 %"),
        ({"count": 2, "rollout": Rollout(shift=Shift.ROLLING, percent=2)}, "5 to 50"),
    ],
)
def test_what_cannot_be_is_told_before_anyone_is_asked(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        plan_update(asking(**changes), to_update())


def test_names_that_cannot_be_or_are_in_use_are_told() -> None:
    for name in ("", "two words", "demo", "x" * 64):
        with pytest.raises(InvalidRequest, match="name"):
            plan_update(UpdateRequest(name="Demo", config_name=name, count=2), to_update())


def test_endpoints_that_cannot_be_updated_say_why() -> None:
    bare = replace(DETAIL, variants=(replace(DETAIL.variants[0], instance_type=""),))
    host = replace(DETAIL, variants=(replace(DETAIL.variants[0], model_name=""),))
    with pytest.raises(InvalidRequest, match="serverless"):
        plan_update(asking(instance_type=OTHER), to_update(detail=bare))
    with pytest.raises(InvalidRequest, match="components"):
        plan_update(asking(model="other"), to_update(detail=host, new_model=MODEL))
    with pytest.raises(InUse, match="Updating"):
        plan_update(asking(count=2), to_update(detail=replace(DETAIL, status="Updating")))
    with pytest.raises(InvalidRequest, match="failed"):
        plan_update(asking(count=2), to_update(detail=replace(DETAIL, status="Failed")))
    with pytest.raises(NotFound, match="lost its configuration"):
        plan_update(asking(count=2), to_update(config=replace(CONFIG, arn="")))
    two = (DETAIL.variants[0], replace(DETAIL.variants[0], name="B"))
    with pytest.raises(InvalidRequest, match="several variants"):
        plan_update(asking(count=2), to_update(detail=replace(DETAIL, variants=two)))


def test_what_the_machine_may_not_fit_is_said() -> None:
    found = plan_update(asking(instance_type="ml.m5.xlarge"), to_update()).warnings
    assert any("may not start" in warning for warning in found)


def test_the_same_request_and_state_give_the_same_plan() -> None:
    assert plan_update(asking(model=NEW), to_update()) == plan_update(asking(model=NEW), to_update())


def scaling(detail: Any = DETAIL, scalings: Any = (), **asked: Any) -> Plan:
    return plan_scale(ScaleRequest(name="Demo", **asked), ScaleState(detail=detail, scalings=scalings))


def test_a_count_is_set_in_one_call_seen_to_be_reached_and_undone_to_what_it_was() -> None:
    plan = scaling(count=3)
    assert check(plan) == ()
    assert undeclared(plan) == ()
    assert [each.operation for each in plan] == ["update_endpoint_weights_and_capacities", "describe_endpoint"]
    wait = plan.steps[1].manner
    assert isinstance(wait, Until)
    assert list(wait.expect.values()) == [3]
    assert plan.estimate.usd_per_hour == pytest.approx(2 * (DETAIL.usd_per_hour or 0))
    back = plan.steps[0].undo[0].parameters["DesiredWeightsAndCapacities"][0]
    assert back["DesiredInstanceCount"] == 1


def test_a_scaling_by_hand_warns_of_the_one_that_goes_by_itself_and_of_the_quota() -> None:
    warnings = scaling(scalings=(SCALING,), count=3).warnings
    assert any("between 1 and 4" in warning for warning in warnings)
    assert any("room for 2 more" in warning for warning in warnings)


@pytest.mark.parametrize(
    ("changes", "asked", "words"),
    [
        ({"instance_type": ""}, {"count": 2}, "serverless"),
        ({"model_name": ""}, {"count": 2}, "components"),
        ({}, {"count": 0}, "Pause it instead"),
        ({}, {"count": 1}, "like this already"),
        ({}, {"count": 5000}, "Choose 1 to"),
        ({}, {"weight": 0.0}, "only variant"),
        ({}, {"weight": -1.0}, "weight"),
    ],
)
def test_a_count_or_weight_that_cannot_be_is_told(changes: dict[str, Any], asked: dict[str, Any], words: str) -> None:
    detail = replace(DETAIL, variants=(replace(DETAIL.variants[0], **changes),))
    with pytest.raises(InvalidRequest, match=words):
        scaling(detail, **asked)


def test_weights_of_several_variants_cost_nothing() -> None:
    two = (DETAIL.variants[0], replace(DETAIL.variants[0], name="B"))
    plan = scaling(replace(DETAIL, variants=two), variant="B", weight=0.1)
    assert plan.estimate.usd_per_hour == 0.0
    assert plan.steps[0].parameters["DesiredWeightsAndCapacities"][0]["DesiredWeight"] == 0.1

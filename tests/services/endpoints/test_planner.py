from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.catalog import price
from services.endpoints import (
    AutoScaling,
    Component,
    DeleteState,
    EndpointDetail,
    ModelFacts,
    Parts,
    Sharing,
    Variant,
    WakeUp,
    burn,
    plan_delete,
    priced,
)
from services.errors import InUse
from services.plans import Once, Until, check, policy, undeclared
from services.plans.scaling import Scaled

HEAD = "arn:aws:sagemaker:us-east-1:123456789012"
WHEN = datetime(2026, 11, 20, tzinfo=UTC)
MODEL = ModelFacts(
    name="demo-model",
    arn=f"{HEAD}:model/demo-model",
    image="763104351884.dkr.ecr.us-east-1.amazonaws.com/x:1",
    artifact="s3://bucket/model.tar.gz",
    environment=(("SM_NUM_GPUS", "1"),),
    role_arn="arn:aws:iam::123456789012:role/Mine",
)
DETAIL = EndpointDetail(
    name="Demo",
    arn=f"{HEAD}:endpoint/demo",
    url="https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/Demo/invocations",
    status="InService",
    created=WHEN,
    modified=WHEN,
    config_name="demo-config",
    config_arn=f"{HEAD}:endpoint-config/demo-config",
    variants=(Variant(name="AllTraffic", model_name="demo-model", instance_type="ml.g5.2xlarge", count=2, desired=2),),
    models=(MODEL,),
    tags=(("sagedeck:made-by", "sagedeck"), ("sagedeck:model-id", "m"), ("sagedeck:owner", "ada")),
    usd_per_hour=3.03,
    price_source="estimate",
)


def _state(detail: EndpointDetail = DETAIL, **sharing: object) -> DeleteState:
    return DeleteState(detail=detail, sharing=Sharing(**sharing))  # type: ignore[arg-type]


def test_an_endpoint_goes_before_its_configuration_and_that_before_its_model() -> None:
    plan = plan_delete(_state())
    assert [(step.operation, step.after) for step in plan] == [
        ("delete_endpoint", ()),
        ("describe_endpoint", ("delete-endpoint-Demo",)),
        ("delete_endpoint_config", ("gone-endpoint-Demo",)),
        ("delete_model", ("delete-endpoint-config-demo-config",)),
    ]
    assert check(plan) == ()
    assert undeclared(plan) == ()


def test_names_are_exact_and_each_deletion_is_proved_by_absence() -> None:
    plan = plan_delete(_state())
    assert plan.steps[0].parameters == {"EndpointName": "Demo"}
    assert plan.steps[3].parameters == {"ModelName": "demo-model"}
    for step in plan:
        if step.operation.startswith("delete_"):
            assert step.proof is not None
            assert step.proof.gone
            assert step.proof.absent[0].message == "Could not find"
        else:
            assert isinstance(step.manner, Until)
            assert step.manner.gone


def test_an_endpoint_that_still_changes_is_deleted_once_it_has_settled() -> None:
    manner = plan_delete(_state(replace(DETAIL, status="Creating"))).steps[0].manner
    assert isinstance(manner, Once)
    assert manner.not_yet[0].matches("ValidationException", 'Cannot update in-progress endpoint "x"')


def test_deleting_ends_the_cost() -> None:
    plan = plan_delete(_state())
    assert plan.steps[0].cost is not None
    assert plan.steps[0].cost.usd_per_hour == -3.03
    assert plan.estimate.usd_per_hour == -3.03
    unknown = plan_delete(_state(replace(DETAIL, usd_per_hour=None)))
    assert unknown.estimate.usd_per_hour is None


def test_a_shared_configuration_is_kept_with_its_models_and_the_plan_says_so() -> None:
    plan = plan_delete(_state(config_used_by=("twin",)))
    assert [step.operation for step in plan] == ["delete_endpoint", "describe_endpoint"]
    assert "twin" in plan.warnings[0]


def test_a_shared_model_is_kept_while_its_configuration_goes() -> None:
    plan = plan_delete(_state(models_used_by=(("demo-model", ("other-config",)),)))
    assert [step.operation for step in plan][-1] == "delete_endpoint_config"
    assert "other-config" in plan.warnings[0]


def test_when_not_everything_could_be_looked_at_nothing_that_may_be_shared_goes() -> None:
    plan = plan_delete(_state(complete=False))
    assert [step.operation for step in plan] == ["delete_endpoint", "describe_endpoint"]
    assert plan.warnings


def test_a_configuration_that_is_gone_already_is_not_deleted_again() -> None:
    plan = plan_delete(_state(replace(DETAIL, config_arn="", models=())))
    assert [step.operation for step in plan] == ["delete_endpoint", "describe_endpoint"]


def test_inference_components_go_before_their_endpoint() -> None:
    plan = plan_delete(_state(replace(DETAIL, components=("part",))))
    operations = [step.operation for step in plan]
    assert operations[:3] == ["delete_inference_component", "describe_inference_component", "delete_endpoint"]
    assert plan.steps[2].after == ("gone-inference-component-part",)
    assert check(plan) == ()


def test_what_is_being_deleted_is_not_deleted_twice() -> None:
    with pytest.raises(InUse):
        plan_delete(_state(replace(DETAIL, status="Deleting")))


def test_the_policy_names_this_endpoint_and_no_other() -> None:
    statements = policy(plan_delete(_state()))["Statement"]
    resources = {resource for each in statements for resource in _several(each["Resource"])}
    assert resources == {
        f"{HEAD}:endpoint/demo",
        f"{HEAD}:endpoint-config/demo-config",
        f"{HEAD}:model/demo-model",
    }


def _several(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_the_price_of_an_endpoint_is_that_of_all_its_instances() -> None:
    found = priced(DETAIL, lambda kind: price("us-east-1", kind))
    assert found.usd_per_hour == pytest.approx(3.03)
    assert found.variants[0].usd_per_hour == pytest.approx(3.03)
    assert "2026-11-20" in found.price_source


def test_an_unknown_price_stays_unknown_and_a_failed_or_serverless_endpoint_costs_nothing_by_the_hour() -> None:
    strange = replace(DETAIL, variants=(replace(DETAIL.variants[0], instance_type="ml.z99.large"),))
    serverless = replace(DETAIL, variants=(replace(DETAIL.variants[0], instance_type="", count=0),))

    def known(detail: EndpointDetail) -> float | None:
        return priced(detail, lambda kind: price("us-east-1", kind)).usd_per_hour

    assert known(strange) is None
    assert known(serverless) == 0
    assert known(replace(DETAIL, status="Failed")) == 0
    assert known(replace(DETAIL, status="Creating")) == pytest.approx(3.03)


def test_what_burns_is_the_sum_of_what_is_known_and_names_the_rest() -> None:
    found = burn((DETAIL, replace(DETAIL, name="odd", usd_per_hour=None), replace(DETAIL, usd_per_hour=1.0)))
    assert found.usd_per_hour == pytest.approx(4.03)
    assert found.unknown == ("odd",)


def test_the_facts_that_tell_how_to_call_it_come_from_the_model_and_the_tags() -> None:
    facts = DETAIL.facts()
    assert (facts.name, facts.image, facts.artifact) == ("Demo", MODEL.image, MODEL.artifact)
    assert facts.environment == {"SM_NUM_GPUS": "1"}
    assert facts.tags["sagedeck:model-id"] == "m"
    assert facts.created == WHEN.isoformat()


def test_tags_tell_maker_owner_and_model() -> None:
    assert (DETAIL.made_here, DETAIL.owner, DETAIL.model_id, DETAIL.family) == (True, "ada", "m", "")
    assert replace(DETAIL, tags=()).made_here is False


@pytest.mark.parametrize(("asking", "warned"), [("ada", False), ("", False), ("bob", True)])
def test_deleting_what_somebody_else_deployed_is_warned_of(asking: str, warned: bool) -> None:
    plan = plan_delete(replace(_state(), asking=asking))
    assert any("deployed by ada" in warning for warning in plan.warnings) is warned


def test_what_scales_goes_first_then_components_adapters_before_what_they_adapt() -> None:
    base, adapter = (
        Component(name="base", sent={"Specification": {"ModelName": "inside"}}),
        Component(name="adapter", sent={"Specification": {"BaseInferenceComponentName": "base"}}),
    )
    alarm = WakeUp(name="wake", policy="wake")
    scaling = AutoScaling(scaled=Scaled.component("base"), minimum=0, maximum=2, alarms=(alarm,))
    detail = replace(DETAIL, components=("base", "adapter"))
    parts = Parts(scalings=(scaling,), components=(base, adapter))
    plan = plan_delete(replace(_state(detail), parts=parts))
    assert check(plan) == ()
    assert undeclared(plan) == ()
    assert [step.id for step in plan][:7] == [
        "deregister-base",
        "delete-alarm-wake",
        "delete-inference-component-adapter",
        "gone-inference-component-adapter",
        "delete-inference-component-base",
        "gone-inference-component-base",
        "delete-endpoint-Demo",
    ]
    assert "gone-inference-component-adapter" in plan.step("delete-inference-component-base").after
    assert plan.step("delete-model-inside").after == ("delete-endpoint-config-demo-config",)
    assert all(step.undo == () for step in plan)


def test_what_could_not_be_looked_at_is_a_warning() -> None:
    plan = plan_delete(replace(_state(), parts=Parts(problem="Whether Demo scales could not be looked at.")))
    assert plan.warnings == ("Whether Demo scales could not be looked at.",)

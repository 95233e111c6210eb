"""What about an endpoint wants a person: pure rules over what was read, and the plan that was confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.endpoints import Activity, EndpointDetail, Worry, confirmed_plans, typical_of, watch
from services.plans import Plan, RunStatus, RunView, Secret, Step, StepStatus, StepView, Until
from tests.services.endpoints.test_planner import DETAIL, MODEL, WHEN

START = WHEN.timestamp()
MINUTE = 60.0
CREATING = replace(DETAIL, status="Creating")


def kinds(detail: EndpointDetail, seconds: float, plan: Plan | None = None, **seen: object) -> list[Worry]:
    return [each.kind for each in watch(detail, plan, START + seconds, Activity(**seen))]  # type: ignore[arg-type]


def confirmed(**changes: Any) -> Plan:
    """The plan that DETAIL came from."""
    container = {
        "Image": MODEL.image,
        "Environment": {"SM_NUM_GPUS": "1"},
        "ModelDataSource": {"S3DataSource": {"S3Uri": MODEL.artifact}},
        **changes.pop("container", {}),
    }
    variant = {"VariantName": "AllTraffic", "InstanceType": "ml.g5.2xlarge", "InitialInstanceCount": 2}
    variant |= changes.pop("variant", {})
    operation = str(changes.pop("operation", "create_endpoint"))
    config = str(changes.pop("config", "demo-config"))
    assert not changes
    steps = (
        Step(id="m", service="sagemaker", operation="create_model", reason="",
             parameters={"ModelName": "demo-model", "PrimaryContainer": container}),
        Step(id="c", service="sagemaker", operation="create_endpoint_config", reason="",
             parameters={"EndpointConfigName": config, "ProductionVariants": [variant]}),
        Step(id="e", service="sagemaker", operation=operation, reason="",
             parameters={"EndpointName": "Demo", "EndpointConfigName": config}),
        Step(id="w", service="sagemaker", operation="describe_endpoint", reason="",
             parameters={"EndpointName": "Demo"}, manner=Until(path="EndpointStatus", typical=600.0)),
    )  # fmt: skip
    return Plan("Deploy Demo", steps)


def test_an_endpoint_as_it_was_confirmed_is_no_concern() -> None:
    assert kinds(DETAIL, 86_400.0, confirmed()) == []
    assert kinds(CREATING, 10 * MINUTE, confirmed(), typical=600.0) == []


@pytest.mark.parametrize(
    ("minutes", "typical", "stuck"),
    [(29, 60.0, False), (31, 60.0, True), (31, 900.0, False), (46, 900.0, True)],
)
def test_creating_is_stuck_after_half_an_hour_and_three_times_the_usual(
    minutes: int, typical: float, stuck: bool
) -> None:
    assert (Worry.STUCK in kinds(CREATING, minutes * MINUTE, typical=typical)) is stuck


def test_the_sandboxes_pace_counts_as_its_own() -> None:
    assert kinds(CREATING, 29.0, typical=8.0, pace=60.0) == []
    assert kinds(CREATING, 31.0, typical=8.0, pace=60.0) == [Worry.STUCK]


def test_a_silent_log_is_said_before_it_is_stuck_and_explains_it_after() -> None:
    assert kinds(CREATING, 14 * MINUTE, lines=False) == []
    assert kinds(CREATING, 16 * MINUTE, lines=False) == [Worry.NO_LOGS]
    assert kinds(CREATING, 16 * MINUTE, lines=None) == []
    (concern,) = watch(CREATING, None, START + 40 * MINUTE, Activity(lines=False))
    assert concern.kind is Worry.STUCK
    assert "No container has written" in concern.why
    (concern,) = watch(CREATING, None, START + 40 * MINUTE, Activity(lines=True))
    assert "look there" in concern.why


def test_an_update_without_end_is_frozen_and_aws_gets_longer_for_its_own() -> None:
    updating, system = replace(DETAIL, status="Updating"), replace(DETAIL, status="SystemUpdating")
    assert kinds(updating, 40 * MINUTE) == [Worry.FROZEN]
    assert kinds(system, 40 * MINUTE) == []
    assert kinds(system, 130 * MINUTE) == [Worry.FROZEN]


def test_the_time_of_an_update_is_counted_from_its_beginning() -> None:
    old = replace(DETAIL, status="Updating", modified=WHEN + timedelta(days=9))
    assert kinds(old, 9 * 86_400 + 60.0) == []


def test_a_component_that_stays_creating_is_named() -> None:
    parts = (("part", "Creating", START), ("other", "InService", START))
    (concern,) = watch(DETAIL, None, START + 40 * MINUTE, Activity(components=parts))
    assert concern.kind is Worry.COMPONENT_STUCK
    assert "part" in concern.what


def test_fewer_instances_than_asked_for_is_said_once_it_has_settled() -> None:
    (variant,) = DETAIL.variants
    short = replace(DETAIL, variants=(replace(variant, count=1),))
    assert kinds(short, MINUTE) == []
    (concern,) = watch(short, None, START + 20 * MINUTE)
    assert concern.kind is Worry.SHORT
    assert "1 of 2 instances" in concern.what
    assert kinds(replace(short, status="Updating"), 20 * MINUTE) == []


def test_another_configuration_than_asked_for_is_a_silent_rollback() -> None:
    plan = confirmed(operation="update_endpoint", config="newer")
    (concern,) = watch(DETAIL, plan, START)
    assert concern.kind is Worry.ROLLED_BACK
    assert "newer was asked for" in concern.what
    assert "rolls back by itself" in concern.why
    assert kinds(replace(DETAIL, status="Updating"), 0.0, plan) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"variant": {"InstanceType": "ml.g5.xlarge"}}, "runs on ml.g5.2xlarge instead of ml.g5.xlarge"),
        ({"variant": {"InitialInstanceCount": 1}}, "2 instances were asked for instead of 1"),
        ({"container": {"Image": "other:1"}}, "image of demo-model"),
        ({"container": {"ModelDataSource": {"S3DataSource": {"S3Uri": "s3://b/o"}}}}, "artefact of demo-model"),
        ({"container": {"Environment": {"SM_NUM_GPUS": "2"}}}, "SM_NUM_GPUS of demo-model is not what was"),
        ({"container": {"Environment": {"SM_NUM_GPUS": "1", "MORE": "1"}}}, "lacks MORE"),
        ({"container": {"Environment": {}}}, "has besides SM_NUM_GPUS"),
    ],
)
def test_what_differs_from_what_was_confirmed_is_named(changes: dict[str, Any], words: str) -> None:
    (concern,) = watch(DETAIL, confirmed(**changes), START)
    assert concern.kind is Worry.DIFFERS
    assert words in concern.what


def test_the_value_of_a_secret_variable_is_neither_compared_nor_said() -> None:
    model = replace(MODEL, environment=(("HF_TOKEN", "***"), ("SM_NUM_GPUS", "1")))
    plan = confirmed(container={"Environment": {"SM_NUM_GPUS": "1", "HF_TOKEN": Secret("Demo/HF_TOKEN")}})
    assert kinds(replace(DETAIL, models=(model,)), 0.0, plan) == []


def test_what_may_scale_by_itself_is_not_held_to_its_first_count() -> None:
    scaled = Step(id="s", service="application-autoscaling", operation="register_scalable_target", reason="")
    plan = confirmed(variant={"InitialInstanceCount": 1})
    assert kinds(DETAIL, 0.0, replace(plan, steps=(*plan.steps, scaled))) == []
    managed = {"InitialInstanceCount": 1, "ManagedInstanceScaling": {"Status": "ENABLED"}}
    assert kinds(DETAIL, 0.0, confirmed(variant=managed)) == []


def test_a_pool_may_have_given_another_type() -> None:
    (variant,) = DETAIL.variants
    pooled = replace(DETAIL, variants=(replace(variant, instance_type="ml.g6.2xlarge"),))
    plan = confirmed(variant={"InstanceType": None, "InstancePools": [{"InstanceType": "ml.g6.2xlarge"}]})
    assert kinds(pooled, 0.0, plan) == []


def run_of(plan: Plan, status: StepStatus) -> RunView:
    steps = tuple(StepView(step.id, "", step.service, step.operation, status) for step in plan)
    return RunView("r", plan.title, RunStatus.DONE, steps, plan, 0.0, 1.0, 0.0)


def test_the_newest_plan_that_was_carried_out_on_an_endpoint_is_what_it_is_held_against() -> None:
    first, newer = confirmed(), confirmed(operation="update_endpoint", config="newer")
    done, undone, failed = StepStatus.DONE, StepStatus.UNDONE, StepStatus.FAILED
    assert confirmed_plans([run_of(newer, done), run_of(first, done)]) == {"Demo": newer}
    assert confirmed_plans([run_of(newer, failed), run_of(first, done)]) == {"Demo": first}
    assert confirmed_plans([run_of(newer, undone), run_of(first, undone)]) == {}


def test_a_plan_says_how_long_it_expects_to_wait() -> None:
    assert typical_of(confirmed(), "Demo") == 600.0
    assert typical_of(confirmed(), "another") is None


def test_a_concern_is_printed_as_words() -> None:
    (concern,) = watch(CREATING, None, START + 3600.0)
    assert set(concern.as_dict()) == {"kind", "endpoint", "what", "why", "next"}
    assert concern.as_dict()["kind"] == "stuck"

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.deploy import (
    Asynchronous,
    Components,
    DeployRequest,
    ExistingTopic,
    Metric,
    Mode,
    NewTopic,
    RealTime,
    Scaling,
    Serverless,
    managed_scaling,
    most_instances,
    scaling_problems,
    scaling_steps,
    topic_arn,
    topic_problems,
    topic_steps,
)
from services.plans import Plan, Ref, Step, check, policy, undeclared, warnings_of
from tests.services.deploy.samples import request_for, state_for
from tests.services.deploy.worlds import PLACE

QUEUE = Asynchronous(output="s3://b/out/")
BACKLOG = Scaling(minimum=0, maximum=3, metric=Metric.BACKLOG, target=5)
COPIES = Scaling(minimum=0, maximum=4, metric=Metric.CONCURRENCY, target=2)


def _steps(request: DeployRequest, after: tuple[str, ...] = (), region: str = "us-east-1") -> tuple[Step, ...]:
    return scaling_steps(request, state_for(request, region), after)


def _fields(request: DeployRequest) -> list[str]:
    return [each.field for each in scaling_problems(request)]


def test_a_request_without_scaling_gives_no_steps() -> None:
    assert _steps(request_for()) == ()
    assert managed_scaling(request_for(mode=Components())) == {}


@pytest.mark.parametrize(
    ("mode", "scaling"),
    [
        (RealTime(), Scaling()),
        (RealTime(), Scaling(metric=Metric.CONCURRENCY, target=4)),
        (QUEUE, BACKLOG),
        (QUEUE, replace(BACKLOG, minimum=1)),
        (Components(), COPIES),
        (Components(name="part", onto=True), replace(COPIES, metric=Metric.INVOCATIONS)),
    ],
    ids=str,
)
def test_every_kind_of_scaling_is_a_plan_that_the_service_models_accept(mode: Mode, scaling: Scaling) -> None:
    request = request_for(mode=mode, scaling=scaling)
    plan = Plan("scale", _steps(request))
    assert check(plan) == ()
    assert warnings_of(plan) == ()
    assert undeclared(plan) == ()
    assert scaling_problems(request) == ()


def test_the_target_waits_for_the_endpoint_and_the_wake_up_for_the_target() -> None:
    steps = _steps(request_for(mode=QUEUE, scaling=BACKLOG), ("wait-endpoint-demo", "wait-component"))
    assert [(step.id, step.after) for step in steps] == [
        ("scale-demo", ("wait-endpoint-demo", "wait-component")),
        ("track-demo", ("scale-demo",)),
        ("wake-demo", ("scale-demo",)),
        ("alarm-demo", ("wake-demo",)),
    ]
    assert [[undo.operation for undo in step.undo] for step in steps] == [
        ["deregister_scalable_target"],
        ["delete_scaling_policy"],
        ["delete_scaling_policy"],
        ["delete_alarms"],
    ]


def test_an_endpoint_that_never_sleeps_needs_no_alarm() -> None:
    steps = _steps(request_for(scaling=Scaling(minimum=1, maximum=3)))
    assert [step.operation for step in steps] == ["register_scalable_target", "put_scaling_policy"]


@pytest.mark.parametrize(
    ("mode", "metric", "name"),
    [
        (RealTime(), Metric.INVOCATIONS, "SageMakerVariantInvocationsPerInstance"),
        (RealTime(), Metric.CONCURRENCY, "SageMakerVariantConcurrentRequestsPerModelHighResolution"),
        (Components(), Metric.INVOCATIONS, "SageMakerInferenceComponentInvocationsPerCopy"),
        (Components(), Metric.CONCURRENCY, "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution"),
    ],
)
def test_each_metric_is_the_predefined_one_of_its_mode(mode: Mode, metric: Metric, name: str) -> None:
    policy_step = _steps(request_for(mode=mode, scaling=Scaling(metric=metric)))[1]
    tracking = policy_step.parameters["TargetTrackingScalingPolicyConfiguration"]
    assert tracking["PredefinedMetricSpecification"] == {"PredefinedMetricType": name}


@pytest.mark.parametrize(
    ("mode", "scaling", "metric", "dimension"),
    [
        (QUEUE, BACKLOG, "HasBacklogWithoutCapacity", ("EndpointName", "demo")),
        (Components(name="part"), COPIES, "NoCapacityInvocationFailures", ("InferenceComponentName", "part")),
    ],
)
def test_the_alarm_watches_what_is_turned_away_and_starts_the_step_policy(
    mode: Mode, scaling: Scaling, metric: str, dimension: tuple[str, str]
) -> None:
    *_, wake, alarm = _steps(request_for(mode=mode, scaling=scaling))
    assert wake.parameters["PolicyType"] == "StepScaling"
    assert wake.parameters["StepScalingPolicyConfiguration"]["StepAdjustments"][0]["ScalingAdjustment"] == 1
    assert alarm.parameters["MetricName"] == metric
    assert alarm.parameters["Dimensions"] == ({"Name": dimension[0], "Value": dimension[1]},)
    (action,) = alarm.parameters["AlarmActions"]
    assert isinstance(action, Ref)
    assert action.step == wake.id


def test_the_service_linked_role_may_be_made_only_for_application_auto_scaling() -> None:
    document = policy(Plan("scale", _steps(request_for(scaling=Scaling()), region="cn-north-1")))
    (linked,) = [each for each in document["Statement"] if "iam:CreateServiceLinkedRole" in each["Action"]]
    assert linked["Condition"] == {
        "StringLike": {"iam:AWSServiceName": "sagemaker.application-autoscaling.amazonaws.com"}
    }
    assert str(linked["Resource"]).startswith(("arn:aws-cn:iam::", "['arn:aws-cn:iam::"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scaling": Scaling(minimum=-1)}, "scaling.minimum"),
        ({"scaling": Scaling(minimum=0)}, "scaling.minimum"),
        ({"scaling": Scaling(minimum=3, maximum=2)}, "scaling.maximum"),
        ({"scaling": Scaling(minimum=0, maximum=0), "mode": Components()}, "scaling.maximum"),
        ({"scaling": Scaling(maximum=11)}, "scaling.maximum"),
        ({"scaling": Scaling(target=0)}, "scaling.target"),
        ({"scaling": Scaling(target=float("inf"))}, "scaling.target"),
        ({"scaling": Scaling(target=float("nan"))}, "scaling.target"),
        ({"scaling": Scaling(scale_in_cooldown=-1)}, "scaling.scale_in_cooldown"),
        ({"scaling": Scaling(scale_out_cooldown=90_000)}, "scaling.scale_out_cooldown"),
        ({"scaling": Scaling(metric=Metric.BACKLOG)}, "scaling.metric"),
        ({"scaling": Scaling(metric=Metric.INVOCATIONS), "mode": QUEUE}, "scaling.metric"),
        ({"scaling": Scaling(), "mode": Serverless()}, "scaling"),
        ({"scaling": Scaling(), "instance_type": "ml.t3.medium"}, "scaling"),
        ({"scaling": Scaling(maximum=2), "count": 3}, "count"),
        ({"scaling": Scaling(maximum=2), "mode": Components(copies=3)}, "mode.copies"),
        ({"count": 11}, "count"),
        ({"mode": Components(copies=11)}, "mode.copies"),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_at_its_field(changes: dict[str, Any], field: str) -> None:
    assert _fields(request_for(**changes)) == [field]


def test_the_cap_is_the_settings_and_the_words_say_where_to_change_it() -> None:
    request = request_for(scaling=Scaling(maximum=4))
    (problem,) = scaling_problems(request, most=3)
    assert "the cap here is 3" in problem.words
    assert "SAGEDECK_MOST_INSTANCES" in problem.words
    assert scaling_problems(request, most=4) == ()


@pytest.mark.parametrize(
    ("changes", "most"),
    [
        ({"count": 2}, 2),
        ({"count": 1, "scaling": Scaling(maximum=5)}, 5),
        ({"mode": Components(accelerators=1), "scaling": Scaling(maximum=4)}, 4),
        ({"mode": Components(accelerators=1), "scaling": Scaling(maximum=4), "instance_type": "ml.g5.12xlarge"}, 1),
        ({"mode": Components(accelerators=2), "scaling": Scaling(maximum=3), "instance_type": "ml.g5.12xlarge"}, 2),
        ({"mode": Components(cpus=4), "scaling": Scaling(maximum=3), "instance_type": "ml.c6i.xlarge"}, 3),
        ({"mode": Components(onto=True), "scaling": Scaling(maximum=3)}, 0),
        ({"mode": Serverless()}, 0),
    ],
    ids=str,
)
def test_the_most_that_may_run_is_what_the_ceiling_is_reckoned_with(changes: dict[str, Any], most: int) -> None:
    assert most_instances(request_for(**changes)) == most


def test_the_instances_of_components_follow_the_copies_down_to_none() -> None:
    request = request_for(mode=Components(accelerators=1), scaling=COPIES)
    assert managed_scaling(request) == {"Status": "ENABLED", "MinInstanceCount": 0, "MaxInstanceCount": 4}
    awake = replace(request, scaling=replace(COPIES, minimum=2))
    assert managed_scaling(awake)["MinInstanceCount"] == 1
    assert managed_scaling(request_for(scaling=Scaling())) == {}


def test_a_topic_is_made_once_encrypted_tagged_and_its_reader_asked() -> None:
    topic = NewTopic(name="told", email="o'hara@example.com")
    request = request_for(mode=replace(QUEUE, success=topic, error=topic), tags=(("team", "search"),))
    state = state_for(request)
    create, subscribe = topic_steps(request, state)
    assert create.parameters["Attributes"] == {"KmsMasterKeyId": "alias/aws/sns"}
    assert {"Key": "sagedeck:made-by", "Value": "sagedeck"} in create.parameters["Tags"]
    assert {"Key": "team", "Value": "search"} in create.parameters["Tags"]
    assert subscribe.parameters["Endpoint"] == "o'hara@example.com"
    assert subscribe.after == (create.id,)
    assert [undo.operation for undo in create.undo] == ["delete_topic"]
    assert topic_arn(topic, state) == "arn:aws:sns:us-east-1:123456789012:told"
    plan = Plan("topics", (create, subscribe))
    assert check(plan) == ()
    assert undeclared(plan) == ()


def test_an_existing_topic_is_only_referred_to() -> None:
    arn = "arn:aws:sns:us-east-1:123456789012:theirs"
    request = request_for(mode=replace(QUEUE, success=ExistingTopic(arn)))
    assert topic_steps(request, state_for(request)) == ()
    assert topic_arn(ExistingTopic(arn), state_for(request)) == arn


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        (ExistingTopic("told"), "no ARN"),
        (ExistingTopic("arn:aws:sns:us-east-1:123456789012:queue.fifo"), "no ARN"),
        (ExistingTopic("arn:aws:sns:eu-west-1:123456789012:told"), "eu-west-1"),
        (NewTopic(name="a b"), "cannot be a topic's name"),
        (NewTopic(name=""), "An empty text"),
        (NewTopic(name="told", kms_key="my key"), "no KMS key"),
        (NewTopic(name="told", kms_key=""), "needs a KMS key"),
        (NewTopic(name="told", kms_key="arn:aws:kms:eu-west-1:123456789012:alias/mine"), "eu-west-1"),
        (ExistingTopic("arn:aws-cn:sns:us-east-1:123456789012:told"), "partition aws-cn"),
        (NewTopic(name="told", email='"<b>"@example.com'), "no e-mail address"),
        (NewTopic(name="told", email="ada"), "no e-mail address"),
        (NewTopic(name="told", email="ada@example.com, bob@example.com"), "no e-mail address"),
    ],
    ids=str,
)
def test_a_topic_that_cannot_be_is_said_so(topic: Any, said: str) -> None:
    (problem,) = topic_problems(request_for(mode=replace(QUEUE, error=topic)), PLACE)
    assert problem.field == "mode.error"
    assert said in problem.words


def test_one_name_for_two_different_topics_is_refused() -> None:
    mode = replace(QUEUE, success=NewTopic(name="told"), error=NewTopic(name="told", email="ada@example.com"))
    (problem,) = topic_problems(request_for(mode=mode))
    assert "given twice" in problem.words

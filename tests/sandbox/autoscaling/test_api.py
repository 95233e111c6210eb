"""The operations through boto3: what is accepted, what is refused and in which words."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.autoscaling.conftest import INVOCATIONS, VARIANT
from tests.sandbox.conftest import Running

TRACKING = {"TargetValue": 70.0, "PredefinedMetricSpecification": INVOCATIONS}


@pytest.fixture
def client(sandbox: Running, deploy: Callable[..., None]) -> Any:
    """Auto scaling beside an endpoint `chat` that is InService."""
    deploy("chat")
    sandbox.app.world.advance(60)
    return sandbox.client("application-autoscaling")


def _refusal(call: Callable[..., Any], **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**request)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_target_is_registered_shown_updated_and_deregistered(client: Any) -> None:
    arn = client.register_scalable_target(**VARIANT, MinCapacity=1, MaxCapacity=4, Tags={"team": "a"})
    (target,) = client.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    assert target["ScalableTargetARN"] == arn["ScalableTargetARN"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 4)
    assert target["RoleARN"].endswith("AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint")
    assert target["SuspendedState"]["DynamicScalingInSuspended"] is False
    client.register_scalable_target(**VARIANT, MaxCapacity=6)
    (target,) = client.describe_scalable_targets(ServiceNamespace="sagemaker", ResourceIds=[VARIANT["ResourceId"]])[
        "ScalableTargets"
    ]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 6)
    client.deregister_scalable_target(**VARIANT)
    assert not client.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    code, message = _refusal(client.deregister_scalable_target, **VARIANT)
    assert code == "ObjectNotFoundException"
    assert message == (
        "No scalable target found for service namespace: sagemaker, resource ID: endpoint/chat/variant/AllTraffic, "
        "scalable dimension: sagemaker:variant:DesiredInstanceCount"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"MinCapacity": 5}, "Maximum capacity cannot be less than minimum capacity"),
        ({"MinCapacity": 0}, "only asynchronous endpoints and those with inference components scale to 0"),
        ({"MinCapacity": -1}, "greater than or equal to 0"),
        ({"ResourceId": "endpoint/cha/variant/AllTraffic"}, "doesn't exist"),
        ({"ResourceId": "endpoint/chat/variant/Other"}, "doesn't exist"),
        ({"ResourceId": "endpoint/chat"}, "Unsupported service namespace, resource type or scalable dimension"),
        ({"ScalableDimension": "sagemaker:inference-component:DesiredCopyCount"}, "Unsupported service namespace"),
        ({"ScalableDimension": "sagemaker:nothing"}, "failed to satisfy constraint"),
    ],
)
def test_a_target_that_cannot_be_scaled_so_is_refused(client: Any, change: dict[str, Any], words: str) -> None:
    code, message = _refusal(
        client.register_scalable_target, **{**VARIANT, "MinCapacity": 1, "MaxCapacity": 4, **change}
    )
    assert code == "ValidationException"
    assert words in message
    assert not client.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]


def test_a_new_target_needs_both_bounds_and_an_endpoint_in_service(client: Any, deploy: Callable[..., None]) -> None:
    assert "must be specified" in _refusal(client.register_scalable_target, **VARIANT, MinCapacity=1)[1]
    deploy("slow")
    request = {**VARIANT, "ResourceId": "endpoint/slow/variant/AllTraffic", "MinCapacity": 1, "MaxCapacity": 2}
    assert "is not InService" in _refusal(client.register_scalable_target, **request)[1]


def test_burstable_instances_are_not_scaled(sandbox: Running, client: Any, deploy: Callable[..., None]) -> None:
    deploy("small", instance_type="ml.t2.medium")
    sandbox.app.world.advance(60)
    request = {**VARIANT, "ResourceId": "endpoint/small/variant/AllTraffic", "MinCapacity": 1, "MaxCapacity": 2}
    assert "burstable" in _refusal(client.register_scalable_target, **request)[1]


def test_a_policy_makes_two_alarms_and_takes_them_with_it(client: Any) -> None:
    client.register_scalable_target(**VARIANT, MinCapacity=1, MaxCapacity=4)
    asked = {**VARIANT, "PolicyName": "track", "PolicyType": "TargetTrackingScaling"}
    put = client.put_scaling_policy(**asked, TargetTrackingScalingPolicyConfiguration=TRACKING)
    assert [each["AlarmName"].split("-")[-6] for each in put["Alarms"]] == ["AlarmHigh", "AlarmLow"]
    (policy,) = client.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
    assert policy["PolicyARN"] == put["PolicyARN"]
    assert policy["PolicyARN"].endswith(":resource/sagemaker/endpoint/chat/variant/AllTraffic:policyName/track")
    assert policy["TargetTrackingScalingPolicyConfiguration"] == TRACKING
    assert policy["Alarms"] == put["Alarms"]
    again = client.put_scaling_policy(
        **asked, TargetTrackingScalingPolicyConfiguration={**TRACKING, "DisableScaleIn": True}
    )
    assert again["PolicyARN"] == put["PolicyARN"]
    assert len(again["Alarms"]) == 1
    client.delete_scaling_policy(**VARIANT, PolicyName="track")
    assert not client.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
    assert _refusal(client.delete_scaling_policy, **VARIANT, PolicyName="track")[0] == "ObjectNotFoundException"


@pytest.mark.parametrize(
    "configuration",
    [
        {"TargetValue": 70.0},
        {"TargetValue": 0.0, "PredefinedMetricSpecification": INVOCATIONS},
        {**TRACKING, "CustomizedMetricSpecification": {"MetricName": "a", "Namespace": "b", "Statistic": "Sum"}},
        {**TRACKING, "ScaleInCooldown": -1},
        {
            "TargetValue": 1.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerInferenceComponentInvocationsPerCopy"},
        },
        {"TargetValue": 1.0, "CustomizedMetricSpecification": {"MetricName": "a"}},
    ],
)
def test_a_policy_that_measures_nothing_is_refused(client: Any, configuration: dict[str, Any]) -> None:
    client.register_scalable_target(**VARIANT, MinCapacity=1, MaxCapacity=4)
    request = {**VARIANT, "PolicyName": "track", "PolicyType": "TargetTrackingScaling"}
    code, _ = _refusal(client.put_scaling_policy, **request, TargetTrackingScalingPolicyConfiguration=configuration)
    assert code == "ValidationException"
    assert not client.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]


def test_one_metric_is_tracked_by_one_policy_and_a_policy_needs_a_target(client: Any) -> None:
    request = {
        **VARIANT, "PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": TRACKING
    }  # fmt: skip
    code, message = _refusal(client.put_scaling_policy, **request, PolicyName="one")
    assert (code, message.split(" for ")[0]) == ("ObjectNotFoundException", "No scalable target registered")
    client.register_scalable_target(**VARIANT, MinCapacity=1, MaxCapacity=4)
    client.put_scaling_policy(**request, PolicyName="one")
    _, message = _refusal(client.put_scaling_policy, **request, PolicyName="two")
    assert message == "Only one TargetTrackingScaling policy for a given metric specification is allowed."


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [{"MetricIntervalLowerBound": 5.0, "MetricIntervalUpperBound": 1.0, "ScalingAdjustment": 1}],
        [{"ScalingAdjustment": 1}, {"MetricIntervalLowerBound": 5.0, "ScalingAdjustment": 1}],
        [
            {"MetricIntervalUpperBound": 1.0, "ScalingAdjustment": 1},
            {"MetricIntervalLowerBound": 5.0, "ScalingAdjustment": 1},
        ],
    ],
)
def test_steps_that_overlap_or_leave_gaps_are_refused(client: Any, steps: list[dict[str, Any]]) -> None:
    client.register_scalable_target(**VARIANT, MinCapacity=1, MaxCapacity=4)
    configuration = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": steps}
    code, _ = _refusal(
        client.put_scaling_policy,
        **VARIANT,
        PolicyName="steps",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration=configuration,
    )
    assert code == "ValidationException"


def test_scheduled_actions_are_put_shown_changed_and_deleted(client: Any) -> None:
    named = {**VARIANT, "ScheduledActionName": "night"}
    bounds = {"MinCapacity": 1, "MaxCapacity": 1}
    request = {**named, "Schedule": "cron(0 22 * * ? *)", "ScalableTargetAction": bounds}
    assert _refusal(client.put_scheduled_action, **request)[0] == "ObjectNotFoundException"
    client.register_scalable_target(**VARIANT, MinCapacity=1, MaxCapacity=4)
    client.put_scheduled_action(**request, Timezone="Europe/Vienna")
    client.put_scheduled_action(**{**request, "Schedule": "cron(0 23 * * ? *)"})
    (action,) = client.describe_scheduled_actions(ServiceNamespace="sagemaker")["ScheduledActions"]
    assert (action["Schedule"], action["Timezone"]) == ("cron(0 23 * * ? *)", "Europe/Vienna")
    assert action["ScalableTargetAction"] == bounds
    code, message = _refusal(client.put_scheduled_action, **{**request, "Schedule": "sometimes"})
    assert code == "ValidationException"
    assert message.startswith("Invalid schedule expression. Details: Schedule expressions must have the following")
    assert _refusal(client.put_scheduled_action, **{**request, "Timezone": "Middle/Earth"})[0] == "ValidationException"
    assert _refusal(client.put_scheduled_action, **{**request, "Schedule": "at(2020-01-01T00:00:00)"})[0] == code
    (unchanged,) = client.describe_scheduled_actions(ServiceNamespace="sagemaker")["ScheduledActions"]
    assert unchanged == action, "what is refused changes nothing"
    client.delete_scheduled_action(**named)
    assert not client.describe_scheduled_actions(ServiceNamespace="sagemaker")["ScheduledActions"]
    assert _refusal(client.delete_scheduled_action, **named)[0] == "ObjectNotFoundException"


def test_deregistering_takes_policies_and_schedules_with_it(client: Any) -> None:
    client.register_scalable_target(**VARIANT, MinCapacity=1, MaxCapacity=4)
    client.put_scaling_policy(
        **VARIANT,
        PolicyName="one",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=TRACKING,
    )
    client.put_scheduled_action(
        **VARIANT, ScheduledActionName="a", Schedule="rate(1 hour)", ScalableTargetAction={"MinCapacity": 2}
    )
    client.deregister_scalable_target(**VARIANT)
    assert not client.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
    assert not client.describe_scheduled_actions(ServiceNamespace="sagemaker")["ScheduledActions"]


def test_targets_are_tagged(client: Any) -> None:
    arn = client.register_scalable_target(**VARIANT, MinCapacity=1, MaxCapacity=4, Tags={"a": "1"})["ScalableTargetARN"]
    client.tag_resource(ResourceARN=arn, Tags={"b": "2"})
    assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"a": "1", "b": "2"}
    client.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"b": "2"}
    code, message = _refusal(client.register_scalable_target, **VARIANT, MaxCapacity=5, Tags={"c": "3"})
    assert code == "ValidationException"
    assert message.startswith("The scalable target that you tried to tag already exists.")


def test_the_minimum_is_kept_by_a_real_endpoint(sandbox: Running, client: Any) -> None:
    client.register_scalable_target(**VARIANT, MinCapacity=3, MaxCapacity=4)
    sandbox.app.world.advance(60)
    described = sandbox.client("sagemaker").describe_endpoint(EndpointName="chat")
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 3
    (activity,) = client.describe_scaling_activities(ServiceNamespace="sagemaker")["ScalingActivities"]
    assert activity["StatusCode"] == "Successful"
    assert activity["Cause"] == "minimum capacity was set to 3"


def test_another_services_targets_are_motos(sandbox: Running, client: Any) -> None:
    table = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/t",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
    }
    client.register_scalable_target(**table, MinCapacity=1, MaxCapacity=2)
    alarms = client.put_scaling_policy(
        **table,
        PolicyName="p",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
        },
    )["Alarms"]
    named = sandbox.client("cloudwatch").describe_alarms(AlarmNames=[alarms[0]["AlarmName"]])
    assert [each["AlarmArn"] for each in named["MetricAlarms"]] == [alarms[0]["AlarmARN"]]
    assert len(client.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]) == 1
    assert not client.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]


def test_a_scaled_variant_keeps_its_instance_type_until_it_is_deregistered(sandbox: Running, client: Any) -> None:
    client.register_scalable_target(**VARIANT, MinCapacity=1, MaxCapacity=4)
    sagemaker = sandbox.client("sagemaker")
    variant = {"VariantName": "AllTraffic", "ModelName": "chat", "InitialInstanceCount": 1}
    for name, instance_type in (("same", "ml.m5.xlarge"), ("larger", "ml.m5.2xlarge")):
        sagemaker.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[{**variant, "InstanceType": instance_type}]
        )
    code, message = _refusal(sagemaker.update_endpoint, EndpointName="chat", EndpointConfigName="larger")
    assert code == "ValidationException"
    assert message.startswith('The variant(s) "AllTraffic" must be deregistered as scalable targets')
    sagemaker.update_endpoint(EndpointName="chat", EndpointConfigName="same")
    sandbox.app.world.advance(60)
    client.deregister_scalable_target(**VARIANT)
    sagemaker.update_endpoint(EndpointName="chat", EndpointConfigName="larger")


def test_a_deleted_endpoint_leaves_its_target_behind(sandbox: Running, client: Any) -> None:
    client.register_scalable_target(**VARIANT, MinCapacity=1, MaxCapacity=4)
    sandbox.client("sagemaker").delete_endpoint(EndpointName="chat")
    sandbox.app.world.advance(120)
    assert len(client.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]) == 1
    client.deregister_scalable_target(**VARIANT)
    assert not client.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]

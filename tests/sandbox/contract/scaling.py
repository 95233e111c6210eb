"""Application Auto Scaling, over an endpoint's variant."""

from typing import Any

from tests.sandbox.contract.story import Step, step

VARIANT: dict[str, Any] = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/scaled/variant/AllTraffic",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
ARN = "arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target/none"
TRACKING = {
    "TargetValue": 70.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
}


def _arn(answers: object) -> str:
    assert isinstance(answers, dict)
    return str(answers["DescribeScalableTargets"]["ScalableTargets"][0]["ScalableTargetARN"])


STORY: tuple[Step, ...] = (
    step("RegisterScalableTarget", **VARIANT, MinCapacity=1, MaxCapacity=3, Tags={"a": "b"}),
    step("DescribeScalableTargets", ServiceNamespace="sagemaker"),
    step("PutScalingPolicy", **VARIANT, PolicyName="p", PolicyType="TargetTrackingScaling",
         TargetTrackingScalingPolicyConfiguration=TRACKING),
    step("DescribeScalingPolicies", ServiceNamespace="sagemaker"),
    step("PutScheduledAction", **VARIANT, ScheduledActionName="s", Schedule="rate(1 day)",
         ScalableTargetAction={"MinCapacity": 1}),
    step("DescribeScheduledActions", ServiceNamespace="sagemaker"),
    step("DescribeScalingActivities", ServiceNamespace="sagemaker"),
    Step("ListTagsForResource", lambda a: {"ResourceARN": _arn(a)}),
    Step("TagResource", lambda a: {"ResourceARN": _arn(a), "Tags": {"c": "d"}}),
    Step("UntagResource", lambda a: {"ResourceARN": _arn(a), "TagKeys": ["c"]}),
    step("DeleteScheduledAction", **VARIANT, ScheduledActionName="s"),
    step("DeleteScalingPolicy", **VARIANT, PolicyName="p"),
    step("DeregisterScalableTarget", **VARIANT),
)  # fmt: skip

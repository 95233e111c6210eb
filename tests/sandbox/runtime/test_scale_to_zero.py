"""AWS's example notebook of asynchronous inference with scale to zero, against the whole sandbox."""

import json
from typing import Any

from tests.sandbox.runtime.whole import BUCKET, Whole, metric

MINUTE = 60.0
PROMPT = {"inputs": "hello", "parameters": {"max_new_tokens": 64}}
TRACKING = {
    "TargetValue": 5.0,
    "CustomizedMetricSpecification": {
        "MetricName": "ApproximateBacklogSizePerInstance",
        "Namespace": "AWS/SageMaker",
        "Dimensions": [{"Name": "EndpointName", "Value": "q"}],
        "Statistic": "Average",
    },
    "ScaleInCooldown": 600,
    "ScaleOutCooldown": 300,
}
STEPS = {
    "AdjustmentType": "ChangeInCapacity",
    "MetricAggregationType": "Average",
    "Cooldown": 300,
    "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
}
WAKE = {
    "AlarmName": "wake",
    "MetricName": "HasBacklogWithoutCapacity",
    "Namespace": "AWS/SageMaker",
    "Statistic": "Average",
    "EvaluationPeriods": 2,
    "DatapointsToAlarm": 2,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "TreatMissingData": "missing",
    "Dimensions": [{"Name": "EndpointName", "Value": "q"}],
    "Period": 60,
}


def scaled(whole: Whole, kind: str, **policy: Any) -> str:
    """Register the variant from 0 to 5 instances and give it a policy; the policy's ARN."""
    scaling = whole.client("application-autoscaling")
    about = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/q/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    scaling.register_scalable_target(**about, MinCapacity=0, MaxCapacity=5)
    put = scaling.put_scaling_policy(**about, PolicyName=f"{kind}-policy", PolicyType=kind, **policy)
    arn: str = put["PolicyARN"]
    return arn


def send(whole: Whole) -> str:
    location = whole.put("input/payload.json", PROMPT)
    sent = whole.client("sagemaker-runtime").invoke_endpoint_async(
        EndpointName="q", InputLocation=location, ContentType="application/json"
    )
    output: str = sent["OutputLocation"]
    return output


def test_endpoint_policy_call_answer_and_a_backlog_while_there_is_no_instance(whole: Whole) -> None:
    sns, sagemaker = whole.client("sns"), whole.client("sagemaker")
    topics = {name: sns.create_topic(Name=name)["TopicArn"] for name in ("SuccessTopic", "ErrorTopic")}
    whole.queue("q", S3OutputPath=f"s3://{BUCKET}/output", NotificationConfig=topics)
    assert sagemaker.describe_endpoint(EndpointName="q")["AsyncInferenceConfig"]["OutputConfig"]
    scaled(whole, "TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=TRACKING)

    output = send(whole)
    whole.world.advance(10)
    assert json.loads(whole.get(output)) == [{"generated_text": "echo: hello"}]
    processed = [
        each
        for name in ("InvocationsProcesssed", "InvocationsProcessed")
        for each in metric(whole, name, "Sum", EndpointName="q", VariantName="AllTraffic")
    ]
    assert 1 in processed

    whole.scale("q", 0)
    for _ in range(3):
        send(whole)
    whole.world.advance(2 * MINUTE)
    assert len(whole.keys("output/")) == 1, "they wait, as there is no instance"
    assert max(metric(whole, "ApproximateBacklogSize", "Maximum", EndpointName="q")) == 3
    assert metric(whole, "HasBacklogWithoutCapacity", "Average", EndpointName="q")[-1] == 1
    whole.scale("q", 1)
    assert len(whole.keys("output/")) == 4
    sagemaker.delete_endpoint(EndpointName="q")
    whole.world.advance(30)
    assert sagemaker.list_endpoints()["Endpoints"] == []


def test_the_backlog_wakes_an_endpoint_that_was_scaled_to_zero(whole: Whole) -> None:
    whole.queue("q", count=0)
    policy = scaled(whole, "StepScaling", StepScalingPolicyConfiguration=STEPS)
    whole.client("cloudwatch").put_metric_alarm(**WAKE, AlarmActions=[policy])
    output = send(whole)
    for _ in range(10):
        whole.world.advance(MINUTE)
    described = whole.client("sagemaker").describe_endpoint(EndpointName="q")
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] >= 1
    assert b"echo: hello" in whole.get(output)

"""Scaling with nothing stood in for: real endpoints, invocations, queues, metrics and alarms."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.__main__ import dataapi_routes, runtime_routes
from sandbox.app import Sandbox
from sandbox.clock import Clock
from sandbox.world import World
from tests.sandbox import server
from tests.sandbox.autoscaling.conftest import INVOCATIONS
from tests.sandbox.runtime.whole import Whole


@pytest.fixture(scope="module")
def serving() -> Iterator[Whole]:
    app = Sandbox(World(Clock(speed=0)), runtime_routes, dataapi_routes)
    with server.served(app) as url:
        yield Whole(app, url)


@pytest.fixture
def whole(serving: Whole) -> Whole:
    serving.client("iam").list_roles()  # what moto holds is emptied only where this sandbox has used it
    serving.client("s3").list_buckets()
    serving.begin()
    return serving


def _target(name: str) -> dict[str, Any]:
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{name}/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }


def _count(whole: Whole, name: str) -> int:
    described = whole.client("sagemaker").describe_endpoint(EndpointName=name)
    return int(described["ProductionVariants"][0]["CurrentInstanceCount"])


def test_invocations_raise_the_count_and_the_bill_of_a_real_endpoint(whole: Whole) -> None:
    world = whole.world
    whole.model("m")
    whole.endpoint("live", {"VariantName": "AllTraffic", "ModelName": "m", "InstanceType": "ml.g5.2xlarge",
                            "InitialInstanceCount": 1})  # fmt: skip
    scaling, began = whole.client("application-autoscaling"), world.clock.now()
    scaling.register_scalable_target(**_target("live"), MinCapacity=1, MaxCapacity=3)
    put = scaling.put_scaling_policy(
        **_target("live"),
        PolicyName="track",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 10.0, "PredefinedMetricSpecification": INVOCATIONS},
    )
    runtime = whole.client("sagemaker-runtime")
    for _ in range(25):
        runtime.invoke_endpoint(EndpointName="live", Body=b'{"inputs": "hi"}', ContentType="application/json")
    world.advance(30)
    assert _count(whole, "live") == 3
    high, low = (each["AlarmName"] for each in put["Alarms"])
    cloudwatch = whole.client("cloudwatch")
    alarms = {a["AlarmName"]: a for a in cloudwatch.describe_alarms(AlarmNames=[high, low])["MetricAlarms"]}
    assert alarms[high]["AlarmActions"] == [put["PolicyARN"]]
    assert (alarms[high]["Threshold"], alarms[low]["Threshold"]) == (10.0, 9.0)
    history = cloudwatch.describe_alarm_history(AlarmName=high, HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    assert any("to ALARM" in item["HistorySummary"] for item in history)
    world.advance(600)
    assert _count(whole, "live") == 1
    used = sorted({round(each.amount * 3600 / (each.end - each.start)) for each in world.ledger.usages(began, 1e12)})
    assert used == [1, 2, 3]
    scaling.delete_scaling_policy(**_target("live"), PolicyName="track")
    assert not cloudwatch.describe_alarms(AlarmNames=[high, low])["MetricAlarms"]


def _tracks_its_backlog(whole: Whole, name: str) -> None:
    metric = {
        "MetricName": "ApproximateBacklogSizePerInstance",
        "Namespace": "AWS/SageMaker",
        "Dimensions": [{"Name": "EndpointName", "Value": name}],
        "Statistic": "Average",
    }
    whole.client("application-autoscaling").put_scaling_policy(
        **_target(name),
        PolicyName="backlog",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 5.0, "CustomizedMetricSpecification": metric},
    )


def _wakes_by_alarm(whole: Whole, name: str) -> None:
    """A step policy and the alarm on the queue that starts it, as AWS's notebook makes them."""
    steps = {
        "AdjustmentType": "ChangeInCapacity",
        "MetricAggregationType": "Average",
        "Cooldown": 300,
        "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
    }
    arn = whole.client("application-autoscaling").put_scaling_policy(
        **_target(name), PolicyName="wake", PolicyType="StepScaling", StepScalingPolicyConfiguration=steps
    )["PolicyARN"]
    whole.client("cloudwatch").put_metric_alarm(
        AlarmName=f"wake-{name}",
        MetricName="HasBacklogWithoutCapacity",
        Namespace="AWS/SageMaker",
        Dimensions=[{"Name": "EndpointName", "Value": name}],
        Statistic="Average",
        Period=60,
        EvaluationPeriods=2,
        DatapointsToAlarm=2,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="missing",
        AlarmActions=[arn],
    )


def test_a_queue_wakes_an_endpoint_that_slept_and_an_empty_one_lets_it_sleep_again(whole: Whole) -> None:
    world, scaling = whole.world, whole.client("application-autoscaling")
    whole.queue("q")
    scaling.register_scalable_target(**_target("q"), MinCapacity=0, MaxCapacity=2)
    _tracks_its_backlog(whole, "q")
    _wakes_by_alarm(whole, "q")
    world.advance(120)
    assert _count(whole, "q") == 0
    location = whole.put("in.json", {"inputs": "hello"})
    whole.client("sagemaker-runtime").invoke_endpoint_async(
        EndpointName="q", InputLocation=location, ContentType="application/json"
    )
    world.advance(60)
    assert whole.keys("out/") == []
    world.advance(300)
    assert len(whole.keys("out/")) == 1
    activities = scaling.describe_scaling_activities(ServiceNamespace="sagemaker")["ScalingActivities"]
    assert "monitor alarm wake-q in state ALARM triggered policy wake" in [each["Cause"] for each in activities]
    world.advance(600)
    assert _count(whole, "q") == 0


def test_a_quota_really_stops_scaling_until_it_is_raised(whole: Whole) -> None:
    whole.model("m")
    whole.endpoint("large", {"VariantName": "AllTraffic", "ModelName": "m", "InstanceType": "ml.g5.48xlarge",
                             "InitialInstanceCount": 1})  # fmt: skip
    scaling = whole.client("application-autoscaling")
    scaling.register_scalable_target(**_target("large"), MinCapacity=3, MaxCapacity=4)
    (activity,) = scaling.describe_scaling_activities(ServiceNamespace="sagemaker")["ScalingActivities"]
    assert activity["StatusCode"] == "Failed"
    assert activity["StatusMessage"].startswith(
        "Failed to set desired instance count to 3. Reason: The account-level service limit "
        "'ml.g5.48xlarge for endpoint usage' is 2 Instances, with current utilization of 1 Instances and a request "
        "delta of 2 Instances."
    )
    assert _count(whole, "large") == 1
    quotas = whole.client("service-quotas")
    quotas.request_service_quota_increase(ServiceCode="sagemaker", QuotaCode="L-0100B823", DesiredValue=8)
    whole.world.advance(whole.world.clock.lasts(2 * 3600))
    scaling.register_scalable_target(**_target("large"), MinCapacity=3, MaxCapacity=4)
    whole.world.advance(60)
    assert _count(whole, "large") == 3

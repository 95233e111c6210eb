"""What a target tracking policy measures: the metric behind each predefined type, the alarms made of it, its value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.autoscaling.decisions import HIGH, LOW, SLACK
from sandbox.autoscaling.resources import COMPONENT, CONCURRENCY, VARIANT, Identity, Resource
from sandbox.errors import AwsError

if TYPE_CHECKING:
    from sandbox.world import World

WINDOW = 60.0  # true seconds of load that one reading looks at


@dataclass(frozen=True, slots=True)
class Predefined:
    """`period`: seconds of the alarm's data points."""

    dimension: str
    metric: str
    statistic: str
    period: int = 60


PREDEFINED = {
    "SageMakerVariantInvocationsPerInstance": Predefined(VARIANT, "InvocationsPerInstance", "Sum"),
    "SageMakerVariantConcurrentRequestsPerModelHighResolution": Predefined(
        VARIANT, "ConcurrentRequestsPerModel", "Maximum", 10
    ),
    "SageMakerVariantProvisionedConcurrencyUtilization": Predefined(
        CONCURRENCY, "ServerlessProvisionedConcurrencyUtilization", "Maximum"
    ),
    "SageMakerInferenceComponentInvocationsPerCopy": Predefined(COMPONENT, "InvocationsPerCopy", "Sum"),
    "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution": Predefined(
        COMPONENT, "ConcurrentRequestsPerCopy", "Maximum", 10
    ),
}


def value_of(
    world: "World", region: str, resource: Resource, configuration: Mapping[str, Any], now: float
) -> float | None:
    """Return what a policy's metric reads now, or None if there is no data. A variant without traffic reads 0."""
    predefined = configuration.get("PredefinedMetricSpecification")
    if predefined:
        return _predefined(world, region, resource, str(predefined["PredefinedMetricType"]))
    return _customized(world, region, resource, configuration["CustomizedMetricSpecification"], now)


def alarms_of(identity: Identity, name: str, arn: str, configuration: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the PutMetricAlarm requests of a policy's two alarms (one if it does not scale in)."""
    metric = _alarm_metric(identity, configuration)
    target = float(configuration["TargetValue"])
    alarms = [("AlarmHigh", "GreaterThanThreshold", target, HIGH)]
    if not configuration.get("DisableScaleIn"):
        alarms.append(("AlarmLow", "LessThanThreshold", round(target * SLACK, 10), LOW))
    return [
        {
            "AlarmName": f"TargetTracking-{identity.resource_id}-{kind}-{name}",
            "AlarmDescription": f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {arn}.",
            "ActionsEnabled": True,
            "AlarmActions": [arn],
            "ComparisonOperator": comparison,
            "Threshold": threshold,
            "EvaluationPeriods": periods,
            **metric,
        }
        for kind, comparison, threshold, periods in alarms
    ]


def _alarm_metric(identity: Identity, configuration: Mapping[str, Any]) -> dict[str, Any]:
    predefined = configuration.get("PredefinedMetricSpecification")
    if predefined:
        measured = PREDEFINED[predefined["PredefinedMetricType"]]
        return {
            "Namespace": "AWS/SageMaker",
            "MetricName": measured.metric,
            "Dimensions": _dimensions(identity),
            "Statistic": measured.statistic,
            "Period": measured.period,
        }
    custom = configuration["CustomizedMetricSpecification"]
    if custom.get("Metrics"):
        return {"Metrics": [_query(each) for each in custom["Metrics"]]}
    kept = {key: custom[key] for key in ("Namespace", "MetricName", "Dimensions", "Statistic", "Unit") if key in custom}
    return {**kept, "Period": 60}


def _dimensions(identity: Identity) -> list[dict[str, str]]:
    if identity.component:
        return [{"Name": "InferenceComponentName", "Value": identity.component}]
    return [
        {"Name": "EndpointName", "Value": identity.endpoint},
        {"Name": "VariantName", "Value": identity.variant},
    ]


def _predefined(world: "World", region: str, resource: Resource, kind: str) -> float | None:
    if resource.current == 0:
        return None
    identity = resource.identity
    load = world.meters.recent(region, identity.endpoint, identity.component or identity.variant, WINDOW)
    metric = PREDEFINED[kind].metric
    if metric.startswith("Invocations"):
        return float(load.invocations) * 60 / WINDOW / resource.current
    return float(load.concurrency) / resource.current


def _customized(world: "World", region: str, resource: Resource, custom: Mapping[str, Any], now: float) -> float | None:
    identity, metric = resource.identity, custom.get("MetricName", "")
    if custom.get("Namespace") == "AWS/SageMaker" and metric.startswith("ApproximateBacklogSize"):
        load = world.meters.recent(region, identity.endpoint, identity.variant, WINDOW)
        if not metric.endswith("PerInstance"):
            return float(load.backlog)
        return float(load.backlog) / resource.current if resource.current else None
    return _from_cloudwatch(world, region, custom, now)


def _from_cloudwatch(world: "World", region: str, custom: Mapping[str, Any], now: float) -> float | None:
    queries = [_query(each) for each in custom["Metrics"]] if custom.get("Metrics") else [_plain_query(custom)]
    asked = {"MetricDataQueries": queries, "StartTime": now - 180, "EndTime": now, "ScanBy": "TimestampDescending"}
    try:
        answer = world.call("cloudwatch", "GetMetricData", asked, region)
    except AwsError:  # a metric that cannot be read is one without data, as on AWS
        return None
    shown = {each["Id"] for each in queries if each.get("ReturnData", True)}
    for result in answer.get("MetricDataResults", ()):
        if result["Id"] in shown and result.get("Values"):
            return float(result["Values"][0])
    return None


def _query(asked: Mapping[str, Any]) -> dict[str, Any]:
    """A metric query of a policy as CloudWatch takes it: the period is a minute."""
    query = {key: asked[key] for key in ("Id", "Expression", "Label", "ReturnData") if key in asked}
    if "MetricStat" in asked:
        query["MetricStat"] = {"Period": 60, **asked["MetricStat"]}
    return query


def _plain_query(custom: Mapping[str, Any]) -> dict[str, Any]:
    metric = {"Namespace": custom["Namespace"], "MetricName": custom["MetricName"]}
    metric["Dimensions"] = [dict(each) for each in custom.get("Dimensions", ())]
    stat = {"Metric": metric, "Period": 60, "Stat": custom.get("Statistic", "Average")}
    return {"Id": "m1", "MetricStat": {**stat, **({"Unit": custom["Unit"]} if "Unit" in custom else {})}}

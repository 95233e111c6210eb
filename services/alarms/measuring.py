"""What each kind of alarm measures, as PutMetricAlarm takes it, and the sentence that says when it fires.

Metrics and dimensions as SageMaker publishes them: AWS's developer guide, "Metrics for monitoring Amazon SageMaker AI
with CloudWatch" and "Monitoring asynchronous endpoints" (as of 2026-11-20). They are there only where there is traffic,
so missing figures are well, but for an alarm on traffic itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.alarms.models import AlarmRequest, Kind
from services.endpoints import EndpointDetail

REQUESTS = "AWS/SageMaker"
FIVE_MINUTES, HOUR = 300, 3600
MICROSECONDS = 1000  # of a millisecond
SHARE = "100 * FILL(failed, 0) / requests"


def measured(request: AlarmRequest, detail: EndpointDetail) -> dict[str, Any]:
    """What the alarm looks at, its threshold, and how missing figures count."""
    where = dimensions(request, detail)
    match request.kind:
        case Kind.LATENCY:
            look = {**_one("ModelLatency", where, FIVE_MINUTES), "ExtendedStatistic": "p95"}
            return {**look, **_over(request.periods, request.threshold * MICROSECONDS)}
        case Kind.IDLE:
            # asynchronous endpoints publish no Invocations, and what they do publish is spelled in two ways
            metric, count = ("ModelLatency", "SampleCount") if detail.asynchronous else ("Invocations", "Sum")
            look = {**_one(metric, where, HOUR), "Statistic": count}
            below = {"ComparisonOperator": "LessThanThreshold", "TreatMissingData": "breaching"}
            return {**look, **_over(int(request.threshold), 1.0), **below}
        case Kind.BACKLOG:
            look = {**_one("ApproximateBacklogSize", where, FIVE_MINUTES), "Statistic": "Maximum"}
            return {**look, **_over(request.periods, request.threshold)}
    if request.share:
        return {"Metrics": _share(where), **_over(request.periods, request.threshold)}
    look = {**_one("Invocation5XXErrors", where, FIVE_MINUTES), "Statistic": "Sum"}
    return {**look, **_over(request.periods, request.threshold)}


def metrics_of(sent: Mapping[str, Any]) -> int:
    """How many metrics an alarm looks at: what it is billed by."""
    return sum("MetricStat" in each for each in sent.get("Metrics", ())) or 1


def says(request: AlarmRequest) -> str:
    """When it fires."""
    minutes = request.periods * 5
    what = f"{request.place} of {request.endpoint}" if request.place else request.endpoint
    match request.kind:
        case Kind.LATENCY:
            return f"95 of 100 answers of {what} take longer than {request.threshold:g} ms for {minutes} minutes."
        case Kind.IDLE:
            return f"Nobody called {what} for {request.threshold:g} hours."
        case Kind.BACKLOG:
            return f"More than {request.threshold:g} requests wait at {what} for {minutes} minutes."
    amount = f"{request.threshold:g} % of the requests" if request.share else f"{request.threshold:g} requests"
    lasting = "within 5 minutes" if request.periods == 1 else f"of each 5 minutes, for {minutes} minutes"
    return f"More than {amount} to {what} fail with 5xx {lasting}."


def dimensions(request: AlarmRequest, detail: EndpointDetail) -> list[dict[str, str]]:
    """Of what the metrics are: the component, the variant, or where only the endpoint has it, that."""
    if request.kind is Kind.BACKLOG:
        return [{"Name": "EndpointName", "Value": detail.name}]
    place = request.place or next(iter(place_names(detail)), "")
    if place in detail.components:
        return [{"Name": "InferenceComponentName", "Value": place}]
    return [{"Name": "EndpointName", "Value": detail.name}, {"Name": "VariantName", "Value": place}]


def place_names(detail: EndpointDetail) -> tuple[str, ...]:
    """What publishes figures of its own: the components, or where there are none the variants."""
    return detail.components or tuple(variant.name for variant in detail.variants)


def _one(metric: str, where: list[dict[str, str]], period: int) -> dict[str, Any]:
    return {"Namespace": REQUESTS, "MetricName": metric, "Dimensions": where, "Period": period}


def _over(periods: int, threshold: float) -> dict[str, Any]:
    return {
        "EvaluationPeriods": periods,
        "DatapointsToAlarm": periods,
        "Threshold": float(threshold),
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    }


def _share(where: list[dict[str, str]]) -> list[dict[str, Any]]:
    def one(name: str, metric: str) -> dict[str, Any]:
        look = {"Metric": {"Namespace": REQUESTS, "MetricName": metric, "Dimensions": where}}
        return {"Id": name, "MetricStat": {**look, "Period": FIVE_MINUTES, "Stat": "Sum"}, "ReturnData": False}

    whole = {"Id": "share", "Expression": SHARE, "Label": "Failed requests in percent", "ReturnData": True}
    return [whole, one("failed", "Invocation5XXErrors"), one("requests", "Invocations")]

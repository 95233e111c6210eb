"""An alarm as CloudWatch describes it, understood: of which endpoint, of what kind, and when it fires."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.alarms.measuring import MICROSECONDS, SHARE
from services.alarms.models import Alarm, Kind, Measure, State

# Members of an alarm that PutMetricAlarm takes as DescribeAlarms tells them.
_SENT = (
    "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions", "InsufficientDataActions", "MetricName",
    "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit", "EvaluationPeriods",
    "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData", "EvaluateLowSampleCountPercentile",
    "Metrics", "ThresholdMetricId",
)  # fmt: skip
_KINDS = {
    "Invocation5XXErrors": Kind.ERRORS, "Invocation4XXErrors": Kind.ERRORS, "InvocationModelErrors": Kind.ERRORS,
    "ModelLatency": Kind.LATENCY, "OverheadLatency": Kind.LATENCY,
    "Invocations": Kind.IDLE, "InvocationsProcessed": Kind.IDLE, "InvocationsProcesssed": Kind.IDLE,
    "ApproximateBacklogSize": Kind.BACKLOG, "ApproximateBacklogSizePerInstance": Kind.BACKLOG,
    "ApproximateAgeOfOldestRequest": Kind.BACKLOG,
}  # fmt: skip
_COMPARED = {
    "GreaterThanThreshold": "above", "GreaterThanOrEqualToThreshold": "at or above",
    "LessThanThreshold": "below", "LessThanOrEqualToThreshold": "at or below",
}  # fmt: skip


def alarm_of(row: Mapping[str, Any], components: Mapping[str, str]) -> Alarm | None:
    """The alarm of a row; None where it is about nothing SageMaker hosts. `components`: the endpoint of each."""
    measures = _measures(row)
    endpoint, place = _where(measures, components)
    if not endpoint and not place:
        return None
    kind, actions = _kind(row, measures), row.get("AlarmActions") or []
    threshold, unit = _threshold(row, kind, measures)
    since = row.get("StateTransitionedTimestamp") or row.get("StateUpdatedTimestamp")
    return Alarm(
        name=row["AlarmName"],
        arn=row.get("AlarmArn", ""),
        kind=kind,
        state=_state(row.get("StateValue", "")),
        since=since.timestamp() if isinstance(since, datetime) else 0.0,
        reason=row.get("StateReason", ""),
        endpoint=endpoint,
        place=place,
        threshold=threshold,
        unit=unit,
        says=_says(row, measures, threshold, unit),
        period=_period(row),
        measures=measures,
        expression=next((each["Expression"] for each in row.get("Metrics") or () if each.get("Expression")), ""),
        topics=tuple(each for each in actions if ":sns:" in each),
        sent={key: row[key] for key in _SENT if row.get(key) not in (None, [])} | {"AlarmActions": list(actions)},
    )


def _state(value: str) -> State:
    return State(value) if value in tuple(State) else State.UNKNOWN


def _measures(row: Mapping[str, Any]) -> tuple[Measure, ...]:
    stats = [(each.get("Id", ""), each["MetricStat"]) for each in row.get("Metrics") or () if each.get("MetricStat")]
    found = [_measure(stat.get("Metric", {}), stat.get("Stat", ""), name) for name, stat in stats]
    if row.get("MetricName"):
        found.append(_measure(row, row.get("ExtendedStatistic") or row.get("Statistic", "")))
    return tuple(found)


def _measure(metric: Mapping[str, Any], statistic: str, name: str = "") -> Measure:
    pairs = tuple((each["Name"], each["Value"]) for each in metric.get("Dimensions") or ())
    return Measure(metric.get("Namespace", ""), metric.get("MetricName", ""), statistic, pairs, name)


def _where(measures: tuple[Measure, ...], components: Mapping[str, str]) -> tuple[str, str]:
    """Endpoint and variant or component; ("", "") where it is about something else."""
    for each in measures:
        named = dict(each.dimensions)
        if "sagemaker" not in each.namespace.lower():
            continue
        if "InferenceComponentName" in named:
            component = named["InferenceComponentName"]
            return components.get(component, ""), component
        if "EndpointName" in named:
            return named["EndpointName"], named.get("VariantName", "")
    return "", ""


def _kind(row: Mapping[str, Any], measures: tuple[Measure, ...]) -> Kind:
    actions = [*(row.get("AlarmActions") or ()), *(row.get("OKActions") or ())]
    if actions and all(":autoscaling:" in each for each in actions):
        return Kind.SCALING
    kinds = [_KINDS.get(each.metric, Kind.OTHER) for each in measures]
    below = row.get("ComparisonOperator", "").startswith("Less")
    if below and all(kind is Kind.IDLE or each.statistic == "SampleCount" for kind, each in _pairs(kinds, measures)):
        return Kind.IDLE
    if Kind.ERRORS in kinds:
        return Kind.ERRORS
    return kinds[0] if kinds and kinds[0] is not Kind.IDLE else Kind.OTHER


def _pairs(kinds: list[Kind], measures: tuple[Measure, ...]) -> list[tuple[Kind, Measure]]:
    return list(zip(kinds, measures, strict=True))


def _period(row: Mapping[str, Any]) -> int:
    stats = [each["MetricStat"].get("Period", 0) for each in row.get("Metrics") or () if each.get("MetricStat")]
    return int(row.get("Period") or max(stats, default=0) or 60)


def _threshold(row: Mapping[str, Any], kind: Kind, measures: tuple[Measure, ...]) -> tuple[float, str]:
    value = float(row.get("Threshold") or 0.0)
    if kind is Kind.IDLE:
        return _period(row) * int(row.get("EvaluationPeriods") or 1) / 3600, "hours"
    if measures[0].metric.endswith("Latency") and measures[0].statistic != "SampleCount":
        return value / MICROSECONDS, "ms"
    if any(each.get("Expression") == SHARE for each in row.get("Metrics") or ()) or "Utilization" in measures[0].metric:
        return value, "percent"
    return value, "seconds" if "Age" in measures[0].metric else "count"


def _says(row: Mapping[str, Any], measures: tuple[Measure, ...], threshold: float, unit: str) -> str:
    """The alarm's own description, or what it compares."""
    if not row.get("AlarmDescription", "DO NOT EDIT").startswith("DO NOT EDIT"):  # as auto scaling describes its own
        return str(row["AlarmDescription"])
    periods, seconds = int(row.get("EvaluationPeriods") or 1), _period(row)
    what = " and ".join(f"{each.metric} ({each.statistic})" for each in measures)
    minutes = periods * seconds / 60
    if unit == "hours":
        return f"{what} {_COMPARED.get(row.get('ComparisonOperator', ''), 'beyond')} {row.get('Threshold')}"
    sign = {"percent": " %", "ms": " ms", "seconds": " s"}.get(unit, "")
    compared = _COMPARED.get(row.get("ComparisonOperator", ""), "beyond")
    return f"{what} {compared} {threshold:g}{sign} for {minutes:g} minutes."

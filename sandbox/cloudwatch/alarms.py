"""Alarms: put, described, switched on and off, deleted; their state changes by the clock (`evaluation`).

cloudwatch/alarm    name: what DescribeAlarms tells of it, and `tags`; composite ones have an AlarmRule
cloudwatch/history  number: what DescribeAlarmHistory tells
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sandbox import paging
from sandbox.cloudwatch import refusals
from sandbox.cloudwatch.queries import check
from sandbox.cloudwatch.reading import metric_of
from sandbox.cloudwatch.rules import uses
from sandbox.cloudwatch.statistics import check_period, statistic
from sandbox.operations import Call, Request, Response
from sandbox.records import Record, Shelf

if TYPE_CHECKING:
    from sandbox.world import World

ALARM, HISTORY = "cloudwatch/alarm", "cloudwatch/history"
OK, IN_ALARM, NO_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
PAGE = 50
KEPT = 5_000  # items of history, of all alarms of a region
_DAY = 86_400
_MEMBERS = (
    "AlarmName", "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions", "InsufficientDataActions",
    "MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit", "EvaluationPeriods",
    "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData", "EvaluateLowSampleCountPercentile",
    "Metrics", "ThresholdMetricId", "AlarmRule", "ActionsSuppressor", "ActionsSuppressorWaitPeriod",
    "ActionsSuppressorExtensionPeriod",
)  # fmt: skip
_LISTS = ("OKActions", "AlarmActions", "InsufficientDataActions")
_MISSING = ("breaching", "notBreaching", "ignore", "missing")


def alarms_in(world: "World", region: str) -> Shelf:
    return world.records.shelf(ALARM, region)


def put_alarm(world: "World", call: Call, request: Request) -> Response:
    """PutMetricAlarm and PutCompositeAlarm: make an alarm, or change all of it but its state."""
    name, shelf = request["AlarmName"], alarms_in(world, call.region)
    composite = "AlarmRule" in request
    if not composite:
        _check_metric_alarm(request)
    held = shelf.get(name)
    if held is not None and composite != ("AlarmRule" in held):
        raise refusals.validation(f"Cannot change the type of the existing alarm {name}.")
    made = {member: request[member] for member in _MEMBERS if request.get(member) is not None}
    made = {
        **{member: [] for member in _LISTS},
        "ActionsEnabled": True,
        **made,
        "AlarmConfigurationUpdatedTimestamp": call.now,
    }
    if not composite:
        made = {"Dimensions": [], "Metrics": [], **made}
    if held is None:
        made |= {
            "StateValue": NO_DATA,
            "StateReason": "Unchecked: Initial alarm creation",
            "StateUpdatedTimestamp": call.now,
            "StateTransitionedTimestamp": call.now,
            "tags": {tag["Key"]: tag["Value"] for tag in request.get("Tags") or ()},
        }
    else:
        kept = ("StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp", "StateTransitionedTimestamp")
        made |= {member: held[member] for member in (*kept, "tags") if member in held}
    shelf[name] = {**made, "AlarmArn": call.arn(f"alarm:{name}", "cloudwatch")}
    what = "updated" if held else "created"
    remember(
        world, call.region, name, call.now, "ConfigurationUpdate", f'Alarm "{name}" {what}', {"type": what.title()}
    )
    return {}


def delete_alarms(world: "World", call: Call, request: Request) -> Response:
    shelf = alarms_in(world, call.region)
    for name in request["AlarmNames"]:
        if name in shelf:
            del shelf[name]
            deleted = {"type": "Delete"}
            remember(world, call.region, name, call.now, "ConfigurationUpdate", f'Alarm "{name}" deleted', deleted)
    return {}


def describe_alarms(world: "World", call: Call, request: Request) -> Response:
    if request.get("AlarmNames") and request.get("AlarmNamePrefix"):
        raise refusals.combination("AlarmNames and AlarmNamePrefix are mutually exclusive.")
    kinds = request.get("AlarmTypes") or ("MetricAlarm",)
    shelf = alarms_in(world, call.region)
    family = _family(shelf, request)
    names = [name for name in sorted(family) if _asked(shelf[name], request, kinds)]
    names, token = _page(names, request)
    rows = [_described(shelf[name]) for name in names]
    answer: Response = {
        "MetricAlarms": [row for row in rows if "AlarmRule" not in row],
        "CompositeAlarms": [row for row in rows if "AlarmRule" in row],
    }
    return {**answer, "NextToken": token} if token else answer


def describe_alarms_for_metric(world: "World", call: Call, request: Request) -> Response:
    wanted, also = metric_of(request), ("Statistic", "ExtendedStatistic", "Period", "Unit")
    rows = [
        _described(held)
        for held in alarms_in(world, call.region).values()
        if held.get("MetricName")
        and metric_of(held) == wanted
        and all(request.get(member) in (None, held.get(member)) for member in also)
    ]
    return {"MetricAlarms": rows}


def describe_alarm_history(world: "World", call: Call, request: Request) -> Response:
    kinds, since, until = request.get("AlarmTypes"), request.get("StartDate", 0), request.get("EndDate", float("inf"))
    rows = [
        row
        for row in world.records.shelf(HISTORY, call.region).values()
        if request.get("AlarmName") in (None, row["AlarmName"])
        and request.get("HistoryItemType") in (None, row["HistoryItemType"])
        and (not kinds or row["AlarmType"] in kinds)
        and since <= row["Timestamp"] <= until
    ]
    if request.get("ScanBy") != "TimestampAscending":
        rows.reverse()
    rows, token = _page(rows, request)
    return {"AlarmHistoryItems": rows, "NextToken": token} if token else {"AlarmHistoryItems": rows}


def switch_actions(world: "World", call: Call, request: Request, *, on: bool) -> Response:
    shelf = alarms_in(world, call.region)
    for name in request["AlarmNames"]:
        if name in shelf:
            shelf.changed(name)["ActionsEnabled"] = on
    return {}


def remember(world: "World", region: str, name: str, at: float, kind: str, summary: str, data: dict[str, Any]) -> None:
    """Add to an alarm's history; the oldest items of a region go."""
    shelf = world.records.shelf(HISTORY, region)
    held = alarms_in(world, region).get(name, {})
    last = next(reversed(list(shelf)), "0") if shelf else "0"
    shelf[f"{int(last) + 1:010d}"] = {
        "AlarmName": name,
        "AlarmType": "CompositeAlarm" if "AlarmRule" in held else "MetricAlarm",
        "Timestamp": at,
        "HistoryItemType": kind,
        "HistorySummary": summary[:255],
        "HistoryData": json.dumps({"version": "1.0", **data})[:4095],
    }
    shelf.keep_newest(KEPT)


def _described(held: Record) -> Response:
    return {member: value for member, value in held.items() if member != "tags"}


def _page(rows: list[Any], request: Request) -> tuple[list[Any], str | None]:
    try:
        return paging.page(rows, request.get("NextToken"), request.get("MaxRecords") or PAGE)
    except paging.BadToken:
        raise refusals.bad_token() from None


def period_of(alarm: Record | Request) -> int:
    """Return an alarm's period in seconds; of several, the longest."""
    queries = alarm.get("Metrics") or ()
    periods = [q["MetricStat"]["Period"] if q.get("MetricStat") else q.get("Period") or 60 for q in queries]
    return int(max(periods, default=alarm.get("Period") or 60))


def _check_metric_alarm(request: Request) -> None:
    """Raise what AWS answers to a metric alarm it would not take."""
    queries = request.get("Metrics") or ()
    band = request.get("ThresholdMetricId") or any("ANOMALY" in (q.get("Expression") or "").upper() for q in queries)
    if band:
        raise refusals.validation("The Sagedeck sandbox does not simulate anomaly detection; use a static threshold.")
    if request.get("EvaluationCriteria"):
        raise refusals.validation("The Sagedeck sandbox does not evaluate PromQL.")
    periods = request.get("EvaluationPeriods")
    if periods is None:
        raise refusals.missing("EvaluationPeriods")
    if request.get("ComparisonOperator") is None or request.get("Threshold") is None:
        raise refusals.validation("The parameter Threshold is required when there is no ThresholdMetricId.")
    if request.get("DatapointsToAlarm", 1) > periods:
        raise refusals.validation("The parameter DatapointsToAlarm must be less than or equal to EvaluationPeriods.")
    if request.get("TreatMissingData", "missing") not in _MISSING:
        raise refusals.validation(
            f"Option {request['TreatMissingData']} is not supported. Supported options for parameter TreatMissingData "
            "are breaching, notBreaching, ignore and missing."
        )
    _check_metric(request, queries)
    _check_percentile(request)
    longest = period_of(request)
    if longest * periods > (_DAY if longest < 3600 else 7 * _DAY):
        raise refusals.validation(
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)."
        )


def _check_metric(request: Request, queries: Iterable[Any]) -> None:
    if queries:
        if request.get("MetricName"):
            raise refusals.validation("The parameters MetricName and Metrics are mutually exclusive.")
        check(list(queries), "Metrics")
        if sum(query.get("ReturnData") is not False for query in queries) != 1:
            raise refusals.validation("Exactly one element of the metrics list should return data.")
        return
    for member in ("MetricName", "Namespace", "Period"):
        if not request.get(member):
            raise refusals.missing(member)
    check_period(request["Period"])
    plain, extended = request.get("Statistic"), request.get("ExtendedStatistic")
    if bool(plain) == bool(extended):
        raise refusals.combination("Exactly one of Statistic and ExtendedStatistic must be specified.")
    if extended:
        statistic(extended, "ExtendedStatistic")


def _check_percentile(request: Request) -> None:
    low = request.get("EvaluateLowSampleCountPercentile")
    if low not in (None, "evaluate", "ignore"):
        raise refusals.validation(
            f"Option {low} is not supported. Supported options for parameter EvaluateLowSampleCountPercentile are "
            "evaluate and ignore."
        )


def _asked(held: Record, request: Request, kinds: Iterable[str]) -> bool:
    kind, names = "CompositeAlarm" if "AlarmRule" in held else "MetricAlarm", request.get("AlarmNames")
    actions = [action for member in _LISTS for action in held[member]]
    return (
        (held["AlarmName"] in names if names else kind in kinds)
        and held["AlarmName"].startswith(request.get("AlarmNamePrefix") or "")
        and request.get("StateValue") in (None, held["StateValue"])
        and (not request.get("ActionPrefix") or any(each.startswith(request["ActionPrefix"]) for each in actions))
    )


def _family(shelf: Shelf, request: Request) -> Iterable[str]:
    """The alarms of which may be asked: the children or the parents of one, if that is wanted, else all."""
    if parent := request.get("ChildrenOfAlarmName"):
        return [name for name in uses(shelf.get(parent, {})) if name in shelf]
    if child := request.get("ParentsOfAlarmName"):
        return [name for name, held in shelf.items() if child in uses(held)]
    return shelf

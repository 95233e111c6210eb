"""Whether an alarm is in alarm: its latest periods against its threshold, as CloudWatch reckons with missing data.

Alarms are looked at once a minute of the clock (every ten seconds if their period is shorter), as on AWS, on whole
periods that end with it. These minutes are the metrics' own, so the sandbox's speed does not shorten them; only the
wait of a new alarm for its first look is AWS's own delay, and shortened.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from sandbox.cloudwatch.alarms import IN_ALARM, NO_DATA, OK, period_of
from sandbox.cloudwatch.queries import Queries
from sandbox.cloudwatch.reading import metric_of
from sandbox.cloudwatch.statistics import Periods, Statistic, statistic
from sandbox.errors import AwsError
from sandbox.records import Record

if TYPE_CHECKING:
    from sandbox.world import World

SPARE = 2  # periods looked at beyond those asked for, in case some lack data
_WORDS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}
_BREACHES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an alarm should be in, why, and the data it was told by (StateReasonData)."""

    state: str
    reason: str
    data: dict[str, Any] = field(default_factory=dict)


def step_of(alarm: Record) -> int:
    """Return how often an alarm is looked at, in seconds."""
    return 10 if period_of(alarm) < 60 else 60


def judged(world: "World", region: str, alarm: Record, now: float) -> Verdict:
    """Return an alarm's state by the data of now."""
    step, period = step_of(alarm), period_of(alarm)
    end = now // step * step
    count = int(alarm["EvaluationPeriods"])
    try:
        at, values = _data(world, region, alarm, end - (count + SPARE) * period, end, period)
    except AwsError as error:
        return Verdict(NO_DATA, f"Unable to evaluate: {error.message}"[:1000])
    return _judge(alarm, at[-count:], values[-count:], end, period)


def _data(
    world: "World", region: str, alarm: Record, since: float, until: float, period: int
) -> tuple[list[float], list[float]]:
    if alarm.get("Metrics"):
        returned = next(q["Id"] for q in alarm["Metrics"] if q.get("ReturnData") is not False)
        series = Queries(world, region, alarm["Metrics"], since, until).series(returned)
        at, values = (series[0].at, series[0].values) if series else (np.empty(0), np.empty(0))
    else:
        points = world.meters.points(region, metric_of(alarm), since, until, alarm.get("Unit") or "")
        wanted = Statistic(alarm["Statistic"]) if alarm.get("Statistic") else statistic(alarm["ExtendedStatistic"])
        at, values = Periods(points, period, until % period).reckoned(wanted)
    return at.tolist(), values.tolist()


def _judge(alarm: Record, at: list[float], values: list[float], end: float, period: int) -> Verdict:
    count, threshold = int(alarm["EvaluationPeriods"]), float(alarm["Threshold"])
    needed, treat = int(alarm.get("DatapointsToAlarm") or count), alarm.get("TreatMissingData") or "missing"
    breaches = [_BREACHES[alarm["ComparisonOperator"]](value, threshold) for value in values]
    lacking = count - len(values)
    bad, good = sum(breaches), len(breaches) - sum(breaches)
    data = _reason_data(alarm, at, values, end, period)
    if treat in ("breaching", "notBreaching") and lacking:
        bad += lacking if treat == "breaching" else 0
        if not values:
            state = IN_ALARM if bad >= needed else OK
            return Verdict(state, _treated(lacking, "Breaching" if treat == "breaching" else "NonBreaching"), data)
    elif not values:
        state = alarm["StateValue"] if treat == "ignore" else NO_DATA
        return Verdict(state, f"Insufficient Data: {_datapoints(count)} {_were(count)} unknown.", data)
    if bad >= needed:
        return Verdict(IN_ALARM, _crossed(alarm, at, values, breaches, needed), data)
    if lacking and not good and treat == "missing":
        return Verdict(IN_ALARM, _crossed(alarm, at, values, breaches, needed), data)
    if lacking and not good and treat == "ignore":
        return Verdict(alarm["StateValue"], alarm["StateReason"], data)
    return Verdict(OK, _crossed(alarm, at, values, breaches, needed, into_alarm=False), data)


def _crossed(
    alarm: Record, at: list[float], values: list[float], breaches: list[bool], needed: int, *, into_alarm: bool = True
) -> str:
    """AWS's words for why data is over the threshold, or is not."""
    told = [(time, value) for time, value, over in zip(at, values, breaches, strict=True) if over or not into_alarm]
    shown = ", ".join(f"{value} ({_told(time)})" for time, value in reversed(told[-5:]))
    count, words = int(alarm["EvaluationPeriods"]), _WORDS[alarm["ComparisonOperator"]]
    threshold = float(alarm["Threshold"])
    if into_alarm:
        return (
            f"Threshold Crossed: {len(told)} out of the last {_datapoints(count)} [{shown}] {_were(len(told))} {words} "
            f"the threshold ({threshold}) (minimum {_datapoints(needed)} for OK -> ALARM transition)."
        )
    return (
        f"Threshold Crossed: {_datapoints(len(told))} [{shown}] {_were(len(told))} not {words} the threshold "
        f"({threshold})."
    )


def _treated(lacking: int, treated_as: str) -> str:
    periods = f"{lacking} period{'s' if lacking > 1 else ''}"
    return (
        f"Threshold Crossed: no datapoints were received for {periods} and {lacking} missing datapoint"
        f"{'s' if lacking > 1 else ''} {_were(lacking)} treated as [{treated_as}]."
    )


def _reason_data(alarm: Record, at: list[float], values: list[float], end: float, period: int) -> dict[str, Any]:
    data: dict[str, Any] = {"version": "1.0", "queryDate": stamp(end)}
    if at:
        data["startDate"] = stamp(at[0])
    statistic_name = alarm.get("Statistic") or alarm.get("ExtendedStatistic")
    if statistic_name:
        data["statistic"] = statistic_name
    evaluated = [
        {"timestamp": stamp(time), "value": value} for time, value in reversed(list(zip(at, values, strict=True)))
    ]
    data |= {"period": period, "recentDatapoints": values, "threshold": float(alarm["Threshold"])}
    return {**data, "evaluatedDatapoints": evaluated[:20]}


def shown(data: dict[str, Any]) -> str:
    """Return StateReasonData, which holds 4,000 characters at the most."""
    text = json.dumps(data)
    if len(text) <= 4000:
        return text
    return json.dumps({**data, "evaluatedDatapoints": [], "recentDatapoints": data["recentDatapoints"][-20:]})


def stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _told(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%d/%m/%y %H:%M:%S")


def _datapoints(count: int) -> str:
    return f"{count} datapoint{'s' if count != 1 else ''}"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"

"""PutMetricData: single values, values with counts, and sets of which only the sums are told.

Which numbers AWS takes, and how it shows others: Netflix/servo's CloudWatchValueTest, and moto's tests.
"""

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.cloudwatch import refusals
from sandbox.operations import Call, Request, Response
from sandbox.telemetry.metrics import Metric, dimensions_of

if TYPE_CHECKING:
    from sandbox.world import World

MOST = 1000  # data in a request
VALUES = 150  # values of a datum
_GREATEST, _SMALLEST = 2.0**360, 2.0**-360  # of what is not 0
_BACK, _AHEAD = 14 * 86_400, 7_200  # seconds that a timestamp may lie off
_SET = ("SampleCount", "Sum", "Minimum", "Maximum")
_BOTH = (
    "The parameters MetricData.member.{0}.{1} and MetricData.member.{0}.{2} are mutually exclusive and you have "
    "specified both."
)


def put_metric_data(world: "World", call: Call, request: Request) -> Response:
    namespace, data = request["Namespace"], list(request.get("MetricData") or ())
    for entity in request.get("EntityMetricData") or ():
        data += entity.get("MetricData") or ()
    if namespace.startswith("AWS/"):
        raise refusals.value("The value AWS/ for parameter Namespace is invalid.")
    if not data:
        raise refusals.missing("MetricData")
    if len(data) > MOST:
        raise refusals.validation(f"The collection MetricData must not have a size greater than {MOST}.")
    for number, datum in enumerate(data, 1):
        _check(number, datum, call.now)
    for datum in data:
        _keep(world, call, namespace, datum)
    return {}


def _keep(world: "World", call: Call, namespace: str, datum: dict[str, Any]) -> None:
    dimensions = dimensions_of((each["Name"], each["Value"]) for each in datum.get("Dimensions") or ())
    moment = datum.get("Timestamp", call.now)
    at = int(moment) if datum.get("StorageResolution") == 1 else int(moment) // 60 * 60
    metric = Metric(namespace, datum["MetricName"], dimensions)
    spread = world.meters.value_cell(call.region, metric, datum.get("Unit") or "None", at).spread
    if told := datum.get("StatisticValues"):
        if told["Minimum"] == told["Maximum"]:
            spread.add_many(told["Minimum"], told["SampleCount"])
        else:
            spread.add_set(*(float(told[name]) for name in _SET))
        return
    values = datum.get("Values")
    if not values:
        spread.add(float(datum["Value"]))
        return
    for value, count in zip(values, datum.get("Counts") or [1.0] * len(values), strict=True):
        if count > 0:
            spread.add_many(float(value), float(count))


def _check(number: int, datum: dict[str, Any], now: float) -> None:
    where, values, told = f"MetricData.member.{number}", datum.get("Values"), datum.get("StatisticValues")
    if values and datum.get("Value") is not None:
        raise refusals.value(_BOTH.format(number, "Value", "Values"))
    if told and datum.get("Value") is not None:
        raise refusals.combination(_BOTH.format(number, "Value", "StatisticValues"))
    if told and values:
        raise refusals.combination(_BOTH.format(number, "Values", "StatisticValues"))
    if not values and not told and datum.get("Value") is None:
        raise refusals.combination("At least one of the parameters must be specified.")
    for name, value in _numbers(datum):
        if value and not _SMALLEST <= abs(value) <= _GREATEST:
            raise refusals.value(f"The value {_shown(value)} for parameter {where}.{name} is invalid.")
    if values and datum.get("Counts") and len(datum["Counts"]) != len(values):
        raise refusals.value(f"The parameters {where}.Values and {where}.Counts must be of the same size.")
    if len(values or ()) > VALUES:
        raise refusals.value(f"The collection {where}.Values must not have a size greater than {VALUES}.")
    if told and (told["SampleCount"] <= 0 or told["Minimum"] > told["Maximum"]):
        raise refusals.value(f"The parameter {where}.StatisticValues.Minimum must be less than Maximum.")
    if datum.get("StorageResolution", 60) not in (1, 60):
        raise refusals.value(f"The parameter {where}.StorageResolution must be 1 or 60.")
    if not now - _BACK <= datum.get("Timestamp", now) <= now + _AHEAD:
        raise refusals.value(
            f"The parameter {where}.Timestamp must specify a time no more than two weeks in the past and no more than "
            "two hours in the future."
        )


def _numbers(datum: dict[str, Any]) -> list[tuple[str, float]]:
    found = [("Value", datum["Value"])] if datum.get("Value") is not None else []
    found += [("Values", value) for value in datum.get("Values") or ()]
    found += [("Counts", count) for count in datum.get("Counts") or ()]
    return found + [(f"StatisticValues.{name}", value) for name, value in (datum.get("StatisticValues") or {}).items()]


def _shown(value: float) -> str:
    """A number as Java's DecimalFormat writes it."""
    if math.isfinite(value):
        return f"{Decimal(repr(value)):,.0f}"
    return "NaN" if math.isnan(value) else "∞" if value > 0 else "-∞"

"""GetMetricStatistics."""

from typing import TYPE_CHECKING, Any

from sandbox.cloudwatch import refusals
from sandbox.cloudwatch.statistics import PLAIN, Periods, check_period, statistic
from sandbox.operations import Call, Request, Response
from sandbox.telemetry.metrics import Metric, dimensions_of

if TYPE_CHECKING:
    from sandbox.world import World

DATAPOINTS = 1440  # of one GetMetricStatistics


def get_metric_statistics(world: "World", call: Call, request: Request) -> Response:
    plain, extended = request.get("Statistics") or (), request.get("ExtendedStatistics") or ()
    if not plain and not extended:
        raise refusals.combination("Must specify either Statistics or ExtendedStatistics")
    wanted = {
        name: statistic(name, "Statistics" if name in PLAIN else "ExtendedStatistics") for name in (*plain, *extended)
    }
    since, until, period = int(request["StartTime"]), int(request["EndTime"]), request["Period"]
    if since >= until:
        raise refusals.value("The parameter StartTime must be less than the parameter EndTime.")
    check_period(period)
    if (until - since) / period > DATAPOINTS:
        raise refusals.combination(
            f"You have requested up to {-(-(until - since) // period):,} datapoints, which exceeds the limit of "
            f"{DATAPOINTS:,}. You may reduce the datapoints requested by increasing Period, or decreasing the time "
            "range."
        )
    metric = metric_of(request)
    since = since // min(period, 60) * min(period, 60)
    points = world.meters.points(call.region, metric, since, until, request.get("Unit") or "", period)
    periods = Periods(points, period, since)
    unit = request.get("Unit") or world.meters.units(call.region, metric)
    rows: dict[float, dict[str, Any]] = {}
    for name, stat in wanted.items():
        for at, value in zip(*(each.tolist() for each in periods.reckoned(stat)), strict=True):
            row = rows.setdefault(at, {"Timestamp": at, "Unit": unit})
            if name in PLAIN:
                row[name] = value
            else:
                row.setdefault("ExtendedStatistics", {})[name] = value
    return {"Label": request["MetricName"], "Datapoints": [rows[at] for at in sorted(rows)]}


def metric_of(held: Request) -> Metric:
    """Return the metric that a request, or a MetricStat's Metric, names."""
    dimensions = dimensions_of((each["Name"], each["Value"]) for each in held.get("Dimensions") or ())
    return Metric(held.get("Namespace") or "", held.get("MetricName") or "", dimensions)

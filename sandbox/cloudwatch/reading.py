"""ListMetrics and GetMetricStatistics."""

from typing import TYPE_CHECKING, Any

from sandbox.cloudwatch import refusals
from sandbox.cloudwatch.statistics import PLAIN, check_period, reckoned, statistic
from sandbox.operations import Call, Request, Response
from sandbox.telemetry.metrics import Metric, dimensions_of

if TYPE_CHECKING:
    from sandbox.world import World

PAGE = 500
LISTED = 14 * 86_400  # seconds for which a metric that gets no data stays in the list
ACTIVE = 3 * 3600
DATAPOINTS = 1440  # of one GetMetricStatistics


def list_metrics(world: "World", call: Call, request: Request) -> Response:
    since = call.now // 60 * 60 - (ACTIVE if request.get("RecentlyActive") else LISTED)
    wanted = [(each["Name"], each.get("Value")) for each in request.get("Dimensions") or ()]
    found = [metric for metric in world.meters.listed(call.region, since) if _fits(metric, request, wanted)]
    first = 0
    if (token := request.get("NextToken")) is not None:
        if not token.isdecimal() or not 0 < int(token) < len(found):
            raise refusals.value("Request parameter NextToken is invalid")
        first = int(token)
    rows = [
        {
            "Namespace": metric.namespace,
            "MetricName": metric.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
        }
        for metric in found[first : first + PAGE]
    ]
    answer: Response = {"Metrics": rows}
    return {**answer, "NextToken": str(first + PAGE)} if first + PAGE < len(found) else answer


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
    world.meters.watch(call.region)
    since = since // min(period, 60) * min(period, 60)
    points = world.meters.points(call.region, metric, since, until, request.get("Unit") or "")
    unit = request.get("Unit") or world.meters.units(call.region, metric)
    rows: dict[float, dict[str, Any]] = {}
    for name, stat in wanted.items():
        for at, value in zip(*(each.tolist() for each in reckoned(points, stat, period, since)), strict=True):
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


def _fits(metric: Metric, request: Request, wanted: list[tuple[str, str | None]]) -> bool:
    if request.get("Namespace") and metric.namespace != request["Namespace"]:
        return False
    if request.get("MetricName") and metric.name != request["MetricName"]:
        return False
    held = metric.dimensions
    return all(any(name == own and value in (None, told) for own, told in held) for name, value in wanted)

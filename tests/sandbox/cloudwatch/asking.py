"""What tests ask of CloudWatch, shortly."""

from typing import Any

from sandbox.world import World
from tests.sandbox.telemetry.conftest import REGION

VARIANT = {"EndpointName": "chat", "VariantName": "AllTraffic"}


def dimensions(named: dict[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in named.items()]


def metric(name: str, stat: str = "Sum", *, id: str = "m1", period: int = 60, **more: Any) -> dict[str, Any]:
    """A query for a metric; `namespace`, `of` (dimensions) and `unit` if they are not an endpoint's."""
    which = {
        "Namespace": more.get("namespace", "AWS/SageMaker"),
        "MetricName": name,
        "Dimensions": dimensions(more.get("of", VARIANT)),
    }
    held: dict[str, Any] = {"Metric": which, "Period": period, "Stat": stat}
    if more.get("unit"):
        held["Unit"] = more["unit"]
    return {"Id": id, "MetricStat": held}


def expression(text: str, *, id: str = "e1", **more: Any) -> dict[str, Any]:
    return {"Id": id, "Expression": text, **more}


def ask(
    world: World, *queries: dict[str, Any], back: float = 3600, ahead: float = 60, **more: Any
) -> list[dict[str, Any]]:
    """The results of GetMetricData over the last hour, oldest first."""
    request = {
        "MetricDataQueries": list(queries),
        "StartTime": world.clock.now() - back,
        "EndTime": world.clock.now() + ahead,
        "ScanBy": "TimestampAscending",
        **more,
    }
    results: list[dict[str, Any]] = world.call("cloudwatch", "GetMetricData", request, REGION)["MetricDataResults"]
    return results


def values(world: World, *queries: dict[str, Any], **more: Any) -> list[list[float]]:
    return [result["Values"] for result in ask(world, *queries, **more)]


def put(world: World, name: str, *given: float, at: float | None = None, unit: str = "None", **of: str) -> None:
    """Publish values of a metric of the namespace "own"."""
    datum: dict[str, Any] = {"MetricName": name, "Values": list(given), "Unit": unit, "Dimensions": dimensions(of)}
    if at is not None:
        datum["Timestamp"] = at
    world.call("cloudwatch", "PutMetricData", {"Namespace": "own", "MetricData": [datum]}, REGION)

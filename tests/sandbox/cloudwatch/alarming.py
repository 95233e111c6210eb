"""Alarms as tests put and look at them."""

from typing import Any

from sandbox.world import World
from tests.sandbox.telemetry.conftest import REGION


def alarm(world: World, name: str = "errors", **more: Any) -> None:
    request = {
        "AlarmName": name,
        "MetricName": "m",
        "Namespace": "own",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 5.0,
        "ComparisonOperator": "GreaterThanThreshold",
        **more,
    }
    world.call("cloudwatch", "PutMetricAlarm", {k: v for k, v in request.items() if v is not None}, REGION)


def described(world: World, name: str = "errors") -> dict[str, Any]:
    (found,) = world.call("cloudwatch", "DescribeAlarms", {"AlarmNames": [name]}, REGION)["MetricAlarms"]
    return dict(found)


def state(world: World, name: str = "errors") -> str:
    return str(described(world, name)["StateValue"])


def history(world: World, **asked: Any) -> list[str]:
    items = world.call("cloudwatch", "DescribeAlarmHistory", {"ScanBy": "TimestampAscending", **asked}, REGION)
    return [item["HistorySummary"] for item in items["AlarmHistoryItems"]]

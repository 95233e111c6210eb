"""What an alarm does as its state changes: it writes to topics. Scaling policies look for alarms by themselves."""

import json
from typing import TYPE_CHECKING, Any

from sandbox.cloudwatch.alarms import IN_ALARM, NO_DATA, OK, remember
from sandbox.cloudwatch.evaluation import stamp
from sandbox.pricing.rates import places
from sandbox.records import Record
from sandbox.scope import ACCOUNT

if TYPE_CHECKING:
    from sandbox.world import World

_ACTIONS = {IN_ALARM: "AlarmActions", OK: "OKActions", NO_DATA: "InsufficientDataActions"}


def act(world: "World", region: str, alarm: Record, before: str, at: float) -> None:
    """Carry out what an alarm is to do in the state it came to."""
    if not alarm["ActionsEnabled"]:
        return
    for arn in alarm[_ACTIONS[alarm["StateValue"]]]:
        name = alarm["AlarmName"]
        if ":sns:" in arn:
            done = _publish(world, region, alarm, arn, before, at)
            summary = f"Successfully executed action {arn}" if done else f"Failed to execute action {arn}"
            told = {"actionState": "Succeeded" if done else "Failed", "notificationResource": arn}
            remember(world, region, name, at, "Action", summary, told)
        elif ":autoscaling:" in arn:
            remember(
                world, region, name, at, "Action", f"Successfully executed action {arn}", {"actionState": "Succeeded"}
            )


def _publish(world: "World", region: str, alarm: Record, arn: str, before: str, at: float) -> bool:
    subject = f'{alarm["StateValue"]}: "{alarm["AlarmName"]}" in {_place_of(region)}'
    try:
        world.topics.publish(arn, subject[:100], json.dumps(_message(region, alarm, before, at)))
    except KeyError:
        return False
    return True


def _message(region: str, alarm: Record, before: str, at: float) -> dict[str, Any]:
    """Return what CloudWatch writes to a topic."""
    told = {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm.get("AlarmDescription"),
        "AWSAccountId": ACCOUNT,
        "AlarmConfigurationUpdatedTimestamp": stamp(alarm["AlarmConfigurationUpdatedTimestamp"]),
        "NewStateValue": alarm["StateValue"],
        "NewStateReason": alarm["StateReason"],
        "StateChangeTime": stamp(at),
        "Region": _place_of(region),
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": before,
        **{member: list(alarm[member]) for member in ("OKActions", "AlarmActions", "InsufficientDataActions")},
    }
    if "AlarmRule" in alarm:
        return {**told, "AlarmRule": alarm["AlarmRule"]}
    return {**told, "Trigger": _trigger(alarm)}


def _trigger(alarm: Record) -> dict[str, Any]:
    trigger: dict[str, Any] = {
        "Period": alarm.get("Period"),
        "EvaluationPeriods": alarm["EvaluationPeriods"],
        "DatapointsToAlarm": alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"],
        "ComparisonOperator": alarm["ComparisonOperator"],
        "Threshold": alarm["Threshold"],
        "TreatMissingData": alarm.get("TreatMissingData") or "missing",
        "EvaluateLowSampleCountPercentile": alarm.get("EvaluateLowSampleCountPercentile") or "",
    }
    if alarm["Metrics"]:
        return {**trigger, "Metrics": alarm["Metrics"]}
    return {
        "MetricName": alarm["MetricName"],
        "Namespace": alarm["Namespace"],
        "StatisticType": "Statistic" if alarm.get("Statistic") else "ExtendedStatistic",
        "Statistic": (alarm.get("Statistic") or alarm.get("ExtendedStatistic", "")).upper(),
        "Unit": alarm.get("Unit"),
        "Dimensions": [{"value": each["Value"], "name": each["Name"]} for each in alarm["Dimensions"]],
        **trigger,
    }


def _place_of(region: str) -> str:
    """Return a region's name as people read it."""
    place = places().get(region)
    return place.location if place else region

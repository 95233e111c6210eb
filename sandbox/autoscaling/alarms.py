"""The alarms that a target tracking policy has in CloudWatch; those of step policies are their makers'."""

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.autoscaling.decisions import TRACKING
from sandbox.autoscaling.measures import alarms_of
from sandbox.autoscaling.resources import Identity
from sandbox.errors import AwsError
from sandbox.operations import Call, Elsewhere
from sandbox.records import Record

if TYPE_CHECKING:
    from sandbox.world import World

HIGH, LOW = "AlarmHigh", "AlarmLow"


def put(world: "World", call: Call, identity: Identity, policy: Record) -> None:
    """Make the alarms of a policy, in place of those it had."""
    if policy["PolicyType"] != TRACKING:
        return
    drop(world, call.region, policy)
    policy["Alarms"] = []
    for request in alarms_of(identity, str(uuid.uuid4()), policy["PolicyARN"], policy["configuration"]):
        world.call("cloudwatch", "PutMetricAlarm", request, call.region)
        arn = call.arn(f"alarm:{request['AlarmName']}", "cloudwatch")
        policy["Alarms"].append({"AlarmName": request["AlarmName"], "AlarmARN": arn})


def drop(world: "World", region: str, policy: Mapping[str, Any]) -> None:
    """Delete the alarms that a policy made."""
    names = [alarm["AlarmName"] for alarm in policy["Alarms"]] if policy["PolicyType"] == TRACKING else []
    if not names:
        return
    try:
        world.call("cloudwatch", "DeleteAlarms", {"AlarmNames": names}, region)
    except AwsError:  # one was deleted by somebody else, or is in a composite alarm: then it stays, as on AWS
        return


def sound(world: "World", region: str, policy: Mapping[str, Any], kind: str) -> None:
    """Bring a policy's alarm to ALARM, as it is what scales. CloudWatch's own look comes later, and goes on from there:
    it looks at whole minutes of true time, auto scaling at every minute of AWS's time.
    """
    if policy["PolicyType"] != TRACKING:
        return
    name, target = name_of(policy, kind), policy["configuration"]["TargetValue"]
    try:
        shown = world.call("cloudwatch", "DescribeAlarms", {"AlarmNames": [name]}, region)["MetricAlarms"]
    except Elsewhere:  # somebody deleted it: AWS would not scale, the sandbox still does
        return
    if shown and shown[0]["StateValue"] != "ALARM":
        side = "above" if kind == HIGH else "below 90 % of"
        reason = f"Threshold Crossed: the metric of policy {policy['PolicyName']} was {side} its target of {target:g}."
        asked = {"AlarmName": name, "StateValue": "ALARM", "StateReason": reason}
        world.call("cloudwatch", "SetAlarmState", asked, region)


def name_of(policy: Mapping[str, Any], kind: str) -> str:
    """Return the name of a policy's alarm of a kind."""
    return next((str(each["AlarmName"]) for each in policy["Alarms"] if f"-{kind}-" in each["AlarmName"]), kind)


def cause(policy: Mapping[str, Any], alarm: str) -> str:
    """Say in AWS's words what made a scaling activity."""
    return f"monitor alarm {alarm} in state ALARM triggered policy {policy['PolicyName']}"

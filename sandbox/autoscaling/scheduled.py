"""Scheduled actions: they set a target's bounds when they fire."""

import uuid
from typing import TYPE_CHECKING

from sandbox.autoscaling.activities import Activities
from sandbox.autoscaling.answers import absent, asked_for, paged, selected
from sandbox.autoscaling.resources import NAMESPACE, Identity, identity_of
from sandbox.autoscaling.scaler import Scaler
from sandbox.autoscaling.schedules import BadSchedule, next_after, zone
from sandbox.errors import AwsError, invalid
from sandbox.operations import Call, Handler, Request, Response
from sandbox.records import Record, Shelf
from sandbox.scope import partition_of

if TYPE_CHECKING:
    from sandbox.world import World

FIRE = "application-autoscaling/fire"
MOST = 200  # of a target


class Scheduled:
    """The three operations, and what happens when an action is due."""

    def __init__(self, world: "World", scaler: Scaler, activities: Activities) -> None:
        self._world = world
        self._scaler = scaler
        self._activities = activities
        self.operations: dict[str, Handler] = {
            "PutScheduledAction": self.put,
            "DescribeScheduledActions": self.describe,
            "DeleteScheduledAction": self.delete,
        }
        world.agenda.on(FIRE, self._fire)

    def actions(self, region: str) -> Shelf:
        return self._world.records.shelf("application-autoscaling/schedule", region)

    def put(self, call: Call, request: Request) -> Response:
        identity = asked_for(request)
        if identity.key not in self._scaler.targets(call.region):
            raise absent("scalable target registered", identity)
        key = _key(identity, request["ScheduledActionName"])
        shelf = self.actions(call.region)
        before = shelf.get(key)
        if before is None and sum(each["target"] == identity.key for each in shelf.values()) >= MOST:
            raise AwsError("LimitExceededException", f"The limit of {MOST} scheduled actions per target is reached.")
        shelf[key] = _merged(call, request, identity, before)
        try:
            self._appoint(call.region, shelf[key], call.now, new=True)
        except BadSchedule as error:
            if before is None:
                del shelf[key]
            else:
                shelf[key] = before
            raise invalid(f"Invalid schedule expression: {error}. Must be rate, at or cron.") from None
        return {}

    def describe(self, call: Call, request: Request) -> Response:
        held = self.actions(call.region).values()
        found = selected(held, request, request.get("ScheduledActionNames"), "ScheduledActionName")
        return paged("ScheduledActions", [_shown(dict(each)) for each in found], request)

    def delete(self, call: Call, request: Request) -> Response:
        identity = asked_for(request)
        name = request["ScheduledActionName"]
        if not self.drop(call.region, _key(identity, name)):
            raise absent("scheduled action found", identity, f"scheduled action name: {name}")
        return {}

    def drop(self, region: str, key: str) -> bool:
        self._world.agenda.cancel(FIRE, f"{region}/{key}")
        return self.actions(region).pop(key, None) is not None

    def _appoint(self, region: str, action: Record, after: float, *, new: bool = False) -> None:
        begins = float(action.get("StartTime") or action["CreationTime"])
        where = zone(action.get("Timezone", ""))
        due = next_after(action["Schedule"], max(after, begins - 1 if new else begins), begun=begins, where=where)
        if due is not None and due <= action.get("EndTime", float("inf")):
            key = _key(identity_of(action["ResourceId"], action["ScalableDimension"]), action["ScheduledActionName"])
            self._world.agenda.at(due, FIRE, f"{region}/{key}", region=region, name=key)
        elif new and due is None:
            raise BadSchedule("it lies in the past")

    def _fire(self, due: float, payload: Record) -> None:
        region = payload["region"]
        action = self.actions(region).get(payload["name"])
        target = self._scaler.targets(region).get(action["target"]) if action else None
        if action is None or target is None:
            return
        self._appoint(region, action, due)
        bounds = action.get("ScalableTargetAction", {})
        if target["SuspendedState"]["ScheduledScalingSuspended"] or not bounds:
            return
        identity = identity_of(action["ResourceId"], action["ScalableDimension"])
        least = int(bounds.get("MinCapacity", target["MinCapacity"]))
        most = int(bounds.get("MaxCapacity", target["MaxCapacity"]))
        if "MinCapacity" not in bounds:
            least = min(least, most)
        elif "MaxCapacity" not in bounds:
            most = max(least, most)
        target["MinCapacity"], target["MaxCapacity"] = least, most
        self._scaler.targets(region).changed(identity.key)
        self._activities.bounds_set(region, identity, action["ScheduledActionName"], least, most, due)
        self._scaler.keep_bounds(region, target, "")


def _key(identity: Identity, name: str) -> str:
    return f"{identity.key} {name}"


def _merged(call: Call, request: Request, identity: Identity, before: Record | None) -> Record:
    name = request["ScheduledActionName"]
    owner = f"{call.region}:{call.account}:scheduledAction:{uuid.uuid4()}"
    arn = f"arn:{partition_of(call.region)}:autoscaling:{owner}:resource/{NAMESPACE}/{identity.resource_id}"
    record: Record = {
        "ScheduledActionARN": f"{arn}:scheduledActionName/{name}",
        "CreationTime": call.now,
        **(before or {}),
        "target": identity.key,
        "ScheduledActionName": name,
        "ServiceNamespace": NAMESPACE,
        "ResourceId": identity.resource_id,
        "ScalableDimension": identity.dimension,
    }
    for member in ("Schedule", "Timezone", "StartTime", "EndTime", "ScalableTargetAction"):
        if member in request:
            record[member] = request[member]
    bounds = record.get("ScalableTargetAction", {})
    if "Schedule" not in record:
        raise invalid("A schedule must be specified for a new scheduled action.")
    if not bounds:
        raise invalid("At least one of MinCapacity and MaxCapacity must be specified in the scalable target action.")
    if bounds.get("MinCapacity", 0) > bounds.get("MaxCapacity", float("inf")):
        raise invalid("Maximum capacity cannot be less than minimum capacity")
    return record


def _shown(action: Record) -> Record:
    action.pop("target")
    return action

"""Scheduled actions: they set a target's bounds when they fire."""

import uuid
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sandbox.autoscaling.activities import Activities
from sandbox.autoscaling.answers import absent, asked_for, paged, selected
from sandbox.autoscaling.resources import NAMESPACE, Identity, identity_of
from sandbox.autoscaling.scaler import Scaler
from sandbox.errors import AwsError, invalid
from sandbox.operations import Call, Handler, Request, Response
from sandbox.records import Record, Shelf, shown
from sandbox.schedules import BadExpression, BadZone, Expression, Once, next_time, parse, zone_of
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
        action = _merged(call, request, identity, before)
        due = _due_after(action, call.now)
        if due is None:
            raise invalid("The schedule lies in the past.")
        shelf[key] = action
        self._appoint(call.region, key, due)
        return {}

    def describe(self, call: Call, request: Request) -> Response:
        held = self.actions(call.region).values()
        found = selected(held, request, request.get("ScheduledActionNames"), "ScheduledActionName")
        return paged("ScheduledActions", [shown(each) for each in found], request)

    def delete(self, call: Call, request: Request) -> Response:
        identity = asked_for(request)
        name = request["ScheduledActionName"]
        if not self.drop(call.region, _key(identity, name)):
            raise absent("scheduled action found", identity, f"scheduled action name: {name}")
        return {}

    def drop(self, region: str, key: str) -> bool:
        self._world.agenda.cancel(FIRE, f"{region}/{key}")
        return self.actions(region).pop(key, None) is not None

    def _appoint(self, region: str, key: str, due: float | None) -> None:
        """Let an action fire at that moment, and not at an earlier one's; unless it has ended by then."""
        if due is None or due > self.actions(region)[key].get("EndTime", due):
            self._world.agenda.cancel(FIRE, f"{region}/{key}")
        else:
            self._world.agenda.at(due, FIRE, f"{region}/{key}", region=region, name=key)

    def _fire(self, due: float, payload: Record) -> None:
        region = payload["region"]
        action = self.actions(region).get(payload["name"])
        target = self._scaler.targets(region).get(action["target"]) if action else None
        if action is None or target is None:
            return
        self._appoint(region, payload["name"], _due_after(action, due))
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
        self._scaler.keep_bounds(region, target)


def _key(identity: Identity, name: str) -> str:
    return f"{identity.key} {name}"


def _due_after(action: Record, after: float) -> float | None:
    """Return when an action fires next, None if never. What recurs fires at its StartTime too, as on AWS.

    Raises AwsError (ValidationException).
    """
    expression, where, start = _expression(action["Schedule"]), _zone(action), action.get("StartTime")
    if start is not None and after < start and not isinstance(expression, Once):
        return float(start)
    return next_time(expression, where, action["CreationTime"] if start is None else start, after)


def _zone(action: Record) -> ZoneInfo:
    try:
        return zone_of(action.get("Timezone", "UTC"))
    except BadZone:
        raise invalid(f"Invalid timezone: {action['Timezone']}") from None


def _expression(text: str) -> Expression:
    try:
        return parse(text)
    except BadExpression:
        raise invalid(
            "Invalid schedule expression. Details: Schedule expressions must have the following syntax: "
            "rate(<number>\\s?(minutes?|hours?|days?)), cron(<cron_expression>) or at(yyyy-MM-dd'T'HH:mm:ss)."
        ) from None


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
    for member in ("StartTime", "EndTime"):
        record.pop(member, None)  # as on AWS, a change that names none has none
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

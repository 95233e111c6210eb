"""Schedules and their groups: made, changed, listed, deleted, and carried out when they are due."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.errors import AwsError
from sandbox.operations import Call, Handler, Request, Response
from sandbox.paging import listed
from sandbox.records import Record, Shelf, shown
from sandbox.scheduler.groups import BAD_TOKEN, DEFAULT, Groups
from sandbox.scheduler.running import Runner
from sandbox.scheduler.targets import check_target
from sandbox.schedules import BadExpression, BadZone, Expression, Once, next_time, parse, zone_of

if TYPE_CHECKING:
    from sandbox.world import World

DUE = "scheduler/due"
_MISSED = 3600.0  # seconds: what should have run longer ago than this, while the sandbox was off, is left out
_LATE = 300.0  # seconds a StartDate may lie in the past
_KEPT = (
    "ScheduleExpression", "StartDate", "EndDate", "Description", "KmsKeyArn", "Target", "FlexibleTimeWindow",
)  # fmt: skip


class Scheduler:
    """`runs(region)` tells what schedules did."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._groups = Groups(world, self.forget)
        self._runner = Runner(world, self._done)
        self.runs = self._runner.runs
        world.agenda.on(DUE, self._due)
        self.operations: dict[str, Handler] = {
            "CreateSchedule": self.create,
            "GetSchedule": self.get,
            "ListSchedules": self.list,
            "UpdateSchedule": self.update,
            "DeleteSchedule": self.delete,
            **self._groups.operations,
        }

    def shelf(self, region: str) -> Shelf:
        return self._world.records.shelf("scheduler/schedule", region)

    def tagged(self, region: str) -> dict[str, dict[str, str]]:
        """Return the tags of every schedule group that has some, by its ARN."""
        held = self._groups.shelf(region).values()
        return {group["Arn"]: {tag["Key"]: tag["Value"] for tag in group["tags"]} for group in held if group["tags"]}

    def create(self, call: Call, request: Request) -> Response:
        group, name = request.get("GroupName", DEFAULT), request["Name"]
        self._groups.require(call, group)
        present = self.shelf(call.region).get(f"{group}/{name}")
        if present is not None:
            if request.get("ClientToken") and present.get("token") == request["ClientToken"]:
                return {"ScheduleArn": present["Arn"]}
            raise AwsError("ConflictException", f"Schedule {name} already exists.", 409)
        record = self._checked(call, request, call.now)
        self.shelf(call.region)[f"{group}/{name}"] = record
        self._appoint(call.region, f"{group}/{name}", call.now, fresh=True)
        return {"ScheduleArn": record["Arn"]}

    def get(self, call: Call, request: Request) -> Response:
        _, record = self._found(call, request)
        return shown(record)

    def list(self, call: Call, request: Request) -> Response:
        if request.get("GroupName"):
            self._groups.require(call, request["GroupName"])
        wanted = [
            record
            for record in self.shelf(call.region).values()
            if request.get("GroupName") in (None, record["GroupName"])
            and record["Name"].startswith(request.get("NamePrefix", ""))
            and request.get("State") in (None, record["State"])
        ]
        return listed("Schedules", wanted, request, BAD_TOKEN, row=_summary)

    def update(self, call: Call, request: Request) -> Response:
        key, present = self._found(call, request)
        record = self._checked(call, request, present["CreationDate"])
        self.shelf(call.region)[key] = record
        self._runner.cancel(call.region, key)
        self._appoint(call.region, key, call.now, fresh=True)
        return {"ScheduleArn": record["Arn"]}

    def delete(self, call: Call, request: Request) -> Response:
        key, _ = self._found(call, request)
        self.forget(call.region, key)
        return {}

    def forget(self, region: str, key: str) -> None:
        """Take a schedule (`group/name`) away, and all it would yet do."""
        self.shelf(region).pop(key, None)
        self._world.agenda.cancel(DUE, f"{region}/{key}")
        self._runner.cancel(region, key)

    def _found(self, call: Call, request: Request) -> tuple[str, Record]:
        key = f"{request.get('GroupName', DEFAULT)}/{request['Name']}"
        found = self.shelf(call.region).get(key)
        if found is None:
            raise AwsError("ResourceNotFoundException", f"Schedule {request['Name']} does not exist.", 404)
        return key, found

    def _checked(self, call: Call, request: Request, created: float) -> Record:
        group, name = request.get("GroupName", DEFAULT), request["Name"]
        _expression(request["ScheduleExpression"])
        zone = request.get("ScheduleExpressionTimezone", "UTC")
        _zone(zone)
        _check_window(request["FlexibleTimeWindow"])
        _check_dates(request, call.now)
        check_target(request["Target"], self._world.roles, call)
        retry = {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
        record = {member: request[member] for member in _KEPT if request.get(member) is not None}
        record["Target"] = {"RetryPolicy": retry, **request["Target"]}
        return {
            **record,
            "Arn": call.arn(f"schedule/{group}/{name}"),
            "GroupName": group,
            "Name": name,
            "State": request.get("State", "ENABLED"),
            "ScheduleExpressionTimezone": zone,
            "ActionAfterCompletion": request.get("ActionAfterCompletion", "NONE"),
            "CreationDate": created,
            "LastModificationDate": call.now,
            "token": request.get("ClientToken", ""),
        }

    def _appoint(self, region: str, key: str, after: float, *, fresh: bool = False) -> bool:
        """Appoint the next time a schedule is due; tell whether there is one."""
        record = self.shelf(region)[key]
        begin = max(record["LastModificationDate"], record.get("StartDate", 0.0))
        # What was made or changed at this very moment is due at it, too.
        after = begin - 1e-6 if fresh else after
        due = next_time(
            _expression(record["ScheduleExpression"]), _zone(record["ScheduleExpressionTimezone"]), begin, after
        )
        if due is None or due > record.get("EndDate", due):
            self._world.agenda.cancel(DUE, f"{region}/{key}")
            return False
        self._world.agenda.at(due, DUE, f"{region}/{key}", region=region, schedule=key)
        return True

    def _due(self, due: float, payload: Mapping[str, Any]) -> None:
        region, key = payload["region"], payload["schedule"]
        record = self.shelf(region).get(key)
        if record is None:
            return
        more = self._appoint(region, key, max(due, self._world.clock.now() - _MISSED))
        if record["State"] == "ENABLED":
            self._runner.begin(region, key, record, due, last=not more)

    def _done(self, region: str, key: str) -> None:
        """The last of a schedule's invocations has ended, well or not."""
        record = self.shelf(region).get(key)
        if record is not None and record["ActionAfterCompletion"] == "DELETE":
            self.forget(region, key)


def _summary(record: Record) -> Response:
    members = ("Arn", "Name", "GroupName", "State", "CreationDate", "LastModificationDate")
    return {**{member: record[member] for member in members}, "Target": {"Arn": record["Target"]["Arn"]}}


def _expression(text: str) -> Expression:
    try:
        return parse(text)
    except BadExpression:
        raise AwsError("ValidationException", f"Invalid Schedule Expression {text}.") from None


def _zone(name: str) -> ZoneInfo:
    try:
        return zone_of(name)
    except BadZone:
        raise AwsError("ValidationException", "Invalid ScheduleExpressionTimezone.") from None


def _check_window(window: Mapping[str, Any]) -> None:
    if (window["Mode"] == "FLEXIBLE") != bool(window.get("MaximumWindowInMinutes")):
        raise AwsError(
            "ValidationException", "MaximumWindowInMinutes must be specified for, and only for, a FLEXIBLE time window."
        )


def _check_dates(request: Request, now: float) -> None:
    start, end = request.get("StartDate"), request.get("EndDate")
    once = isinstance(_expression(request["ScheduleExpression"]), Once)
    if once:
        return
    if start is not None and start < now - _LATE:
        raise AwsError("ValidationException", "The StartDate you specify cannot be earlier than 5 minutes ago.")
    if end is not None and end <= max(now, start or 0.0):
        raise AwsError("ValidationException", "The EndDate you specify must be later than now and than the StartDate.")

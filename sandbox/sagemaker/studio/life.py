"""Records that pass from one status to the next when its time has come."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.faults import Kind
from sandbox.operations import Call
from sandbox.records import Record, Shelf

if TYPE_CHECKING:
    from sandbox.world import World

PENDING, IN_SERVICE, UPDATING, DELETING, FAILED = "Pending", "InService", "Updating", "Deleting", "Failed"
DELETED, GONE = "Deleted", ""  # an app that is still listed; what is there no more
OVER = (DELETED, FAILED)  # of an app that runs no more and is in nobody's way

Arrival = Callable[[str, Record, float], None]  # is told the region, the record and the moment


class Life:
    """The records of one kind in all regions.

    A record holds the members of its Describe answer (`records.shown`), times in seconds. `member` is where its status
    stands.
    """

    def __init__(self, world: "World", kind: str, member: str = "Status", arrived: Arrival | None = None) -> None:
        self._world = world
        self._kind = f"sagemaker/{kind}"
        self._member = member
        self._arrived = arrived
        world.agenda.on(self._kind, self._arrive)

    def shelf(self, region: str) -> Shelf:
        return self._world.records.shelf(self._kind, region)

    def passes(self, region: str, name: str, now: float, status: str, then: str, aws_seconds: float) -> None:
        """Set a record's status and appoint the next one; `aws_seconds` is what AWS takes for it."""
        record = self.shelf(region).changed(name)
        record[self._member] = status
        record["LastModifiedTime"] = now
        record.pop("FailureReason", None)
        due = now + self._world.clock.lasts(aws_seconds)
        self._world.agenda.at(due, self._kind, f"{region}/{name}", region=region, name=name, then=then)

    def starts(self, call: Call, name: str, instance_type: str, aws_seconds: float) -> None:
        """Let it become InService, unless a fault has it fail, take longer or never end."""
        faults, region = self._world.faults, call.region
        asked = {"service": "sagemaker", "operation": call.operation, "resource": instance_type}
        self.passes(region, name, call.now, PENDING, IN_SERVICE, aws_seconds)
        if faults.strikes(Kind.STUCK_CREATING, **asked):
            self._world.agenda.cancel(self._kind, f"{region}/{name}")
        elif faults.strikes(Kind.NO_CAPACITY, **asked):
            self.passes(region, name, call.now, PENDING, FAILED, aws_seconds)
        elif longer := faults.delay(**asked):
            self.passes(region, name, call.now, PENDING, IN_SERVICE, aws_seconds + longer)

    def _arrive(self, due: float, payload: Record) -> None:
        region, name, then = payload["region"], payload["name"], payload["then"]
        record = self.shelf(region).get(name)
        if record is None:
            return
        record[self._member] = then
        record["LastModifiedTime"] = due
        if then == FAILED:
            record["FailureReason"] = (
                "InsufficientCapacityError: Unable to complete the request because there is insufficient capacity for "
                "the requested instance type. Please try a different instance type, or try again later."
            )
        if then == GONE:
            del self.shelf(region)[name]
        else:
            self.shelf(region).changed(name)
        if self._arrived:
            self._arrived(region, record, due)

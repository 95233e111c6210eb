"""Groups of schedules; `default` is always there."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.operations import Call, Handler, Request, Response
from sandbox.paging import listed
from sandbox.records import Record, Shelf, shown

if TYPE_CHECKING:
    from sandbox.world import World

DEFAULT = "default"
BAD_TOKEN = ("ValidationException", "Invalid pagination token.")


class Groups:
    """`forget` takes a schedule of a region away, by `group/name`."""

    def __init__(self, world: "World", forget: Callable[[str, str], None]) -> None:
        self._world = world
        self._forget = forget
        self.operations: dict[str, Handler] = {
            "CreateScheduleGroup": self.create,
            "GetScheduleGroup": self.get,
            "ListScheduleGroups": self.list_groups,
            "DeleteScheduleGroup": self.delete,
            "TagResource": self.tag,
            "ListTagsForResource": self.tags,
            "UntagResource": self.untag,
        }

    def shelf(self, region: str) -> Shelf:
        return self._world.records.shelf("scheduler/group", region)

    def require(self, call: Call, name: str) -> Record:
        """Return a group's record. Raises ResourceNotFoundException."""
        found = self._all(call).get(name)
        if found is None:
            raise AwsError("ResourceNotFoundException", f"Schedule group {name} does not exist.", 404)
        return found

    def create(self, call: Call, request: Request) -> Response:
        name = request["Name"]
        if name in self._all(call):
            raise AwsError("ConflictException", f"Schedule group {name} already exists.", 409)
        self.shelf(call.region)[name] = _group(call, name, call.now, request.get("Tags") or [])
        return {"ScheduleGroupArn": call.arn(f"schedule-group/{name}")}

    def get(self, call: Call, request: Request) -> Response:
        return shown(self.require(call, request["Name"]))

    def list_groups(self, call: Call, request: Request) -> Response:
        prefix = request.get("NamePrefix", "")
        wanted = [group for name, group in sorted(self._all(call).items()) if name.startswith(prefix)]
        return listed("ScheduleGroups", wanted, request, BAD_TOKEN, row=shown)

    def delete(self, call: Call, request: Request) -> Response:
        name = request["Name"]
        if name == DEFAULT:
            raise AwsError("ValidationException", "The default schedule group cannot be deleted.")
        self.require(call, name)
        for key in tuple(self._world.records.shelf("scheduler/schedule", call.region)):
            if key.startswith(f"{name}/"):
                self._forget(call.region, key)
        del self.shelf(call.region)[name]
        return {}

    def tag(self, call: Call, request: Request) -> Response:
        group = self._tagged(call, request)
        new = {tag["Key"]: tag["Value"] for tag in request["Tags"]}
        kept = [tag for tag in group["tags"] if tag["Key"] not in new]
        self._keep(call, group, [*kept, *({"Key": key, "Value": value} for key, value in new.items())])
        return {}

    def tags(self, call: Call, request: Request) -> Response:
        return {"Tags": self._tagged(call, request)["tags"]}

    def untag(self, call: Call, request: Request) -> Response:
        group = self._tagged(call, request)
        self._keep(call, group, [tag for tag in group["tags"] if tag["Key"] not in request["TagKeys"]])
        return {}

    def _tagged(self, call: Call, request: Request) -> Record:
        name = request["ResourceArn"].rpartition("/")[2]
        if request["ResourceArn"] != call.arn(f"schedule-group/{name}"):
            raise AwsError("ResourceNotFoundException", f"Schedule group {name} does not exist.", 404)
        return self.require(call, name)

    def _keep(self, call: Call, group: Record, tags: list[dict[str, str]]) -> None:
        group["tags"] = tags
        self.shelf(call.region)[group["Name"]] = group

    def _all(self, call: Call) -> dict[str, Record]:
        return {DEFAULT: _group(call, DEFAULT, 0.0, []), **self.shelf(call.region)}


def _group(call: Call, name: str, now: float, tags: list[dict[str, str]]) -> Record:
    arn = call.arn(f"schedule-group/{name}")
    return {"Arn": arn, "Name": name, "State": "ACTIVE", "CreationDate": now, "LastModificationDate": now, "tags": tags}

"""Log groups and streams: made, described, given a retention and tags, deleted."""

import re
from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError
from sandbox.operations import Call, Elsewhere, Handler, Request, Response
from sandbox.records import Record
from sandbox.telemetry.events import GROUP, STREAM

if TYPE_CHECKING:
    from sandbox.world import World

# Days that PutRetentionPolicy takes (API reference)
RETENTIONS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
PAGE = 50
_TAGS = 50


def invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)


def absent(what: str = "log group") -> AwsError:
    return AwsError("ResourceNotFoundException", f"The specified {what} does not exist.")


def group_name(request: Request) -> str:
    """Return the group a request names, by name or by ARN. AwsError if it names none, or two."""
    name, identifier = request.get("logGroupName"), request.get("logGroupIdentifier")
    if name and identifier:
        raise AwsError("ValidationException", "LogGroup name and LogGroup ARN are mutually exclusive parameters.")
    if not name and not identifier:
        raise AwsError("ValidationException", "Either log group name or log group identifier is required.")
    if identifier and identifier.startswith("arn:"):
        return str(identifier.partition(":log-group:")[2])
    return str(name or identifier)


def group_of(world: "World", region: str, name: str) -> Record:
    """Return a group's record. AwsError if there is none."""
    found = world.records.shelf(GROUP, region).get(name)
    if found is None:
        raise absent()
    return found


def stream_of(world: "World", region: str, group: str, stream: str) -> Record:
    """Return a stream's record. AwsError if there is none, or no such group."""
    group_of(world, region, group)
    found = world.records.shelf(STREAM, region).get(f"{group}:{stream}")
    if found is None:
        raise absent("log stream")
    return found


class Groups:
    """Groups and streams of all regions."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._events = world.meters.events
        self.operations: dict[str, Handler] = {
            "CreateLogGroup": self.create_group,
            "DeleteLogGroup": self.delete_group,
            "DescribeLogGroups": self.describe_groups,
            "ListLogGroups": self.list_groups,
            "CreateLogStream": self.create_stream,
            "DeleteLogStream": self.delete_stream,
            "DescribeLogStreams": self.describe_streams,
            "PutRetentionPolicy": self.put_retention,
            "DeleteRetentionPolicy": self.delete_retention,
            "AssociateKmsKey": self.associate_key,
            "DisassociateKmsKey": self.associate_key,
            "TagLogGroup": self.tag,
            "UntagLogGroup": self.untag,
            "ListTagsLogGroup": self.list_tags,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.list_tags,
        }

    def create_group(self, call: Call, request: Request) -> Response:
        name = request["logGroupName"]
        shelf = self._world.records.shelf(GROUP, call.region)
        if name in shelf:
            raise AwsError("ResourceAlreadyExistsException", "The specified log group already exists")
        if name.startswith("aws/"):
            raise invalid("Log groups starting with AWS/ are reserved for AWS.")
        made = self._events.make_group(call.region, name, call.now)
        made.update(tags=dict(request.get("tags") or {}), kms=request.get("kmsKeyId") or "")
        made["class"] = request.get("logGroupClass") or "STANDARD"
        return {}

    def delete_group(self, call: Call, request: Request) -> Response:
        name = request["logGroupName"]
        group_of(self._world, call.region, name)
        self._events.drop_group(call.region, name)
        return {}

    def describe_groups(self, call: Call, request: Request) -> Response:
        prefix, part = request.get("logGroupNamePrefix"), request.get("logGroupNamePattern")
        if prefix and part:
            raise invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
        shelf = self._world.records.shelf(GROUP, call.region)
        named = {each.partition(":log-group:")[2] or each for each in request.get("logGroupIdentifiers") or ()}
        names = [
            name
            for name in sorted(shelf)
            if name.startswith(prefix or "")
            and (part or "").lower() in name.lower()
            and (not named or name in named)
            and shelf[name]["class"] == (request.get("logGroupClass") or shelf[name]["class"])
        ]
        names, token = _page(names, request, lambda name: name)
        rows = [self._described(call.region, name, shelf[name]) for name in names]
        return {"logGroups": rows, "nextToken": token} if token else {"logGroups": rows}

    def list_groups(self, call: Call, request: Request) -> Response:
        pattern = request.get("logGroupNamePattern") or ""
        shelf = self._world.records.shelf(GROUP, call.region)
        parts = [part.strip("^").lower() for part in pattern.split("|")]
        names = [name for name in sorted(shelf) if any(part in name.lower() for part in parts)]
        names, token = _page(names, request, lambda name: name)
        rows = [{"logGroupName": n, "logGroupArn": shelf[n]["arn"], "logGroupClass": shelf[n]["class"]} for n in names]
        return {"logGroups": rows, "nextToken": token} if token else {"logGroups": rows}

    def create_stream(self, call: Call, request: Request) -> Response:
        group, stream = request["logGroupName"], request["logStreamName"]
        group_of(self._world, call.region, group)
        if f"{group}:{stream}" in self._world.records.shelf(STREAM, call.region):
            raise AwsError("ResourceAlreadyExistsException", "The specified log stream already exists")
        self._events.make_stream(call.region, group, stream, call.now)
        return {}

    def delete_stream(self, call: Call, request: Request) -> Response:
        group, stream = request["logGroupName"], request["logStreamName"]
        stream_of(self._world, call.region, group, stream)
        self._events.drop_stream(call.region, group, stream)
        return {}

    def describe_streams(self, call: Call, request: Request) -> Response:
        group, prefix = group_name(request), request.get("logStreamNamePrefix") or ""
        group_of(self._world, call.region, group)
        by_time = request.get("orderBy") == "LastEventTime"
        if by_time and prefix:
            raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
        shelf = self._world.records.shelf(STREAM, call.region)
        held = [shelf[f"{group}:{name}"] for name in self._events.streams(call.region, group)]
        rows = [self._stream(each) for each in held if each["name"].startswith(prefix)]
        rows.sort(
            key=lambda row: (row.get("lastEventTimestamp", 0) if by_time else 0, row["logStreamName"]),
            reverse=bool(request.get("descending")),
        )
        rows, token = _page(rows, request, lambda row: f"{group}@{row['logStreamName']}")
        return {"logStreams": rows, "nextToken": token} if token else {"logStreams": rows}

    def put_retention(self, call: Call, request: Request) -> Response:
        days = request["retentionInDays"]
        if days not in RETENTIONS:
            raise invalid(
                f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
                f"Member must satisfy enum value set: [{', '.join(map(str, RETENTIONS))}]"
            )
        return self._change(call, request, retention=days)

    def delete_retention(self, call: Call, request: Request) -> Response:
        return self._change(call, request, retention=None)

    def associate_key(self, call: Call, request: Request) -> Response:
        name = request.get("logGroupName") or request.get("resourceIdentifier", "").partition(":log-group:")[2]
        return self._change(call, {"logGroupName": name}, kms=request.get("kmsKeyId") or "")

    def tag(self, call: Call, request: Request) -> Response:
        name = self._tagged(call, request)
        tags = group_of(self._world, call.region, name)["tags"] | request["tags"]
        if len(tags) > _TAGS:
            raise AwsError("TooManyTagsException", "A resource can have up to 50 tags.")
        return self._change(call, {"logGroupName": name}, tags=tags)

    def untag(self, call: Call, request: Request) -> Response:
        name, gone = self._tagged(call, request), request.get("tags") or request.get("tagKeys") or ()
        tags = group_of(self._world, call.region, name)["tags"]
        kept = {key: value for key, value in tags.items() if key not in gone}
        return self._change(call, {"logGroupName": name}, tags=kept)

    def list_tags(self, call: Call, request: Request) -> Response:
        return {"tags": dict(group_of(self._world, call.region, self._tagged(call, request))["tags"])}

    def _tagged(self, call: Call, request: Request) -> str:
        if "logGroupName" in request:
            return str(request["logGroupName"])
        name = re.sub(r":\*$", "", request["resourceArn"].partition(":log-group:")[2])
        if not name:
            raise Elsewhere  # a destination's, say
        return name

    def _change(self, call: Call, request: Request, **members: Any) -> Response:
        name = request["logGroupName"]
        group_of(self._world, call.region, name).update(members)
        self._world.records.shelf(GROUP, call.region).changed(name)
        return {}

    def _described(self, region: str, name: str, held: Record) -> Response:
        described = {
            "logGroupName": name,
            "creationTime": int(held["created"] * 1000),
            "metricFilterCount": 0,
            "arn": held["arn"] + ":*",
            "logGroupArn": held["arn"],
            "storedBytes": self._events.size(region, name),
            "logGroupClass": held["class"],
        }
        if held["retention"]:
            described["retentionInDays"] = held["retention"]
        if held["kms"]:
            described["kmsKeyId"] = held["kms"]
        return described

    def _stream(self, held: Record) -> Response:
        reach = self._events.reach(held["id"])
        described = {
            "logStreamName": held["name"],
            "creationTime": int(held["created"] * 1000),
            "arn": held["arn"],
            "storedBytes": 0,  # AWS stopped telling it in 2019
        }
        if reach:
            first, last, taken = reach
            described |= {
                "firstEventTimestamp": first,
                "lastEventTimestamp": last,
                "lastIngestionTime": taken,
                "uploadSequenceToken": f"{held['id']:056d}",
            }
        return described


def _page(rows: list[Any], request: Request, named: Any) -> tuple[list[Any], str | None]:
    """Return a page of rows and the token of the next: the name of the last row on this one."""
    token, size, first = request.get("nextToken"), request.get("limit") or PAGE, 0
    if token is not None:
        first = next((place + 1 for place, row in enumerate(rows) if named(row) == token), -1)
        if first < 0:
            raise invalid("The specified nextToken is invalid.")
    page = rows[first : first + size]
    return page, named(page[-1]) if page and first + size < len(rows) else None

"""LookupEvents over what the trail noted; CloudTrail's other operations are moto's."""

import base64
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from sandbox.cloudtrail.identity import name_of
from sandbox.cloudtrail.resources import resources
from sandbox.cloudtrail.trail import is_read
from sandbox.errors import AwsError
from sandbox.operations import Call, Handler, Request, Response
from sandbox.records import Record
from sandbox.scope import ACCOUNT

if TYPE_CHECKING:
    from sandbox.world import World

MOST = 50  # events on a page


class CloudTrail:
    def __init__(self, world: "World") -> None:
        self._world = world
        self.operations: dict[str, Handler] = {"LookupEvents": self.lookup}

    def lookup(self, call: Call, request: Request) -> Response:
        start, end = request.get("StartTime"), request.get("EndTime")
        if start is not None and end is not None and start > end:
            raise AwsError("InvalidTimeRangeException", "The start time must be before the end time.")
        most = request.get("MaxResults") or MOST
        if not 1 <= most <= MOST:
            raise AwsError("InvalidMaxResultsException", f"MaxResults must be between 1 and {MOST}.")
        asked = request.get("LookupAttributes") or ()
        if len(asked) > 1:
            raise AwsError("InvalidLookupAttributesException", "Only one lookup attribute may be specified.")
        if request.get("EventCategory"):
            return {"Events": []}
        found = (
            (number, event)
            for number, event in self._world.trail.events(call.region)
            if (start is None or event["at"] >= start)
            and (end is None or event["at"] <= end)
            and all(_fits(number, event, attribute) for attribute in asked)
        )
        last = _opened(request["NextToken"]) if request.get("NextToken") else math.inf
        rows = list(islice((pair for pair in found if pair[1]["heard"] < last), most + 1))
        answer: Response = {"Events": [_event(number, event) for number, event in rows[:most]]}
        return answer | ({"NextToken": _token(rows[most - 1][1])} if len(rows) > most else {})


def _token(last: Record) -> str:
    return base64.b64encode(f"before {last['heard']}".encode()).decode()


def _opened(token: str) -> int:
    """Return when the last event of the page before was heard: new ones come in front and move nothing."""
    try:
        word, _, number = base64.b64decode(token, validate=True).decode().partition(" ")
        if word == "before":
            return int(number)
    except ValueError:
        pass
    raise AwsError("InvalidNextTokenException", "Invalid token.")


def _fits(number: str, event: Record, attribute: Mapping[str, str]) -> bool:
    key, value = attribute["AttributeKey"], attribute["AttributeValue"]
    match key:
        case "EventId":
            return number == value
        case "EventName":
            return bool(event["name"] == value)
        case "EventSource":
            return bool(event["source"] == value)
        case "Username":
            return name_of(event["who"]) == value
        case "AccessKeyId":
            return bool(event["who"].get("accessKeyId") == value)
        case "ReadOnly":
            return _told(is_read(event["name"])) == value
        case "ResourceName" if value not in event["parameters"]:
            return False
    return any(resource[key] == value for resource in resources(event))


def _event(number: str, event: Record) -> Response:
    answer = {
        "EventId": number,
        "EventName": event["name"],
        "ReadOnly": _told(is_read(event["name"])),
        "EventTime": event["at"],
        "EventSource": event["source"],
        "Username": name_of(event["who"]),
        "Resources": resources(event),
        "CloudTrailEvent": json.dumps(_document(number, event)),
    }
    key = event["who"].get("accessKeyId")
    return answer | ({"AccessKeyId": key} if key else {})


def _document(number: str, event: Record) -> Response:
    document: Response = {
        "eventVersion": "1.11",
        "userIdentity": event["who"],
        "eventTime": datetime.fromtimestamp(event["at"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": event["source"],
        "eventName": event["name"],
        "awsRegion": event["region"],
        "sourceIPAddress": "127.0.0.1",
        "userAgent": event.get("agent", ""),
        "requestParameters": json.loads(event["parameters"]),
        "responseElements": event.get("made"),
        "requestID": event.get("request_id", ""),
        "eventID": number,
        "readOnly": is_read(event["name"]),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }
    if event.get("code"):
        document |= {"errorCode": event["code"], "errorMessage": event.get("message", "")}
    return document


def _told(truth: bool) -> str:
    return "true" if truth else "false"

"""Log events: put, read one after another by tokens, and filtered by a pattern over several streams."""

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sandbox.logs.groups import absent, group_name, group_of, invalid, stream_of
from sandbox.logs.pattern import matcher
from sandbox.operations import Call, Handler, Request, Response
from sandbox.records import Record
from sandbox.telemetry.events import STREAM, Event

if TYPE_CHECKING:
    from sandbox.world import World

LIMIT = 10_000  # events a page holds at the most
BYTES = 1_048_576  # of events in a page, and in a batch that is put
SCANNED = 20_000  # events that one FilterLogEvents looks at; the next page goes on behind them
_DAY = 86_400_000
_FOREVER = float("inf")
_TOKEN = re.compile(r"([fb])/(\d{1,56})(?:/s)?")


class LogEvents:
    """Events of all regions."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._events = world.meters.events
        self.operations: dict[str, Handler] = {
            "PutLogEvents": self.put,
            "GetLogEvents": self.get,
            "FilterLogEvents": self.filter,
            "TestMetricFilter": self.test,
        }

    def put(self, call: Call, request: Request) -> Response:
        group, stream, batch = request["logGroupName"], request["logStreamName"], request["logEvents"]
        held = stream_of(self._world, call.region, group, stream)
        _check(batch)
        now = call.now * 1000
        days = group_of(self._world, call.region, group)["retention"]
        rejected: dict[str, int] = {}
        for number, event in enumerate(batch):
            at = event["timestamp"]
            if at < now - 14 * _DAY:
                rejected["tooOldLogEventEndIndex"] = number
            elif days and at < now - days * _DAY:
                rejected["expiredLogEventEndIndex"] = number
            elif at > now + 7_200_000:
                rejected.setdefault("tooNewLogEventStartIndex", number)
            else:
                self._events.add(call.region, group, stream, at / 1000, event["message"], taken=call.now)
        answer: Response = {"nextSequenceToken": f"{held['id']:056d}"}
        return {**answer, "rejectedLogEventsInfo": rejected} if rejected else answer

    def get(self, call: Call, request: Request) -> Response:
        group = group_name(request)
        held = stream_of(self._world, call.region, group, request["logStreamName"])
        since, until = self._range(call, group, request)
        limit = request.get("limit") or LIMIT
        total = self._events.count(held["id"], since, until)
        token = request.get("nextToken")
        if token is None:
            first = 0 if request.get("startFromHead") else max(0, total - limit)
            last = min(first + limit, total)
            place = first
        else:
            first, last, place = _turned(token, limit, total)
        rows = _fitting(self._events.read(held["id"], since, until, skip=first, limit=last - first))
        ends = (first, first + len(rows) - 1) if rows else (place, place)
        return {
            "events": [{"timestamp": e.at, "message": e.text, "ingestionTime": e.taken} for e in rows],
            "nextForwardToken": f"f/{max(ends[1], 0):056d}",
            "nextBackwardToken": f"b/{max(ends[0], 0):056d}",
        }

    def filter(self, call: Call, request: Request) -> Response:
        group = group_name(request)
        group_of(self._world, call.region, group)
        matches = matcher(request.get("filterPattern") or "")
        streams = self._asked_streams(call.region, group, request)
        since, until = self._range(call, group, request, inclusive=True)
        limit, after = request.get("limit") or LIMIT, self._behind(request.get("nextToken"), group)
        found: list[Response] = []
        size = seen = 0
        token = ""
        while streams and seen < SCANNED and not token:
            rows = self._events.scan(tuple(streams), since, until, after, 1000)
            for event in rows:
                after, seen = (event.at, event.id), seen + 1
                if matches(event.text):
                    found.append(_filtered(event, streams[event.stream]))
                    size += len(event.text) + 26
                if len(found) >= limit or size >= BYTES or seen >= SCANNED:
                    token = f"{group}@{streams[event.stream]}@{_event_id(event)}"
                    break
            if len(rows) < 1000 and not token:
                break
        if token and not self._events.scan(tuple(streams), since, until, after, 1):
            token = ""
        answer: Response = {"events": found, "searchedLogStreams": []}
        return {**answer, "nextToken": token} if token else answer

    def test(self, call: Call, request: Request) -> Response:
        matches = matcher(request["filterPattern"])
        rows = [
            {"eventNumber": number, "eventMessage": text, "extractedValues": {}}
            for number, text in enumerate(request["logEventMessages"], 1)
            if matches(text)
        ]
        return {"matches": rows}

    def _range(self, call: Call, group: str, request: Request, *, inclusive: bool = False) -> tuple[float, float]:
        """The times asked for, without what the group's retention has let go. FilterLogEvents includes its end."""
        since, until = request.get("startTime") or 0, request.get("endTime")
        days = group_of(self._world, call.region, group)["retention"]
        if days:
            since = max(since, call.now * 1000 - days * _DAY)
        return since, _FOREVER if until is None else until + inclusive

    def _asked_streams(self, region: str, group: str, request: Request) -> dict[int, str]:
        names, prefix = request.get("logStreamNames"), request.get("logStreamNamePrefix")
        if names and prefix:
            raise invalid("Only one of the following parameters can be set: logStreamNames or logStreamNamePrefix.")
        shelf = self._world.records.shelf(STREAM, region)
        for name in names or ():
            if f"{group}:{name}" not in shelf:
                raise absent("log stream")
        every = names or [name for name in self._events.streams(region, group) if name.startswith(prefix or "")]
        return {shelf[f"{group}:{name}"]["id"]: name for name in every}

    def _behind(self, token: str | None, group: str) -> tuple[int, int]:
        """The (time, number) of the event that a page's token names."""
        if token is None:
            return (-1, -1)
        own, _, number = token.rpartition("@")
        if not own.startswith(f"{group}@") or not re.fullmatch(r"\d{56}", number):
            raise invalid("The specified nextToken is invalid.")
        return int(number[:20]), int(number[20:])


def _check(batch: list[Record]) -> None:
    size, times = sum(len(event["message"].encode()) + 26 for event in batch), [e["timestamp"] for e in batch]
    if any(later < earlier for earlier, later in pairwise(times)):
        raise invalid("Log events in a single PutLogEvents request must be in chronological order.")
    if times and times[-1] - times[0] > _DAY:
        raise invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
    if size > BYTES:
        raise invalid(f"Upload too large: {size} bytes exceeds limit of {BYTES}")


def _turned(token: str, limit: int, total: int) -> tuple[int, int, int]:
    """Read a token: which events (first, behind the last), and the place to tell again where there are none."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise invalid("The specified nextToken is invalid.")
    place = int(found[2])
    if found[1] == "f":
        first = min(place + 1, total)
        return first, min(first + limit, total), place
    last = min(place, total)
    return max(0, last - limit), last, place


def _fitting(rows: list[Event]) -> list[Event]:
    size = 0
    for place, event in enumerate(rows):
        size += len(event.text) + 26
        if size > BYTES and place:
            return rows[:place]
    return rows


def _event_id(event: Event) -> str:
    return f"{event.at:020d}{event.id:036d}"


def _filtered(event: Event, stream: str) -> dict[str, Any]:
    return {
        "logStreamName": stream,
        "timestamp": event.at,
        "message": event.text,
        "ingestionTime": event.taken,
        "eventId": _event_id(event),
    }

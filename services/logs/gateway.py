"""Reads CloudWatch Logs: the streams of a group, the end of one, what came since, what is between two times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from services.aws_errors import code_and_message, translate
from services.clients import ClientSource
from services.errors import NotFound, PermissionDenied
from services.logs.models import Event, Stream

_EMPTY = 2  # pages without events that are turned back; CloudWatch may give one though there are events before it


@dataclass(frozen=True, slots=True)
class Piece:
    """Events of a stream, oldest first, and the token for what comes behind them."""

    events: tuple[Event, ...]
    token: str


class LogsGateway:
    """Reads with the connection's CloudWatch Logs client.

    Every method raises NotFound where group or stream is not there, PermissionDenied with the action, Throttled,
    Unreachable, ServiceFailure.
    """

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def streams(self, group: str, begins: str = "", most: int = 50) -> tuple[Stream, ...]:
        """At most `most` (50) streams in one call: the newest first or, with `begins`, in the order of names."""
        order: dict[str, Any] = {"orderBy": "LastEventTime", "descending": True}
        with _asking("logs:DescribeLogStreams", group):
            rows = self._clients.get("logs").describe_log_streams(
                logGroupName=group, limit=most, **({"logStreamNamePrefix": begins} if begins else order)
            )
        return tuple(_stream(row) for row in rows.get("logStreams", ()))

    def end(self, group: str, stream: str, most: int) -> Piece:
        """The last lines of a stream."""
        with _asking("logs:GetLogEvents", group):
            asked = {"logGroupName": group, "logStreamName": stream, "limit": most, "startFromHead": False}
            row = newest = self._clients.get("logs").get_log_events(**asked)
            for _ in range(_EMPTY):
                token = row.get("nextBackwardToken")
                if row.get("events") or not token or token == asked.get("nextToken"):
                    break
                asked["nextToken"] = token
                row = self._clients.get("logs").get_log_events(**asked)
        return Piece(_events(row.get("events", ()), stream), newest.get("nextForwardToken", ""))

    def after(self, group: str, stream: str, token: str) -> Piece:
        """What came behind a token; none, and the same token, where nothing did."""
        with _asking("logs:GetLogEvents", group):
            row = self._clients.get("logs").get_log_events(
                logGroupName=group, logStreamName=stream, nextToken=token, startFromHead=True
            )
        return _piece(row, stream)

    def between(self, group: str, since: float, until: float, begins: str = "", token: str = "") -> Piece:
        """One page of the events of all streams with since <= at < until; the token "" where it was the last.

        A page may be empty though more follow: CloudWatch ends one when it has searched long enough.
        """
        asked: dict[str, Any] = {"startTime": int(since * 1000), "endTime": int(until * 1000) - 1}
        asked |= {"logStreamNamePrefix": begins} if begins else {}
        asked |= {"nextToken": token} if token else {}
        with _asking("logs:FilterLogEvents", group):
            row = self._clients.get("logs").filter_log_events(logGroupName=group, **asked)
        return Piece(_events(row.get("events", ()), ""), row.get("nextToken", ""))


@contextmanager
def _asking(action: str, group: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if code_and_message(error)[0] == "ResourceNotFoundException":
            raise NotFound(f"There is no log {group}.", "No container has written to it.") from error
        ours = translate(error, f"reading the log {group}")
        if isinstance(ours, PermissionDenied):
            raise PermissionDenied(ours.what, ours.why, ours.next, action=action) from error
        raise ours from error


def _stream(row: Any) -> Stream:
    made = row.get("creationTime") or 0
    began, last = row.get("firstEventTimestamp") or made, row.get("lastEventTimestamp") or made
    return Stream(row.get("logStreamName", ""), began / 1000, last / 1000)


def _piece(row: Any, stream: str) -> Piece:
    return Piece(_events(row.get("events", ()), stream), row.get("nextForwardToken", ""))


def _events(rows: Sequence[Any], stream: str) -> tuple[Event, ...]:
    return tuple(
        Event((row.get("timestamp") or 0) / 1000, row.get("message") or "", stream or row.get("logStreamName", ""))
        for row in rows
    )

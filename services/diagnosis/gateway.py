"""Reads the end of a container's log."""

from __future__ import annotations

from typing import Any

from services.aws_errors import code_and_message, translate
from services.clients import ClientSource
from services.diagnosis.container_logs import ContainerLog, LoggedLine, Place, groups
from services.errors import PermissionDenied

MOST_STREAMS = 4  # the newest: one container writes one, and several instances fail alike
MOST_LINES = 200  # of all of them together
_LOOKED_THROUGH = 50  # streams of a group that all jobs share, whose newest are not given first


class ContainerLogGateway:
    """Reads with the connection's CloudWatch Logs client: at most 1 + 4 calls a group."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def read(self, place: Place, name: str) -> ContainerLog:
        """The last lines of what this container wrote. Never raises for what AWS says: it stands in `absent`."""
        tried = groups(place, name)
        found = [self._group(group, begins) for group, begins in tried]
        return next((log for log in found if log.lines), found[0])

    def _group(self, group: str, begins: str) -> ContainerLog:
        action = "logs:DescribeLogStreams"
        try:
            logs = self._clients.get("logs")
            names = self._newest(logs, group, begins)
            action = "logs:GetLogEvents"
            lines = [line for name in names for line in self._stream(logs, group, name, MOST_LINES // len(names))]
        except Exception as error:  # noqa: BLE001 - sorted in _why
            return ContainerLog(group, absent=_why(group, action, error))
        if not lines:
            return ContainerLog(group, absent=f"Its container has written nothing to {group}.")
        return ContainerLog(group, tuple(lines))

    def _newest(self, logs: Any, group: str, begins: str) -> list[str]:
        """The newest streams, the oldest of them first."""
        order = {"logStreamNamePrefix": begins} if begins else {"orderBy": "LastEventTime", "descending": True}
        rows = logs.describe_log_streams(logGroupName=group, limit=_LOOKED_THROUGH, **order)["logStreams"]
        rows.sort(key=lambda row: row.get("lastEventTimestamp") or row.get("creationTime") or 0)
        return [row["logStreamName"] for row in rows[-MOST_STREAMS:]]

    def _stream(self, logs: Any, group: str, name: str, most: int) -> list[LoggedLine]:
        told = logs.get_log_events(logGroupName=group, logStreamName=name, limit=most, startFromHead=False)
        return [LoggedLine(name, each["message"]) for each in told["events"]]


def _why(group: str, action: str, error: Exception) -> str:
    if code_and_message(error)[0] == "ResourceNotFoundException":
        return f"There is no log {group}: no container has written anything."
    ours = translate(error, f"reading the log {group}")
    if isinstance(ours, PermissionDenied):
        return f"Its log {group} cannot be read: {action} is not allowed."
    return f"Its log {group} cannot be read: {ours.what}"

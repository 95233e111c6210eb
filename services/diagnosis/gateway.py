"""Reads the end of a container's log."""

from __future__ import annotations

from services.clients import ClientSource
from services.diagnosis.container_logs import ContainerLog, LoggedLine, Place, groups
from services.errors import NotFound, PermissionDenied, SagedeckError
from services.logs import LogGroup
from services.logs.gateway import LogsGateway

MOST_STREAMS = 4  # the newest: one container writes one, and several instances fail alike
MOST_LINES = 200  # of all of them together
_LOOKED_THROUGH = 50  # streams of a group that all jobs share, whose newest are not given first


class ContainerLogGateway:
    """Reads with the connection's CloudWatch Logs client: at most 1 + 4 calls a group."""

    def __init__(self, clients: ClientSource) -> None:
        self._logs = LogsGateway(clients)

    def read(self, place: Place, name: str) -> ContainerLog:
        """The last lines of what this container wrote. Never raises for what AWS says: it stands in `absent`."""
        found = [self._group(group) for group in groups(place, name)]
        return next((log for log in found if log.lines), found[0])

    def _group(self, group: LogGroup) -> ContainerLog:
        try:
            names = self._newest(group)
            lines = [line for name in names for line in self._stream(group, name, MOST_LINES // len(names))]
        except SagedeckError as error:
            return ContainerLog(group.name, absent=_why(group.name, error))
        if not lines:
            return ContainerLog(group.name, absent=f"Its container has written nothing to {group.name}.")
        return ContainerLog(group.name, tuple(lines))

    def _newest(self, group: LogGroup) -> list[str]:
        """The newest streams, the oldest of them first."""
        found = sorted(self._logs.streams(group.name, group.begins, _LOOKED_THROUGH), key=lambda each: each.last)
        return [each.name for each in found[-MOST_STREAMS:]]

    def _stream(self, group: LogGroup, name: str, most: int) -> list[LoggedLine]:
        return [LoggedLine(name, each.text) for each in self._logs.end(group.name, name, most).events]


def _why(group: str, error: SagedeckError) -> str:
    if isinstance(error, NotFound):
        return f"There is no log {group}: no container has written anything."
    if isinstance(error, PermissionDenied):
        return f"Its log {group} cannot be read: {error.action} is not allowed."
    return f"Its log {group} cannot be read: {error.what}"

"""A gateway whose streams are held in memory, and which counts what it is asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.errors import NotFound
from services.logs import Event, Stream
from services.logs.gateway import Piece

PAGE = 100  # events of one answer


@dataclass
class HeldLogs:
    """Streams by name; `trouble` is raised at every call. Tokens are places in a stream."""

    streams_of: dict[str, list[Event]] = field(default_factory=dict)
    trouble: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def write(self, stream: str, *texts: str, at: float) -> None:
        """Add lines, a second apart."""
        events = self.streams_of.setdefault(stream, [])
        events += [Event(at + number, text, stream) for number, text in enumerate(texts)]

    def streams(self, group: str, begins: str = "", most: int = 50) -> tuple[Stream, ...]:
        self._asked("streams")
        if not self.streams_of:
            raise NotFound(f"There is no log {group}.")
        found = [
            Stream(name, rows[0].at, rows[-1].at) for name, rows in self.streams_of.items() if name.startswith(begins)
        ]
        return tuple(sorted(found, key=lambda each: -each.last))[:most]

    def end(self, group: str, stream: str, most: int) -> Piece:
        self._asked("end")
        rows = self.streams_of[stream]
        return Piece(tuple(rows[-most:]), str(len(rows)))

    def after(self, group: str, stream: str, token: str) -> Piece:
        self._asked("after")
        rows = self.streams_of[stream][int(token) :][:PAGE]
        return Piece(tuple(rows), str(int(token) + len(rows)))

    def between(self, group: str, since: float, until: float, begins: str = "", token: str = "") -> Piece:
        self._asked("between")
        if not self.streams_of:
            raise NotFound(f"There is no log {group}.")
        rows = sorted(
            (event for name, rows in self.streams_of.items() if name.startswith(begins) for event in rows),
            key=lambda event: event.at,
        )
        rows = [event for event in rows if since <= event.at < until]
        place = int(token or 0)
        more = str(place + PAGE) if place + PAGE < len(rows) else ""
        return Piece(tuple(rows[place : place + PAGE]), more)

    def _asked(self, what: str) -> None:
        self.asked.append(what)
        if self.trouble is not None:
            raise self.trouble

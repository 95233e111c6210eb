"""Logs as pages and the command line see them: the end of one, followed; a search; a download."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from services.errors import InvalidRequest, NotFound, SagedeckError
from services.logs.filters import Filter, at_least, in_order
from services.logs.groups import LogGroup
from services.logs.levels import Level
from services.logs.live import Live
from services.logs.models import Cursor, Found, LogLine, Page, Place
from services.logs.reading import Flows, lines_of
from services.logs.searching import MOST_DOWNLOAD, Search, download, outcome

if TYPE_CHECKING:
    from services.logs.gateway import LogsGateway, Piece

MOST_STREAMS = 8  # the newest, that a tail reads
LIST_SECONDS = 30.0  # a new instance's stream is seen after so long at the latest
_PAGES = 4  # of one stream in one look; what is left comes with the next
_SIDE_BY_SIDE = 4
_LIVE = 2_000  # lines that a live tail begins with
_MOST_LIVE = 16  # logs that are followed at a time by this process


class LogsService:
    """Logs of one account and region. `now`: the other side's clock; `secrets`: what must be in no line."""

    def __init__(
        self, gateway: LogsGateway, now: Callable[[], float], *, secrets: Callable[[], Iterable[str]] = tuple
    ) -> None:
        self._gateway, self._now, self._secrets = gateway, now, secrets
        self._lives: OrderedDict[LogGroup, Live] = OrderedDict()
        self._lock = threading.Lock()

    def live(self, group: LogGroup) -> Live:
        """The tail of a group that everybody who looks at it shares."""
        with self._lock:
            found = self._lives.pop(group, None) or Live(lambda cursor: self.tail(group, cursor=cursor, limit=_LIVE))
            self._lives[group] = found
            while len(self._lives) > _MOST_LIVE:
                self._lives.popitem(last=False)
            return found

    def tail(self, group: LogGroup, *, cursor: Cursor | None = None, limit: int = 1000) -> Page:
        """The newest lines or, with a cursor, those since; newest last. Never raises for what AWS says.

        Reads the newest 8 streams: a call each and, every half minute, one that lists them.
        """
        cursor = cursor or Cursor()
        try:
            cursor = self._listed(group, cursor)
            each = max(limit // max(len(cursor.newest), 1), 50)
            with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="logs") as pool:
                places = [cursor.places.get(name, Place()) for name in cursor.newest]
                read = list(pool.map(lambda name, place: self._read(group, name, place, each), cursor.newest, places))
        except SagedeckError as error:
            met = outcome(error)
            return Page(
                cursor=cursor, there=met.there, denied=met.denied, slowed=met.slowed, problem=met.problem,
            )  # fmt: skip
        lines = in_order(line for _, found in read for line in found)
        reached = {name: place for name, (place, _) in zip(cursor.newest, read, strict=True)}
        cursor = replace(cursor, places={**cursor.places, **reached})
        return Page(lines=tuple(lines), cursor=cursor, more_streams=cursor.more)

    def search(
        self, group: LogGroup, *, text: str = "", regex: str = "", level: Level | None = None,
        levels: frozenset[Level] = frozenset(), since: float, until: float | None = None, begins: str = "",
        limit: int = 1000,
    ) -> Found:  # fmt: skip
        """The newest lines that fit, newest last; `level`: that one and graver. Raises BadPattern.

        Looks from `until` (now) back to `since`, at most 60 calls and 20 seconds.
        """
        wanted = Filter(text, regex, at_least(level) if level else levels, begins)
        wanted.check()
        end = self._now() + 1 if until is None else until
        return Search(self._gateway, group, wanted, self._secrets(), limit).run(since, end)

    def download(
        self, group: LogGroup, *, since: float, until: float | None = None, wanted: Filter | None = None,
        most: int = MOST_DOWNLOAD,
    ) -> Iterator[str]:  # fmt: skip
        """The lines as text, oldest first, at most `most` characters; what was left out is said in the last line."""
        wanted = wanted or Filter()
        wanted.check()
        end = self._now() + 1 if until is None else until
        return download(self._gateway, group, since, end, wanted, self._secrets(), most)

    def _listed(self, group: LogGroup, cursor: Cursor) -> Cursor:
        """The cursor with the newest streams, looked up when that is due."""
        now = self._now()
        if cursor.newest and now - cursor.listed < LIST_SECONDS:
            return cursor
        streams = sorted(self._gateway.streams(group.name, group.begins), key=lambda each: -max(each.last, each.began))
        newest = tuple(stream.name for stream in streams[:MOST_STREAMS])
        return replace(cursor, newest=newest, listed=now, more=max(0, len(streams) - MOST_STREAMS))

    def _read(self, group: LogGroup, name: str, place: Place, most: int) -> tuple[Place, list[LogLine]]:
        """What came in one stream, and how far it is read now."""
        flows: Flows = {name: place.flow}
        lines: list[LogLine] = []
        token = place.token
        try:
            for _ in range(_PAGES):
                before = token
                piece = self._piece(group.name, name, token, most)
                events = piece.events if token else [each for each in piece.events if each.at > place.last]
                lines += lines_of(events, flows, self._secrets())
                token = piece.token
                if not before or not piece.events or token == before:
                    break
        except NotFound:
            return Place(last=place.last), lines
        except InvalidRequest:  # a token is good for a day
            return (Place(last=place.last), lines) if place.token else (place, lines)
        return Place(token, flows[name], lines[-1].at if lines else place.last), lines

    def _piece(self, group: str, name: str, token: str, most: int) -> Piece:
        return self._gateway.after(group, name, token) if token else self._gateway.end(group, name, most)

"""A search from the newest line backwards, in stretches that grow while little is found; and a download onwards."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.errors import NotFound, PermissionDenied, SagedeckError, Throttled
from services.logs.filters import Filter, in_order, select
from services.logs.groups import LogGroup
from services.logs.models import Event, Found, LogLine, Outcome
from services.logs.reading import lines_of

if TYPE_CHECKING:
    from services.logs.gateway import LogsGateway

MOST_CALLS = 60  # of one search; CloudWatch allows few a second to the whole account
MOST_SECONDS = 20.0
_PAGES = 8  # of one stretch, before a shorter one is tried
_FIRST = 60.0  # seconds of the first stretch, at least
MOST_DOWNLOAD = 50_000_000  # characters


class Search:
    """One search. `limit`: lines that are wanted."""

    def __init__(
        self, gateway: LogsGateway, group: LogGroup, wanted: Filter, secrets: Iterable[str], limit: int
    ) -> None:
        self._gateway, self._group, self._wanted, self._secrets = gateway, group, wanted, tuple(secrets)
        self._limit, self._calls, self._seen = limit, 0, 0
        self._until_clock = time.monotonic() + MOST_SECONDS

    def run(self, since: float, until: float) -> Found:
        """The newest lines that fit. What AWS puts in the way is in what was found."""
        kept: list[LogLine] = []
        end, width = until, max(_FIRST, (until - since) / 64)
        met = Outcome()
        try:
            while end > since and len(kept) < self._limit and not self._spent():
                start = max(since, end - width)
                events, whole = self._stretch(start, end)
                if not whole and width > 1:
                    width /= 8
                    continue
                lines = in_order(lines_of(sorted(events, key=_when), {}, self._secrets))
                self._seen += len(lines)
                kept = [*select(lines, self._wanted), *kept]
                end, width = start, width * 2
        except SagedeckError as error:
            met = outcome(error)
        complete = end <= since and len(kept) <= self._limit
        return Found(
            lines=tuple(kept[-self._limit :]), since=end, complete=complete, seen=self._seen,
            there=met.there, denied=met.denied, slowed=met.slowed, problem=met.problem,
        )  # fmt: skip

    def _spent(self) -> bool:
        return self._calls >= MOST_CALLS or time.monotonic() > self._until_clock

    def _stretch(self, start: float, end: float) -> tuple[list[Event], bool]:
        events: list[Event] = []
        token, begins = "", self._wanted.begins or self._group.begins
        for _ in range(_PAGES):
            page = self._gateway.between(self._group.name, start, end, begins, token)
            self._calls += 1
            events += page.events
            token = page.token
            if not token:
                return events, True
        return events, False


def download(
    gateway: LogsGateway, group: LogGroup, since: float, until: float, wanted: Filter, secrets: Iterable[str], most: int
) -> Iterator[str]:
    """The lines that fit as text, piece by piece, oldest first; the last line says what was left out, if anything."""
    token, written, flows, known = "", 0, {}, tuple(secrets)  # type: ignore[var-annotated]
    begins = wanted.begins or group.begins
    while True:
        try:
            page = gateway.between(group.name, since, until, begins, token)
        except SagedeckError as error:
            yield f"[left out: the rest. {error}]\n"
            return
        for line in select(lines_of(page.events, flows, known), wanted):
            text = f"{moment(line.at)} {line.level.upper():<7} {line.stream}  {line.text}\n"
            if written + len(text) > most:
                yield f"[left out: everything from {moment(line.at)} on; a file holds {most:,} characters]\n"
                return
            written += len(text)
            yield text
        token = page.token
        if not token:
            return


def moment(at: float) -> str:
    """A time in UTC to the millisecond."""
    try:
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return f"{at:.3f}"


def outcome(error: SagedeckError) -> Outcome:
    """What stood in the way of reading."""
    if isinstance(error, NotFound):
        return Outcome(there=False)
    if isinstance(error, PermissionDenied):
        return Outcome(denied=error.action)
    if isinstance(error, Throttled):
        return Outcome(slowed=True)
    return Outcome(problem=str(error))


def _when(event: Event) -> float:
    return event.at

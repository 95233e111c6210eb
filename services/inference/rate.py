"""How many requests a minute one person may send to one endpoint: a token bucket in the state database.

All consoles that share a state database share the buckets, so a second browser or a command line is no way round it.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from services.errors import RateLimited

if TYPE_CHECKING:
    from services.state import State

_SCHEMA = """
create table if not exists inference_rates(
    scope text not null, owner text not null, endpoint text not null, room real not null, at real not null,
    primary key(scope, owner, endpoint)) without rowid;
"""
_READ = "select room, at from inference_rates where scope = ? and owner = ? and endpoint = ?"
_waits: ContextVar[bool] = ContextVar("sagedeck_waits_its_turn", default=False)


@contextmanager
def in_turn() -> Iterator[None]:
    """In this block (and this thread) a request that comes too early waits for its turn and is not refused.

    For work that nobody watches word by word: an evaluation, a file of questions.
    """
    token = _waits.set(True)
    try:
        yield
    finally:
        _waits.reset(token)


class RateLimit:
    """`per_minute` requests a minute by one `owner` to one endpoint, as many at once after a quiet minute; 0: no limit.

    `now` is the wall clock in seconds, which processes share. Without a state the buckets are this object's own.
    """

    def __init__(
        self,
        state: State | None,
        per_minute: int,
        *,
        scope: str = "",
        owner: str = "",
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.per_minute = per_minute
        self.waits = False  # every request of this object waits its turn, whatever thread it comes from
        self._state, self._scope, self._owner, self._now, self._sleep = state, scope, owner, now, sleep
        self._own: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, endpoint: str) -> None:
        """Count one request. Raises RateLimited, with the seconds until the next one may go, where none is left."""
        if self.per_minute <= 0:
            return
        while (seconds := self._tried(endpoint)) > 0:
            if not (self.waits or _waits.get()):
                raise self._refused(endpoint, seconds)
            self._sleep(seconds)

    def look(self, endpoint: str) -> None:
        """Raise RateLimited where `take` would now, and count nothing."""
        if self.per_minute <= 0 or self.waits or _waits.get():
            return
        missing = self._missing(self._filled(self._kept(endpoint)))
        if missing > 0:
            raise self._refused(endpoint, missing)

    def _refused(self, endpoint: str, seconds: float) -> RateLimited:
        wait = max(1, math.ceil(seconds))
        return RateLimited(
            f"That was one request too many for {endpoint}.",
            f"This console sends it {self.per_minute} a minute of yours at most, and nothing was sent.",
            f"Ask again in {wait} {'second' if wait == 1 else 'seconds'}. "
            "The setting requests_per_minute says how many there may be; 0 is no limit.",
            seconds=seconds,
        )

    def _tried(self, endpoint: str) -> float:
        """Take one from the bucket: 0.0, or the seconds until there is one."""
        if self._state is None:
            with self._lock:
                room = self._filled(self._own.get(endpoint))
                self._own[endpoint] = (room - (room >= 1.0), self._now())
            return self._missing(room)
        self._state.ensure("inference.rate", _SCHEMA)
        key = (self._scope, self._owner, endpoint)
        with self._state.transaction() as connection:
            row = connection.execute(_READ, key).fetchone()
            room = self._filled((row["room"], row["at"]) if row else None)
            kept = (*key, room - (room >= 1.0), self._now())
            connection.execute("insert or replace into inference_rates values (?, ?, ?, ?, ?)", kept)
        return self._missing(room)

    def _kept(self, endpoint: str) -> tuple[float, float] | None:
        if self._state is None:
            return self._own.get(endpoint)
        self._state.ensure("inference.rate", _SCHEMA)
        rows = self._state.read(_READ, self._scope, self._owner, endpoint)
        return (rows[0]["room"], rows[0]["at"]) if rows else None

    def _filled(self, before: tuple[float, float] | None) -> float:
        """What a bucket holds now. Rounded, so that waiting exactly as long as was said is long enough."""
        room, at = before or (float(self.per_minute), 0.0)
        since = max(0.0, self._now() - at) if before else 0.0
        return round(min(float(self.per_minute), room + since * self.per_minute / 60), 6)

    def _missing(self, room: float) -> float:
        return max(0.0, 1.0 - room) * 60 / self.per_minute

"""How fast reads may follow each other: evenly, and slower as soon as the other side says that it is too fast."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FASTEST = 20.0  # calls a second; SageMaker's describe and list calls are throttled somewhere above that
SLOWEST = 1.0
_UNDER_WAY = 0.5  # seconds in which refusals are of calls that were made at the rate before
_RECOVERY = 1.02  # of the rate, at each call that was not refused


class Pace:
    """Gives every call its turn. Safe between threads. `per_second` is the rate while nobody complains."""

    def __init__(
        self,
        per_second: float = FASTEST,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._full, self._clock, self._sleep = per_second, clock, sleep
        self._rate, self._next, self._heard = per_second, 0.0, -1e9
        self._lock = threading.Lock()

    @property
    def rate(self) -> float:
        """Calls a second now."""
        return self._rate

    @property
    def slowed(self) -> bool:
        """Whether it goes slower than it would because the other side complained."""
        return self._rate < self._full * 0.99

    def now(self) -> float:
        """Seconds by the clock that it waits by."""
        return self._clock()

    def wait(self, calls: int = 1) -> None:
        """Return when it is the turn of so many calls."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._next)
            self._next = turn + calls / self._rate
        if turn > now:
            self._sleep(turn - now)

    def took(self, calls: int) -> None:
        """So many calls were made without waiting: the next ones wait for them."""
        with self._lock:
            self._next = max(self._clock(), self._next) + calls / self._rate

    def refused(self) -> None:
        """The other side said that it was too fast: half the rate, once for all calls that were under way then."""
        with self._lock:
            now = self._clock()
            if now >= self._heard:
                self._rate = max(min(SLOWEST, self._full), self._rate / 2)
                self._heard = now + _UNDER_WAY
            self._next = max(self._next, now + 1 / self._rate)

    def answered(self) -> None:
        """A call went well: a little faster again, up to the full rate."""
        with self._lock:
            self._rate = min(self._full, self._rate * _RECOVERY)

"""The sandbox's sense of time: the time of day is true, but what takes AWS minutes takes seconds.

Durations are given as AWS takes them (`CREATING`, …) and divided by the speed: at the default of 60 an endpoint is
InService after 5 seconds, at 1 after five minutes as on AWS. At 0 the clock stands still, moves only by `advance`,
and durations are those of the default speed.
"""

import time
from collections.abc import Callable
from threading import Lock

DEFAULT_SPEED = 60.0

# What AWS typically takes, in seconds.
CREATING = 300.0
UPDATING = 300.0
DELETING = 60.0


class Clock:
    """Seconds since the epoch, and how long things last; safe for threads."""

    def __init__(self, speed: float = DEFAULT_SPEED, source: Callable[[], float] = time.time) -> None:
        if speed < 0:
            raise ValueError("speed must be 0 (stands still) or more")
        self.speed = speed
        self._source = source
        self._stopped_at = source()
        self._lock = Lock()

    @property
    def stands_still(self) -> bool:
        return self.speed == 0

    def now(self) -> float:
        """Return seconds since the epoch."""
        return self._stopped_at if self.stands_still else self._source()

    def lasts(self, aws_seconds: float) -> float:
        """Return how many of this clock's seconds something takes that takes AWS `aws_seconds`."""
        return aws_seconds / (self.speed or DEFAULT_SPEED)

    def advance(self, seconds: float) -> float:
        """Move a clock that stands still forward and return its new time; ValueError if it runs or would go back."""
        if not self.stands_still:
            raise ValueError("this clock runs by itself; start the sandbox with --speed 0 to move it by hand")
        if seconds < 0:
            raise ValueError("a clock only moves forward")
        with self._lock:
            self._stopped_at += seconds
            return self._stopped_at

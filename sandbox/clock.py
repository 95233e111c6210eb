"""The sandbox's sense of time: the time of day is true, but what takes AWS minutes takes seconds.

Durations are given as AWS takes them (`CREATING`, …) and divided by the speed: at the default of 60 an endpoint is
InService after 5 seconds, at 1 after five minutes as on AWS. At 0 the clock stands still, moves only by `advance`,
and durations are those of the default speed. A running clock may be put forward too: it is ahead of the true time then.
"""

import time
from collections.abc import Callable

DEFAULT_SPEED = 60.0

# What AWS typically takes, in seconds.
CREATING = 300.0
UPDATING = 300.0
DELETING = 60.0


class Clock:
    """Seconds since the epoch, and how long things last. Put forward only by the agenda, under the world's lock."""

    def __init__(self, speed: float = DEFAULT_SPEED, source: Callable[[], float] = time.time) -> None:
        if speed < 0:
            raise ValueError("speed must be 0 (stands still) or more")
        self.speed = speed
        self._source = source
        self._stopped_at = source()
        self.ahead = 0.0

    @property
    def stands_still(self) -> bool:
        return self.speed == 0

    def now(self) -> float:
        """Return seconds since the epoch."""
        return self._stopped_at if self.stands_still else self._source() + self.ahead

    def lasts(self, aws_seconds: float) -> float:
        """Return how many of this clock's seconds something takes that takes AWS `aws_seconds`."""
        return aws_seconds / (self.speed or DEFAULT_SPEED)

    def put_forward(self, moment: float) -> None:
        """Make it `moment` now; an earlier one changes nothing, as a clock only moves forward."""
        missing = max(0.0, moment - self.now())
        if self.stands_still:
            self._stopped_at += missing
        else:
            self.ahead += missing

    def set_back(self, moment: float) -> None:
        """Make it `moment` now, earlier or later: only for playing the past, with nobody else looking."""
        if self.stands_still:
            self._stopped_at = moment
        else:
            self.ahead = moment - self._source()

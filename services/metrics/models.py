"""What is measured of an endpoint, over which time, and how it comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Span(StrEnum):
    """How far back one looks. The period keeps a series at 360 points or fewer, which CloudWatch still has."""

    HOUR = "1h"
    SIX_HOURS = "6h"
    DAY = "1d"
    WEEK = "7d"
    MONTH = "30d"

    @property
    def seconds(self) -> int:
        """The length."""
        return _SECONDS[self]

    @property
    def period(self) -> int:
        """Seconds of one point. CloudWatch keeps minutes for 15 days, five minutes for 63, hours for 455."""
        return _PERIODS[self]

    @property
    def refresh(self) -> int:
        """Seconds after which it is worth reading again, as reading costs."""
        return 60 if self.seconds <= _SECONDS[Span.SIX_HOURS] else 300

    @property
    def words(self) -> str:
        """As a person says it."""
        return _WORDS[self]


_SECONDS = {Span.HOUR: 3600, Span.SIX_HOURS: 21_600, Span.DAY: 86_400, Span.WEEK: 604_800, Span.MONTH: 2_592_000}
_PERIODS = {Span.HOUR: 60, Span.SIX_HOURS: 300, Span.DAY: 300, Span.WEEK: 3600, Span.MONTH: 7200}
_WORDS = {
    Span.HOUR: "the last hour",
    Span.SIX_HOURS: "the last 6 hours",
    Span.DAY: "the last day",
    Span.WEEK: "the last 7 days",
    Span.MONTH: "the last 30 days",
}


@dataclass(frozen=True, slots=True)
class Query:
    """One metric of one thing. `dimensions` as (name, value) pairs; `scale` multiplies what comes back (µs to ms)."""

    namespace: str
    metric: str
    statistic: str
    dimensions: tuple[tuple[str, str], ...]
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time on whole periods: `start` and `end` in seconds since the epoch, `period` in seconds."""

    start: int
    end: int
    period: int

    @property
    def times(self) -> tuple[int, ...]:
        """The beginning of every period, oldest first."""
        return tuple(range(self.start, self.end, self.period))


@dataclass(frozen=True, slots=True)
class Series:
    """One line: (seconds since the epoch, value) oldest first; None where nothing was measured."""

    label: str
    points: tuple[tuple[float, float | None], ...]

    @property
    def measured(self) -> bool:
        """Whether there is any value."""
        return any(value is not None for _, value in self.points)

    @property
    def last(self) -> float | None:
        """The newest value there is."""
        return next((value for _, value in reversed(self.points) if value is not None), None)


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines that share an axis. unit: "count", "ms", "percent" or "seconds"; `about` says what the figure is."""

    key: str
    title: str
    unit: str
    series: tuple[Series, ...]
    about: str = ""

    @property
    def measured(self) -> bool:
        """Whether any of its lines has a value."""
        return any(series.measured for series in self.series)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """The requests of one endpoint, by period, all variants and components together.

    invocations   a period without a figure counts as none: SageMaker publishes only where there is traffic
    latency_ms    median model latency of each period, None where nobody called; of several variants the slowest
    """

    window: Window
    invocations: tuple[float, ...]
    errors4xx: float = 0.0
    errors5xx: float = 0.0
    latency_ms: tuple[float | None, ...] = ()

    @property
    def total(self) -> float:
        """All requests."""
        return sum(self.invocations)

    @property
    def errors(self) -> float:
        """Requests that were refused or failed."""
        return self.errors4xx + self.errors5xx

    @property
    def error_share(self) -> float:
        """0 to 1; 0 where nobody called."""
        return min(1.0, self.errors / self.total) if self.total else 0.0

    @property
    def last_seen(self) -> float | None:
        """The beginning of the last period with a request, in seconds since the epoch; None: nobody called."""
        times = zip(reversed(self.window.times), reversed(self.invocations), strict=True)
        return next((float(time) for time, count in times if count), None)

    @property
    def median_ms(self) -> float | None:
        """The newest median latency."""
        return next((value for value in reversed(self.latency_ms) if value is not None), None)


Values = Mapping[Query, Mapping[int, float]]

"""A metric's points brought together in periods: sums, averages, extremes, percentiles, trimmed means."""

import re
from dataclasses import dataclass, field

import numpy as np

from sandbox.cloudwatch import refusals
from sandbox.telemetry.points import Points
from sandbox.telemetry.samples import Floats, Sorted, sampled

PLAIN = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")
_SHORT = re.compile(r"(tm|tc|ts)(\d{1,2}(?:\.\d{1,10})?|100)")
_BETWEEN = re.compile(r"(TM|TC|TS|PR)\((\d*(?:\.\d+)?)(%?):(\d*(?:\.\d+)?)(%?)\)")
_SHORT_PERIODS = (1, 5, 10, 20, 30)


@dataclass(frozen=True, slots=True)
class Series:
    """A time series: `at` (seconds since the epoch, ascending) and `values`; `period` in seconds.

    `about` is what labels may show of the metric it came from: MetricName, Stat, Dim.X, …
    """

    at: Floats
    values: Floats
    period: int
    label: str = ""
    about: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statistic:
    """`kind`: one of PLAIN, p, tm, tc, ts, pr. `low` and `high`: percents, or values where `by_value`."""

    kind: str
    low: float = 0.0
    high: float = 100.0
    by_value: bool = False


def statistic(text: str, parameter: str = "Stat") -> Statistic:
    """Read a statistic's name: Average, p99.9, tm90, TM(10%:90%), PR(:300), IQM. AwsError if it is none."""
    if text in PLAIN:
        return Statistic(text)
    if found := _PERCENTILE.fullmatch(text):
        return Statistic("p", high=float(found[1]))
    if text == "IQM":
        return Statistic("tm", 25.0, 75.0)
    if found := _SHORT.fullmatch(text):
        return Statistic(found[1], 0.0, float(found[2]))
    if found := _BETWEEN.fullmatch(text):
        return _between(found, text, parameter)
    raise refusals.value(f"The value {text} for parameter {parameter} is not supported.")


def check_period(period: int, parameter: str = "Period") -> None:
    """Raise AwsError unless CloudWatch knows periods of so many seconds."""
    if period not in _SHORT_PERIODS and period % 60:
        raise refusals.validation(f"The parameter {parameter} must be 1, 5, 10, 20, 30, or a multiple of 60.")


class Periods:
    """A metric's points brought together in periods, counted from `origin`; sorted once for all that is asked."""

    def __init__(self, points: Points, period: int, origin: float = 0.0) -> None:
        self._points = points
        place = np.floor((points.at - origin) / period)
        self._starts = np.flatnonzero(np.diff(place, prepend=np.nan) != 0)
        self._at: Floats = place[self._starts] * period + origin
        self._sorted: Sorted | None = None

    def reckoned(self, wanted: Statistic) -> tuple[Floats, Floats]:
        """Return when each period that has data began, and the statistic of it."""
        points, starts = self._points, self._starts
        if not len(points):
            return np.empty(0), np.empty(0)
        match wanted.kind:
            case "Sum":
                values = np.add.reduceat(points.total, starts)
            case "SampleCount":
                values = np.add.reduceat(points.count, starts)
            case "Minimum":
                values = np.minimum.reduceat(points.least, starts)
            case "Maximum":
                values = np.maximum.reduceat(points.most, starts)
            case "Average":
                values = np.add.reduceat(points.total, starts) / np.add.reduceat(points.count, starts)
            case "p":
                values = self._samples().at(np.array([wanted.high / 100]))[:, 0]
            case _:
                values = _trimmed(wanted, self._samples())
        some = ~np.isnan(values)
        return self._at[some], values[some]

    def _samples(self) -> Sorted:
        if self._sorted is None:
            points, groups = self._points, len(self._starts)
            group = np.repeat(np.arange(groups), np.diff(self._starts, append=len(points)))
            if points.sample is None:
                # of levels only these are known; they are as good as a sample where they are all alike
                average = points.total / np.maximum(points.count, 1e-300)
                self._sorted = Sorted(average, points.count, group, groups)
            else:
                self._sorted = sampled(points.sample, points.count, group, groups)
        return self._sorted


def _trimmed(wanted: Statistic, held: Sorted) -> Floats:
    """Means, counts and sums of what lies between two percents or values of each group; NaN where nothing does."""
    low, high, whole, groups = wanted.low, wanted.high, held.whole, len(held.whole)
    if wanted.by_value:
        share = held.weights * ((held.values > low) & (held.values <= high))
    else:
        upto = held.upto
        start = np.maximum(upto - held.weights, whole[held.owner] * low / 100)
        share = np.clip(np.minimum(upto, whole[held.owner] * high / 100) - start, 0.0, None)
    kept = np.bincount(held.owner, share, groups)
    sums = np.bincount(held.owner, share * held.values, groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        match wanted.kind:
            case "pr":
                return np.where(whole > 0, 100 * kept / whole, np.nan)
            case "tc":
                return np.where(whole > 0, kept, np.nan)
            case "ts":
                return np.where(kept > 0, sums, np.nan)
            case _:
                return np.where(kept > 0, sums / kept, np.nan)


def _between(found: "re.Match[str]", text: str, parameter: str) -> Statistic:
    kind, low, low_percent, high, high_percent = found.groups()
    percents = {bool(mark) for number, mark in ((low, low_percent), (high, high_percent)) if number}
    if len(percents) != 1 or (kind == "PR" and True in percents):
        raise refusals.value(f"The value {text} for parameter {parameter} is not supported.")
    by_value = percents == {False}
    least = float(low) if low else (-np.inf if by_value else 0.0)
    most = float(high) if high else (np.inf if by_value else 100.0)
    if least >= most or (not by_value and most > 100):
        raise refusals.value(f"The value {text} for parameter {parameter} is not supported.")
    return Statistic(kind.lower(), least, most, by_value)

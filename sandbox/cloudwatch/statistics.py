"""A metric's points brought together in periods: sums, averages, extremes, percentiles, trimmed means."""

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sandbox.cloudwatch import refusals
from sandbox.telemetry.cells import POINTS, WEIGHTS, Floats
from sandbox.telemetry.points import Points

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


def reckoned(points: Points, wanted: Statistic, period: int, origin: float = 0.0) -> tuple[Floats, Floats]:
    """Return when each period that has data began, and the statistic of it. Periods are counted from `origin`."""
    if not len(points):
        return np.empty(0), np.empty(0)
    place = np.floor((points.at - origin) / period)
    starts = np.flatnonzero(np.concatenate(([True], place[1:] != place[:-1])))
    at = place[starts] * period + origin
    kind = wanted.kind
    if kind == "Sum":
        return at, np.add.reduceat(points.total, starts)
    if kind == "SampleCount":
        return at, np.add.reduceat(points.count, starts)
    if kind == "Minimum":
        return at, np.minimum.reduceat(points.least, starts)
    if kind == "Maximum":
        return at, np.maximum.reduceat(points.most, starts)
    if kind == "Average":
        return at, np.add.reduceat(points.total, starts) / np.add.reduceat(points.count, starts)
    group = np.cumsum(np.concatenate(([0], (place[1:] != place[:-1]).astype(int))))
    values = _sampled(points, group, len(starts), wanted)
    some = ~np.isnan(values)
    return at[some], values[some]


def _sampled(points: Points, group: Any, groups: int, wanted: Statistic) -> Floats:
    """The statistic of each group of points, from the values that were kept of them; NaN where none were."""
    values, weights, owner = _values(points, group)
    if not len(values):
        return np.full(groups, np.nan)
    order = np.argsort(values)
    place = owner[order]  # of 16 bits, as these are sorted without comparing
    order = order[np.argsort(place.astype(np.uint16) if groups < 65_536 else place, kind="stable")]
    values, weights, owner = values[order], weights[order], owner[order]
    summed = np.cumsum(weights)
    first = np.searchsorted(owner, np.arange(groups))
    behind = np.searchsorted(owner, np.arange(groups), side="right")
    before = np.where(first > 0, summed[np.maximum(first - 1, 0)], 0.0)
    whole = np.where(behind > first, summed[np.maximum(behind - 1, 0)] - before, 0.0)
    if wanted.kind == "p":
        place = np.searchsorted(summed, before + whole * wanted.high / 100 - 1e-9 * np.maximum(whole, 1))
        place = np.clip(place, first, np.maximum(behind - 1, first))
        return np.where(whole > 0, values[np.minimum(place, len(values) - 1)], np.nan)
    return _trimmed(wanted, values, weights, owner, summed - before[owner], whole)


def _trimmed(wanted: Statistic, values: Floats, weights: Floats, owner: Any, upto: Floats, whole: Floats) -> Floats:
    """Means, counts and sums of what lies between two percents or values of each group."""
    groups = len(whole)
    low, high = wanted.low, wanted.high
    if wanted.by_value:
        share = weights * ((values > low) & (values <= high))
    else:
        start = np.maximum(upto - weights, whole[owner] * low / 100)
        share = np.clip(np.minimum(upto, whole[owner] * high / 100) - start, 0.0, None)
    kept = np.bincount(owner, share, groups)
    sums = np.bincount(owner, share * values, groups)
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


def _values(points: Points, group: Any) -> tuple[Floats, Floats, Any]:
    """Every value that was kept, how many it stands for, and whose group it is in."""
    if points.sample is None:
        # of levels only these are known; they are as good as a sample where they are all alike
        return points.total / np.maximum(points.count, 1e-300), points.count, group
    sample = np.asarray(points.sample, dtype=float)
    whole = points.count <= POINTS
    weights = np.where(whole[:, None], 1.0, points.count[:, None] * WEIGHTS)
    held = ~np.isnan(sample)
    owner = np.broadcast_to(np.asarray(group)[:, None], sample.shape)
    return sample[held], weights[held], owner[held]


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

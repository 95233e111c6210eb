"""What expressions are worth: numbers, texts, time series and lists of them; operators work on each pair of data."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sandbox.cloudwatch import refusals
from sandbox.cloudwatch.statistics import Series
from sandbox.telemetry.samples import Floats

Value = float | str | Series | list[Any]
Each = Callable[[Any, Any], Any]

OPERATORS: dict[str, Each] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
    "==": lambda a, b: np.equal(a, b).astype(float),
    "!=": lambda a, b: np.not_equal(a, b).astype(float),
    "<": lambda a, b: np.less(a, b).astype(float),
    ">": lambda a, b: np.greater(a, b).astype(float),
    "<=": lambda a, b: np.less_equal(a, b).astype(float),
    ">=": lambda a, b: np.greater_equal(a, b).astype(float),
    "&&": lambda a, b: np.logical_and(a, b).astype(float),
    "||": lambda a, b: np.logical_or(a, b).astype(float),
}
_NAMES = {str: "String", float: "Scalar", Series: "TimeSeries", list: "TimeSeries[]"}


def combined(sign: str, left: Value, right: Value) -> Value:
    """Return what an operator makes of two values. AwsError if it cannot."""
    for one in (left, right):
        if isinstance(one, str):
            raise unsupported(sign, left, right)
    if isinstance(left, list) and isinstance(right, list):
        raise unsupported(sign, left, right)
    if isinstance(left, list):
        return [combined(sign, each, right) for each in left]
    if isinstance(right, list):
        return [combined(sign, left, each) for each in right]
    with np.errstate(all="ignore"):
        if isinstance(left, Series) and isinstance(right, Series):
            at, ours, theirs = together(left, right)
            return kept(Series(at, OPERATORS[sign](ours, theirs), max(left.period, right.period)))
        if isinstance(left, Series):
            return kept(Series(left.at, OPERATORS[sign](left.values, right), left.period))
        if isinstance(right, Series):
            return kept(Series(right.at, OPERATORS[sign](left, right.values), right.period))
        return float(OPERATORS[sign](np.float64(left), np.float64(right)))


def together(left: Series, right: Series) -> tuple[Floats, Floats, Floats]:
    """Return the times both have data of, and the data."""
    if len(left.at) == len(right.at) and bool((left.at == right.at).all()):
        return left.at, left.values, right.values
    at, one, other = np.intersect1d(left.at, right.at, assume_unique=True, return_indices=True)
    return at, left.values[one], right.values[other]


def kept(series: Series) -> Series:
    """Return a series without what is no number: CloudWatch leaves out what was divided by zero."""
    some = np.isfinite(series.values)
    if bool(some.all()):
        return series
    return Series(series.at[some], series.values[some], series.period, series.label, series.about)


def across(several: list[Series], reduce: Callable[[Floats], Floats]) -> Series:
    """Return one series of several: at each time what `reduce` makes of the rows that have data (NaN: none)."""
    some = [series for series in several if len(series.at)]
    if not some:
        return Series(np.empty(0), np.empty(0), several[0].period if several else 60)
    at = np.unique(np.concatenate([series.at for series in some]))
    table = np.full((len(some), len(at)), np.nan)
    for row, series in zip(table, some, strict=True):
        row[np.searchsorted(at, series.at)] = series.values
    return kept(Series(at, reduce(table), max(series.period for series in some)))


def kind_of(value: Value) -> str:
    return _NAMES.get(type(value), "Scalar")


def unsupported(sign: str, left: Value, right: Value) -> Exception:
    return refusals.validation(f"Unsupported operand type(s) for {sign}: '{kind_of(left)}' and '{kind_of(right)}'")

"""The functions of metric math, by name. Each is given what its arguments are worth, and the range looked at."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from sandbox.cloudwatch import refusals
from sandbox.cloudwatch.arithmetic import Value, across, combined, kept, kind_of
from sandbox.cloudwatch.statistics import Series
from sandbox.telemetry.samples import Floats

MOST = 200_000  # data that one function makes


@dataclass(frozen=True, slots=True)
class Range:
    """What is looked at: `since` and `until` in seconds since the epoch, and the period of what has none of its own."""

    since: float
    until: float
    period: int

    def grid(self, period: int) -> Floats:
        """The beginnings of the periods. ValueError if there are too many."""
        if (self.until - self.since) / period > MOST:
            raise ValueError("too many periods")
        found: Floats = np.arange(self.since // period * period, self.until, float(period))
        return found


Function = Callable[[tuple[Value, ...], Range], Value]


def call(name: str, arguments: tuple[Value, ...], within: Range) -> Value:
    """Return what a function makes of its arguments. AwsError if there is none of that name, or it cannot."""
    if name == "ANOMALY_DETECTION_BAND":
        raise refusals.validation("The Sagedeck sandbox does not simulate anomaly detection.")
    function = FUNCTIONS.get(name)
    if function is None:
        raise refusals.validation(f"Unsupported function '{name}'")
    try:
        with np.errstate(all="ignore"):
            return function(arguments, within)
    except (TypeError, IndexError, AttributeError, ValueError):
        kinds = ", ".join(kind_of(each) for each in arguments)
        raise refusals.validation(f"Invalid arguments for function {name}: ({kinds})") from None


def _reducing(reduce: Callable[..., Any]) -> Function:
    """SUM(list) is a series, SUM(series) a number."""

    def function(arguments: tuple[Value, ...], within: Range) -> Value:
        (value,) = arguments
        if isinstance(value, list):
            return across(value, lambda table: np.asarray(reduce(table, axis=0)))
        series = _series(value)
        return float(reduce(series.values)) if len(series.values) else 0.0

    return function


def _each(change: Callable[[Series, Range], Value]) -> Function:
    """A function of one series, or of every one of a list."""

    def function(arguments: tuple[Value, ...], within: Range) -> Value:
        (value,) = arguments
        if isinstance(value, list):
            return [change(_series(one), within) for one in value]
        return change(_series(value), within)

    return function


def _mapped(change: Callable[[Floats], Floats]) -> Function:
    def function(arguments: tuple[Value, ...], within: Range) -> Value:
        (value,) = arguments
        if isinstance(value, list):
            return [function((one,), within) for one in value]
        with np.errstate(all="ignore"):
            if isinstance(value, Series):
                return kept(replace(value, values=change(value.values)))
            return float(change(np.array([_number(value)]))[0])

    return function


def _difference(series: Series, within: Range) -> Series:
    return replace(series, at=series.at[1:], values=np.diff(series.values))


def _rate(series: Series, within: Range) -> Series:
    return replace(series, at=series.at[1:], values=np.diff(series.values) / np.diff(series.at))


def _calendar(part: Callable[[datetime], float]) -> Function:
    def change(series: Series, within: Range) -> Series:
        return replace(series, values=np.array([part(datetime.fromtimestamp(at, UTC)) for at in series.at]))

    return _each(change)


def _fill(arguments: tuple[Value, ...], within: Range) -> Value:
    value, by = arguments
    if isinstance(value, list):
        return [_fill((one, by), within) for one in value]
    series = _series(value)
    grid = within.grid(series.period)
    place = np.searchsorted(series.at, grid)
    here = np.isin(grid, series.at)
    values = np.full(len(grid), np.nan)
    values[here] = series.values[place[here]]
    missing = ~here
    if by == "REPEAT" and len(series.at):
        values[missing] = np.where(place[missing] > 0, series.values[np.maximum(place[missing] - 1, 0)], np.nan)
    elif by == "LINEAR" and len(series.at):
        values[missing] = np.interp(grid[missing], series.at, series.values, left=np.nan, right=np.nan)
    elif isinstance(by, Series):
        other = np.isin(grid, by.at) & missing
        values[other] = by.values[np.searchsorted(by.at, grid[other])]
    elif not isinstance(by, str):
        values[missing] = _number(by)
    elif by not in ("REPEAT", "LINEAR"):
        raise ValueError
    return kept(replace(series, at=grid, values=values))


def _if(arguments: tuple[Value, ...], within: Range) -> Value:
    condition, yes, no = arguments if len(arguments) == 3 else (*arguments, float("nan"))
    if isinstance(condition, list):
        return [_if((one, yes, no), within) for one in condition]
    if not isinstance(condition, Series):
        chosen = yes if _number(condition) else no
        return chosen if isinstance(chosen, list) else combined("+", chosen, 0.0)
    whole = replace(condition, values=np.ones(len(condition.at)))
    sides = [_spread_over(side, whole) for side in (yes, no)]
    return kept(replace(condition, values=np.where(condition.values != 0, *sides), label="", about={}))


def _spread_over(side: Value, whole: Series) -> Floats:
    if not isinstance(side, Series):
        return np.full(len(whole.at), _number(side))
    values = np.full(len(whole.at), np.nan)
    held = np.isin(whole.at, side.at)
    values[held] = side.values[np.searchsorted(side.at, whole.at[held])]
    return values


def _sort(arguments: tuple[Value, ...], within: Range) -> Value:
    several, by, order = _list(arguments[0]), str(arguments[1]), str(arguments[2])
    if by not in ("AVG", "SUM", "MAX", "MIN", "STDDEV") or order not in ("ASC", "DESC"):
        raise ValueError
    ranked = sorted(several, key=lambda each: _number(call(by, (each,), within)), reverse=order == "DESC")
    return ranked[: int(_number(arguments[3]))] if len(arguments) > 3 else ranked


def _slice(arguments: tuple[Value, ...], within: Range) -> Value:
    several = _list(arguments[0])
    first = int(_number(arguments[1]))
    last = int(_number(arguments[2])) if len(arguments) > 2 else len(several)
    return several[max(first, 0) : max(last, 0)]


def _time_series(arguments: tuple[Value, ...], within: Range) -> Value:
    (value,) = arguments
    grid = within.grid(within.period)
    return Series(grid, np.full(len(grid), _number(value)), within.period)


def _end(place: int) -> Function:
    """FIRST and LAST: of a list the first or last series, of a series the value."""

    def function(arguments: tuple[Value, ...], within: Range) -> Value:
        (value,) = arguments
        if isinstance(value, list):
            return _series(value[place])
        return float(_series(value).values[place])

    return function


def _count_data(arguments: tuple[Value, ...], within: Range) -> Value:
    (value,) = arguments
    if isinstance(value, list):
        return across(value, lambda table: np.sum(~np.isnan(table), axis=0).astype(float))
    return float(len(_series(value).values))


def _series(value: Value) -> Series:
    if not isinstance(value, Series):
        raise TypeError
    return value


def _list(value: Value) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _number(value: Value) -> float:
    if isinstance(value, str | list | Series):
        raise TypeError
    return float(value)


FUNCTIONS: dict[str, Function] = {
    "SUM": _reducing(np.nansum),
    "AVG": _reducing(np.nanmean),
    "MIN": _reducing(np.nanmin),
    "MAX": _reducing(np.nanmax),
    "STDDEV": _reducing(np.nanstd),
    "ABS": _mapped(np.abs),
    "CEIL": _mapped(np.ceil),
    "FLOOR": _mapped(np.floor),
    "LOG": _mapped(np.log),
    "LOG10": _mapped(np.log10),
    "EXP": _mapped(np.exp),
    "SQRT": _mapped(np.sqrt),
    "DIFF": _each(_difference),
    "DIFF_TIME": _each(lambda series, _: replace(series, at=series.at[1:], values=np.diff(series.at))),
    "RATE": _each(_rate),
    "RUNNING_SUM": _each(lambda series, _: replace(series, values=np.cumsum(series.values))),
    "PERIOD": _each(lambda series, _: float(series.period)),
    "EPOCH": _each(lambda series, _: replace(series, values=series.at.copy())),
    "MINUTE": _calendar(lambda at: at.minute),
    "HOUR": _calendar(lambda at: at.hour),
    "DAY": _calendar(lambda at: at.isoweekday()),
    "DATE": _calendar(lambda at: at.day),
    "MONTH": _calendar(lambda at: at.month),
    "YEAR": _calendar(lambda at: at.year),
    "FILL": _fill,
    "IF": _if,
    "SORT": _sort,
    "SLICE": _slice,
    "TIME_SERIES": _time_series,
    "FIRST": _end(0),
    "LAST": _end(-1),
    "DATAPOINT_COUNT": _count_data,
    "METRIC_COUNT": lambda arguments, _: float(len(_list(arguments[0]))),
    "REMOVE_EMPTY": lambda arguments, _: [each for each in _list(arguments[0]) if len(each.at)],
}

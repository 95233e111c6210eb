"""What the columns of a table are, and their texts as values a model can take. Runs in the worker only."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

NUMERIC, CATEGORICAL, DATETIME, TEXT = "numeric", "categorical", "datetime", "text"
_DATE_PARTS = ("year", "month", "day", "weekday", "hour", "days")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
_SAMPLE = 2000


@dataclass(frozen=True, slots=True)
class Columns:
    """`names`: the features in the order a prediction sends them; `kinds` of those that are used."""

    names: tuple[str, ...]
    kinds: Mapping[str, str]

    def of(self, kind: str) -> list[str]:
        return [name for name in self.names if self.kinds.get(name) == kind]

    @property
    def numbers(self) -> list[str]:
        """The columns of `typed` that hold numbers, parts of dates among them."""
        return self.of(NUMERIC) + [f"{name} {part}" for name in self.of(DATETIME) for part in _DATE_PARTS]


def infer(frame: Any, features: Sequence[str], given: Mapping[str, str]) -> Columns:
    """Tell what each feature is; constant ones and identifiers are not used. `given` kinds win."""
    kinds = {}
    for name in features:
        kind = given.get(name) if given.get(name) in (NUMERIC, CATEGORICAL, DATETIME, TEXT) else _kind(frame[name])
        if kind:
            kinds[name] = kind
    return Columns(tuple(features), kinds)


def typed(frame: Any, columns: Columns) -> Any:
    """Return a frame of floats and texts made from one whose cells are texts."""
    made: dict[str, Any] = {}
    for name in columns.of(NUMERIC):
        made[name] = _numbers(frame[name])
    for name in columns.of(DATETIME):
        made.update(_date_parts(name, frame[name]))
    for name in columns.of(CATEGORICAL):
        made[name] = frame[name].fillna("(missing)").astype(object)
    for name in columns.of(TEXT):
        made[name] = frame[name].fillna("").astype(object)
    return pd.DataFrame(made, index=frame.index)


def is_number(series: Any, share: float = 1.0) -> bool:
    """Tell whether that share of what is there reads as numbers."""
    there = series.dropna()
    return bool(len(there)) and float(pd.to_numeric(there, errors="coerce").notna().mean()) >= share


def _kind(series: Any) -> str:
    there = series.dropna()
    distinct = there.nunique()
    if distinct < 2:
        return ""
    sample = there.head(_SAMPLE)
    if is_number(sample, 0.95):
        return NUMERIC
    if sample.str.contains(_DATE).mean() > 0.95 and _dates(sample).notna().mean() > 0.95:
        return DATETIME
    words = sample.str.count(r"\S+").mean()
    if words >= 4 or (words >= 2 and distinct > 0.5 * len(there)):
        return TEXT
    return "" if distinct > 0.9 * len(there) and distinct > 100 else CATEGORICAL


def _numbers(series: Any) -> Any:
    values = pd.to_numeric(series, errors="coerce").astype("float64")
    return values.where(np.isfinite(values) & (values.abs() < 1e30))


def _dates(series: Any) -> Any:
    return pd.to_datetime(series, errors="coerce", format="mixed", utc=True)


def _date_parts(name: str, series: Any) -> dict[str, Any]:
    dates = _dates(series)
    days = (dates - pd.Timestamp("1970-01-01", tz="UTC")).dt.total_seconds() / 86400
    parts = (dates.dt.year, dates.dt.month, dates.dt.day, dates.dt.day_of_week, dates.dt.hour, days)
    return {f"{name} {part}": values.astype("float64") for part, values in zip(_DATE_PARTS, parts, strict=True)}

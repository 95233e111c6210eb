"""What the reports of a candidate say, as far as they say it."""

from __future__ import annotations

from dataclasses import dataclass

from services.errors import Problem
from services.objects import Uri


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often rows of a class (`counts[i]`) were taken for another (`[j]`); both in the order of `labels`."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of a curve; x and y are shares, 0 to 1."""

    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Residuals:
    """What was true and what was predicted, row by row, of a sample of the rows measured on."""

    actual: tuple[float, ...]
    predicted: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a report; `spread` is its standard deviation where the report has one."""

    name: str
    value: float
    spread: float | None = None


@dataclass(frozen=True, slots=True)
class Quality:
    """A model quality report. `rows` it was measured on, None where it does not tell; `note`: who measured it."""

    problem: str
    rows: int | None
    measured_on: str
    figures: tuple[Figure, ...]
    confusion: Confusion | None = None
    roc: Curve | None = None
    precision_recall: Curve | None = None
    residuals: Residuals | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """How much each column matters, the most first, by label where the report tells them apart ("" otherwise)."""

    labels: tuple[str, ...]
    columns: tuple[tuple[tuple[str, float], ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """The forecast of one item beside what came: texts of moments, values, and a line for each quantile ("p10").

    `mean` is empty where the report has none; a value is None where a cell is empty.
    """

    item: str
    moments: tuple[str, ...]
    actual: tuple[float | None, ...]
    quantiles: tuple[tuple[str, tuple[float | None, ...]], ...]
    mean: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Forecasts of the time that was held out, item by item; `left_out` further items were not read."""

    series: tuple[Series, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file of a job that can be looked at or downloaded: what it is, where, how many bytes; None: not known."""

    what: str
    uri: Uri
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Reports:
    """Everything that is known of one candidate's reports.

    missing    what the candidate has no report of, in words
    problems   what could not be read, and why
    """

    quality: Quality | None = None
    impact: Impact | None = None
    forecasts: Forecasts | None = None
    files: tuple[ReportFile, ...] = ()
    missing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """What a job has left in S3: folders with how many objects and bytes lie in them; sums; USD a month, None: unknown.

    `complete` is false where there is more than was counted: figures are then lower bounds.
    """

    prefix: str
    folders: tuple[tuple[str, int, int], ...]
    count: int
    size: int
    usd_per_month: float | None
    price_source: str
    complete: bool = True

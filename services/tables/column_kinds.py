"""What each column of a table is, and its figures, from what was counted and from the sample."""

from __future__ import annotations

import re
from typing import Any

from services.tables.counting import Counts
from services.tables.models import Bin, Column, ColumnKind
from services.tables.numerals import to_numbers
from services.tables.reading import Table

NUMERIC = 0.95  # of what is there reads as numbers
WORDS_IN_A_TEXT = 4
BINS = 30
TOP = 20
SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]\d{1,2}:\d{2}.*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?:[T ,]+\d{1,2}:\d{2}.*)?"
    r"|\d{1,2}[- ][A-Za-z]{3,9}[- ,]+\d{2,4}.*|[A-Za-z]{3,9} \d{1,2},? \d{4}.*|\d{4}-\d{2}"
)
_SEQUENCE = re.compile(r"\[?\s*[+-]?[\d.eE+-]+(?:\s*,\s*[+-]?[\d.eE+-]+){4,}\s*\]?")


def columns_of(table: Table, named: tuple[str, ...]) -> tuple[Column, ...]:
    """Every column with its kind and figures."""
    return tuple(
        _column(name, counts, table.sample.column(at) if table.sample is not None else None)
        for at, (name, counts) in enumerate(zip(named, table.counts, strict=True))
    )


def _column(name: str, counts: Counts, cells: Any) -> Column:
    there = counts.rows - counts.missing
    kind = _kind(counts, cells)
    numeric = counts.numbers > 0
    kept = cells.drop_null() if cells is not None else None
    values = numbers_of(cells, counts.style) if numeric and cells is not None else None
    return Column(
        name=name,
        kind=kind,
        rows=counts.rows,
        missing=counts.missing,
        distinct=counts.distinct,
        distinct_exact=counts.exact,
        constant=bool(there) and counts.distinct == 1,
        numbers=counts.numbers,
        whole=numeric and not counts.fractions,
        low=counts.low if numeric else None,
        high=counts.high if numeric else None,
        mean=counts.mean,
        deviation=counts.deviation,
        examples=tuple(kept.slice(0, 500).unique().slice(0, 5).to_pylist()) if kept is not None else (),
        bad=tuple(counts.bad[:5]) if counts.numbers >= NUMERIC * there else (),
        quantiles=_quantiles(values),
        histogram=_histogram(values) if kind is ColumnKind.NUMERIC else (),
        top=_top(counts, kept),
        style=counts.style,
        longest=counts.longest,
    )


def _kind(counts: Counts, cells: Any) -> ColumnKind:
    there = counts.rows - counts.missing
    if not there or cells is None:
        return ColumnKind.EMPTY
    unique = counts.distinct >= 0.98 * there and there > 100
    if counts.numbers >= NUMERIC * there:
        running = unique and not counts.fractions and counts.rising and counts.high - counts.low < 1.5 * there
        return ColumnKind.IDENTIFIER if running else ColumnKind.NUMERIC
    sample = cells.drop_null().slice(0, 1000).to_pylist()
    if not sample:
        return ColumnKind.CATEGORICAL
    if sum(_DATE.fullmatch(cell) is not None for cell in sample) > NUMERIC * len(sample):
        return ColumnKind.DATETIME
    if sum(_SEQUENCE.fullmatch(cell) is not None for cell in sample) > NUMERIC * len(sample):
        return ColumnKind.SEQUENCE
    words = sum(cell.count(" ") + 1 for cell in sample) / len(sample)
    if words >= WORDS_IN_A_TEXT and counts.distinct > 0.1 * there:
        return ColumnKind.TEXT
    if unique:
        return ColumnKind.TEXT if words >= 2.5 else ColumnKind.IDENTIFIER
    return ColumnKind.CATEGORICAL


def mean_words(cells: Any) -> float:
    """How many words a cell has on average."""
    sample = cells.drop_null().slice(0, 1000).to_pylist()
    return sum(len(cell.split()) for cell in sample) / len(sample) if sample else 0.0


def numbers_of(cells: Any, style: str) -> Any:
    """A column of the sample as floats, NaN where a cell is missing or no number."""
    import numpy
    import pyarrow  # type: ignore[import-untyped]
    from pyarrow import compute

    flat = cells.combine_chunks() if isinstance(cells, pyarrow.ChunkedArray) else cells
    if style:
        flat = to_numbers(flat, style)
    try:
        numbers = compute.cast(flat, pyarrow.float64())
    except pyarrow.ArrowInvalid:
        fits = compute.match_substring_regex(flat, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
        numbers = compute.cast(compute.if_else(fits, flat, pyarrow.scalar(None, pyarrow.string())), pyarrow.float64())
    values = numbers.to_numpy(zero_copy_only=False).astype("float64")
    return numpy.where(numpy.isfinite(values), values, numpy.nan)


def _quantiles(values: Any) -> tuple[tuple[float, float], ...]:
    import numpy

    there: Any = values[~numpy.isnan(values)] if values is not None else ()
    if not len(there):
        return ()
    return tuple((share, float(found)) for share, found in zip(SHARES, numpy.quantile(there, SHARES), strict=True))


def _histogram(values: Any) -> tuple[Bin, ...]:
    import numpy

    there: Any = values[~numpy.isnan(values)] if values is not None else ()
    if not len(there):
        return ()
    low, high = float(there.min()), float(there.max())
    if not numpy.isfinite(high - low):
        return ()
    distinct = len(numpy.unique(there)) if high - low < BINS and numpy.array_equal(there, numpy.floor(there)) else 0
    edges = numpy.arange(low, high + 2) - 0.5 if distinct else numpy.linspace(low, high, BINS + 1)
    if high == low:
        edges = numpy.array([low - 0.5, low + 0.5])
    counts, edges = numpy.histogram(there, bins=edges)
    return tuple(Bin(float(a), float(b), int(n)) for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True))


def _top(counts: Counts, kept: Any) -> tuple[tuple[str, int], ...]:
    if counts.values is not None:
        pairs = sorted(counts.values.items(), key=lambda item: -item[1])[:TOP]
        return tuple((value[:200], count) for value, count in pairs)
    if kept is None or not len(kept):
        return ()
    counted = kept.value_counts()
    both = zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True)
    return tuple(sorted(both, key=lambda item: -item[1])[:TOP])

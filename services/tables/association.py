"""How each column goes with the target, in the sample: for plots, and to find what gives the target away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.tables.column_kinds import numbers_of
from services.tables.models import REGRESSION, Association, Column, ColumnKind

LEAST = 30  # rows in which both are there
MOST_CATEGORIES = 500


@dataclass(frozen=True, slots=True)
class Told:
    """How well one column tells the target. gain: the share of what guessing leaves open that it settles, held out."""

    association: Association
    gain: float
    rank: float


class Sides:
    """The target of the sample, as numbers or as classes."""

    def __init__(self, sample: Any, at: int, target: Column, problem: str) -> None:
        self.regression = problem == REGRESSION
        self.numbers: Any = numbers_of(sample.column(at), target.style) if self.regression else None
        self.codes: Any = None if self.regression else codes_of(sample.column(at))

    def told(self, cells: Any, column: Column) -> Told | None:
        """What a column tells; None where too little is there, or it has too many different texts."""
        if column.kind in (ColumnKind.EMPTY, ColumnKind.TEXT, ColumnKind.SEQUENCE) or column.constant:
            return None
        numeric = column.kind is ColumnKind.NUMERIC or (column.kind is ColumnKind.IDENTIFIER and column.numbers > 0)
        if numeric:
            values = numbers_of(cells, column.style)
            return self._of_numbers(values, column) if self.regression else self._classes_of_numbers(values, column)
        codes = codes_of(cells)
        if codes.max(initial=-1) + 1 > MOST_CATEGORIES:
            return None
        return self._numbers_of_codes(codes, column) if self.regression else self._classes_of_codes(codes, column)

    def _of_numbers(self, values: Any, column: Column) -> Told | None:
        import numpy

        both = ~numpy.isnan(values) & ~numpy.isnan(self.numbers)
        if both.sum() < LEAST:
            return None
        first, second = values[both], self.numbers[both]
        signed = _correlation(first, second)
        rank = _correlation(_ranks(first), _ranks(second))
        return Told(Association(column.name, abs(signed), "correlation", signed), abs(signed), abs(rank))

    def _classes_of_numbers(self, values: Any, column: Column) -> Told | None:
        import numpy

        both = ~numpy.isnan(values) & (self.codes >= 0)
        if both.sum() < LEAST:
            return None
        there, codes = values[both], self.codes[both]
        found = Association(column.name, _ratio(codes, there), "correlation ratio")
        return Told(found, _gain(there, codes), 0.0)

    def _numbers_of_codes(self, codes: Any, column: Column) -> Told | None:
        import numpy

        both = (codes >= 0) & ~numpy.isnan(self.numbers)
        if both.sum() < LEAST:
            return None
        strength = _ratio(codes[both], self.numbers[both])
        return Told(Association(column.name, strength, "correlation ratio"), strength, 0.0)

    def _classes_of_codes(self, codes: Any, column: Column) -> Told | None:
        both = (codes >= 0) & (self.codes >= 0)
        if both.sum() < LEAST:
            return None
        first, second = codes[both], self.codes[both]
        if second.max() >= MOST_CATEGORIES:
            return None
        return Told(Association(column.name, _cramer(first, second), "Cramér's V"), _gain(first, second), 0.0)


def codes_of(cells: Any) -> Any:
    """The cells of a column of the sample as numbers of their values, -1 where they are missing."""
    encoded = cells.combine_chunks().dictionary_encode()
    return encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)


def _correlation(first: Any, second: Any) -> float:
    import numpy

    with numpy.errstate(all="ignore"):
        a, b = first - first.mean(), second - second.mean()
        a, b = a / (numpy.abs(a).max() or 1.0), b / (numpy.abs(b).max() or 1.0)
        scale = float(numpy.sqrt((a * a).sum() * (b * b).sum()))
        found = float((a * b).sum()) / scale if scale else 0.0
    return max(-1.0, min(1.0, found)) if numpy.isfinite(found) else 0.0


def _ranks(values: Any) -> Any:
    """Mean ranks, ties sharing theirs."""
    import numpy

    _, inverse, counts = numpy.unique(values, return_inverse=True, return_counts=True)
    ends = numpy.cumsum(counts)
    return ((ends - counts + ends - 1) / 2.0)[inverse]


def _ratio(codes: Any, values: Any) -> float:
    """The correlation ratio: how much of the spread lies between the groups, less what chance puts there."""
    import numpy

    counts = numpy.bincount(codes)
    if (counts > 0).sum() < 2:
        return 0.0
    with numpy.errstate(all="ignore"):
        moved = values - values.mean()
        moved = moved / (numpy.abs(moved).max() or 1.0)
        sums = numpy.bincount(codes, weights=moved)
        between = float((sums[counts > 0] ** 2 / counts[counts > 0]).sum())
        total = float((moved * moved).sum())
    groups, rows = int((counts > 0).sum()), len(values)
    if not total or not numpy.isfinite(total) or rows <= groups:
        return 0.0
    return float(numpy.sqrt(max(0.0, 1.0 - (1.0 - between / total) * (rows - 1) / (rows - groups))))


def _cramer(first: Any, second: Any) -> float:
    """Cramér's V, with Bergsma's correction for chance."""
    import numpy

    table = _crossed(first, second).astype("float64")
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    rows, (a, b) = table.sum(), table.shape
    if min(a, b) < 2:
        return 0.0
    expected = numpy.outer(table.sum(axis=1), table.sum(axis=0)) / rows
    phi = float(((table - expected) ** 2 / expected).sum() / rows)
    phi = max(0.0, phi - (a - 1) * (b - 1) / (rows - 1))
    least = min(a - (a - 1) ** 2 / (rows - 1), b - (b - 1) ** 2 / (rows - 1)) - 1
    return float(min(1.0, numpy.sqrt(phi / least))) if least > 0 else 0.0


def _crossed(first: Any, second: Any) -> Any:
    import numpy

    width = int(second.max()) + 1
    flat = numpy.bincount(first.astype("int64") * width + second, minlength=(int(first.max()) + 1) * width)
    return flat.reshape(-1, width)


def _gain(values: Any, classes: Any) -> float:
    """The share of wrong guesses that knowing the column avoids, learned on one half of the rows, seen on the other.

    A value is guessed to be of the class most often seen with the nearest value.
    """
    import numpy

    learned, seen = slice(0, None, 2), slice(1, None, 2)
    width = int(classes.max()) + 1
    if width > MOST_CATEGORIES or len(values) < LEAST:
        return 0.0
    known, place = numpy.unique(values[learned], return_inverse=True)
    pairs, often = numpy.unique(place.astype("int64") * width + classes[learned], return_counts=True)
    order = numpy.lexsort((often, pairs // width))
    guess = numpy.zeros(len(known), dtype="int64")
    guess[(pairs // width)[order]] = (pairs % width)[order]
    usual = int(numpy.bincount(classes[learned], minlength=width).argmax())
    above = numpy.clip(numpy.searchsorted(known, values[seen]), 0, len(known) - 1)
    below = numpy.maximum(above - 1, 0)
    nearer = numpy.abs(values[seen] - known[below]) < numpy.abs(known[above] - values[seen])
    told = guess[numpy.where(nearer, below, above)]
    right = float((told == classes[seen]).mean())
    chance = float((classes[seen] == usual).mean())
    return (right - chance) / (1.0 - chance) if chance < 1.0 else 0.0

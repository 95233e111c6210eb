"""What is counted of each column while a table goes by: exactly, or in bounded memory as an estimate."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from typing import Any

KEPT_VALUES = 256  # distinct values whose rows are counted; of a wide table fewer
KEPT_OF_ALL = 400_000
KEPT_CLASSES = 20_000  # of the target
SMALLEST = 2_048  # hashes kept: up to so many values the count is exact, beyond its standard error is 2.2 %
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


@dataclass(slots=True)
class Counts:
    """The figures of one column so far.

    values      how often each occurs, until there are too many
    keeps_none  "None" is a class here rather than no value
    """

    most_values: int = KEPT_VALUES
    style: str = ""
    padded: bool = False
    keeps_none: bool = False
    rows: int = 0
    missing: int = 0
    numbers: int = 0
    fractions: int = 0
    low: float = math.inf
    high: float = -math.inf
    total: float = 0.0
    squares: float = 0.0
    longest: int = 0
    values: dict[str, int] | None = field(default_factory=dict)
    rising: bool = True
    bad: list[str] = field(default_factory=list)
    content: Any = field(default_factory=lambda: hashlib.blake2b(digest_size=16))
    _shift: float | None = None
    _last: float = -math.inf
    _hashes: Any = None
    _numeric: bool = True
    _parsed: Any = None
    _by_number: bool = False

    def add(self, cells: Any) -> Any:
        """Count a block of texts; returns them trimmed."""
        from pyarrow import compute  # type: ignore[import-untyped]

        if self.padded:
            cells = _trimmed(cells)
        if not self.keeps_none and not self._plain_numbers(cells):
            cells = _without_none(cells)
        self.rows += len(cells)
        self.missing += cells.null_count
        self._content(cells)
        there = cells.drop_null() if cells.null_count else cells
        if len(there):
            self.longest = max(self.longest, compute.max(compute.binary_length(there)).as_py() or 0)
            self._values(there, self._numbers(there))
        return cells

    def _plain_numbers(self, cells: Any) -> bool:
        """Whether all of a block are numbers; kept, as they are counted next."""
        import pyarrow
        from pyarrow import compute

        self._parsed = None
        if self._numeric and not self.style:
            try:
                self._parsed = compute.cast(cells, pyarrow.float64())
            except pyarrow.ArrowInvalid:
                return False
        return self._parsed is not None

    def _content(self, cells: Any) -> None:
        """A digest of the whole column, so that two alike are known to be."""
        self.content.update(len(cells).to_bytes(8, "little"))
        dense = cells.drop_null() if cells.null_count else cells
        if cells.null_count:
            self.content.update(cells.is_null().buffers()[1])
        _, offsets, data = dense.buffers()
        if offsets is None or data is None or not len(dense):
            return
        import numpy

        ends = numpy.frombuffer(offsets, dtype=numpy.int32, count=len(dense) + 1, offset=dense.offset * 4)
        self.content.update((ends - ends[0]).tobytes())
        self.content.update(memoryview(data)[ends[0] : ends[-1]])

    def _numbers(self, there: Any) -> Any:
        """Count the numbers; returns them where every cell is one, else None."""
        import numpy
        import pyarrow
        from pyarrow import compute

        if self.style:
            from services.tables.numerals import to_numbers

            there = to_numbers(there, self.style)
        parsed, self._parsed = self._parsed, None
        if parsed is not None:
            parsed = parsed.drop_null() if parsed.null_count else parsed
        elif self._numeric:
            try:
                parsed = compute.cast(there, pyarrow.float64())
            except pyarrow.ArrowInvalid:
                parsed = None
        if parsed is None:
            fits = compute.match_substring_regex(there, _NUMBER)
            parsed = compute.cast(there.filter(fits), pyarrow.float64())
            self._numeric = len(parsed) > 0.5 * len(there)
            if len(self.bad) < 5 and self._numeric:
                self.bad += [each[:80] for each in there.filter(compute.invert(fits)).slice(0, 5).to_pylist()]
        values = parsed.to_numpy(zero_copy_only=False)
        values = values[numpy.isfinite(values)]
        self.numbers += len(values)
        if len(values):
            self._figures(values)
        return values if len(values) == len(there) else None

    def _figures(self, values: Any) -> None:
        import numpy

        if self._shift is None:
            self._shift = float(values[0])
        self.low, self.high = min(self.low, float(values.min())), max(self.high, float(values.max()))
        with numpy.errstate(over="ignore", invalid="ignore"):
            moved = values - self._shift
            self.total += float(moved.sum())
            self.squares += float(numpy.square(moved).sum())
        self.fractions += int((values != numpy.floor(values)).sum())
        if self.rising:
            self.rising = values[0] > self._last and bool((numpy.diff(values) > 0).all())
            self._last = float(values[-1])

    @property
    def mean(self) -> float | None:
        """The mean of the numbers; None without any, or where they are too large to add."""
        if not self.numbers or self._shift is None:
            return None
        mean = self._shift + self.total / self.numbers
        return mean if math.isfinite(mean) else None

    @property
    def deviation(self) -> float | None:
        """Their standard deviation."""
        if not self.numbers:
            return None
        moved = self.total / self.numbers
        spread = self.squares / self.numbers - moved * moved
        return math.sqrt(max(0.0, spread)) if math.isfinite(spread) else None

    def _values(self, there: Any, numbers: Any) -> None:
        if self.values is None:
            known = numbers is not None and self._by_number
            self._keep(_mixed(numbers) if known else self._hashes_of(there.unique().to_pylist()))
            return
        counted = there.value_counts()
        kept = self.values
        for value, count in zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True):
            kept[value] = kept.get(value, 0) + count
        if len(kept) > self.most_values:
            self._by_number = numbers is not None
            self._keep(self._hashes_of(list(kept)))
            self.values = None

    def _hashes_of(self, values: list[str]) -> Any:
        import numpy

        if self._by_number:
            parsed = [_float(value) for value in values]
            numbers = numpy.array([each for each in parsed if each is not None])
            values = [value for value, each in zip(values, parsed, strict=True) if each is None]
            texts = numpy.fromiter(map(hash, values), dtype=numpy.int64, count=len(values)).view(numpy.uint64)
            return numpy.concatenate([_mixed(numbers), texts])
        return numpy.fromiter(map(hash, values), dtype=numpy.int64, count=len(values)).view(numpy.uint64)

    def _keep(self, fresh: Any) -> None:
        """Keep the smallest hashes seen: how small they are tells how many distinct values there are."""
        import numpy

        if self._hashes is not None:
            if len(self._hashes) >= SMALLEST:
                fresh = fresh[fresh < self._hashes[-1]]
            fresh = numpy.concatenate([self._hashes, fresh])
        self._hashes = numpy.unique(fresh)[:SMALLEST]

    @property
    def distinct(self) -> int:
        """How many distinct values; see `exact`."""
        if self.values is not None:
            return len(self.values)
        if len(self._hashes) < SMALLEST:
            return len(self._hashes)
        estimate = (SMALLEST - 1) / (float(self._hashes[-1]) / 2.0**64)
        return min(self.rows - self.missing, round(estimate))

    @property
    def exact(self) -> bool:
        """Whether `distinct` was counted."""
        return self.values is not None or len(self._hashes) < SMALLEST


def values_kept(width: int) -> int:
    """How many distinct values of a column are counted in a table of so many columns."""
    return max(32, min(KEPT_VALUES, KEPT_OF_ALL // max(1, width)))


def _float(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _mixed(numbers: Any) -> Any:
    """A hash of each number (the finaliser of SplitMix64), 0 and -0 alike."""
    import numpy

    bits = (numpy.ascontiguousarray(numbers, dtype="float64") + 0.0).view(numpy.uint64)
    bits = (bits ^ (bits >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> numpy.uint64(31))


def _without_none(cells: Any) -> Any:
    import pyarrow
    from pyarrow import compute

    from services.tables.numerals import PERHAPS

    said = compute.equal(cells, PERHAPS)
    return compute.if_else(said, pyarrow.scalar(None, pyarrow.string()), cells) if compute.any(said).as_py() else cells


def _trimmed(cells: Any) -> Any:
    import pyarrow
    from pyarrow import compute

    from services.tables.numerals import MISSING

    cells = compute.utf8_trim_whitespace(cells)
    said = compute.is_in(cells, value_set=pyarrow.array(list(MISSING), pyarrow.string()))
    return compute.if_else(said, pyarrow.scalar(None, pyarrow.string()), cells)

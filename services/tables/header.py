"""Whether the first record of a table names its columns, told from how it differs from what stands below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from services.tables.numerals import is_number, missing

LOOKED = 10  # records that may stand above the header
FEW = 50  # distinct cells of a column that takes its values from a list


@dataclass(frozen=True, slots=True)
class Heading:
    """present: there is a header; names: it, or made-up ones; records: what stands below.

    skipped    records above it; second: the first record below it is a second header
    trailing   an empty last cell in every record; unnamed: a first cell that the header leaves out
    sure       from -1 (surely none) to 1; longer: the header alone ends with a delimiter
    """

    present: bool
    names: tuple[str, ...]
    records: tuple[tuple[str, ...], ...]
    skipped: int = 0
    trailing: bool = False
    unnamed: bool = False
    second: bool = False
    sure: float = 0.0
    longer: bool = False


def heading(records: Sequence[Sequence[str]], width: int, target: str) -> Heading:
    """Tell where the header is. `target`: a name, or the index of a column in a table without header."""
    if not records:
        return Heading(False, (), ())
    skipped = _above(records, width, target)
    left = records[skipped:]
    first = [cell.strip() for cell in left[0]]
    below = [record for record in left[1:] if len(record) == width]
    unnamed = len(first) == width - 1 and len(left) > 1
    trailing = _trailing(first, below, width)
    if unnamed and trailing:
        unnamed = False
    names = ["", *first] if unnamed else first
    sure = 1.0 if unnamed or (trailing and len(first) == width - 1) else _sure(names, below)
    present = _present(sure, first, width, target)
    if not present:
        kept = [record for record in left if len(record) == width]
        trailing = trailing and all(not record[-1].strip() for record in kept)
        return Heading(False, made_up(width), _frozen(kept), skipped, trailing, sure=sure)
    names = names + [""] * (width - len(names))
    longer = len(names) > width and not any(names[width:])
    names = names[:width] if longer else names
    second = _second(below)
    return Heading(True, tuple(names), _frozen(below), skipped, trailing, unnamed, second, sure, longer)


def made_up(width: int) -> tuple[str, ...]:
    """Names for the columns of a table without header."""
    return tuple(f"column_{at}" for at in range(width))


def is_index(text: str) -> bool:
    """Whether a text is a whole number in plain digits, as the index of a column is."""
    digits = text.strip().removeprefix("-")
    return digits.isascii() and digits.isdigit()


def index_of(target: str, width: int) -> int | None:
    """The column a target such as "3" or "-1" stands for, counted from 0; None where it is none."""
    text = target.strip()
    if not is_index(text) or len(text) > 6:
        return None
    at = int(text)
    at = at + width if at < 0 else at
    return at if 0 <= at < width else None


def _frozen(records: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(record) for record in records)


def _above(records: Sequence[Sequence[str]], width: int, target: str) -> int:
    """How many records stand above the header: a title, notes, or a line of other names."""
    for at, record in enumerate(records[:LOOKED]):
        cells = [cell.strip() for cell in record]
        if target and not is_index(target) and target.strip() in cells:
            return at if at == 0 or _is_heading(cells) else 0
    short = 0
    for record in records[:LOOKED]:
        filled = sum(bool(cell.strip()) for cell in record)
        if len(record) >= width - 1 and filled > max(1, len(record) // 3):
            break
        short += 1
    return short if width > 2 and short < min(LOOKED, len(records) - 1) else 0


def _is_heading(cells: Sequence[str]) -> bool:
    return not any(is_number(cell) for cell in cells if cell)


def _trailing(first: Sequence[str], below: Sequence[Sequence[str]], width: int) -> bool:
    last = len(first) < width or not first[-1]
    return last and width > 2 and len(below) > 1 and all(not record[-1].strip() for record in below)


def _present(sure: float, first: Sequence[str], width: int, target: str) -> bool:
    wanted = target.strip()
    if not wanted:
        return sure > 0
    if index_of(wanted, width) is None:
        if wanted in first or wanted.casefold() in [cell.casefold() for cell in first]:
            return True
        return sure > 0
    if wanted in first and _counting(first):
        return True
    return sure > 0.6


def _counting(first: Sequence[str]) -> bool:
    """Names that are the numbers of the columns, as a program writes them for a table that had none."""
    numbers = [int(cell) for cell in first if is_index(cell) and len(cell) < 10]
    return len(numbers) >= max(2, len(first) - 2) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _column(below: Sequence[Sequence[str]], at: int) -> list[str]:
    """The cells of a column; a record that is too short has none."""
    return [record[at] for record in below if at < len(record)]


def _sure(first: Sequence[str], below: Sequence[Sequence[str]]) -> float:
    """How much the first record differs from those below, -1 to 1."""
    if not below:
        return 0.5 if _is_heading(first) and len(set(first)) == len(first) else -0.5
    if _counting(first) and len(first) > 3:
        return 0.9
    votes = [vote for at, cell in enumerate(first) if (vote := _vote(cell, _column(below, at)))]
    repeated = len([name for name in first if name]) - len({name for name in first if name})
    shape = 0.0
    if not any(is_number(cell) for cell in first if cell):
        shape = 0.25 - 0.5 * (repeated / max(1, len(first)))
    return max(-1.0, min(1.0, sum(votes) / max(1, len(votes)) + shape)) if votes else shape


def _vote(cell: str, column: Sequence[str]) -> float:
    """What one column says: 1 a name stands above values, -1 the first is a value like the others."""
    there = [each.strip() for each in column if not missing(each)]
    if not there:
        return 0.0
    numbers = sum(is_number(each) or _loose(each) for each in there) / len(there)
    if numbers > 0.9:
        if not cell:
            return 0.0
        if is_number(cell) or missing(cell):
            return -1.0
        return 1.0
    if is_number(cell):
        return -0.7
    counts = Counter(there)
    if cell in counts:
        return -1.0
    lengths = {len(each) for each in there}
    if len(lengths) == 1 and len(cell) not in lengths:
        return 0.6
    return 0.5 if len(counts) <= min(FEW, len(there) // 3) else 0.05


def _loose(cell: str) -> bool:
    """A number with a decimal comma, a currency or a per cent sign, or a date."""
    stripped = cell.strip("$€£% ").replace(",", "").replace(":", "").replace("/", "").replace("-", "")
    return bool(stripped) and stripped.replace(".", "").replace(" ", "").isdigit()


def _second(below: Sequence[Sequence[str]]) -> bool:
    """Whether the first record below the header is another header: words above columns of numbers."""
    if len(below) < 20:
        return False
    columns = [[record[at] for record in below[1:]] for at in range(len(below[0]))]
    numeric = [at for at, cells in enumerate(columns) if sum(map(is_number, cells)) > 0.95 * len(cells)]
    words = sum(not is_number(below[0][at]) and not missing(below[0][at]) for at in numeric)
    return len(numeric) >= 2 and words >= 0.9 * len(numeric)

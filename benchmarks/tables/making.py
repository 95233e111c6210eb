"""Columns drawn from seeded random numbers, and a table written the way a public one is."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Maker = Callable[[random.Random, int], list[Any]]


@dataclass(frozen=True, slots=True)
class Case:
    """One table as a file, and what is right about it.

    problem   the problem type that is right; "" where it does not matter
    also      a problem type that is as right
    """

    name: str
    data: bytes
    target: str
    accepted: bool
    problem: str = ""
    also: str = ""
    suffix: str = ".csv"


@dataclass(frozen=True, slots=True)
class Table:
    """Cells before they are written; `write` holds options of `written`."""

    name: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    target: str
    problem: str
    also: str = ""
    write: dict[str, Any] = field(default_factory=dict)

    def at(self) -> int:
        """Where the target is."""
        return self.names.index(self.target)

    def with_rows(self, rows: Iterable[Sequence[str]], name: str) -> Table:
        """The same table with other rows."""
        return replace(self, name=f"{self.name}: {name}", rows=tuple(tuple(row) for row in rows))

    def case(self, **other: Any) -> Case:
        """The table as a file that is fit."""
        options = {**self.write, **other}
        data = written(self.names, self.rows, **options)
        header = options.get("header", True)
        return Case(self.name, data, self.target if header else str(self.at()), True, self.problem, self.also)


def written(
    names: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
    bom: bool = False,
    header: bool = True,
    quoting: int = csv.QUOTE_MINIMAL,
    end: str = "\n",
    pad: str = "",
    before: str = "",
    trailing: bool = False,
) -> bytes:
    """A file. `pad` stands after each delimiter; `trailing`: a delimiter ends every line."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    if header:
        writer.writerow([*names, ""] if trailing else names)
    for row in rows:
        cells = [row[0], *(f"{pad}{cell}" for cell in row[1:])] if pad else list(row)
        writer.writerow([*cells, ""] if trailing else cells)
    content = before + text.getvalue()
    marks = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    return (marks.get(encoding, b"") if bom else b"") + content.encode(encoding)


def number(mean: float, spread: float, places: int = 2, least: float | None = None) -> Maker:
    """Numbers about a mean, with so many places."""

    def make(chance: random.Random, rows: int) -> list[str]:
        values = (chance.gauss(mean, spread) for _ in range(rows))
        return [f"{value if least is None else max(least, value):.{places}f}" for value in values]

    return make


def skewed(mean: float, places: int = 0) -> Maker:
    """Numbers above 0, most of them small."""
    return lambda chance, rows: [f"{chance.expovariate(1 / mean):.{places}f}" for _ in range(rows)]


def whole(low: int, high: int) -> Maker:
    """Whole numbers, each as likely."""
    return lambda chance, rows: [str(chance.randint(low, high)) for _ in range(rows)]


def pick(words: str, weights: Sequence[float] = ()) -> Maker:
    """One of some words, parted by | or else blanks."""
    kinds = words.split("|") if "|" in words else words.split()
    return lambda chance, rows: chance.choices(kinds, weights or None, k=rows)


def named(pattern: str) -> Maker:
    """Identifiers, each once, in no order: # stands for a digit, and there are enough of them."""

    def make(chance: random.Random, rows: int) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < rows:
            found["".join(str(chance.randint(1, 9)) if sign == "#" else sign for sign in pattern)] = None
        return list(found)

    return make


def counted(start: int = 1) -> Maker:
    """1, 2, 3 …"""
    return lambda _chance, rows: [str(start + at) for at in range(rows)]


def dated(pattern: str = "%Y-%m-%d", hours: int = 24) -> Maker:
    """Times, one after the other."""
    import datetime

    begin = datetime.datetime(2011, 1, 1)
    return lambda _chance, rows: [
        (begin + datetime.timedelta(hours=hours * at)).strftime(pattern) for at in range(rows)
    ]


_WORDS = "the service was late but food good staff kind price fair never again would come back room cold loud"


def prose(words: int) -> Maker:
    """Sentences of so many words, some with commas and quotation marks."""
    known = _WORDS.split()

    def make(chance: random.Random, rows: int) -> list[str]:
        return [
            " ".join(chance.choices(known, k=words)) + chance.choice([".", ", really.", ' "so they say".', "!"])
            for _ in range(rows)
        ]

    return make


def holes(maker: Maker, share: float, sign: str = "") -> Maker:
    """The same with some cells missing."""
    return lambda chance, rows: [sign if chance.random() < share else cell for cell in maker(chance, rows)]


def table(
    name: str,
    rows: int,
    target: str,
    problem: str,
    columns: dict[str, Maker],
    *,
    also: str = "",
    drawn: Callable[[random.Random, dict[str, str]], str] | None = None,
    **write: Any,
) -> Table:
    """Draw a table; `drawn` makes the target of a row from its other cells."""
    chance = random.Random(name)
    made = {key: maker(chance, rows) for key, maker in columns.items()}
    if drawn is not None:
        made[target] = [drawn(chance, {key: cells[at] for key, cells in made.items()}) for at in range(rows)]
    order = tuple(columns) if target in columns else (*columns, target)
    return Table(name, order, tuple(zip(*(made[key] for key in order), strict=True)), target, problem, also, write)

"""What is known of a table: how its file is laid out, its columns, what is wrong with it, and what would mend that."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Level(StrEnum):
    """How much a finding matters: the table cannot be launched with it, should not, or may."""

    STOP = "stop"
    WARNING = "warning"
    NOTE = "note"


class ColumnKind(StrEnum):
    """What a column holds; the first five are Autopilot's feature data types."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"
    TEXT = "text"
    DATETIME = "datetime"
    SEQUENCE = "sequence"
    IDENTIFIER = "identifier"
    EMPTY = "empty"


REGRESSION = "Regression"
BINARY = "BinaryClassification"
MULTICLASS = "MulticlassClassification"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file writes its table.

    kind         "csv" or "parquet"; "" where it is neither
    delimiter    one character; " " also stands for runs of blanks (see `runs`)
    encoding     a Python codec name; bom: whether the file begins with a byte order mark
    quote        the character around cells that hold a delimiter; escape: what stands before a quote within them
    header       whether the first record names the columns; `skipped` lines stand before it (or before the data)
    decimal      "," where numbers are written 1,5
    compression  "" or "gzip"
    line_end     "\\n", "\\r\\n" or "\\r"
    trailing     every record ends with a delimiter that separates nothing
    unnamed      records begin with a cell (R's row names) that the header leaves out
    spaced       blanks stand between a delimiter and the quotation mark that opens a cell
    """

    kind: str = "csv"
    delimiter: str = ","
    encoding: str = "utf-8"
    bom: bool = False
    quote: str = '"'
    header: bool = True
    compression: str = ""
    line_end: str = "\n"
    escape: str = ""
    decimal: str = "."
    skipped: int = 0
    runs: bool = False
    padded: bool = False
    trailing: bool = False
    unnamed: bool = False
    header_lines: int = 1
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a histogram: from `low` up to `high`, the last one including it."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    missing, rows     counted in every row
    distinct          of what is there; exact where `distinct_exact`, else an estimate within about 3 %
    numbers           how many cells read as numbers; low, high, mean, deviation are over these, in every row
    bad               a few cells that do not read as the others do
    quantiles         (share, value) pairs, from the sample
    histogram, top    from the sample; `top` is (cell, count) by falling count, exact where the column has few values
    style             how its numbers are written where that is not plain: "comma", "points", "thousands", "spaces",
                      "currency", "percent"
    """

    name: str
    kind: ColumnKind = ColumnKind.CATEGORICAL
    rows: int = 0
    missing: int = 0
    distinct: int = 0
    distinct_exact: bool = True
    constant: bool = False
    numbers: int = 0
    whole: bool = False
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    deviation: float | None = None
    examples: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    quantiles: tuple[tuple[float, float], ...] = ()
    histogram: tuple[Bin, ...] = ()
    top: tuple[tuple[str, int], ...] = ()
    style: str = ""
    longest: int = 0


@dataclass(frozen=True, slots=True)
class Repair:
    """What would mend something, on a copy. A `safe` one loses nothing that a model could learn from."""

    code: str
    words: str
    columns: tuple[str, ...] = ()
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed: `words` is a sentence for whoever brought the table."""

    level: Level
    code: str
    words: str
    columns: tuple[str, ...] = ()
    repair: Repair | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether Autopilot may be given this table.

    accepted      it may be launched as it is, or after the safe ones of `repairs`
    problem_type  in the API's words; "" where the target says nothing
    reason        why that problem type
    rows          records without the header, those that cannot be read left out
    columns       the names after the safe repairs
    named         a name for every column of the file, in its order: findings and repairs call columns by these
    target        the target's name after the safe repairs; "" where it was not found
    size          bytes of the file
    styles        (name, style) of the columns whose numbers are not written plainly; see Column
    """

    accepted: bool
    problem_type: str
    reason: str
    rows: int
    columns: tuple[str, ...]
    target: str
    layout: Layout
    findings: tuple[Finding, ...]
    repairs: tuple[Repair, ...]
    weight: str = ""
    named: tuple[str, ...] = ()
    size: int = 0
    styles: tuple[tuple[str, str], ...] = ()

    def at(self, level: Level) -> tuple[Finding, ...]:
        """The findings of one level."""
        return tuple(each for each in self.findings if each.level is level)


@dataclass(frozen=True, slots=True)
class Association:
    """How a column goes with the target, in the sample. `strength` 0..1; `signed` -1..1 where both are numbers.

    measure   "correlation" (Pearson), "correlation ratio", or "Cramér's V"
    """

    column: str
    strength: float
    measure: str
    signed: float | None = None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Figures for plots. What is from the sample is exact where `sampled` equals `rows`.

    sample   rows as texts, in the order of `columns`, a few hundred at most
    """

    columns: tuple[Column, ...] = ()
    associations: tuple[Association, ...] = ()
    sample: tuple[tuple[str, ...], ...] = ()
    rows: int = 0
    sampled: int = 0
    target: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a table, from its first bytes; `columns` are made up where there is no header."""

    layout: Layout
    columns: tuple[str, ...]
    rows: list[list[str]]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A table to try Autopilot with. kind: the value of services.autopilot.models.ProblemKind it is for."""

    name: str
    about: str
    path: Path
    target: str
    kind: str
    columns: tuple[tuple[str, str], ...] = field(default=())

"""What a prediction asks for: the features in the order they were trained in, what each holds, and what is usual.

Told from the first rows of the table the job was trained on, so what is rare may not be known.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.autopilot.models import ProblemKind
from services.autopilot.using.training_facts import Training
from services.errors import InvalidRequest
from services.tables.models import Layout
from services.tables.numerals import is_number, missing

NUMERIC, CATEGORICAL, TEXT, DATETIME = "numeric", "categorical", "text", "datetime"
KINDS = (NUMERIC, CATEGORICAL, TEXT, DATETIME)
MOST_ROWS = 5_000  # of the head that are looked at
MOST_CHOICES = 50
SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}([T ].*)?")
_MOST = 0.95  # of what is there has to read as a kind
_WORDY = 4.0  # words in a cell on average


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One column that a prediction sends.

    choices     the values that were seen, the most frequent first; () where there are too many to choose from
    quantiles   (share, value) pairs of numbers, lowest to highest
    whole       all numbers seen were whole
    gaps        share of rows in which it was missing
    """

    name: str
    kind: str = CATEGORICAL
    choices: tuple[str, ...] = ()
    quantiles: tuple[tuple[float, float], ...] = ()
    whole: bool = False
    gaps: float = 0.0
    example: str = ""

    def at(self, share: float) -> float | None:
        """The number below which that share of the rows seen lay; None where there are no numbers."""
        return dict(self.quantiles).get(share)

    @property
    def usual(self) -> str:
        """What stands in the form before it is touched: the median, the most frequent value, or one that was seen."""
        if self.kind == NUMERIC and (middle := self.at(0.5)) is not None:
            return f"{middle:.0f}" if self.whole else f"{middle:.6g}"
        return self.choices[0] if self.choices else self.example


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What one job's model is asked with.

    features   in the order of the training table, without target and weight
    columns    all columns of that table, in its order
    labels     the values of the target that were seen
    rows       how many rows all of this was told from
    examples   a few whole rows, as texts in the order of `features`
    source     the object they were read from
    """

    training: Training
    features: tuple[Feature, ...]
    columns: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    rows: int = 0
    examples: tuple[tuple[str, ...], ...] = ()
    source: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the features, in order."""
        return tuple(each.name for each in self.features)

    @property
    def target(self) -> str:
        """The column that is predicted."""
        return self.training.target

    def feature(self, name: str) -> Feature:
        """The feature of that name; KeyError."""
        return next(each for each in self.features if each.name == name)


def cells_of(head: bytes, layout: Layout, *, whole: bool, most: int = MOST_ROWS) -> list[list[str]]:
    """The records in the first bytes of a CSV file, header included; the last one only where the file ends with it."""
    text = head.decode(layout.encoding, "replace").removeprefix("\ufeff")
    if not whole:
        text = text.rpartition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), **dialect(layout))
    found: list[list[str]] = []
    try:
        for row in reader:
            if row:
                found.append(row)
            if len(found) > most:
                break
    except csv.Error:  # a cell that was cut off where the head ends
        pass
    return found[layout.skipped :]


def dialect(layout: Layout) -> dict[str, Any]:
    """The layout as the csv module takes it."""
    return {
        "delimiter": layout.delimiter,
        "quotechar": layout.quote or '"',
        "doublequote": not layout.escape,
        **({"escapechar": layout.escape} if layout.escape else {}),
        "skipinitialspace": layout.runs,
    }


def schema_of(
    training: Training,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    specification: bytes = b"",
    source: str = "",
) -> Schema:
    """The schema by the first rows of the training table. Raises InvalidRequest where the target is not among them."""
    chosen, given = _specified(specification)
    wanted = _features(training, columns, chosen)
    place = {name: number for number, name in enumerate(columns)}
    cells = {name: [row[place[name]] for row in rows if len(row) == len(columns)] for name in columns}
    labels = _labels(cells.get(training.target, [])) if training.classes else ()
    return Schema(
        training=training,
        features=tuple(_feature(name, cells[name], given.get(name, "")) for name in wanted),
        columns=tuple(columns),
        labels=labels,
        rows=len(rows),
        examples=tuple(
            tuple(row[place[name]] for name in wanted) for row in rows[:20] if len(row) == len(columns)
        ),
        source=source,
    )  # fmt: skip


def _features(training: Training, columns: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """Which columns a prediction sends, in the order of the table."""
    needed = [training.target]
    if training.kind is ProblemKind.FORECAST:
        needed = [training.item, training.moment, training.target]
    elif training.kind is ProblemKind.TEXT:
        needed = [training.content]
    absent = [name for name in needed if name and name not in columns]
    if absent:
        raise InvalidRequest(
            f"The table of {training.name} has no column {absent[0]}.",
            "It has been replaced since the job ran, or it begins with something else than its header.",
            "Predict from a file with the columns you know.",
        )
    if training.kind is ProblemKind.TEXT:
        return [training.content]
    if training.kind is ProblemKind.FORECAST:
        return [name for name in columns if not chosen or name in (*needed, *training.groups, *chosen)]
    return [
        name for name in columns
        if name not in (training.target, training.weight) and (not chosen or name in chosen)
    ]  # fmt: skip


def _specified(content: bytes) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """Names and kinds of a feature specification; nothing where it cannot be read: then all columns are features."""
    try:
        found = json.loads(content) if content else {}
    except ValueError:
        return (), {}
    if not isinstance(found, dict):
        return (), {}
    names = found.get("FeatureAttributeNames") or ()
    kinds = found.get("FeatureDataTypes") or {}
    kinds = kinds if isinstance(kinds, dict) else {}
    return tuple(str(each) for each in names), {str(name): str(kind) for name, kind in kinds.items()}


def _feature(name: str, cells: Sequence[str], given: str) -> Feature:
    there = [cell.strip() for cell in cells if not missing(cell)]
    kind = given if given in KINDS else kind_of(there)
    numbers = sorted(float(each) for each in there if is_number(each)) if kind == NUMERIC else []
    counts = Counter(there)
    few = len(counts) <= MOST_CHOICES and kind == CATEGORICAL
    return Feature(
        name=name,
        kind=kind,
        choices=tuple(value for value, _ in counts.most_common()) if few else (),
        quantiles=tuple((share, numbers[round(share * (len(numbers) - 1))]) for share in SHARES) if numbers else (),
        whole=bool(numbers) and all(each == int(each) for each in numbers if abs(each) < 1e15),
        gaps=1 - len(there) / len(cells) if cells else 0.0,
        example=there[0] if there else "",
    )


def kind_of(cells: Sequence[str]) -> str:
    """What the cells that hold something are."""
    if not cells:
        return CATEGORICAL
    least = _MOST * len(cells)
    if sum(map(is_number, cells)) >= least:
        return NUMERIC
    if sum(_DATE.fullmatch(cell) is not None for cell in cells) >= least:
        return DATETIME
    words = sum(len(cell.split()) for cell in cells) / len(cells)
    many = len(set(cells)) > 0.5 * len(cells) and len(set(cells)) > MOST_CHOICES
    return TEXT if words >= _WORDY or (words >= 2 and many) else CATEGORICAL


def is_date(cell: str) -> bool:
    """Whether a cell reads as a date, as most tables write them."""
    return _DATE.fullmatch(cell.strip()) is not None


def _labels(cells: Sequence[str]) -> tuple[str, ...]:
    counts = Counter(cell.strip() for cell in cells if not missing(cell))
    return tuple(sorted(counts)) if len(counts) <= 200 else ()

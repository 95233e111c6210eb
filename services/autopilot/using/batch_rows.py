"""What a transform job is given of a table, and what its answers are put together to.

A job sends every line it finds, a header too, and sends cells by their place. So what it gets is written anew: without
header, the features first and in order, then the target and whatever else the table had, which is not sent
(InputFilter) and comes back beside the answer (JoinSource).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import IO

from services.autopilot.using.answers import answer_of
from services.autopilot.using.guard import Match
from services.autopilot.using.predicting import head_of, positive_of, told
from services.autopilot.using.schema import Schema
from services.autopilot.using.scoring import Classes, Numbers, Scores
from services.autopilot.using.table_files import Given, records
from services.errors import InvalidRequest
from services.legible import cell

_LABELS_TOLD = 20


@dataclass(frozen=True, slots=True)
class Sheet:
    """How the lines that a job gets are to be read.

    columns    their names, the features first
    features   how many of them are sent
    target     the place of the target; -1 where the table lacks it
    keys       what the answer's cells are
    """

    columns: tuple[str, ...]
    features: int
    target: int = -1
    keys: tuple[str, ...] = ("predicted_label",)
    regression: bool = False
    positive: str = ""

    @property
    def filter(self) -> str:
        """What of a line is sent, as the job's InputFilter; "" all of it."""
        return f"$[0:{self.features}]" if self.features < len(self.columns) else ""

    def written(self) -> str:
        """As text, to lie beside the answers."""
        return json.dumps(asdict(self))


def read_sheet(text: bytes) -> Sheet:
    """A text that `Sheet.written` gave. Raises InvalidRequest."""
    try:
        found = json.loads(text)
        return Sheet(
            tuple(map(str, found["columns"])), int(found["features"]), int(found["target"]),
            tuple(map(str, found["keys"])), bool(found["regression"]), str(found["positive"]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError):
        raise InvalidRequest("What the answers are of cannot be read.", "sheet.json is another file.", "") from None


def sheet_of(schema: Schema, table: Given, match: Match, keys: Sequence[str]) -> Sheet:
    """The lines of a table as a job gets them."""
    others = [place for place in range(len(table.columns)) if place not in {*match.order, match.target}]
    known = [schema.target] if match.target is not None else []
    return Sheet(
        columns=(*schema.names, *known, *(table.columns[place] for place in others)),
        features=len(schema.features),
        target=len(schema.features) if known else -1,
        keys=tuple(keys),
        regression=schema.training.regression,
        positive=positive_of(schema),
    )


def fits(schema: Schema, table: Given, match: Match) -> bool:
    """Whether a file can be sent as it lies: plain CSV without header, with the features alone and in order."""
    layout = table.layout
    plainly = layout.kind == "csv" and layout.delimiter == "," and not layout.compression and not layout.skipped
    in_order = match.order == tuple(range(len(table.columns))) and not any(match.styles)
    return plainly and in_order and not layout.header and layout.encoding in ("utf-8", "ascii") and not layout.bom


def write_rows(table: Given, match: Match, into: IO[str], progress: Callable[[float], None] | None = None) -> int:
    """Write the lines a job gets; how many. A cell goes over one line: the job takes lines for records."""
    used = {*match.order, *([] if match.target is None else [match.target])}
    others = [place for place in range(len(table.columns)) if place not in used]
    out, rows = csv.writer(into, lineterminator="\n"), 0
    for row in records(table, progress):
        target = [] if match.target is None else [match.truth(row)]
        line = [*match.row(row), *target, *(row[place] for place in others)]
        out.writerow([" ".join(each.splitlines()) if "\n" in each or "\r" in each else each for each in line])
        rows += 1
    if not rows:
        raise InvalidRequest(f"{table.name} has no rows.", "", "Choose another file.")
    return rows


def write_joined(
    sheet: Sheet, answers: Iterable[bytes], into: IO[str], done: Callable[[int], None] | None = None
) -> tuple[int, Scores | None]:
    """Write the answers of a job, with a header, as a spreadsheet may open it; rows, and how good they are."""
    count: Classes | Numbers = Numbers() if sheet.regression else Classes(sheet.positive)
    out, width, rows = csv.writer(into), len(sheet.columns), 0
    labels: tuple[str, ...] = ()
    for row in csv.reader(_lines(answers)):
        if len(row) <= width:
            raise InvalidRequest(
                "The answers are not those of this table.", f"Row {rows + 1:,} has {len(row)} cells.", "Look at them."
            )
        answer = answer_of(row[width:], sheet.keys)
        if not rows:
            labels = tuple(label for label, _ in answer.scores[:_LABELS_TOLD])
            out.writerow([cell(name) for name in head_of(sheet.columns, answer, labels)])
        out.writerow([*map(cell, row[:width]), *told(answer, labels)])
        if sheet.target >= 0:
            count.add(row[sheet.target], answer)
        rows += 1
        if done and not rows % 1000:
            done(rows)
    return rows, count.scores() if sheet.target >= 0 else None


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """Whole lines of what comes in pieces."""
    left = b""
    for piece in pieces:
        left += piece
        whole, _, left = left.rpartition(b"\n")
        yield from (line for line in whole.decode("utf-8", "replace").split("\n") if line)
    if left.strip():
        yield left.decode("utf-8", "replace")

"""The copy of a table with its repairs made, written record by record; the file itself is never touched."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.errors import InvalidRequest
from services.jobs import JobCancelled
from services.tables.layout import LONGEST_CELL
from services.tables.models import Repair, Verdict
from services.tables.numerals import NO, PERHAPS, is_finite, missing, plain, to_numbers
from services.tables.scanning import parquet_blocks
from services.tables.source import source
from services.tables.stream import Clean

_DROPS = ("drop_empty", "drop_doubles", "drop_constant", "drop_identifiers", "drop_columns", "drop_leaks")


@dataclass(frozen=True, slots=True)
class Plan:
    """By position: the cells kept, the one that must be there, those made plain and from what style."""

    kept: tuple[int, ...]
    needed: int | None
    plainly: tuple[tuple[int, str], ...]
    second: bool
    nones: int | None = None
    numeric: int | None = None
    again: bool = False


def repaired(
    path: Path | str,
    verdict: Verdict,
    into: Path | str,
    repairs: Sequence[Repair] = (),
    *,
    cancelled: Callable[[], bool] | None = None,
) -> Path:
    """Write a copy of `path` with `repairs` made, or all safe ones of the verdict, and return where it is.

    into   a folder, or the file to write; a copy of a CSV file is UTF-8, parted by commas, with a header, of a Parquet
           file a Parquet file. Raises InvalidRequest where it is the file itself, JobCancelled, OSError.
    """
    path, into = Path(path), Path(into)
    parquet = verdict.layout.kind == "parquet"
    out = (
        into / f"{path.name.split('.')[0] or 'table'}-repaired{'.parquet' if parquet else '.csv'}"
        if into.is_dir()
        else into
    )
    if out.exists() and os.path.samefile(out, path):
        raise InvalidRequest("The copy cannot replace the table it is made of.", "", "Name another file.")
    chosen = tuple(repairs) or tuple(each for each in verdict.repairs if each.safe)
    plan = _plan(verdict, chosen)
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        if parquet:
            _parquet(path, verdict, plan, part)
        else:
            _csv(path, verdict, plan, part, any(each.code == "unwrap" for each in chosen), cancelled)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return out


def _plan(verdict: Verdict, repairs: Sequence[Repair]) -> Plan:
    dropped = {name for each in repairs if each.code in _DROPS for name in each.columns} - {verdict.target}
    codes = {each.code for each in repairs}
    plainly = {name for each in repairs if each.code == "plain_numbers" for name in each.columns}
    at = {name: place for place, name in enumerate(verdict.named)}
    return Plan(
        tuple(place for name, place in at.items() if name not in dropped),
        at.get(verdict.target) if "drop_rows" in codes else None,
        tuple((at[name], style) for name, style in verdict.styles if name in plainly),
        "drop_second_header" in codes,
        at.get(verdict.target) if "rename_none" in codes else None,
        at.get(verdict.target) if "drop_texts" in codes else None,
        "drop_repeated_header" in codes,
    )


def _csv(
    path: Path, verdict: Verdict, plan: Plan, out: Path, unwrap: bool, cancelled: Callable[[], bool] | None
) -> None:
    records = _records(path, verdict, unwrap)
    names = list(verdict.named)
    kept = plan.kept
    if unwrap and not names:
        raise InvalidRequest("The records of this table cannot be unwrapped.", "", "Mend the file where it comes from.")
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([names[place] for place in kept])
        for number, record in enumerate(records):
            if cancelled and not number % 10_000 and cancelled():
                raise JobCancelled("The copy of the table was stopped.")
            if len(record) != len(names) or (plan.second and number == 0):
                continue
            cells = [cell.strip() for cell in record]
            if plan.nones is not None and cells[plan.nones] == PERHAPS:
                cells[plan.nones] = NO
            if (plan.needed is not None and missing(cells[plan.needed])) or (plan.again and cells == names):
                continue
            for place, style in plan.plainly:
                cells[place] = plain(cells[place], style)
            if plan.numeric is not None and not missing(cells[plan.numeric]) and not is_finite(cells[plan.numeric]):
                continue
            writer.writerow([cells[place] for place in kept])


def _records(path: Path, verdict: Verdict, unwrap: bool) -> Iterator[list[str]]:
    """The records below the header."""
    csv.field_size_limit(LONGEST_CELL)
    layout = verdict.layout
    with Clean(source(path), layout) as clean:
        lines: Iterator[str] = io.TextIOWrapper(
            io.BufferedReader(clean), encoding="utf-8", errors="replace", newline=""
        )
        for _ in range(layout.skipped + (0 if unwrap else layout.header_lines)):
            next(lines, "")
        if unwrap:
            lines = (record[0] for record in csv.reader(lines, delimiter="\x1f") if record)
        reader = csv.reader(
            lines,
            delimiter=layout.delimiter,
            quotechar=layout.quote or None,
            escapechar=layout.escape or None,
            doublequote=not layout.escape,
        )
        if unwrap and layout.header:
            next(reader, None)
        try:
            for record in reader:
                if record and (len(record) > 1 or record[0].strip()):
                    yield record
        except csv.Error as problem:
            raise InvalidRequest(
                "The copy cannot be written.", f"A record cannot be read: {problem}.", "Mend the file."
            ) from None


def _parquet(path: Path, verdict: Verdict, plan: Plan, out: Path) -> None:
    """Columns keep their types; a column that is made plain becomes numbers."""
    import pyarrow  # type: ignore[import-untyped]
    from pyarrow import parquet

    writer: Any = None
    with parquet.ParquetFile(path) as file:
        wanted = plan.plainly or plan.needed is not None or plan.numeric is not None
        texts: Any = parquet_blocks(path, len(verdict.named)) if wanted else None
        rows = 16_384
        for batch in file.iter_batches(batch_size=max(1, min(rows, 2_000_000 // max(1, len(verdict.named))))):
            columns: list[Any] = list(batch.columns)
            read: Any = next(texts) if texts else None
            for place, style in plan.plainly:
                columns[place] = to_numbers(read.column(place), style)
            made = pyarrow.RecordBatch.from_arrays(
                [columns[place] for place in plan.kept], [verdict.named[place] for place in plan.kept]
            )
            if plan.numeric is not None:
                cells = read.column(plan.numeric).to_pylist()
                made = made.filter(pyarrow.array([cell is not None and is_finite(cell) for cell in cells]))
            elif plan.needed is not None:
                made = made.filter(read.column(plan.needed).is_valid())
            writer = writer or parquet.ParquetWriter(out, made.schema)
            writer.write_batch(made)
    if writer:
        writer.close()

"""A table read from end to end: its layout, what was counted of each column, and a sample of its rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from services.jobs import JobCancelled
from services.tables.alphabet import fallback
from services.tables.counting import KEPT_CLASSES, Counts, values_kept
from services.tables.header import Heading, index_of, made_up
from services.tables.layout import Laid, laid_out
from services.tables.models import Layout
from services.tables.numerals import doubtful, is_number, missing, style_of
from services.tables.sampling import Sampled
from services.tables.scanning import MOST_COLUMNS, NotUtf8, Parquet, Scan, csv_blocks, parquet_blocks, parquet_schema
from services.tables.source import Source, Unreadable, source

STYLED = 300  # records a column's way of writing numbers is told from


@dataclass(frozen=True, slots=True)
class Table:
    """What a whole reading found. names: as the file has them; target, weight: positions among them or None.

    found    how the target was found: "name", "trimmed", "case", "index", or "" where it was not
    sample   an Arrow table of texts
    """

    layout: Layout
    names: tuple[str, ...]
    counts: tuple[Counts, ...]
    sample: Any
    rows: int
    scan: Scan
    laid: Laid
    target: int | None
    found: str
    weight: int | None
    size: int
    late: bool = False
    parquet: Parquet | None = None


def read(
    path: Path,
    target: str,
    *,
    weight: str = "",
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Table:
    """Read every record once. Raises Unreadable, OSError, JobCancelled."""
    file = source(path)
    if file.parquet:
        return _parquet(file, target, weight, cancelled)
    late, encoding = False, ""
    while True:
        laid = laid_out(file, target, encoding)
        try:
            told = partial(_csv, target=target, weight=weight, progress=progress, cancelled=cancelled)
            return replace(_unquoted(file, laid, told), late=late)
        except NotUtf8 as problem:
            if late:
                raise
            late, encoding = True, fallback(problem.around)


def _unquoted(file: Source, laid: Laid, told: Callable[[Source, Laid], Table]) -> Table:
    """The table; where tabs part its cells and its quoting is wrong, quotation marks are letters, if all fits then."""
    found: Table | Unreadable
    try:
        found = told(file, laid)
        broken = found.scan.quoting is not None and (found.scan.quoting.swallows or found.scan.ragged.count > 0)
    except Unreadable as problem:
        found, broken = problem, problem.code == "unterminated"
    if broken and laid.layout.delimiter == "\t" and not laid.quoted:
        table = told(file, replace(laid, layout=replace(laid.layout, quote="")))
        if not table.scan.ragged.count and wordy(table):
            return table
    if isinstance(found, Unreadable):
        raise found
    return found


def wordy(table: Table) -> bool:
    """Whether some column holds sentences, in which a single quotation mark is no wonder."""
    if table.sample is None:
        return False
    heads = [column.slice(0, 200).drop_null().to_pylist() for column in table.sample.columns]
    return any(sum(cell.count(" ") for cell in cells) > 3 * len(cells) > 0 for cells in heads)


def place_of(names: tuple[str, ...], target: str, *, header: bool) -> tuple[int | None, str]:
    """Where a column named like this is, and how it was found; an index counts where no name is like it."""
    if target and target in names:
        return names.index(target), "name"
    wanted = target.strip()
    if wanted:
        for how, alike in (("trimmed", str.strip), ("case", lambda name: name.strip().casefold())):
            found = [at for at, name in enumerate(names) if alike(name) == alike(wanted)]
            if header and found and (how == "trimmed" or len(found) == 1):
                return found[0], how
    at = index_of(target, len(names))
    return (at, "index") if at is not None else (None, "")


def _csv(
    file: Source,
    laid: Laid,
    target: str,
    weight: str,
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Table:
    names, layout = laid.names, laid.layout
    if not names:
        raise Unreadable("unparsable", "No record of the file could be read.")
    if len(names) > MOST_COLUMNS:
        raise Unreadable("columns", f"The table has {len(names):,} columns; at most {MOST_COLUMNS:,} are read.")
    at, found = place_of(names, target, header=layout.header)
    counts = [_counts(laid, column, column == at) for column in range(len(names))]
    layout = _with_decimal(laid, counts)
    scan, sampled = Scan(), Sampled(len(names))
    told = (lambda done: progress(done, file.size)) if progress else None
    blocks = iter(()) if laid.quoted == "rows" else csv_blocks(file, layout, len(names), scan, told)
    _count(blocks, counts, sampled, cancelled)
    rows = counts[0].rows if counts else 0
    return Table(
        layout, names, tuple(counts), sampled.table() if rows else None, rows, scan, laid, at, found,
        place_of(names, weight, header=layout.header)[0] if weight else None, file.size,
    )  # fmt: skip


def _counts(laid: Laid, column: int, is_target: bool) -> Counts:
    cells = [record[column] for record in laid.records[:STYLED] if column < len(record)]
    made = Counts(
        values_kept(len(laid.names)), style=style_of(cells), padded=any(cell != cell.strip() for cell in cells)
    )
    if is_target:
        made.most_values, made.keeps_none = KEPT_CLASSES, _of_words(cells)
    return made


def _of_words(cells: Sequence[str]) -> bool:
    """Whether a target's values are words, of which “None” may be one."""
    there = [cell for cell in cells if not missing(cell)]
    return bool(there) and not any(is_number(cell) for cell in there)


def _with_decimal(laid: Laid, counts: list[Counts]) -> Layout:
    """The layout with its decimal sign; where 12,345 could be either, the other columns say which."""
    comma = any(each.style in ("comma", "points") for each in counts)
    points = any("." in cell and is_number(cell) for record in laid.records[:STYLED] for cell in record)
    if laid.layout.delimiter != "," and (comma or not points):
        for column, each in enumerate(counts):
            cells = [record[column] for record in laid.records[:STYLED] if column < len(record)]
            if each.style == "thousands" and doubtful(cells):
                each.style, comma = "comma", True
    return replace(laid.layout, decimal="," if comma else ".")


def _count(blocks: Any, counts: list[Counts], sampled: Sampled, cancelled: Callable[[], bool] | None) -> None:
    import pyarrow  # type: ignore[import-untyped]

    for batch in blocks:
        if cancelled and cancelled():
            raise JobCancelled("The reading of the table was stopped.")
        columns = [each.add(cells) for each, cells in zip(counts, batch.columns, strict=True)]
        sampled.add(pyarrow.RecordBatch.from_arrays(columns, batch.schema.names))


def _parquet(file: Source, target: str, weight: str, cancelled: Callable[[], bool] | None) -> Table:
    schema = parquet_schema(file.path)
    names = schema.names
    at, found = place_of(names, target, header=True)
    blocks = parquet_blocks(file.path, len(names))
    first = list(islice(blocks, 1))
    heads = [column.slice(0, STYLED).drop_null().to_pylist() for batch in first for column in batch.columns]
    counts = [Counts(values_kept(len(names)), style=style_of(cells)) for cells in heads or [[] for _ in names]]
    if at is not None:
        counts[at].most_values, counts[at].keeps_none = KEPT_CLASSES, bool(heads) and _of_words(heads[at])
    sampled = Sampled(len(names))
    _count(chain(first, blocks), counts, sampled, cancelled)
    layout = Layout(kind="parquet", delimiter="", quote="", header_lines=0)
    rows = counts[0].rows if counts else 0
    laid = Laid(layout, names, (), heading=Heading(True, names, (), sure=1.0))
    return Table(
        layout, names, tuple(counts), sampled.table() if rows else None, rows, Scan(), laid, at, found,
        place_of(names, weight, header=True)[0] if weight else None, file.size, parquet=schema,
    )  # fmt: skip


__all__ = ["Table", "made_up", "place_of", "read"]

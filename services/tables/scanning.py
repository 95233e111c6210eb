"""Every record of a table read once, a block at a time, by Arrow; memory does not grow with the file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.tables.models import Layout
from services.tables.numerals import MISSING
from services.tables.quoting import Broken, Watch, broken
from services.tables.source import Source, Unreadable
from services.tables.stream import Clean, Door, NotUtf8, Tally

BLOCK = 4 << 20  # bytes a record must fit into; more for wide tables, as each column costs a little in each block
WIDE = 100  # columns
AHEAD, AT_MOST_SECONDS = 3, 2.0
MOST_COLUMNS = 20_000
ROWS_OF_PARQUET = 16_384
CELLS_OF_PARQUET = 2_000_000
KEPT_BAD = 50
GROUP_BYTES = 8 << 30

Progress = Callable[[int], None]


@dataclass(slots=True)
class Ragged:
    """Records that do not have the usual number of cells: how many, how wide, and the first few."""

    count: int = 0
    widths: dict[int, int] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    def met(self, width: int, text: str) -> None:
        self.count += 1
        if width in self.widths or len(self.widths) < 100:
            self.widths[width] = self.widths.get(width, 0) + 1
        if len(self.texts) < KEPT_BAD:
            self.texts.append(text[:2_000])


@dataclass(slots=True)
class Scan:
    """What reading met beside the cells. quoting: where it is wrong, None where it is right."""

    tally: Tally = field(default_factory=Tally)
    ragged: Ragged = field(default_factory=Ragged)
    quoting: Broken | None = None


class Pace:
    """Keeps Arrow, which would read thirty blocks ahead, to a few."""

    def __init__(self, most: int = AHEAD) -> None:
        self._news, self._ahead, self._most, self._over = threading.Condition(), 0, most, False

    def ask(self) -> None:
        """Wait until one more block may be read; not for long, as a block may turn out to hold no record."""
        with self._news:
            self._news.wait_for(lambda: self._ahead < self._most or self._over, AT_MOST_SECONDS)
            self._ahead += 1

    def took(self) -> None:
        """A block was made use of."""
        with self._news:
            self._ahead -= 1
            self._news.notify_all()

    def end(self) -> None:
        """Nobody waits any longer."""
        with self._news:
            self._over = True
            self._news.notify_all()


def csv_blocks(source: Source, layout: Layout, width: int, scan: Scan, progress: Progress | None) -> Iterator[Any]:
    """Arrow record batches of texts, nulls where there is nothing; the columns are called "0", "1" ….

    Raises NotUtf8 and Unreadable.
    """
    import pyarrow  # type: ignore[import-untyped]
    from pyarrow import csv

    def bad(row: Any) -> str:
        scan.ragged.met(int(row.actual_columns), str(row.text or ""))
        return "skip"

    watch, pace = Watch(layout), Pace()
    clean = Clean(source, layout, progress, watch.saw, pace.ask)
    scan.tally = clean.tally
    reader, left = None, threading.Event()
    try:
        reader = csv.open_csv(pyarrow.PythonFile(Door(clean, left.set), mode="r"), **_options(layout, width, bad))
        for batch in reader:
            pace.took()
            if batch.num_rows:
                yield batch
        scan.quoting = broken(source, layout) if watch.suspicious else None
    except pyarrow.ArrowException as problem:
        raise _plain(str(problem)) from None
    finally:
        pace.end()
        clean.close()
        del reader
        left.wait(AT_MOST_SECONDS)


def _options(layout: Layout, width: int, bad: Callable[[Any], str]) -> dict[str, Any]:
    """What Arrow is told of the file: every cell is a text."""
    import pyarrow
    from pyarrow import csv

    names = [str(at) for at in range(width)]
    return {
        "read_options": csv.ReadOptions(
            column_names=names,
            skip_rows=layout.skipped + layout.header_lines,
            block_size=BLOCK * min(2, 1 + width // WIDE),
            use_threads=True,
        ),
        "parse_options": csv.ParseOptions(
            delimiter=layout.delimiter,
            quote_char=layout.quote or False,
            double_quote=not layout.escape,
            escape_char=layout.escape or False,
            newlines_in_values=True,
            invalid_row_handler=bad,
        ),
        "convert_options": csv.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(names, pyarrow.string()),
            null_values=list(MISSING),
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    }


def _plain(problem: str) -> Exception:
    """What Arrow says of a file it cannot read, in plain words."""
    if "straddling" in problem or "block boundaries" in problem:
        return Unreadable(
            "unterminated",
            "A quotation mark opens a cell that does not end within 4 MB; most likely its closing mark is missing.",
        )
    if "Empty CSV" in problem:
        return Unreadable("no_rows", "There is nothing below the header.")
    return Unreadable("unparsable", f"The file cannot be read as a table: {problem[:200]}.")


@dataclass(frozen=True, slots=True)
class Parquet:
    """What a Parquet file says of itself. nested: columns that hold lists or structures."""

    names: tuple[str, ...]
    rows: int
    nested: tuple[str, ...]
    kinds: tuple[str, ...]
    size: int


def parquet_schema(path: Path) -> Parquet:
    """The schema and number of rows of a Parquet file. Raises Unreadable."""
    from pyarrow import types

    with _parquet(path) as file:
        schema, meta = file.schema_arrow, file.metadata
        groups = (meta.row_group(at).total_byte_size for at in range(meta.num_row_groups))
        largest = max(groups, default=0)
        if largest > GROUP_BYTES:
            raise Unreadable("row_group", "A row group of the Parquet file is larger than 8 GB; write smaller ones.")
        nested = tuple(each.name for each in schema if types.is_nested(each.type))
        return Parquet(
            tuple(schema.names), meta.num_rows, nested, tuple(str(each.type) for each in schema), path.stat().st_size
        )


def parquet_blocks(path: Path, width: int) -> Iterator[Any]:
    """As `csv_blocks`, each cell as the text it would have in a CSV file."""
    import pyarrow

    names = [str(at) for at in range(width)]
    rows = max(1, min(ROWS_OF_PARQUET, CELLS_OF_PARQUET // max(1, width)))
    with _parquet(path) as file:
        try:
            for batch in file.iter_batches(batch_size=rows, use_threads=True):
                yield pyarrow.RecordBatch.from_arrays([_texts(each) for each in batch.columns], names)
        except (OSError, ValueError, pyarrow.ArrowException) as problem:
            raise Unreadable("damaged", f"The Parquet file cannot be read: {str(problem)[:200]}.") from None


def _parquet(path: Path) -> Any:
    import pyarrow
    from pyarrow.parquet import ParquetFile  # type: ignore[import-untyped]

    try:
        return ParquetFile(path, memory_map=False, buffer_size=1 << 16, pre_buffer=False)
    except (OSError, ValueError, pyarrow.ArrowException) as problem:
        raise Unreadable("damaged", f"The Parquet file cannot be read: {str(problem)[:200]}.") from None


def _texts(column: Any) -> Any:
    """A column of any type as texts; what reads as no value is null."""
    import pyarrow
    from pyarrow import compute, types

    kind = column.type
    if types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if types.is_floating(kind):
        column = compute.if_else(compute.is_finite(column), column, pyarrow.scalar(None, kind))
    if types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind):
        column = pyarrow.array([None if each is None else str(each)[:1000] for each in column.to_pylist()], "string")
    texts = column if types.is_string(column.type) else compute.cast(column, pyarrow.string(), safe=False)
    said = compute.is_in(texts, value_set=pyarrow.array(list(MISSING), pyarrow.string()))
    return compute.if_else(said, pyarrow.scalar(None, pyarrow.string()), texts)


__all__ = ["NotUtf8", "Parquet", "Ragged", "Scan", "csv_blocks", "parquet_blocks", "parquet_schema"]

"""Files to predict from, and the first rows of a job's training table: CSV of any kind, and Parquet, as texts."""

from __future__ import annotations

import csv
import io
import itertools
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.autopilot.using.schema import MOST_ROWS, cells_of, dialect
from services.autopilot.using.training_facts import Training
from services.errors import InvalidRequest, NotFound
from services.objects import Uri, manifest_uris
from services.tables.layout import Laid, laid_out
from services.tables.models import Layout
from services.tables.source import Source, Unreadable, source

if TYPE_CHECKING:
    from services.objects import Entry, ObjectsService

_NONE = "\x1f"  # a delimiter that no text holds
FIRST_ROWS = 1_000  # that a guard looks at
HEAD_BYTES = 1 << 20
MOST_PARQUET = 64 << 20  # bytes of a Parquet object that are fetched to see its first rows: its index stands at its end
_BATCH = 2_000  # rows of Parquet unpacked at once
_PARQUET = (".parquet", ".pq")
_TABLES = (".csv", ".tsv", ".txt", ".gz", *_PARQUET)


@dataclass(frozen=True, slots=True)
class Given:
    """A table in a file of this machine.

    columns   the names its header has, or made up where it has none
    first     its first records, at most 1,000
    rows      how many it has; None where that is told by reading it alone
    """

    path: Path
    name: str
    columns: tuple[str, ...]
    layout: Layout
    first: tuple[tuple[str, ...], ...]
    size: int
    rows: int | None = None

    @property
    def header(self) -> bool:
        """Whether the file names its columns."""
        return self.layout.header


def given(path: Path, name: str = "", known: Sequence[str] = ()) -> Given:
    """Look at a file, whose header is likely to hold some of the names `known`.

    Raises InvalidRequest for what is no table, OSError where it cannot be opened.
    """
    name = name or path.name
    try:
        file = source(path)
        found = _parquet_given(file, name) if file.parquet else _csv_given(file, name, known)
    except Unreadable as problem:
        raise InvalidRequest(f"{name} holds no table that can be read.", problem.words, "Bring another file.") from None
    if not found.columns:
        raise InvalidRequest(f"{name} has no columns.", "", "Bring another file.")
    return replace(found, first=tuple(tuple(row) for row in itertools.islice(records(found), FIRST_ROWS)))


def _csv_given(file: Source, name: str, known: Sequence[str]) -> Given:
    laid = _laid(file, known)
    if laid.quoted == "rows":
        why = "Each of its rows is one quoted text."
        raise InvalidRequest(f"{name} cannot be predicted from.", why, "Mend it with `sagedeck autopilot check` first.")
    return Given(file.path, name, laid.names, laid.layout, (), file.size)


def _laid(file: Source, known: Sequence[str]) -> Laid:
    """The layout, told with the names that are likely; texts below one name alone are a table of one column."""
    laid = laid_out(file)
    first = file.head.split(b"\n", 1)[0].decode(laid.layout.encoding, "replace").strip("\ufeff\r\0")
    if first.strip().strip(laid.layout.quote or '"') in known:
        alone = replace(
            laid.layout, delimiter=_NONE, quote='"', header=True, header_lines=1, skipped=0, runs=False, padded=False,
            trailing=False, unnamed=False,
        )  # fmt: skip
        return replace(laid, layout=alone, names=(first.strip().strip('"'),), quoted="")
    named = next((each for each in known if each in first), "")
    return laid if laid.layout.header or not named else laid_out(file, named)


def _parquet_given(file: Source, name: str) -> Given:
    from pyarrow import ArrowException  # type: ignore[import-untyped]
    from pyarrow.parquet import ParquetFile  # type: ignore[import-untyped]

    try:
        with ParquetFile(file.path) as table:
            names, rows = tuple(table.schema_arrow.names), table.metadata.num_rows
    except (OSError, ValueError, ArrowException) as problem:
        raise Unreadable("damaged", f"The Parquet file cannot be read: {problem}"[:300]) from None
    return Given(file.path, name, names, Layout(kind="parquet", delimiter="", quote=""), (), file.size, rows)


def records(table: Given, progress: Callable[[float], None] | None = None) -> Iterator[list[str]]:
    """The records below the header, as texts; `progress` is told the share that was read.

    Raises InvalidRequest for one with another number of cells than the table has columns.
    """
    rows = _parquet_records(table, progress) if table.layout.kind == "parquet" else _csv_records(table, progress)
    width = len(table.columns)
    for number, row in enumerate(rows, 1):
        if len(row) == width + 1 and (table.layout.trailing or table.layout.unnamed):
            row = row[:-1] if table.layout.trailing else row[1:]
        if len(row) != width:
            raise InvalidRequest(
                f"Row {number:,} of {table.name} has {len(row)} cells.",
                f"The table has {width} columns.",
                "Mend that row, or check the file with `sagedeck autopilot check`.",
            )
        yield row


def _csv_records(table: Given, progress: Callable[[float], None] | None) -> Iterator[list[str]]:
    layout, size = table.layout, max(1, table.size)
    with table.path.open("rb") as raw:
        packed: Any = raw
        if layout.compression:
            import gzip

            packed = gzip.GzipFile(fileobj=raw)
        text = io.TextIOWrapper(packed, encoding=layout.encoding, errors="replace", newline="")
        for _ in range(layout.skipped + layout.header_lines * layout.header):
            text.readline()
        try:
            for number, row in enumerate(csv.reader(text, **dialect(layout))):
                if row:
                    yield [row[0].removeprefix("\ufeff"), *row[1:]] if not number else row
                if progress and not number % 1000:
                    progress(min(1.0, raw.tell() / size))
        except (csv.Error, OSError, EOFError, zlib.error) as problem:
            raise InvalidRequest(f"{table.name} cannot be read to its end.", f"{problem}."[:200], "Mend it.") from None


def _parquet_records(table: Given, progress: Callable[[float], None] | None) -> Iterator[list[str]]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(table.path) as file:
        done, rows = 0, max(1, file.metadata.num_rows)
        for batch in file.iter_batches(batch_size=_BATCH):
            columns = [[_text(cell) for cell in column.to_pylist()] for column in batch.columns]
            yield from (list(row) for row in zip(*columns, strict=True))
            done += batch.num_rows
            if progress:
                progress(done / rows)


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell)


def looked_at(objects: ObjectsService, uri: str, known: Sequence[str] = ()) -> Given:
    """A CSV object in S3, or the first one below a prefix, by one ranged read; its `path` is no file of this machine.

    Raises InvalidRequest for what is no CSV, NotFound where nothing is there.
    """
    if Uri.parse(uri).folder:
        found = objects.below(uri, 20).entries
        if not found:
            raise NotFound(f"There is nothing below {uri}.", "", "Choose another prefix.")
        uri = str(found[0].uri)
    peek = objects.peek(uri, HEAD_BYTES)
    head = peek.head
    if head[:4] == b"PAR1":
        return Given(Path(uri), Path(uri).name, (), Layout(kind="parquet"), (), peek.size)
    packed = "gzip" if head[:2] == b"\x1f\x8b" else ""
    try:
        head = zlib.decompressobj(31).decompress(head, HEAD_BYTES) if packed else head
        whole = peek.whole and not packed
        laid = _laid(Source(Path(uri), peek.size, head, "", False, whole), known)
    except (Unreadable, zlib.error) as problem:
        words = problem.words if isinstance(problem, Unreadable) else f"{problem}."
        raise InvalidRequest(f"{uri} holds no table that can be read.", words, "Choose another object.") from None
    rows = cells_of(head, laid.layout, whole=whole, most=FIRST_ROWS)[laid.layout.header :]
    layout = replace(laid.layout, compression=packed)
    return Given(Path(uri), Path(uri).name, laid.names, layout, tuple(tuple(row) for row in rows), peek.size)


def first_rows(objects: ObjectsService, training: Training) -> tuple[tuple[str, ...], list[list[str]], str]:
    """Columns, first records and address of the table a job was trained on, by one listing and one read of 1 MiB.

    Raises NotFound where it is gone, PermissionDenied, and InvalidRequest where it is no table.
    """
    entry = _data(objects, training)
    parquet = entry.name.lower().endswith(_PARQUET)
    if parquet and (entry.size or 0) > MOST_PARQUET:
        why = (
            f"It is a Parquet file of {(entry.size or 0) / 2**20:,.0f} MiB; {MOST_PARQUET >> 20} MiB are read at most."
        )
        raise InvalidRequest("The training table is too large to look into.", why, "Predict from a file instead.")
    peek = objects.peek(entry.uri, MOST_PARQUET if parquet else HEAD_BYTES)
    if peek.head[:4] == b"PAR1":
        return *_of_parquet(peek.head), str(entry.uri)
    return *_of_csv(peek.head, peek.size, entry.name, training), str(entry.uri)


def _data(objects: ObjectsService, training: Training) -> Entry:
    """The first object of the training data: of a prefix, of a manifest, or the one it names."""
    kind, address = training.source
    gone = NotFound(
        f"The table {training.name} was trained on is gone.", f"There is nothing at {address or 'no address'}.",
        "Predict from a file whose columns you know.",
    )  # fmt: skip
    if not address:
        raise gone
    if kind == "ManifestFile":
        address = str(next(iter(manifest_uris(objects.read(address, HEAD_BYTES))), ""))
        if not address:
            raise gone
    found = objects.below(address, 200).entries
    tables = [each for each in found if each.name.lower().endswith(_TABLES) and each.size]
    chosen = next(iter(tables or [each for each in found if each.size]), None)
    if chosen is None:
        raise gone
    return chosen


def _of_parquet(content: bytes) -> tuple[tuple[str, ...], list[list[str]]]:
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(io.BytesIO(content)) as file:
            batch = next(iter(file.iter_batches(batch_size=MOST_ROWS)), None)
            names = tuple(file.schema_arrow.names)
    except (OSError, ValueError, ArrowException) as problem:
        raise InvalidRequest("The training table cannot be read.", f"{problem}"[:300], "Look at it in S3.") from None
    if batch is None:
        return names, []
    columns = [[_text(cell) for cell in column.to_pylist()] for column in batch.columns]
    return names, [list(row) for row in zip(*columns, strict=True)]


def _of_csv(head: bytes, size: int, name: str, training: Training) -> tuple[tuple[str, ...], list[list[str]]]:
    whole = len(head) >= size
    if head[:2] == b"\x1f\x8b":
        try:
            head = zlib.decompressobj(31).decompress(head, 4 * HEAD_BYTES)
        except zlib.error as problem:
            raise InvalidRequest("The training table cannot be unpacked.", f"{problem}.", "Look at it in S3.") from None
        whole = False
    try:
        laid = laid_out(Source(Path(name), size, head, "", False, whole))
    except Unreadable as problem:
        raise InvalidRequest("The training table cannot be read.", problem.words, "Look at it in S3.") from None
    rows = cells_of(head, laid.layout, whole=whole)
    if not training.header:
        return tuple(f"_c{place}" for place in range(len(rows[0]) if rows else 0)), rows
    return tuple(rows[0]) if rows else laid.names, rows[1:]

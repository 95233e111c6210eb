"""Tables as Autopilot reads them: CSV in UTF-8 with a header, gzip or not, and Parquet. Runs in the worker only."""

import csv
import gzip
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pandas as pd
from pyarrow import ArrowException  # type: ignore[import-untyped]
from pyarrow.parquet import ParquetFile  # type: ignore[import-untyped]

MOST_ROWS = 200_000  # trained on; the rest is counted, as memory and time are bounded
MOST_CELLS = 20_000_000  # likewise: of a wide table fewer rows are trained on
MOST_COLUMNS = 5_000  # more are refused: the first candidate alone would not be trained in its time
FEWEST_ROWS = 500  # as Autopilot asks
_BATCH = 10_000  # rows of Parquet unpacked at once
_HEADER_LINES = 50  # that a quoted header may go over
MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?", "#N/A", "<NA>")


class Unfit(Exception):
    """The data cannot be trained on; its text is the job's FailureReason."""


@dataclass(frozen=True, slots=True)
class Table:
    """All cells of `frame` are texts, or missing; `rows` counts those not read too."""

    frame: Any
    rows: int


def table(paths: Sequence[str], *, header: bool = True, fewest: int = FEWEST_ROWS) -> Table:
    """Read files of one shape into one table. Raises Unfit."""
    parts: list[Any] = []
    rows, left = 0, MOST_ROWS
    for path in paths:
        part, counted = _part(path, header, left)
        if parts and list(part.columns) != list(parts[0].columns):
            raise Unfit("ClientError: The files under the S3 prefix do not have the same columns.")
        parts.append(part)
        rows, left = rows + counted, left - len(part)
    if not parts or not rows:
        raise Unfit("ClientError: The input dataset is empty.")
    if rows < fewest:
        raise Unfit(
            f"ClientError: The input dataset has {rows} rows. A minimum of {fewest} rows is required. "
            "Please provide a dataset with more rows and retry."
        )
    return Table(pd.concat(parts, ignore_index=True), rows)


def _part(path: str, header: bool, most: int) -> tuple[Any, int]:
    with open(path, "rb") as file:
        start = file.read(4)
    if start == b"PAR1":
        return _parquet(path, most)
    zipped = start[:2] == b"\x1f\x8b"
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unfit("ClientError: The input file is not UTF-8 encoded. Please provide a UTF-8 encoded CSV file.")
    try:
        names = _names(path, zipped, header)
        most = _fitting(names, most)
        frame = pd.read_csv(
            path,
            dtype=str,
            names=names,
            skiprows=1 if header else 0,
            keep_default_na=False,
            na_values=list(MISSING),
            encoding="utf-8-sig",
            compression="gzip" if zipped else None,
            nrows=most,
            index_col=False,
        )
        return frame, len(frame) if len(frame) < most else _records(path, zipped) - int(header)
    except UnicodeDecodeError:
        raise Unfit(
            "ClientError: The input file is not UTF-8 encoded. Please provide a UTF-8 encoded CSV file."
        ) from None
    except (pd.errors.ParserError, csv.Error, EOFError, OSError, ValueError) as problem:
        raise Unfit(f"ClientError: Unable to parse the input file as CSV: {problem}"[:900]) from None


def _parquet(path: str, most: int) -> tuple[Any, int]:
    """Read batch by batch, so that no more is unpacked than is kept."""
    try:
        with ParquetFile(path) as file:
            names, rows = file.schema_arrow.names, file.metadata.num_rows
            _check_doubled(names)
            most = _fitting(names, most)
            cells: list[list[str | None]] = [[] for _ in names]
            for batch in file.iter_batches(batch_size=min(most, _BATCH)):
                for kept, column in zip(cells, batch.columns, strict=True):
                    kept += [_text(cell) for cell in column.slice(0, most - len(kept)).to_pylist()]
                if cells and len(cells[0]) >= most:
                    break
    except (OSError, ValueError, ArrowException) as problem:
        raise Unfit(f"ClientError: Unable to read the input file as Parquet: {problem}"[:900]) from None
    return pd.DataFrame(dict(zip(names, cells, strict=True)), dtype="str"), rows


def _text(cell: Any) -> str | None:
    text = str(cell)
    return None if cell is None or text in MISSING else text


def _fitting(names: Sequence[str], most: int) -> int:
    """Return how many rows of such columns are kept, one at least. Raises Unfit if there are too many columns."""
    if len(names) > MOST_COLUMNS:
        raise Unfit(
            f"ClientError: The input dataset has {len(names)} columns, and the Sagedeck sandbox trains on at most "
            f"{MOST_COLUMNS}."
        )
    return max(1, min(most, MOST_CELLS // max(len(names), 1)))


def _names(path: str, zipped: bool, header: bool) -> list[str]:
    with _opened(path, zipped) as lines:
        first = next(csv.reader(islice(lines, _HEADER_LINES)), [])
    if not first:
        raise Unfit("ClientError: The input dataset is empty.")
    if not header:
        return [f"_c{number}" for number in range(len(first))]
    _check_doubled(first)
    return first


def _check_doubled(names: Sequence[str]) -> None:
    doubled = sorted(name for name, count in Counter(names).items() if count > 1)
    if doubled:
        raise Unfit(f"ClientError: The header of the input dataset has duplicate column names: {', '.join(doubled)}.")


def _records(path: str, zipped: bool) -> int:
    with _opened(path, zipped) as lines:
        return sum(1 for _ in csv.reader(lines))


def _opened(path: str, zipped: bool) -> IO[str]:
    if zipped:
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return Path(path).open(encoding="utf-8-sig", newline="")

"""The first rows of a table that lies on this machine, without reading all of it."""

from __future__ import annotations

from pathlib import Path

from services.tables.models import Layout, Preview
from services.tables.previewing import LONGEST, SHOWN, previewed

HEAD_BYTES = 256 << 10


def opened(path: Path, name: str = "") -> Preview:
    """What a table begins with; of Parquet its columns from the end of the file. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    found = previewed(head, name or path.name)
    return _parquet(path) if found.layout.kind == "parquet" else found


def _parquet(path: Path) -> Preview:
    import pyarrow  # type: ignore[import-untyped]
    from pyarrow import parquet

    layout = Layout(kind="parquet")
    try:
        with parquet.ParquetFile(path) as file:
            names = tuple(str(name) for name in file.schema_arrow.names)
            batch = next(file.iter_batches(batch_size=SHOWN), None)
    except (pyarrow.ArrowException, OSError) as problem:
        return Preview(layout, (), [], f"The Parquet file cannot be read: {type(problem).__name__}.")
    columns = [column.to_pylist() for column in batch.columns] if batch is not None else []
    rows = [["" if cell is None else str(cell)[:LONGEST] for cell in row] for row in zip(*columns, strict=True)]
    return Preview(layout, names, rows)

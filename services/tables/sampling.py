"""Rows of a table picked at random while it goes by, for figures that need whole rows."""

from __future__ import annotations

from typing import Any

SAMPLED_ROWS = 30_000
SAMPLED_CELLS = 3_000_000
LONGEST_SAMPLED = 256  # characters of a cell in the sample


class Sampled:
    """Rows picked at random as the blocks go by, each as likely as any other; bounded in rows and cells."""

    def __init__(self, width: int, seed: int = 7) -> None:
        import numpy

        self.most = max(200, min(SAMPLED_ROWS, SAMPLED_CELLS // max(1, width)))
        self._chance, self._numpy = numpy.random.default_rng(seed), numpy
        self._share, self._kept = 1.0, 0
        self._batches: list[Any] = []

    def add(self, batch: Any) -> None:
        """Keep some rows of a block."""
        if self._share < 1.0:
            batch = batch.filter(self._picked(batch.num_rows, self._share))
        self._batches.append(_shortened(batch))
        self._kept += batch.num_rows
        while self._kept > 2 * self.most:
            self._share /= 2
            self._batches = [each.filter(self._picked(each.num_rows, 0.5)) for each in self._batches]
            self._kept = sum(each.num_rows for each in self._batches)

    def _picked(self, rows: int, share: float) -> Any:
        import pyarrow  # type: ignore[import-untyped]

        return pyarrow.array(self._chance.random(rows) < share)

    def table(self) -> Any:
        """The sample as an Arrow table of texts."""
        import pyarrow

        table = pyarrow.Table.from_batches(self._batches)
        if table.num_rows > self.most:
            kept = self._numpy.sort(self._chance.choice(table.num_rows, self.most, replace=False))
            table = table.take(pyarrow.array(kept))
        return table.combine_chunks()


def _shortened(batch: Any) -> Any:
    import pyarrow
    from pyarrow import compute

    columns = []
    for column in batch.columns:
        longest = compute.max(compute.binary_length(column)).as_py() or 0
        columns.append(
            compute.utf8_slice_codeunits(column, 0, LONGEST_SAMPLED) if longest > LONGEST_SAMPLED else column
        )
    return pyarrow.RecordBatch.from_arrays(columns, batch.schema.names)

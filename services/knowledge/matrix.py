"""The vectors of one space in memory: blocks of float32 rows that only grow, so that readers wait for no writer."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from services.knowledge.postings import Postings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK = 16_384  # rows a block, 25 MB at 384 dimensions of which only what is written takes memory; nothing is copied
ROOM = 4096  # rows there is room for at first; with fewer, forgotten ones are not worth loading anew


class Matrix:
    """Normalised vectors with their row ids (ascending) and document codes. Appending needs `lock`, reading not."""

    def __init__(self, dimension: int) -> None:
        import numpy as np

        self.dimension = dimension
        self.lock = threading.Lock()
        self.size = 0
        self.version = -1
        self.removed = 0
        self.ids: NDArray[np.int64] = np.empty(ROOM, np.int64)
        self.live: NDArray[np.bool_] = np.zeros(ROOM, np.bool_)
        self.codes: NDArray[np.int32] = np.zeros(ROOM, np.int32)
        self.documents: dict[str, int] = {}
        self.postings: dict[str, Postings] = {}
        self.gone = False
        self._blocks: list[NDArray[np.float32]] = []

    @property
    def last_id(self) -> int:
        """The greatest row id held; 0 when empty."""
        return int(self.ids[self.size - 1]) if self.size else 0

    def append(self, ids: Sequence[int], vectors: Sequence[bytes], documents: Sequence[str]) -> None:
        """Add rows whose ids are greater than all before. `vectors` are float32 bytes."""
        import numpy as np

        self._reserve(self.size + len(ids))
        rows = np.frombuffer(b"".join(vectors), np.float32).reshape(len(ids), self.dimension)
        start, done = self.size, 0
        while done < len(ids):
            block, offset = divmod(start + done, BLOCK)
            if block == len(self._blocks):
                self._blocks.append(np.empty((BLOCK, self.dimension), np.float32))
            take = min(BLOCK - offset, len(ids) - done)
            self._blocks[block][offset : offset + take] = rows[done : done + take]
            done += take
        end = start + len(ids)
        self.ids[start:end] = ids
        self.codes[start:end] = [self.documents.setdefault(name, len(self.documents)) for name in documents]
        self.live[start:end] = True
        self.size = end  # last: a reader that saw the old size never looks at what was being written

    def _reserve(self, size: int) -> None:
        import numpy as np

        if size > len(self.ids):
            room = max(size, len(self.ids) * 3 // 2)
            for name in ("ids", "live", "codes"):
                old = getattr(self, name)
                new = np.zeros(room, old.dtype)
                new[: self.size] = old[: self.size]
                setattr(self, name, new)

    def keep_only(self, ids: Sequence[int]) -> None:
        """Forget every row whose id is not in `ids`."""
        import numpy as np

        kept = np.isin(self.ids[: self.size], np.asarray(ids, np.int64), assume_unique=True)
        self.live[: self.size] = kept
        self.gone = not bool(kept.all())

    def held(self, size: int) -> int:
        """How many of the first `size` rows are not forgotten."""
        return int(self.live[:size].sum()) if self.gone else size

    @property
    def wasteful(self) -> bool:
        """Whether most rows are forgotten ones, so that loading anew is worth it."""
        return self.size > ROOM and 2 * int(self.live[: self.size].sum()) < self.size

    def usable(self, size: int, documents: Sequence[str], ids: NDArray[np.int64] | None) -> NDArray[np.intp] | None:
        """Positions, ascending, of those of the first `size` rows that a search may return; None: all that are live.

        documents   sha256 of the documents they are of; empty: any
        ids         their row ids, ascending; None: any
        """
        import numpy as np

        codes = [self.documents.get(name, -1) for name in documents]
        if ids is not None:
            at = np.searchsorted(self.ids[:size], ids)
            at = at[: np.searchsorted(at, size)]
            at = at[self.ids[at] == ids[: len(at)]]
            if codes:
                at = at[np.isin(self.codes[at], codes)]
        elif codes:
            held = self.codes[:size]
            at = np.flatnonzero(held == codes[0] if len(codes) == 1 else np.isin(held, codes))
        else:
            return None
        return at[self.live[at]] if self.gone else at

    def cosines(self, vector: Any, size: int, at: NDArray[np.intp] | None = None) -> NDArray[np.float32]:
        """The cosine of each of the first `size` rows with `vector`, or of the rows at these positions only.

        -inf for a forgotten row, where all are asked for.
        """
        import numpy as np

        query = unit(np.asarray(vector, np.float32).reshape(1, -1))[0]
        if at is not None:
            return np.concatenate([rows @ query for rows in self._parts(at)]) if len(at) else np.empty(0, np.float32)
        scores = np.empty(size, np.float32)
        for number, start in enumerate(range(0, size, BLOCK)):
            end = min(start + BLOCK, size)
            np.dot(self._blocks[number][: end - start], query, out=scores[start:end])
        if self.gone:
            scores[~self.live[:size]] = -np.inf
        return scores

    def vectors(self, at: NDArray[np.intp]) -> NDArray[np.float32]:
        """The vectors at these positions, in ascending order of position."""
        import numpy as np

        return np.concatenate(list(self._parts(at))) if len(at) else np.empty((0, self.dimension), np.float32)

    def _parts(self, at: NDArray[np.intp]) -> Iterator[NDArray[np.float32]]:
        """The vectors at ascending positions, block by block; rows that follow each other are not copied."""
        import numpy as np

        blocks = at // BLOCK
        starts = np.flatnonzero(np.diff(blocks, prepend=-1))
        for start, end in zip(starts, [*starts[1:], len(at)], strict=True):
            within = at[start:end] - blocks[start] * BLOCK
            block = self._blocks[int(blocks[start])]
            first, last = int(within[0]), int(within[-1])
            yield block[first : last + 1] if last - first + 1 == end - start else block[within]


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length one; a zero row stays zero."""
    import numpy as np

    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = (rows / np.maximum(lengths, 1e-12)).astype(np.float32, copy=False)
    return scaled

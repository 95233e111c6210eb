"""The vectors of one space in memory: blocks of float32 rows that only grow, so that readers wait for no writer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK = 4096  # rows a block: 6 MB at 384 dimensions; growing by blocks never copies what is there


class Matrix:
    """Normalised vectors with their row ids (ascending) and document codes. Appending needs `lock`, reading not."""

    def __init__(self, dimension: int) -> None:
        import numpy as np

        self.dimension = dimension
        self.lock = threading.Lock()
        self.size = 0
        self.version = -1
        self.removed = 0
        self.ids: NDArray[np.int64] = np.empty(BLOCK, np.int64)
        self.live: NDArray[np.bool_] = np.zeros(BLOCK, np.bool_)
        self.codes: NDArray[np.int32] = np.zeros(BLOCK, np.int32)
        self.documents: dict[str, int] = {}
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

    @property
    def wasteful(self) -> bool:
        """Whether most rows are forgotten ones, so that loading anew is worth it."""
        return self.size > BLOCK and 2 * int(self.live[: self.size].sum()) < self.size

    def usable(self, size: int, documents: Sequence[str], rows: Sequence[int] | None) -> NDArray[np.bool_]:
        """Which of the first `size` rows a search may return: not forgotten, of these documents, with these ids."""
        import numpy as np

        mask: NDArray[np.bool_] = self.live[:size].copy()
        if documents:
            mask &= np.isin(self.codes[:size], [self.documents.get(name, -1) for name in documents])
        if rows is not None:
            mask &= np.isin(self.ids[:size], np.asarray(rows, np.int64))
        return mask

    def cosines(self, vector: Any, size: int) -> NDArray[np.float32]:
        """The cosine of each of the first `size` rows with `vector`."""
        import numpy as np

        query = unit(np.asarray(vector, np.float32).reshape(1, -1))[0]
        scores = np.empty(size, np.float32)
        for number, start in enumerate(range(0, size, BLOCK)):
            end = min(start + BLOCK, size)
            np.dot(self._blocks[number][: end - start], query, out=scores[start:end])
        return scores


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length one; a zero row stays zero."""
    import numpy as np

    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = (rows / np.maximum(lengths, 1e-12)).astype(np.float32, copy=False)
    return scaled

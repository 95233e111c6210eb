"""Vectors as they travel (base64 of big-endian 32-bit floats, or a list) and as they are searched (float32 rows)."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from sandbox.dataapi.refusals import Refusal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def decode(value: Any) -> NDArray[np.float32]:
    """A `$vector` of a request as float32. Refused unless it is a list of numbers or {"$binary": base64}."""
    import numpy as np

    if isinstance(value, dict) and set(value) == {"$binary"}:
        try:
            raw = base64.b64decode(value["$binary"], validate=True)
        except (binascii.Error, TypeError, ValueError) as error:
            raise Refusal("SHRED_BAD_BINARY_VECTOR_VALUE", "Bad binary vector value to shred: not base64.") from error
        if not raw:
            raise Refusal("SHRED_BAD_VECTOR_SIZE", "Bad $vector value: cannot be empty Array.")
        if len(raw) % 4:
            raise Refusal("SHRED_BAD_BINARY_VECTOR_VALUE", "Bad binary vector value to shred: not 4 bytes a number.")
        return _finite(np.frombuffer(raw, ">f4").astype(np.float32))
    if not isinstance(value, list) or any(
        isinstance(item, bool) or not isinstance(item, int | float) for item in value
    ):
        raise _not_numbers()
    if not value:
        raise Refusal("SHRED_BAD_VECTOR_SIZE", "Bad $vector value: cannot be empty Array.")
    try:
        with np.errstate(over="ignore"):
            return _finite(np.asarray(value, np.float32))
    except OverflowError:  # an integer beyond every float
        raise _not_numbers() from None


def _finite(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    if not np.isfinite(vector).all():
        raise _not_numbers()
    return vector


def _not_numbers() -> Refusal:
    return Refusal("SHRED_BAD_VECTOR_VALUE", "Bad $vector value: needs to be an array containing only Numbers.")


def encode(vector: NDArray[np.float32]) -> dict[str, str]:
    """A vector as answers carry it."""
    return {"$binary": base64.b64encode(vector.astype(">f4").tobytes()).decode("ascii")}


class Rows:
    """The vectors of a collection by document key; freed rows are used again."""

    def __init__(self, dimension: int, metric: str) -> None:
        self.dimension, self.metric = dimension, metric
        self._rows: dict[str, int] = {}
        self._free: list[int] = []
        self._matrix: NDArray[np.float32] | None = None

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def put(self, key: str, vector: NDArray[np.float32]) -> None:
        """Keep a document's vector, in place of the one it had."""
        import numpy as np

        row = self._rows.get(key)
        if row is None:
            row = self._free.pop() if self._free else len(self._rows)
            self._rows[key] = row
        if self._matrix is None:
            self._matrix = np.zeros((256, self.dimension), np.float32)
        if row >= len(self._matrix):
            grown = np.zeros((len(self._matrix) * 3 // 2, self.dimension), np.float32)
            grown[: len(self._matrix)] = self._matrix
            self._matrix = grown
        self._matrix[row] = vector

    def drop(self, key: str) -> None:
        """Forget a document's vector."""
        row = self._rows.pop(key, None)
        if row is not None:
            self._free.append(row)

    def get(self, key: str) -> NDArray[np.float32] | None:
        """A document's vector, None if it has none."""
        row = self._rows.get(key)
        return None if row is None or self._matrix is None else self._matrix[row]

    def nearest(self, query: NDArray[np.float32], keys: list[str], count: int) -> list[tuple[str, float]]:
        """The `count` of `keys` most similar to `query`, best first, with the similarity the Data API reports.

        0..1: (1 + cosine) / 2, (1 + dot) / 2, or 1 / (1 + squared distance).
        """
        import numpy as np

        held = [key for key in keys if key in self._rows]
        if not held or self._matrix is None:
            return []
        rows = self._matrix[[self._rows[key] for key in held]]
        if self.metric == "euclidean":
            scores = 1 / (1 + ((rows - query) ** 2).sum(axis=1))
        else:
            scores = rows @ query
            if self.metric == "cosine":
                scores = scores / np.maximum(np.linalg.norm(rows, axis=1) * np.linalg.norm(query), 1e-12)
            scores = (1 + scores) / 2
        best = np.argsort(-scores, kind="stable")[:count]
        return [(held[int(at)], float(scores[at])) for at in best]

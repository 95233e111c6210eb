"""What both stores demand of names and vectors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from services.errors import InvalidRequest, StoreProblem
from services.knowledge.matrix import unit
from services.knowledge.models import Space

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,47}")


def checked_name(name: str) -> str:
    """`name` if both stores accept it; InvalidRequest otherwise."""
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"A collection cannot be called {name!r}.",
            "Letters, digits and underscores are allowed, a letter first, 48 at the most.",
            "Choose another name.",
        )
    return name


def checked_vectors(vectors: Any, count: int, space: Space) -> NDArray[np.float32]:
    """`vectors` as `count` normalised rows of the space's dimension. StoreProblem when they do not fit."""
    import numpy as np

    rows = np.asarray(vectors, np.float32)
    if count == 0:
        return np.empty((0, space.dimension), np.float32)
    if rows.shape != (count, space.dimension):
        raise StoreProblem(
            f"The vectors do not fit the collection {space.collection}.",
            f"It holds vectors of {space.dimension} numbers; these have the shape {rows.shape}.",
            "Use the embedding model the collection was filled with, or another collection.",
        )
    if not np.isfinite(rows).all():
        raise StoreProblem("The embedding model gave vectors that are not numbers.", "", "Test the embedding endpoint.")
    return unit(rows)

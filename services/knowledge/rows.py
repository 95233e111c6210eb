"""The best rows of the embedded store's matrix: the weighted sum of meaning and words, the floor, and diversity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.knowledge.diversity import chosen
from services.knowledge.matrix import Matrix
from services.knowledge.models import SearchSettings
from services.knowledge.trust import trust_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Row:
    """A ranked row of the matrix. `cosine` None: not computed (keyword mode); `keyword` None: words were not asked."""

    id: int
    score: float
    cosine: float | None
    keyword: float | None


def best_rows(
    matrix: Matrix,
    size: int,
    at: NDArray[np.intp] | None,
    vector: Any,
    hits: Mapping[int, float] | None,
    settings: SearchSettings,
) -> tuple[list[Row], float, float]:
    """The best `settings.k` rows, best first; the cosine of the nearest, -1 without a vector or any row; the trust.

    at       positions among the first `size` rows that may be returned; None: all
    vector   of the question; None ranks by words alone
    hits     bm25 by row id; None: words do not count
    """
    import numpy as np

    ids = matrix.ids[:size] if at is None else matrix.ids[at]
    if not len(ids):
        return [], -1.0, 1.0
    places, shares = _shares(ids, None if at is not None or not matrix.gone else matrix.live[:size], hits or {})
    if vector is None:
        order = _chosen(matrix, places if at is None else at[places], shares, ids[places], 1.0, settings)
        return [Row(int(ids[places[n]]), float(shares[n]), None, float(shares[n])) for n in order], -1.0, 1.0
    cosines = matrix.cosines(vector, size, at)
    trust = 1.0 if hits is None else trust_of(cosines, shares, places, len(cosines))
    scores = trust * cosines
    scores[places] += settings.weight * shares
    if settings.floor:
        scores[cosines < settings.floor] = -np.inf
    scale = trust + (settings.weight if hits is not None else 0.0)
    pool = _chosen(matrix, at, scores, ids, scale, settings)
    keyword = {} if hits is None else dict(zip(places.tolist(), shares.tolist(), strict=True))
    rows = [
        Row(int(ids[n]), float(scores[n]), float(cosines[n]), None if hits is None else keyword.get(n, 0.0))
        for n in pool
    ]
    return rows, max(float(cosines.max()), -1.0), trust


def _shares(
    ids: NDArray[np.int64], live: NDArray[np.bool_] | None, hits: Mapping[int, float]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Where among `ids` the hits are, and the bm25 of each divided by the best of them."""
    import numpy as np

    rows = np.fromiter(hits.keys(), np.int64, len(hits))
    places = np.minimum(np.searchsorted(ids, rows), len(ids) - 1)
    held = ids[places] == rows
    if live is not None:
        held &= live[places]
    shares = np.fromiter(hits.values(), np.float32, len(hits))[held]
    return places[held], shares / max(float(shares.max()), 1e-12) if len(shares) else shares


def _chosen(
    matrix: Matrix,
    at: NDArray[np.intp] | None,
    scores: NDArray[np.float32],
    ids: NDArray[np.int64],
    scale: float,
    settings: SearchSettings,
) -> list[int]:
    """Which of these rows are returned, in order: by score, or by what each adds to those before it.

    at      their positions in the matrix; None: they are its first
    scale   what brings the scores to the scale of a cosine
    """
    import numpy as np

    order = top(scores, ids, max(settings.k, settings.candidates) if settings.diversity else settings.k)
    if not settings.diversity or not len(order):
        return [int(n) for n in order]
    wanted = order if at is None else at[order]
    ascending = np.sort(wanted)
    vectors = matrix.vectors(ascending)[np.searchsorted(ascending, wanted)]
    return [int(order[n]) for n in chosen(scores[order] / scale, vectors, settings.k, settings.diversity)]


def top(scores: NDArray[np.float32], ids: NDArray[np.int64], count: int) -> NDArray[np.intp]:
    """Positions of the `count` greatest scores, best first, equal ones by id; -inf is never among them."""
    import numpy as np

    bound = np.partition(scores, len(scores) - count)[len(scores) - count] if count < len(scores) else -np.inf
    held = np.flatnonzero((scores >= bound) & (scores > -np.inf))
    return held[np.lexsort((ids[held], -scores[held]))[:count]]

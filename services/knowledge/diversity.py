"""Passages that differ: of those that were found, each next one is near the question and unlike those already taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from services.knowledge.models import Passage, SearchMode, SearchSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def chosen(scores: Any, vectors: NDArray[np.float32], count: int, weight: float) -> list[int]:
    """Positions of at most `count` of the candidates in the order they were chosen: maximal marginal relevance.

    scores    n numbers on the scale of a cosine, how well each fits the question
    vectors   n x dimension, each of length one
    weight    0..1: how much a candidate loses for being like the one of those chosen that it is most like
    """
    import numpy as np

    left = np.array(scores, np.float64)
    likeness = np.full(len(left), -np.inf)
    taken: list[int] = []
    while len(taken) < min(count, len(left)):
        worth = (1 - weight) * left - (weight * likeness if taken else 0.0)
        worth[taken] = -np.inf
        best = int(np.argmax(worth))
        taken.append(best)
        likeness = np.maximum(likeness, vectors @ vectors[best])
    return taken


def shortlist(
    ranked: Sequence[Passage], vectors: Mapping[str, Sequence[float]], settings: SearchSettings, trust: float = 1.0
) -> tuple[Passage, ...]:
    """The passages to return of those a remote store ranked, best first: above the floor, and as diverse as asked.

    vectors   by passage id, needed for diversity only
    trust     what the cosines counted in the hybrid sum (services.knowledge.trust)
    """
    import numpy as np

    by_words = settings.mode is SearchMode.KEYWORD
    if settings.floor and not by_words:
        ranked = [passage for passage in ranked if (passage.cosine or 0.0) >= settings.floor]
    if not settings.diversity or not ranked:
        return tuple(ranked[: settings.k])
    pool = ranked[: max(settings.k, settings.candidates)]
    scale = trust + settings.weight if settings.mode is SearchMode.HYBRID else 1.0
    rows = np.asarray([vectors[passage.id] for passage in pool], np.float32)
    order = chosen([passage.score / scale for passage in pool], rows, settings.k, settings.diversity)
    return tuple(pool[at] for at in order)

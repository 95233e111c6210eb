"""The best candidates ordered anew by a reranker, which reads question and passage together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from services.errors import InvalidRequest
from services.knowledge.models import Found, SearchSettings

CANDIDATES = 50  # two requests of Text Embeddings Inference; what is further down is not read

Scores = Callable[[str, str, Sequence[str]], Sequence[float]]
"""(endpoint, question, texts) to one score a text; services.inference.rerank with its endpoint's contract."""


def widened(settings: SearchSettings) -> SearchSettings:
    """What is asked of a store when its best are to be ordered anew: more of them, and none left out for likeness."""
    return replace(settings, k=max(settings.k, CANDIDATES), diversity=0.0) if settings.rerank else settings


def reranked(found: Found, question: str, settings: SearchSettings, scores: Scores | None) -> Found:
    """`found` with its passages in the order of the endpoint `settings.rerank`, the best `settings.k` of them.

    Each passage's `rerank` and `score` are the endpoint's. Without such an endpoint `found` as it is. Raises what
    calling raises, and InvalidRequest where nothing here can call one.
    """
    if not settings.rerank or not found.passages:
        return found
    if scores is None:
        raise InvalidRequest("Nothing here can call a reranker.", "", "Choose no reranking endpoint.")
    given = scores(settings.rerank, question, [passage.text for passage in found.passages])
    rated = [replace(passage, score=score, rerank=score) for passage, score in zip(found.passages, given, strict=True)]
    rated.sort(key=lambda passage: -passage.score)
    return replace(found, passages=tuple(rated[: settings.k]))

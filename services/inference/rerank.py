"""Reranking: how well each text answers a question, by a model that reads both together.

Text Embeddings Inference takes {"query", "texts"} and answers [{"index", "score"}], best first, at most 32 texts a
request unless it was started with more (its openapi.json, as of 2026-11); scores are 0..1. Cohere's shape, results with
"relevance_score", is read as well.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from services.errors import UnknownAnswer
from services.inference.families import refuse_errors, unknown
from services.inference.models import Contract
from services.inference.runtime import Runtime

BATCH = 32


def rerank(
    runtime: Runtime, endpoint: str, question: str, texts: Sequence[str], contract: Contract
) -> tuple[float, ...]:
    """The score of each text, in their order. Raises what calling raises, and UnknownAnswer for an endpoint that does
    not rerank."""
    scores: list[float] = []
    for start in range(0, len(texts), BATCH):
        part = texts[start : start + BATCH]
        reply = runtime.invoke(endpoint, encode(question, part), contract)
        scores += decode(reply.body, len(part))
    return tuple(scores)


def encode(question: str, texts: Sequence[str]) -> bytes:
    """The request's body."""
    asked = {"query": question, "texts": list(texts), "truncate": True}
    return json.dumps(asked, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def decode(raw: bytes, count: int) -> list[float]:
    """The scores of an answer in the order of the texts. UnknownAnswer unless every text has one finite number."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        raise unknown(raw) from None
    refuse_errors(document)
    rows = document.get("results") if isinstance(document, Mapping) else document
    found = dict(_row(row) for row in rows) if isinstance(rows, list) and all(map(_is_row, rows)) else {}
    if sorted(found) != list(range(count)) or not all(map(math.isfinite, found.values())):
        raise UnknownAnswer(
            "The endpoint does not rerank.",
            "A reranker answers with one score for each text.",
            "Choose an endpoint with a reranking model, such as BAAI/bge-reranker-base, or none.",
        )
    return [found[place] for place in range(count)]


def _is_row(row: Any) -> bool:
    return isinstance(row, Mapping) and isinstance(row.get("index"), int) and isinstance(_score(row), int | float)


def _row(row: Mapping[str, Any]) -> tuple[int, float]:
    return row["index"], float(_score(row))


def _score(row: Mapping[str, Any]) -> Any:
    return row.get("score", row.get("relevance_score"))

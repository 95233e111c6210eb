"""Payload families of embedding endpoints: requests from texts, vectors from JSON. Pure functions, no network.

Shapes from Text Embeddings Inference's openapi.json, AWS's JumpStart notebooks, DJL-serving's embedding guide and
OpenAI's API, as of 2026-11; decoding accepts any of them from any family.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from services.errors import UnknownAnswer
from services.inference.families import refuse_errors, unknown
from services.inference.models import Family

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

_REQUESTS: Mapping[Family, Callable[[list[str]], Any]] = {
    # A text over the model's length is cut by TEI instead of refused; other containers cut by themselves.
    Family.TEI: lambda texts: {"inputs": texts, "truncate": True},
    Family.JS_EMBEDDING: lambda texts: {"text_inputs": texts},
    Family.JS_SENTENCE_SIMILARITY: lambda texts: {"text_inputs": texts, "mode": "embedding"},
    Family.TEXT_LIST: lambda texts: texts,
    Family.OPENAI_EMBEDDINGS: lambda texts: {"input": texts},
}


def encode_texts(family: Family, texts: Sequence[str]) -> bytes:
    """The request body (JSON) that asks for one vector a text. Raises UnknownAnswer for a chat family."""
    make = _REQUESTS.get(family)
    if make is None:
        raise UnknownAnswer(
            f"An endpoint of the family {family.value} makes no vectors.", "", "Choose an embedding endpoint."
        )
    # Several models refuse an empty text, and one would fail its whole batch.
    texts = [text if text.strip() else "." for text in texts]
    return json.dumps(make(texts), ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def encoded_size(text: str) -> int:
    """Bytes the text takes in a request, quotes and comma included (escaped characters counted on the high side)."""
    return len(text.encode(errors="replace")) + text.count("\\") + text.count('"') + 5 * _controls(text) + 3


def _controls(text: str) -> int:
    return 0 if text.isprintable() else sum(not character.isprintable() for character in text)


def decode_vectors(raw: bytes, count: int) -> NDArray[float32]:
    """The vectors of an answer to `count` texts: float32 of shape (count, dimension), all finite.

    Token-level answers (a list of vectors a text) are averaged over the tokens. Raises ModelFailed for an error inside
    a 200; UnknownAnswer for another shape, another count, or values that are not numbers.
    """
    import numpy

    try:
        document = _loads(raw)
    except (ValueError, RecursionError):
        raise unknown(raw) from None
    refuse_errors(document)
    try:
        found = _find(document)
    except (TypeError, ValueError):
        raise unknown(raw) from None
    if not isinstance(found, list) or not found:
        raise unknown(raw)
    rows = [found] if count == 1 and isinstance(found[0], int | float) else found
    try:
        if isinstance(rows[0], list) and rows[0] and isinstance(rows[0][0], list):
            rows = [_mean(row) for row in rows]
        with numpy.errstate(over="ignore"):  # what overflows is infinite, and refused below
            vectors = numpy.asarray(rows, dtype=numpy.float32)
    except (TypeError, ValueError, LookupError, OverflowError):
        raise _odd("Its vectors have different lengths, or hold what is not a number.") from None
    if vectors.ndim != 2 or not vectors.shape[1]:
        raise unknown(raw)
    if len(vectors) != count:
        raise _odd(f"It was sent {count} texts and answered {len(vectors)} vectors.")
    if not numpy.isfinite(vectors).all():
        raise _odd("A vector holds a value that is not a finite number.")
    return vectors


def _loads(raw: bytes) -> Any:
    try:
        import orjson
    except ImportError:
        return json.loads(raw)
    return orjson.loads(raw)


def _find(document: Any) -> Any:
    """The vectors inside the answer, wherever they are."""
    if not isinstance(document, Mapping):
        return document
    if isinstance(document.get("body"), Mapping | list):
        return _find(document["body"])
    data = document.get("data")
    if isinstance(data, list) and all(isinstance(each, Mapping) for each in data):
        return [each.get("embedding") for each in sorted(data, key=lambda each: int(each.get("index") or 0))]
    for key in ("embedding", "embeddings", "vectors"):
        value = document.get(key)
        if isinstance(value, Mapping):  # Cohere answers by type: {"float": […]}
            value = value.get("float")
        if isinstance(value, list):
            return value
    return None


def _mean(tokens: Any) -> Any:
    """The mean over the tokens of one text; singleton levels around them are opened first."""
    import numpy

    while len(tokens) == 1 and isinstance(tokens[0], list) and isinstance(tokens[0][0], list):
        tokens = tokens[0]
    return numpy.asarray(tokens, dtype=numpy.float32).mean(axis=0)


def _odd(why: str) -> UnknownAnswer:
    return UnknownAnswer("The endpoint's vectors cannot be used.", why, "Check which model the endpoint serves.")

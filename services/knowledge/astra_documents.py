"""Passages as documents of a Data API collection, and the filters that find one owner's."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from services.knowledge.checks import OURS as OURS
from services.knowledge.checks import checked_filter
from services.knowledge.models import Entry, Passage, SearchSettings, Space

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IN_LIMIT = 100  # values in one $in


def stored_id(space: Space, key: str) -> str:
    """A passage's `_id`: its own id after a mark of owner and model, for owners share the collection."""
    mark = hashlib.sha256(f"{space.owner}\0{space.model}".encode()).hexdigest()[:16]
    return f"{mark}:{key}"


def stored_ids(space: Space, ids: Sequence[str]) -> list[list[str]]:
    """`_id`s in parts small enough for $in."""
    return [[stored_id(space, key) for key in ids[at : at + IN_LIMIT]] for at in range(0, len(ids), IN_LIMIT)]


def mine(space: Space) -> dict[str, Any]:
    """The filter every query carries."""
    return {f"metadata.{OURS}.owner": space.owner, f"metadata.{OURS}.model": space.model}


def conditions(space: Space, settings: SearchSettings) -> list[dict[str, Any]]:
    """The filters of a search: one, or one for every hundred of the documents it is limited to."""
    wanted = checked_filter(settings.metadata)
    base = {f"metadata.{key}": _wanted(value) for key, value in wanted.items()} | mine(space)  # ours goes last
    if not settings.documents:
        return [base]
    parts = [settings.documents[at : at + IN_LIMIT] for at in range(0, len(settings.documents), IN_LIMIT)]
    return [base | {f"metadata.{OURS}.document": {"$in": list(part)}} for part in parts]


def _wanted(value: Any) -> Any:
    """A metadata value as a filter has it; of a list, any will do (at most IN_LIMIT, which the server checks)."""
    return {"$in": list(value)} if isinstance(value, list | tuple | set | frozenset) else value


def strange(owner: str) -> dict[str, Any]:
    """The filter that finds what is not this owner's, ours or not."""
    return {f"metadata.{OURS}.owner": {"$ne": owner}}


def of_other_models(known: Sequence[str]) -> dict[str, Any]:
    """The filter that finds a document with an embedding model that is none of these."""
    path = f"metadata.{OURS}.model"
    parts: list[dict[str, Any]] = [{path: {"$exists": True}}]
    return {"$and": [*parts, {path: {"$nin": list(known)}}]} if known else parts[0]


def document_of(space: Space, entry: Entry, vector: NDArray[np.float32]) -> dict[str, Any]:
    """A passage as it is stored; the vector as it travels, which astrapy would make of a list ten times as slowly."""
    ours = {
        "id": entry.id,
        "owner": space.owner,
        "model": space.model,
        "document": entry.document,
        "source": entry.source,
        "page": entry.page,
        "start": entry.start,
        "end": entry.end,
        "ordinal": entry.ordinal,
    }
    return {
        "_id": stored_id(space, entry.id),
        "content": entry.text,
        "metadata": {**entry.metadata, OURS: ours},
        "$vector": {"$binary": base64.b64encode(vector.astype(">f4").tobytes()).decode("ascii")},
    }


def passage_of(document: Mapping[str, Any], metric: str = "cosine") -> Passage:
    """A stored document as a passage."""
    metadata = dict(document.get("metadata") or {})
    ours = metadata.pop(OURS)
    similarity = document.get("$similarity")
    cosine = None if similarity is None else cosine_of(float(similarity), metric)
    return Passage(
        id=ours["id"],
        text=document.get("content") or "",
        source=ours["source"],
        document=ours["document"],
        page=ours["page"],
        start=ours["start"],
        end=ours["end"],
        score=cosine or 0.0,
        cosine=cosine,
        metadata=metadata,
    )


def cosine_of(similarity: float, metric: str) -> float:
    """The cosine behind the server's similarity of two vectors of length one.

    Similarity is (1 + cosine) / 2, (1 + dot product) / 2 or 1 / (1 + squared distance), as the Data API documents it.
    """
    if metric == "euclidean":
        return 1 - (1 / max(similarity, 1e-9) - 1) / 2
    return 2 * similarity - 1

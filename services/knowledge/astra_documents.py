"""Passages as documents of a Data API collection, and the filters that find one owner's."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from services.knowledge.models import Entry, Passage, SearchSettings, Space

IN_LIMIT = 100  # values in one $in
OURS = "sagedeck"


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
    base = mine(space) | {f"metadata.{key}": value for key, value in settings.metadata.items()}
    if not settings.documents:
        return [base]
    parts = [settings.documents[at : at + IN_LIMIT] for at in range(0, len(settings.documents), IN_LIMIT)]
    return [base | {f"metadata.{OURS}.document": {"$in": list(part)}} for part in parts]


def document_of(space: Space, entry: Entry, vector: Sequence[float]) -> dict[str, Any]:
    """A passage as it is stored."""
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
        "$vector": list(vector),
    }


def passage_of(document: Mapping[str, Any]) -> Passage:
    """A stored document as a passage; `$similarity` is (1 + cosine) / 2."""
    metadata = dict(document.get("metadata") or {})
    ours = metadata.pop(OURS)
    similarity = document.get("$similarity")
    cosine = None if similarity is None else 2 * float(similarity) - 1
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

"""A document before it is stored: cut as often as one likes, its passages changed and changed back.

Kept in the session by content while it is looked at; its bytes are those in the uploader, not a copy of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from services.console import Console
    from services.documents import Chunk
    from services.knowledge import ChunkPlan, DocumentRecord, Upload
    from services.knowledge.previews import ChunkPreview

_DRAFTS = "documents.drafts"
MOST_DRAFTS = 20  # passages of so many files are kept changed; their readings are kept elsewhere, and fewer
MOST_UNDONE = 50


@dataclass(slots=True)
class Draft:
    """A file or a document that is looked at. `passages` is as it would be stored; `before` is what undoing gives."""

    source: Upload | DocumentRecord
    embedding: str
    password: str = field(default="", repr=False)
    plan: ChunkPlan | None = None
    seen: ChunkPreview | None = None
    passages: tuple[Chunk, ...] = ()
    before: list[tuple[Chunk, ...]] = field(default_factory=list)

    @property
    def edited(self) -> bool:
        """Whether a person changed passages, so that they are stored instead of those the cut makes."""
        return bool(self.before)

    def cut(self, console: Console, plan: ChunkPlan) -> ChunkPreview:
        """Cut anew where the cut is another; changes made to the passages are given up with it."""
        locked = self.seen is not None and self.seen.reading.refusal is not None
        if self.seen is None or plan != self.plan or locked:
            self.seen = console.knowledge.preview(self.source, plan, self.embedding, self.password)
            self.plan, self.passages = plan, self.seen.chunks
            self.before.clear()
        return self.seen

    def change(self, passages: Sequence[Chunk]) -> None:
        """Put passages in place of those there are; it can be undone."""
        self.before.append(self.passages)
        del self.before[:-MOST_UNDONE]
        self.passages = tuple(passages)

    def undo(self) -> None:
        """Go back by one change."""
        if self.before:
            self.passages = self.before.pop()


def of(name: str, source: Upload | DocumentRecord, embedding: str) -> Draft:
    """The draft of this name, begun where there was none or the embedding endpoint is another."""
    drafts: dict[str, Draft] = st.session_state.setdefault(_DRAFTS, {})
    found = drafts.pop(name, None)
    if found is None or found.embedding != embedding:
        found = Draft(source, embedding, "" if found is None else found.password)
    drafts[name] = found
    while len(drafts) > MOST_DRAFTS:
        del drafts[next(iter(drafts))]
    return found


def kept() -> tuple[Draft, ...]:
    """The drafts of this session."""
    return tuple((st.session_state.get(_DRAFTS) or {}).values())


def edits() -> dict[str, tuple[Chunk, ...]]:
    """By document the passages a person changed."""
    return {each.seen.document: each.passages for each in kept() if each.seen is not None and each.edited}


def forget() -> None:
    """Keep none of them any longer."""
    st.session_state.pop(_DRAFTS, None)


def sha256(data: bytes) -> str:
    """A file's name by content."""
    return hashlib.sha256(data).hexdigest()

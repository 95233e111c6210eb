"""Pages cut into passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.documents.models import Page


@dataclass(frozen=True, slots=True)
class ChunkSettings:
    """How long a passage may be: `size` and `overlap` in characters, `token_cap` in estimated tokens (None: no cap)."""

    size: int = 1000
    overlap: int = 150
    token_cap: int | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: `text == page.text[start:end]` of the page numbered `page`; `ordinal` counts from 0."""

    ordinal: int
    text: str
    page: int
    start: int
    end: int


def chunk(pages: Sequence[Page], settings: ChunkSettings = ChunkSettings()) -> tuple[Chunk, ...]:  # noqa: B008
    """Cut pages into passages in reading order."""
    raise NotImplementedError

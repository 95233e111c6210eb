"""Passages changed by a person before they are stored: rewritten, parted, put together, left out.

Every function takes the passages of one document and gives all of them again, numbered from 0. A text that stands in
its page, where it came from, keeps its place there; else the passage is `edited` and shown as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.documents.chunking import Chunk
from services.documents.models import Page
from services.documents.spans import estimate_tokens
from services.documents.tidy import tidy

NEAR = 2_000
"""Characters around a passage within which its changed text is looked for: farther off it is another place."""


def change_passage(chunks: Sequence[Chunk], ordinal: int, text: str, pages: Sequence[Page]) -> tuple[Chunk, ...]:
    """Give a passage another text; one without a letter is left out. IndexError where there is no such passage."""
    return _numbered((*chunks[:ordinal], _placed(chunks[ordinal], text, pages), *chunks[ordinal + 1 :]))


def split_passage(chunks: Sequence[Chunk], ordinal: int, place: int, pages: Sequence[Page]) -> tuple[Chunk, ...]:
    """Part a passage before the character `place` of its text."""
    whole = chunks[ordinal]
    first = _placed(whole, whole.text[:place], pages)
    second = _placed(replace(whole, start=first.end), whole.text[place:], pages)
    return _numbered((*chunks[:ordinal], first, second, *chunks[ordinal + 1 :]))


def merge_passages(chunks: Sequence[Chunk], ordinal: int, pages: Sequence[Page]) -> tuple[Chunk, ...]:
    """Put a passage together with the one after it; what they share is there once. The last one stays as it is."""
    if ordinal + 1 >= len(chunks):
        return _numbered(chunks)
    first, second = chunks[ordinal], chunks[ordinal + 1]
    page = next((each for each in pages if each.number == first.page), None)
    if page is not None and second.page == first.page and all(_stands(each, page) for each in (first, second)):
        start, end = min(first.start, second.start), max(first.end, second.end)
        joined = replace(first, text=page.text[start:end], start=start, end=end)
    else:
        joined = _placed(first, f"{first.text}\n\n{second.text}", pages)
    return _numbered((*chunks[:ordinal], joined, *chunks[ordinal + 2 :]))


def drop_passage(chunks: Sequence[Chunk], ordinal: int) -> tuple[Chunk, ...]:
    """Leave a passage out."""
    return _numbered((*chunks[:ordinal], *chunks[ordinal + 1 :]))


def too_long(chunks: Sequence[Chunk], token_cap: int | None) -> tuple[int, ...]:
    """The passages of which an embedding model that reads so many tokens would not read the end."""
    if token_cap is None:
        return ()
    return tuple(each.ordinal for each in chunks if estimate_tokens(each.text) > token_cap)


def _placed(chunk: Chunk, text: str, pages: Sequence[Page]) -> Chunk:
    """The passage with this text, at its place in the page where it stands there."""
    text = tidy(text).strip()
    if text == chunk.text:
        return chunk
    page = next((each for each in pages if each.number == chunk.page), None)
    found = page.text.find(text, max(0, chunk.start - NEAR), chunk.end + NEAR) if page is not None and text else -1
    if page is not None and page.text.startswith(text, chunk.start):
        found = chunk.start
    if found < 0:
        return replace(chunk, text=text, edited=True)
    return replace(chunk, text=text, start=found, end=found + len(text), edited=False)


def _stands(chunk: Chunk, page: Page) -> bool:
    return page.text[chunk.start : chunk.end] == chunk.text


def _numbered(chunks: Sequence[Chunk]) -> tuple[Chunk, ...]:
    return tuple(replace(each, ordinal=number) for number, each in enumerate(each for each in chunks if each.text))

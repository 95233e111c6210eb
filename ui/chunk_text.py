"""A page's text with its passages as coloured spans: where each begins, ends and overlaps the next."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import streamlit as st

TINTS = 4  # neighbours never have the same
LONGEST = 60_000  # characters of a page that are drawn; a page as long is a whole text file
LEGEND = "Each colour is a passage; where two overlap, the text is underlined and belongs to both."


@dataclass(frozen=True, slots=True)
class Span:
    """A passage's place in the page's text, and its number from 1 in the document. `marked`: the one looked at."""

    start: int
    end: int
    number: int
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text and the passages that hold it, the earlier first; none: it is stored in no passage."""

    start: int
    end: int
    spans: tuple[Span, ...]


def parts(length: int, spans: Sequence[Span]) -> tuple[Part, ...]:
    """The text's stretches in order: each lies in the same passages from its first character to its last."""
    inside = [span for span in spans if 0 <= span.start < span.end <= length]
    places = sorted({0, length, *(span.start for span in inside), *(span.end for span in inside)})
    found = []
    for start, end in pairwise(places):
        over = tuple(span for span in inside if span.start <= start and end <= span.end)
        found.append(Part(start, end, over))
    return tuple(found)


def show(text: str, spans: Sequence[Span], label: str, more: str = "") -> None:
    """Write a page's text with its passages, and what the colours say; `more` goes after that."""
    st.html(markup(text, spans, label))
    st.markdown(f":gray[:small[{LEGEND}{more}]]")


def markup(text: str, spans: Sequence[Span], label: str) -> str:
    """The HTML; every character of the text is escaped, and the numbers are read out as "passage 3"."""
    shown = text[:LONGEST]
    visible = [_cut(span, len(shown)) for span in spans if span.start < len(shown)]
    written = "".join(_part(shown, part) for part in parts(len(shown), visible))
    more = f"<p><em>{len(text) - len(shown):,} further characters are not drawn here.</em></p>"
    return (
        f'<div class="sagedeck-passages" role="group" tabindex="0" aria-label="{html.escape(label)}">'
        f"{written}{more if len(text) > len(shown) else ''}</div>"
    )


def _cut(span: Span, length: int) -> Span:
    return span if span.end <= length else Span(span.start, length, span.number, span.marked)


def _part(text: str, part: Part) -> str:
    words = html.escape(text[part.start : part.end])
    begins = "".join(
        f'<sup title="Passage {span.number} begins">{span.number}</sup>'
        for span in part.spans
        if span.start == part.start
    )
    if not part.spans:
        return f"{begins}{words}"
    tint = f"tint-{part.spans[-1].number % TINTS}"
    both = " both" if len(part.spans) > 1 else ""
    looked_at = " looked-at" if any(span.marked for span in part.spans) else ""
    numbers = " and ".join(str(span.number) for span in part.spans)
    return f'{begins}<span class="{tint}{both}{looked_at}" title="Passage {numbers}">{words}</span>'

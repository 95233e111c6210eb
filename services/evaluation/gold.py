"""Which passages are the expected ones: by their place in the document, so that it does not matter how it was cut.

A place is a part of a page, a page, or a whole document. A passage is at a part of a page when the two share at least
half of the shorter of them: a sentence is met by the passage around it, a long passage by the short ones it falls into,
and a passage that only touches its edge is not. Where all that is known is a page, a document or nothing, those of its
passages are expected that hold an answer; where none does and a page or document is named, all of it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.documents import Page
from services.evaluation.measures import holds, plain
from services.evaluation.models import Item, Source
from services.knowledge import Entry

SHARED = 0.5  # of the shorter of two pieces of a page
Pages = Mapping[str, Sequence[Page]]  # by sha256 of the document


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a page (`start`..`end`), a page (`end` None), or a whole document (`page` None)."""

    document: str
    page: int | None = None
    start: int = 0
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Gold:
    """What is expected of a question: spans of which one is to be found, and `plain` answers."""

    spans: tuple[Span, ...] = ()
    answers: tuple[str, ...] = ()
    nowhere: bool = False  # a document or passage was named that is not among the documents


def gold_of(item: Item, sources: Sequence[Source], pages: Pages) -> Gold:
    """What is expected of a question, looked up in the documents' text."""
    answers = tuple(filter(None, map(plain, item.answers)))
    place = item.place
    if not place.known:
        return Gold((), answers)
    named = _named(place.document, sources)
    if not named:
        return Gold((), answers, nowhere=True)
    if place.start is not None and place.end is not None:
        return Gold(tuple(Span(each, place.page or 1, place.start, place.end) for each in named), answers)
    if place.passage:
        spans = tuple(span for each in named for span in _located(place.passage, each, place.page, pages.get(each, ())))
        return Gold(spans, answers, nowhere=not spans)
    return Gold(tuple(Span(each, place.page) for each in named), answers)


def _named(document: str, sources: Sequence[Source]) -> tuple[str, ...]:
    """The documents a name or sha256 means: spelled so, else the same but for case, ending or folder; all for ""."""
    if not document:
        return tuple(each.sha256 for each in sources)
    wanted = document.strip()
    exact = tuple(each.sha256 for each in sources if wanted in (each.sha256, each.name))
    return exact or tuple(each.sha256 for each in sources if _bare(each.name) == _bare(wanted))


def _bare(name: str) -> str:
    last = re.split(r"[/\\›]", name.casefold())[-1].strip()
    return last.rsplit(".", 1)[0] if "." in last else last


def _located(words: str, document: str, page: int | None, pages: Sequence[Page]) -> list[Span]:
    """Where a passage stands, white space aside: on the page that is named, else on the first that holds it."""
    parts = words.split()
    if not parts:
        return []
    pattern = re.compile(r"\s+".join(map(re.escape, parts)), re.IGNORECASE)
    for each in pages:
        found = pattern.search(each.text) if page in (None, each.number) else None
        if found:
            return [Span(document, each.number, found.start(), found.end())]
    return []


class Expected:
    """Which of a cut's passages each question expects."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._plain = [plain(entry.text) for entry in entries]
        self._of: dict[str, list[int]] = {}
        for at, entry in enumerate(entries):
            self._of.setdefault(entry.document, []).append(at)

    def ids(self, gold: Gold) -> frozenset[str]:
        """The ids of the expected passages."""
        if gold.nowhere:
            return frozenset()
        if not gold.spans:
            return self._holding(range(len(self._entries)), gold.answers)
        found: set[str] = set()
        broad: list[int] = []
        for span in gold.spans:
            there = [at for at in self._of.get(span.document, ()) if at_place(self._entries[at], span)]
            if span.end is None:
                broad += there
            else:
                found |= {self._entries[at].id for at in there}
        narrowed = self._holding(broad, gold.answers)
        return frozenset(found | (narrowed or {self._entries[at].id for at in broad}))

    def _holding(self, places: Sequence[int], answers: Sequence[str]) -> frozenset[str]:
        return frozenset(self._entries[at].id for at in places if holds(self._plain[at], answers))


def at_place(entry: Entry, span: Span) -> bool:
    """Whether a passage of the span's document is at the span."""
    if span.page is not None and entry.page != span.page:
        return False
    if span.end is None:
        return True
    shared = min(entry.end, span.end) - max(entry.start, span.start)
    shorter = min(entry.end - entry.start, span.end - span.start)
    return shared > 0 and shared >= SHARED * shorter

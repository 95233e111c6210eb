"""From what a model says to an answer: citations checked as they stream, and "not in the documents" recognised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from services.knowledge import tokens
from services.knowledge.events import AnswerEvent, Citation, Finished, NotInDocuments, TextDelta
from services.knowledge.models import Passage
from services.knowledge.prompt import NOT_FOUND
from services.knowledge.support import unfound

MATCHING_SHARE = 0.5  # of an uncited answer's words, by rarity, that a passage must hold to be named as its source
_CITATION = re.compile(r"\[\s*(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*\]")
_OPEN = re.compile(r"\[[\d\s,;–-]{0,40}$")
_MARKUP = re.compile(r"[^\w\s]|_")
SAID_NOTHING = "The model found no answer in the passages."


class CitationReader:
    """Reads streamed text and lets through only citations of passages that exist, wherever the stream is cut."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._held = ""
        self.text = ""
        self.cited: list[int] = []

    def feed(self, piece: str) -> str:
        """The text that can be shown once `piece` has arrived; what may become a citation is held back."""
        ready = self._held + piece
        start = _OPEN.search(ready)
        self._held = ready[start.start() :] if start else ""
        return self._let_through(ready[: start.start()] if start else ready)

    def end(self) -> str:
        """What was still held back."""
        rest, self._held = self._held, ""
        return self._let_through(rest)

    def _let_through(self, ready: str) -> str:
        shown = _CITATION.sub(lambda found: self._checked(found[1]), ready)
        self.text += shown
        return shown

    def _checked(self, inner: str) -> str:
        numbers = [number for number in _numbers(inner) if 1 <= number <= self._count]
        self.cited += [number for number in numbers if number not in self.cited]
        return "".join(f"[{number}]" for number in numbers)


def _numbers(inner: str) -> list[int]:
    found: list[int] = []
    for part in re.split(r"[,;]", inner):
        first, *last = (int(number) for number in re.findall(r"\d+", part))
        found += range(first, last[0] + 1) if last and last[0] - first < 10 else [first, *last]
    return found


def read_answer(
    stream: Iterable[Any], passages: Sequence[Passage], rarity: Mapping[str, float]
) -> Iterator[AnswerEvent]:
    """TextDelta while the model speaks, then Finished, or NotInDocuments if that is what it said.

    `stream` gives pieces with a `text`; the last one may have `done` and is handed on as it is.
    """
    reader, waiting, last = CitationReader(len(passages)), "", None
    for piece in stream:
        last = piece if getattr(piece, "done", False) else last
        waiting += piece.text
        if not reader.text and _may_be_refusal(waiting):
            continue
        shown, waiting = reader.feed(waiting), ""
        if shown:
            yield TextDelta(shown)
    if not is_refusal(waiting):
        shown = reader.feed(waiting) + reader.end()
        if shown and reader.text.strip():
            yield TextDelta(shown)
    if is_refusal(waiting or reader.text) or not reader.text.strip():
        yield NotInDocuments(SAID_NOTHING, asked=True)
        return
    yield Finished(reader.text.strip(), citations(reader, passages, rarity), last)


def _plain(text: str) -> str:
    return " ".join(_MARKUP.sub(" ", text).upper().split())


def _may_be_refusal(text: str) -> bool:
    plain = _plain(text)
    return NOT_FOUND.startswith(plain) or plain.startswith(NOT_FOUND)


def is_refusal(text: str) -> bool:
    """Whether a whole answer says that the documents do not: it begins or ends with the agreed words."""
    plain = _plain(text)
    return plain.startswith(NOT_FOUND) or (plain.endswith(NOT_FOUND) and len(plain) < 300)


def citations(reader: CitationReader, passages: Sequence[Passage], rarity: Mapping[str, float]) -> tuple[Citation, ...]:
    """The citations of an answer in order of appearance; if it names none, the passage that holds most of its words."""
    if reader.cited:
        missing = unfound(reader.text, passages, rarity)
        return tuple(Citation(number, passages[number - 1], unfound=missing.get(number, ())) for number in reader.cited)
    words = set(tokens.terms(reader.text))
    weights = {word: rarity.get(word, 1.0) for word in words}
    best, share = 0, 0.0
    for number, passage in enumerate(passages, 1):
        held = words & set(tokens.terms(passage.text))
        part = sum(weights[word] for word in held) / (sum(weights.values()) or 1.0)
        if part > share:
            best, share = number, part
    return (Citation(best, passages[best - 1], inferred=True),) if share >= MATCHING_SHARE else ()

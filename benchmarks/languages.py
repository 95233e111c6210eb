"""Retrieval, refusals and answers in many languages, beside keywords alone, meaning alone and a plain sum.

    python -m benchmarks.languages [--handbook DIR] [--foldoc FILE] [--others FILE [--xquad FILE]]

DIR is /usr/share/doc/debian-handbook/html of the Debian package debian-handbook, FILE is
/usr/share/dictd/foldoc.dict.dz of dict-foldoc; without them only the small set of the tests is measured. --others is a
JSON object of paragraphs by language, among which seven topics in twelve languages are looked for (and, with --xquad, a
file of XQuAD in Romanian); what is refused there are the same questions once their paragraph has been taken out. The
questions are ours (benchmarks/reading) but for XQuAD's. A hit is the passage a question was written for, among the best
five of the embedded store with the sandbox's embedding model. An answer counts if it has at most 300 characters and
holds the right string; it comes from the sandbox's reader.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.ask_quality import BEST, LONGEST, plain, share
from benchmarks.reading import Asked, ReadingSet, foldoc, handbook, topics, twelve, xquad
from sandbox.models.conversation import Turn
from sandbox.models.embedder import Embedder
from sandbox.models.reader import NOT_FOUND, Reader
from services.knowledge.local import LocalStore
from services.knowledge.models import Entry, Found, Question, SearchMode, SearchSettings, Space
from services.knowledge.prompt import layout
from services.knowledge.ranking import evidence

PLAIN_WEIGHT = 0.5
HEAD = ("set", "passages", "asked", "words", "meaning", "sum", "hybrid", "aside", "refused*", "refused", "right")


class Bench:
    """One set in a store of its own."""

    def __init__(self, store: LocalStore, embedder: Embedder, name: str, made: ReadingSet) -> None:
        self.store, self.embedder, self.reader, self.made = store, embedder, Reader(embedder), made
        self.space = Space("bench", name, "minilm", 384)
        keys = list(made.passages)
        for start in range(0, len(keys), 32):
            part = keys[start : start + 32]
            entries = [Entry(key, made.passages[key], source="book") for key in part]
            store.add(self.space, entries, embedder.embed([made.passages[key] for key in part]))

    def search(self, question: str, mode: SearchMode = SearchMode.HYBRID, k: int = BEST) -> Found:
        """What the store finds."""
        vector = self.embedder.embed([question])[0]
        return self.store.search(self.space, Question(question, vector), SearchSettings(k=k, mode=mode))

    def hits(self, asked: Sequence[Asked], mode: SearchMode) -> float:
        """hit@5 of a way of searching."""
        return share(one.gold in {found.id for found in self.search(one.question, mode).passages} for one in asked)

    def plainly(self, one: Asked) -> bool:
        """Whether cosine + 0.5 x keyword finds it, whatever the language."""
        every = self.search(one.question, k=len(self.made.passages)).passages
        best = sorted(every, key=lambda each: -((each.cosine or 0) + PLAIN_WEIGHT * (each.keyword or 0)))[:BEST]
        return one.gold in {each.id for each in best}

    def answer(self, question: str) -> str:
        """What the sandbox answers; empty where it says that the documents do not."""
        found = self.search(question)
        if not evidence(found, SearchSettings().threshold).answerable:
            return ""
        said = self.reader.write([Turn("user", layout(question, found.passages))])
        return "" if said == NOT_FOUND else said

    def row(self) -> list[float]:
        """The figures of a line, from `words` on."""
        asked = self.made.asked
        answers = {one: self.answer(one.question) for one in asked}
        known = [one for one in asked if one.answers]
        scores = [
            self.hits(asked, SearchMode.KEYWORD),
            self.hits(asked, SearchMode.VECTOR),
            share(map(self.plainly, asked)),
            self.hits(asked, SearchMode.HYBRID),
            self.hits([one for one in asked if one.aside], SearchMode.HYBRID),
            share(not answers[one] for one in asked),
            share(len(answers[one]) <= LONGEST and _holds(answers[one], one) for one in known),
        ]
        return [*scores[:6], self.refused(), scores[6]]

    def refused(self) -> float:
        """The share of unanswerable questions that are refused; without any, of all, with their articles taken out."""
        if self.made.unanswered:
            return share(not self.answer(question) for question in self.made.unanswered)
        told = {key: text for key, text in self.made.passages.items() if not key.startswith("other")}
        self.store.delete(self.space, list(told))
        return share(not self.answer(one.question) for one in self.made.asked)


def _holds(text: str, one: Asked) -> bool:
    return any(plain(answer) in plain(text) for answer in one.answers)


def _sets(given: argparse.Namespace) -> Iterable[tuple[str, ReadingSet]]:
    if given.foldoc:
        yield "foldoc_en", foldoc(given.foldoc)
    if given.handbook:
        yield from ((f"handbook_{name}", made) for name, made in handbook(given.handbook).items())
    if given.others:
        yield from ((f"topics_{name}", made) for name, made in topics(given.others).items())
    if given.others and given.xquad:
        yield "xquad_ro", xquad(given.xquad, json.loads(given.others.read_text(encoding="utf-8"))["ro"])
    yield from ((f"small_{name}", made) for name, made in twelve().items())


def main() -> int:
    """Print a line for each set."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--handbook", type=Path)
    parser.add_argument("--foldoc", type=Path)
    parser.add_argument("--others", type=Path)
    parser.add_argument("--xquad", type=Path)
    given = parser.parse_args()
    embedder = Embedder()
    print(" ".join(f"{word:>11}" for word in HEAD))
    with tempfile.TemporaryDirectory() as folder:
        store = LocalStore(Path(folder) / "library.db")
        for name, made in _sets(given):
            figures = Bench(store, embedder, name, made).row()
            told = " ".join(f"{figure:11.2f}" for figure in figures)
            print(f"{name:>11} {len(made.passages):11} {len(made.asked):11} {told}", flush=True)
        store.close()
    print(f"refused*: of the answerable ones, wrongly; {embedder.describe()}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

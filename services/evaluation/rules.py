"""Questions made of sentences by rule, for any language and without a model: simple, and the same for the same seed.

"The bridge was opened in 1932." becomes "The bridge was opened in ____." with the answer "1932", and an English "X is
Y." becomes "What is X?". They keep the document's own words, so keywords find them more easily than people's questions:
good for comparing how documents are cut, too kind to keyword search.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.documents import Page
from services.evaluation.models import Item, Place, Source
from services.knowledge import tokens

BY_RULE = "made by rule"
GAP = "____"
SHORTEST, LONGEST = 30, 300  # characters of a sentence; fewer where letters stand for words
WIDE = 3  # letters of an unspaced script say as much as this many others
_SENTENCE = re.compile(r"[^.!?…。！？｡؟।\n]+(?:[.!?…؟।](?=\S)[^.!?…。！？｡؟।\n]*)*[.!?…。！？｡؟।]")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,:]\d+)*(?![\w])|\d{2,}(?:[.,]\d+)*")
_IS = re.compile(r"^((?:The|A|An)?\s?[A-Z][\w'’ -]{2,60}?) (is|are|was|were) ((?:an?|the|one of) .{6,120})[.]$")
_PRONOUNS = frozenset(
    ("it", "this", "that", "these", "those", "he", "she", "they", "there", "we", "you", "which", "who")
)
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_RUN = re.compile("[\u30a0-\u30ff]{3,}|[A-Za-z][A-Za-z0-9-]{2,}|[\u3400-\u9fff]{2,4}|[\u0e00-\u0e7f]{4,12}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a document and its place in the page."""

    source: Source
    page: int
    start: int
    end: int
    text: str


def sentences(sources: Sequence[Source], pages: Mapping[str, Sequence[Page]]) -> list[list[Sentence]]:
    """The sentences a question can be made of, by section (a heading's, else a page's)."""
    groups: list[list[Sentence]] = []
    for source in sources:
        for page in pages.get(source.sha256, ()):
            cuts = [0, *(each.start for each in page.sections if each.start), len(page.text)]
            for start, end in itertools.pairwise(cuts):
                found = [
                    Sentence(source, page.number, match.start(), match.end(), " ".join(match[0].split()))
                    for match in _SENTENCE.finditer(page.text, start, end)
                    if SHORTEST <= _weight(match[0]) <= LONGEST
                ]
                if found:
                    groups.append(found)
    return groups


def _weight(text: str) -> int:
    return len(text.strip()) + (WIDE - 1) * len(_UNSPACED.findall(text))


def sample(groups: Sequence[Sequence[Sentence]], seed: int) -> list[Sentence]:
    """All sentences in the order they are tried in: one of each document, then one of each again, each time of
    another section; the same seed gives the same order."""
    draw = random.Random(seed)
    by_document: dict[str, list[list[Sentence]]] = {}
    for group in groups:
        by_document.setdefault(group[0].source.sha256, []).append(draw.sample(list(group), len(group)))
    queues: list[list[Sentence]] = []
    for sections in by_document.values():
        draw.shuffle(sections)
        rounds = itertools.zip_longest(*sections)
        queues.append([each for one in rounds for each in one if each is not None])
    draw.shuffle(queues)
    return [each for one in itertools.zip_longest(*queues) for each in one if each is not None]


def question_of(sentence: Sentence, number: int) -> Item | None:
    """A question of a sentence's fact, None where there is none to ask for."""
    made = _what_is(sentence.text) or _gap(sentence.text)
    if made is None:
        return None
    question, answer = made
    place = Place(sentence.source.sha256, sentence.page, "", sentence.start, sentence.end)
    return Item(f"r{number}", question, (answer,), place, origin=BY_RULE)


def _what_is(text: str) -> tuple[str, str] | None:
    found = _IS.match(text)
    if found is None or len(found[1].split()) > 8 or found[1].split()[0].casefold() in _PRONOUNS:
        return None
    subject = re.sub(r"^(The|A|An)\b", lambda article: article[0].lower(), found[1])
    return f"What {found[2]} {subject}?", found[3].strip()


def _gap(text: str) -> tuple[str, str] | None:
    """The sentence with its number, else its most telling name or word, left out."""
    numbers = [match[0] for match in _NUMBER.finditer(text)]
    answer = max(numbers, key=len) if numbers else _telling(text)
    if not answer or text.count(answer) != 1:
        return None
    rest = text.replace(answer, GAP)
    return (rest, answer) if len(tokens.terms(rest)) >= 3 else None


def _telling(text: str) -> str:
    """A name inside the sentence, else its longest word; in unspaced scripts the longest run of one kind of letter."""
    if _UNSPACED.search(text):
        return max((match[0] for match in _RUN.finditer(text)), key=len, default="")
    words = re.findall(r"[^\W\d_][\w'’-]*", text)
    names = [word for word in words[1:] if word[0].isupper() and len(word) > 3]
    return max(names or [word for word in words[1:] if len(word) > 5], key=len, default="")

"""The extractive reader: answers a question with sentences of the passages it is given, verbatim, and says which.

A sentence is judged by what it means (its cosine to the question), by which of the question's rarer words it and its
passage hold, by whether it offers the kind of thing asked for, and by its passage's rank. If nothing is near enough the
answer is `NOT IN THE DOCUMENTS`.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sandbox.models.conversation import Turn, last_user
from sandbox.models.cues import is_english, kind_of, offers
from sandbox.models.passages import Asked, Passage, find_asked
from sandbox.models.sentences import sentences, terms
from sandbox.models.shortening import shortened

NOT_FOUND = "NOT IN THE DOCUMENTS"
_LENGTH = 300  # characters of an answer, citations included
_SHORTEST = 3  # characters of a sentence worth looking at
_CANDIDATES = 16  # sentences compared by meaning; more would not be read in 150 ms
_EMBEDDED = 400  # characters of a sentence that are compared by meaning
_LOOKED_AT = 4  # sentences considered for the answer
# Weights found on 101 answerable and 20 unanswerable public reading-comprehension questions, 2026-11.
_WORDS, _CONTEXT, _PASSAGE, _CUE, _RANK, _FRAGMENT = 0.45, 0.15, 0.15, 0.1, 0.01, 0.15
_EVIDENCE_WORDS = 0.5
_UNREAD = 0.3  # what the cosine counts in a question that is not English: the embedding model reads nothing else well
_ALONE = 1.2  # what the words count there, as evidence
_ENOUGH_UNREAD = 0.3
_ENOUGH = 0.6  # cosine plus half the share of the question's words; below it the question counts as unanswered
_CERTAIN = 0.85  # what the evidence must reach in a conversation, where nothing was retrieved for the question
_STRANGE = 0.08  # more is wanted if the passages know none of the names in the question
_SECOND = 0.75  # a further sentence is added if its score is this part of the first's
_ECHOED = 100  # characters of the question that the stand-in repeats
_STAND_IN = (
    "I am the sandbox's stand-in for a language model: I read, I do not write. Give me passages and a question, and I "
    "answer from them. You said: “{}”"
)


class Embeds(Protocol):
    """What the reader asks of the embedding model."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one unit vector for each text."""
        ...


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    number: int
    rank: int
    terms: frozenset[str]
    before: frozenset[str]
    fragment: bool
    edge: bool


@dataclass(frozen=True, slots=True)
class _Scored:
    sentence: _Sentence
    score: float
    evidence: float


class Reader:
    """Deterministic; keeps nothing between questions."""

    def __init__(self, embedder: Embeds) -> None:
        self._embedder = embedder

    def write(self, turns: Sequence[Turn]) -> str:
        """Return the answer to the last thing the user said."""
        asked = find_asked(last_user(turns)) or find_asked("\n".join(turn.content for turn in turns))
        if asked is not None:
            return self._answer(_followed_up(asked, turns))
        return self._converse(turns)

    def _converse(self, turns: Sequence[Turn]) -> str:
        """Answer from what else was said, where that holds an answer; else say what this is."""
        said = last_user(turns)
        question = _question(said)
        told = [turn.content for turn in turns if turn.content != said] + [said.replace(question, " ")]
        passages = tuple(Passage(place, "", 1, text) for place, text in enumerate(told, 1) if text.strip())
        ranked = self.rank(Asked(question, passages)) if passages else []
        if ranked and ranked[0].evidence >= _CERTAIN:
            return shortened(ranked[0].sentence.text, question, _LENGTH)
        return _STAND_IN.format(shortened(" ".join(question.split()), question, _ECHOED) or "…")

    def _answer(self, asked: Asked) -> str:
        ranked = self.rank(asked)
        enough = _ENOUGH + _STRANGE * _strange(asked) if is_english(asked.question) else _ENOUGH_UNREAD
        if not ranked or max(each.evidence for each in ranked) < enough:
            return NOT_FOUND
        return _written(ranked, asked.question)

    def rank(self, asked: Asked) -> list[_Scored]:
        """Return the passages' sentences, the best answer first."""
        found = _unique(asked)
        weigh = _Weights(asked.question, found)
        near = sorted(found, key=lambda each: (-weigh.share(each.terms), each.rank))[:_CANDIDATES]
        if not near:
            return []
        question, *vectors = self._embedder.embed([asked.question, *(each.text[:_EMBEDDED] for each in near)])
        around = {passage.number: weigh.share(frozenset(terms(passage.text))) for passage in asked.passages}
        kind, reads = kind_of(asked.question), 1.0 if is_english(asked.question) else _UNREAD
        scored = []
        for each, vector in zip(near, vectors, strict=True):
            cosine = reads * sum(a * b for a, b in zip(question, vector, strict=True))
            overlap = weigh.share(each.terms)
            context = weigh.share(each.terms | each.before) - overlap
            score = cosine + _WORDS * overlap + _CONTEXT * context + _PASSAGE * around[each.number] - _RANK * each.rank
            score += _CUE * offers(each.text, kind, asked.question) - _FRAGMENT * each.fragment
            told = overlap if reads == 1.0 else max(overlap, overlap + context)
            scored.append(_Scored(each, score, cosine + (_EVIDENCE_WORDS if reads == 1.0 else _ALONE) * told))
        return sorted(scored, key=lambda each: -each.score)


def _followed_up(asked: Asked, turns: Sequence[Turn]) -> Asked:
    """Return the question with the one before it, if it says too little alone ("And when?")."""
    earlier = [turn.content for turn in turns[:-1] if turn.role == "user" and not find_asked(turn.content)]
    if not earlier or len(set(terms(asked.question))) > 1:
        return asked
    return replace(asked, question=f"{_question(earlier[-1])} {asked.question}")


def _strange(asked: Asked) -> float:
    """Return the part of the names in a question that no passage knows, 0 to 1."""
    named = {name for word in asked.question.split()[1:] if word[:1].isupper() for name in terms(word)}
    known = {term for passage in asked.passages for term in terms(passage.text)}
    return len(named - known) / len(named) if named else 0.0


class _Weights:
    """How much each of a question's words tells: the rarer among the sentences, the more."""

    def __init__(self, question: str, found: Sequence[_Sentence]) -> None:
        counts = Counter(term for sentence in found for term in sentence.terms)
        self._weights = {term: math.log(1 + len(found) / (1 + counts[term])) for term in set(terms(question))}
        self._total = sum(self._weights.values()) or 1.0

    def share(self, held: frozenset[str]) -> float:
        """Return the part of the question's weight that `held` covers, 0 to 1."""
        return sum(weight for term, weight in self._weights.items() if term in held) / self._total


def _question(said: str) -> str:
    """Return the question in what was said: its last sentence that ends like one, else its last line."""
    asked = [each for each in sentences(said) if each.endswith(("?", "？"))]
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return asked[-1] if asked else (lines[-1] if lines else "")


def _unique(asked: Asked) -> list[_Sentence]:
    """Return the sentences of all passages once each: overlapping passages repeat some, and cut others short.

    Only a passage's first and last are held against all others: what is long would take its square in time.
    """
    found: list[_Sentence] = []
    seen: set[str] = set()
    for rank, passage in enumerate(asked.passages):
        before: frozenset[str] = frozenset()
        said = list(sentences(passage.text))
        for place, text in enumerate(said):
            if text in seen or len(text) < _SHORTEST:
                continue
            seen.add(text)
            held = frozenset(terms(text))
            fragment, edge = place == 0 and text[0].islower(), place in (0, len(said) - 1)
            found.append(_Sentence(text, passage.number, rank, held, before, fragment, edge))
            before = held
    wholes = [each.text for each in found]
    return [each for each in found if not (each.edge and _is_part(each.text, wholes))]


def _is_part(text: str, wholes: Sequence[str]) -> bool:
    return any(text != whole and text in whole for whole in wholes)


def _written(ranked: Sequence[_Scored], question: str) -> str:
    """Return the best sentence with its citation, and further ones that come near it while they fit."""
    parts: list[str] = []
    for each in ranked[:_LOOKED_AT]:
        mark = f" [{each.sentence.number}]"
        text = each.sentence.text if parts else shortened(each.sentence.text, question, _LENGTH - len(mark))
        part = text + mark
        if parts and (each.score < _SECOND * ranked[0].score or len(" ".join([*parts, part])) > _LENGTH):
            continue
        parts.append(part)
    return " ".join(parts)

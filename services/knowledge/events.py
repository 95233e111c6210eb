"""What an answer is made of, in the order it arrives: Retrieved, TextDelta …, then Finished or NotInDocuments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.knowledge.models import Evidence, Found, Passage


@dataclass(frozen=True, slots=True)
class Citation:
    """`number` in the answer's text stands for `passage`; `inferred` when the model named none and we matched it.

    `unfound` holds the sentences that cite it and whose words are not in what they cite (services.knowledge.support).
    """

    number: int
    passage: Passage
    inferred: bool = False
    unfound: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retrieved:
    """First event of an answer: what was found, before the model has said anything.

    `searched` is the question as it was searched for where that is another than was asked, because it leaned on
    earlier turns; `by_model` says whether a model or we wrote it so. `found` is the whole search.
    """

    passages: tuple[Passage, ...]
    evidence: Evidence
    searched: str = ""
    by_model: bool = False
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer's text as it streams."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Last event: the whole text, and its citations in order of appearance. `done` is what the chat said at its end."""

    text: str
    citations: tuple[Citation, ...]
    done: Any = None


@dataclass(frozen=True, slots=True)
class NotInDocuments:
    """Last event instead: the documents do not say. `asked` tells whether the model was asked at all."""

    reason: str
    asked: bool


AnswerEvent = Retrieved | TextDelta | Finished | NotInDocuments

"""What the knowledge room speaks of: collections, documents, passages, searches, answers. All of it frozen.

Vectors are rows of float32, one a passage; stores normalise them, so a dot product is a cosine. Of the scores, `cosine`
is -1..1, `keyword` is bm25 divided by the best bm25 of the same search (0..1), `score` is what passages are ordered by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.knowledge.places import METRICS as METRICS
from services.knowledge.places import Collection as Collection
from services.knowledge.places import CollectionRequest as CollectionRequest
from services.knowledge.places import Space as Space
from services.knowledge.places import StoreKind as StoreKind


class SearchMode(StrEnum):
    """What ranks passages: meaning (vector), words (keyword), or the weighted sum of both (hybrid)."""

    VECTOR = "vector"
    KEYWORD = "keyword"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage to be stored. `id` is unique in its space; the same id means the same passage."""

    id: str
    text: str
    source: str = ""
    document: str = ""
    page: int = 1
    start: int = 0
    end: int = 0
    ordinal: int = 0
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage found: `source` is the file's name, `document` its sha256, `start`..`end` its place in the page.

    `metadata` holds "source" and "page", and where the document has them "section" and "label" (services/documents).
    """

    id: str
    text: str
    source: str
    document: str
    page: int
    start: int
    end: int
    score: float
    cosine: float | None = None
    keyword: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    rerank: float | None = None


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How passages are found; the defaults were measured (docs/benchmarks.md).

    k            how many passages are returned
    candidates   how many of the nearest a remote store sends for ranking by words (at most 1000)
    weight       of the keyword score in the hybrid sum, trust x cosine + weight x keyword
    threshold    of the evidence (0..1) under which the documents are said not to hold the answer
    documents    sha256 of the documents to look into; empty: all
    metadata     values a passage's metadata must equal; of a list of values, any
    floor        passages whose cosine is below it are left out; 0: none is, and it says nothing without vectors
    diversity    0 takes the best passages; above it each next one is chosen by maximal marginal relevance, with this
                 weight (0..1) on differing from those already chosen
    rerank       the endpoint that orders the best candidates anew; "": none does
    """

    k: int = 5
    candidates: int = 200
    mode: SearchMode = SearchMode.HYBRID
    weight: float = 0.5
    threshold: float = 0.5
    documents: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    floor: float = 0.0
    diversity: float = 0.0
    rerank: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for: its words, and its vector (None in keyword mode)."""

    text: str
    vector: Sequence[float] | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whether the passages can hold the answer at all, and from what that was judged.

    cosine     of the nearest passage
    coverage   share (0..1, by rarity) of the question's words found in the best passages
    score      0..1, all together; `answerable` is score >= threshold
    trust      0..1, how far the cosines count: little where the embedding model does not know the language
    """

    answerable: bool
    score: float
    cosine: float
    coverage: float
    trust: float = 1.0


@dataclass(frozen=True, slots=True)
class Found:
    """The passages of a search, best first; `rarity` is the weight (idf) of each of the question's words.

    `rescored` is above 0 where the database has no keyword index and there was more than was looked at: the words were
    weighed among so many of the nearest passages only, and one that is far in meaning is not found by its words.
    `trust` (0..1) is what the cosines were multiplied by (services/knowledge/trust.py).
    """

    passages: tuple[Passage, ...]
    rarity: Mapping[str, float] = field(default_factory=dict)
    nearest: float = -1.0
    rescored: int = 0
    trust: float = 1.0


@dataclass(frozen=True, slots=True)
class AskRequest:
    """A question to be answered. `embedding` and `chat` name endpoints; `history` holds earlier (role, text) turns.

    `rules` replaces the prompt's rules (prompt.RULES) with a person's own template; "": ours.
    """

    question: str
    embedding: str
    chat: str
    store: StoreKind = StoreKind.LOCAL
    collection: str = ""
    settings: SearchSettings = field(default_factory=SearchSettings)
    history: tuple[tuple[str, str], ...] = ()
    rules: str = ""

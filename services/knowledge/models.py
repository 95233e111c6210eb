"""What the knowledge room speaks of: collections, documents, passages, searches, answers. All of it frozen.

Vectors are rows of float32, one a passage; stores normalise them, so a dot product is a cosine. Of the scores, `cosine`
is -1..1, `keyword` is bm25 divided by the best bm25 of the same search (0..1), `score` is what passages are ordered by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.documents import Method
from services.errors import Problem


class StoreKind(StrEnum):
    """Where passages are kept: on this machine, or in an Astra DB (any Data API server)."""

    LOCAL = "local"
    ASTRA = "astra"


class SearchMode(StrEnum):
    """What ranks passages: meaning (vector), words (keyword), or the weighted sum of both (hybrid)."""

    VECTOR = "vector"
    KEYWORD = "keyword"
    HYBRID = "hybrid"


class FileStatus(StrEnum):
    """Where a file of an ingest is. READY, SAME, REFUSED, FAILED and CANCELLED are ends."""

    WAITING = "waiting"
    READING = "reading"
    EMBEDDING = "embedding"
    READY = "ready"
    SAME = "already there"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to the file in this ingest."""
        return self not in (FileStatus.WAITING, FileStatus.READING, FileStatus.EMBEDDING)


@dataclass(frozen=True, slots=True)
class Space:
    """Where comparable vectors live: one owner, one collection, one embedding model. Every query carries all of it."""

    owner: str
    collection: str
    model: str
    dimension: int


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection as its store describes it. `passages` is None where counting would be slow or is capped."""

    store: StoreKind
    name: str
    dimension: int
    metric: str = "cosine"
    made_here: bool = False
    passages: int | None = None
    models: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How passages are found; the defaults were measured (docs/benchmarks.md).

    k            how many passages are returned
    candidates   how many of the nearest a remote store sends for ranking by words (at most 1000)
    weight       of the keyword score in the hybrid sum, cosine + weight x keyword
    threshold    of the evidence (0..1) under which the documents are said not to hold the answer
    documents    sha256 of the documents to look into; empty: all
    metadata     values a passage's metadata must equal
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
    score      0..1, both together; `answerable` is score >= threshold
    """

    answerable: bool
    score: float
    cosine: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Found:
    """The passages of a search, best first; `rarity` is the weight (idf) of each of the question's words."""

    passages: tuple[Passage, ...]
    rarity: Mapping[str, float] = field(default_factory=dict)
    nearest: float = -1.0


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    """How a document is cut, in characters, as services.documents.ChunkSettings has it.

    Part of every passage's id: other settings make other passages.
    """

    size: int = 1000
    overlap: int = 150
    method: Method = Method.RECURSIVE


@dataclass(frozen=True, slots=True)
class Upload:
    """A file a person gave: its name, its bytes, and the password it opens with, which is kept nowhere."""

    name: str
    data: bytes = field(repr=False)
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class IngestRequest:
    """Files to read into a collection. `embedding` names the embedder (an endpoint); no `collection`: the usual one."""

    files: tuple[Upload, ...]
    embedding: str
    store: StoreKind = StoreKind.LOCAL
    collection: str = ""
    chunks: ChunkPlan = field(default_factory=ChunkPlan)


@dataclass(frozen=True, slots=True)
class FileProgress:
    """One file of an ingest. `chunks` is None until it was read; `reason` and `hint` say why it was refused."""

    position: int
    name: str
    document: str
    size: int
    status: FileStatus
    pages: int = 0
    chunks: int | None = None
    stored: int = 0
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class IngestView:
    """An ingest: its job's status word, and each file's progress."""

    job: str
    status: str
    progress: float | None
    files: tuple[FileProgress, ...]
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document in a collection. `document` is its sha256; times are Unix seconds."""

    document: str
    name: str
    store: StoreKind
    collection: str
    model: str
    dimension: int
    status: FileStatus
    pages: int
    chunks: int
    size: int
    kind: str
    job: str
    added: float


@dataclass(frozen=True, slots=True)
class CollectionRequest:
    """A collection to make. Name: letters, digits and underscores, beginning with a letter, at most 48."""

    name: str
    dimension: int
    store: StoreKind = StoreKind.ASTRA
    metric: str = "cosine"


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


@dataclass(frozen=True, slots=True)
class HeldCollection:
    """A collection as take-down sees it: what of it is this owner's, and whether anything else is in it."""

    collection: Collection
    documents: tuple[DocumentRecord, ...]
    others: bool


@dataclass(frozen=True, slots=True)
class LibraryState:
    """Everything the knowledge room keeps for an owner, for take-down; `unreachable` says what was not seen."""

    collections: tuple[HeldCollection, ...] = ()
    unreachable: str = ""

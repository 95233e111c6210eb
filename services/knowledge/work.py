"""One ingest's work: where it writes to and how it cuts; a document on its way; the passages to be stored of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.documents import Chunk, ChunkSettings, Method
from services.errors import InvalidRequest
from services.knowledge.collaborators import Embedder, Originals, Store
from services.knowledge.files import ChunkPlan, DocumentRecord, FileProgress
from services.knowledge.library import Library
from services.knowledge.models import Entry, Space

LONGEST_PASSAGE = 20_000  # characters of one that a person wrote; an endpoint refuses what is far longer
SPECIAL_TOKENS = 2  # a model's own marks at both ends of what it reads


@dataclass(frozen=True, slots=True)
class Work:
    """One ingest: where it writes to, with what, how it cuts.

    token_cap   how many tokens the embedding model reads; None: not known
    passwords   by a file's position; in memory only
    """

    ingest: str
    owner: str
    space: Space
    store: Store
    embedder: Embedder
    plan: ChunkPlan
    token_cap: int | None = None
    passwords: Mapping[int, str] = field(default_factory=dict, repr=False)

    @property
    def settings(self) -> ChunkSettings:
        """How passages are cut."""
        return self.plan.settings(usable(self.token_cap))

    def password(self, file: FileProgress) -> str:
        """A file's password, else that of the archive it came in, else ""."""
        own = self.passwords.get(file.position, "")
        return own or (self.passwords.get(file.archive, "") if file.archive is not None else "")


@dataclass(slots=True)
class Document:
    """A file on its way.

    missing   which of its passages are still to be stored
    stale     the ids of passages of an earlier cut, which go when all of this one are there
    edits     the mark of passages that a person made
    """

    file: FileProgress
    record: DocumentRecord
    missing: tuple[Entry, ...]
    stored: int
    stale: tuple[str, ...] = ()
    edits: str = ""

    @property
    def done(self) -> bool:
        return self.stored >= self.record.chunks


@dataclass(frozen=True, slots=True)
class Before:
    """A document as it was before it is cut anew: its record, the mark of its edits, its passages."""

    record: DocumentRecord
    edits: str
    ids: tuple[str, ...]


def usable(token_cap: int | None) -> int | None:
    """How many tokens of a text a model reads that reads `token_cap` with its own marks; None: not known."""
    return None if token_cap is None else max(8, token_cap - SPECIAL_TOKENS)


def entries(owner: str, file: FileProgress, plan: ChunkPlan, passages: Sequence[Chunk]) -> tuple[Entry, ...]:
    """A document's passages as they are stored."""
    return tuple(
        Entry(
            id=passage_id(owner, file.document, plan, part),
            text=part.text,
            source=file.name,
            document=file.document,
            page=part.page,
            start=part.start,
            end=part.end,
            ordinal=part.ordinal,
            metadata=metadata(file.name, part),
        )
        for part in passages
    )


def metadata(source: str, part: Chunk) -> dict[str, Any]:
    """What is kept with a passage: "source" and "page", and where there are such "section", "label" and "edited"."""
    known: dict[str, Any] = {"source": source, "page": part.page}
    if part.section:
        known["section"] = part.section
    if part.label:
        known["label"] = part.label
    if part.edited:
        known["edited"] = True
    return known


def passage_id(owner: str, document: str, plan: ChunkPlan, part: Chunk) -> str:
    """A passage's id: the same owner, content and cut give the same one."""
    method = () if plan.method is Method.RECURSIVE else (str(plan.method),)
    parts = (owner, document, str(plan.size), str(plan.overlap), *method, str(part.ordinal), part.text)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


def check_lengths(passages: Sequence[Chunk], size: int) -> None:
    """Raise InvalidRequest for a passage without text, and for one far longer than the cut's `size`."""
    most = max(LONGEST_PASSAGE, size)
    for each in passages:
        if not each.text.strip() or len(each.text) > most:
            raise InvalidRequest(
                f"Passage {each.ordinal + 1} cannot be stored.",
                f"It has {len(each.text):,} characters; a passage has 1 to {most:,}.",
                "Part it, or leave it out.",
            )


def remove(record: DocumentRecord, owner: str, store: Store, library: Library, originals: Originals) -> int:
    """Take a document out: its passages, its place in the list, and the original unless it is elsewhere too.

    Returns how many passages went.
    """
    space = Space(owner, record.collection, record.model, record.dimension)
    gone = store.delete(space, store.ids(space, record.document))
    if library.forget(record):
        originals.delete(owner, record.document)
        library.erase(record.document)
    return gone


def drop_original(document: str, owner: str, library: Library, originals: Originals) -> None:
    """Delete an original that no document is made of."""
    if document and not library.holds(document):
        originals.delete(owner, document)


def passages_in(documents: Iterable[Document]) -> int:
    """How many passages are still to be stored."""
    return sum(len(document.missing) for document in documents)

"""Files on their way into a collection, and documents that are in one. All of it frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.documents import Chunk, ChunkSettings, Method
from services.errors import InvalidRequest, Problem
from services.knowledge.models import Collection, StoreKind

JOB_KIND = "ingest"
INSIDE = " › "  # between an archive's name and that of a file in it


class FileStatus(StrEnum):
    """Where a file of an ingest is; from READY on they are ends.

    UNPACKED is an archive: its files have rows of their own.
    """

    WAITING = "waiting"
    READING = "reading"
    EMBEDDING = "embedding"
    READY = "ready"
    UNPACKED = "unpacked"
    SAME = "already there"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to the file in this ingest."""
        return self not in (FileStatus.WAITING, FileStatus.READING, FileStatus.EMBEDDING)


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    """How a document is cut, in characters, as services.documents.ChunkSettings has it.

    Part of every passage's id: other settings make other passages.
    """

    size: int = 1000
    overlap: int = 150
    method: Method = Method.RECURSIVE

    def settings(self, token_cap: int | None = None) -> ChunkSettings:
        """The same for the chunker; InvalidRequest for lengths that make no passages."""
        try:
            return ChunkSettings(self.size, self.overlap, token_cap, self.method)
        except ValueError as error:
            raise InvalidRequest(
                f"Passages of {self.size} characters that overlap by {self.overlap} cannot be made.",
                "A passage has at least 20 characters, and its overlap is half of that at most.",
                "Choose a longer passage or less overlap.",
            ) from error


@dataclass(frozen=True, slots=True)
class Upload:
    """A file a person gave: its name, its bytes, and the password it opens with, which is kept nowhere."""

    name: str
    data: bytes = field(repr=False)
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class IngestRequest:
    """Files to read into a collection. `embedding` names the embedder (an endpoint); no `collection`: the usual one.

    `edits`: by a file's sha256 the passages a person made of it, which are stored instead of those `chunks` would make.
    """

    files: tuple[Upload, ...]
    embedding: str
    store: StoreKind = StoreKind.LOCAL
    collection: str = ""
    chunks: ChunkPlan = field(default_factory=ChunkPlan)
    edits: Mapping[str, tuple[Chunk, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileProgress:
    """One file of an ingest. `chunks` is None until it was read; `reason` and `hint` say why it was refused.

    locked     it opens with a password, which is kept nowhere: to resume, give it again
    archive    the position of the archive it came in; its name then is "archive.zip › folder/file.pdf"
    warnings   what could not be had of it, sentences
    """

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
    locked: bool = False
    archive: int | None = None
    warnings: tuple[str, ...] = ()


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
    """A document in a collection. `document` is its sha256; times are Unix seconds.

    `cut` is how it was cut, `edited` whether a person changed passages after that.
    """

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
    cut: ChunkPlan = field(default_factory=ChunkPlan)
    edited: bool = False


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

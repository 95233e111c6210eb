"""What the knowledge room needs from others, and what its two stores have in common, as protocols."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from services.errors import StoreProblem
from services.knowledge.models import (
    Collection,
    CollectionRequest,
    Entry,
    Found,
    Passage,
    Question,
    SearchSettings,
    Space,
    StoreKind,
)

if TYPE_CHECKING:
    from services.documents import Member, Original, Reading
    from services.inference import Delta, Message


class Embedder(Protocol):
    """Texts to vectors, such as services.inference.Embedder."""

    def embed_batches(self, texts: Sequence[str]) -> Iterator[tuple[int, Any]]:
        """(start, vectors of shape (n, dimension)) in order, each as soon as it and all before it are there."""
        ...

    def embed_query(self, text: str) -> Sequence[float]:
        """The vector of one text."""
        ...


@dataclass(frozen=True, slots=True)
class Embedding:
    """An embedder and the vector space it works in. `model` is the model's id, not the endpoint's name: the same model
    on another endpoint finds the same passages. `dimension` None: found by embedding one word. `tokens` is how many of
    a text the model reads, None where that is not known."""

    model: str
    embedder: Embedder
    dimension: int | None = None
    tokens: int | None = None

    def known(self) -> tuple[Embedding, int]:
        """This embedding with its dimension known, and that dimension."""
        if self.dimension is not None:
            return self, self.dimension
        dimension = len(self.embedder.embed_query("dimension"))
        if not dimension:
            raise StoreProblem("The embedding endpoint answers with empty vectors.", "", "Test the endpoint.")
        return replace(self, dimension=dimension), dimension


EmbeddingFactory = Callable[[str], Embedding]


class Chat(Protocol):
    """Streams an endpoint's answer to messages; such as services.inference's stream with its contract filled in."""

    def __call__(self, endpoint: str, messages: Sequence[Message]) -> Iterator[Delta]:
        """The answer piece by piece; the last Delta has `done`."""
        ...


class Originals(Protocol):
    """Keeps the files people gave, by owner and content; such as services.documents.originals.Originals."""

    def put(self, owner: str, name: str, data: bytes) -> Original:
        """Keep a file; the same bytes again are the same original."""
        ...

    def open(self, owner: str, sha256: str) -> Original:
        """A kept file; NotFound when there is none."""
        ...

    def delete(self, owner: str, sha256: str) -> bool:
        """Remove a kept file; one that is not there is not missed."""
        ...


class Reader(Protocol):
    """Reads a file in a limited worker process; such as services.documents.reader.Reader."""

    def read(self, path: Path, name: str, owner: str = "", password: str = "") -> Reading:
        """Pages of text or a refusal; never raises for a bad file."""
        ...

    def unpack(self, path: Path, owner: str = "", password: str = "") -> Iterator[Member]:
        """The files of a ZIP archive; DocumentRefused, `locked` where a password is missing or wrong."""
        ...


class Store(Protocol):
    """What both stores can do. Every call names an owner (most inside a space): nothing crosses owners."""

    kind: StoreKind

    def collections(self, owner: str) -> tuple[Collection, ...]:
        """The collections this owner can use."""
        ...

    def described(self, owner: str, name: str) -> Collection:
        """One collection, looked at: how much is in it, of which models, whether of others too. NotFound without it."""
        ...

    def models(self, owner: str, name: str) -> tuple[str, ...]:
        """The embedding models a collection is bound to, as far as the store itself knows."""
        ...

    def passages(self, owner: str, name: str) -> int:
        """How many passages of this owner a collection holds; a remote store may stop counting at its limit."""
        ...

    def create_collection(self, owner: str, request: CollectionRequest) -> None:
        """Make a collection; the same one again is fine, a different one of that name a StoreProblem."""
        ...

    def empty_collection(self, owner: str, name: str) -> int:
        """Remove all passages of this owner from a collection; returns how many went. NotFound without it."""
        ...

    def drop_collection(self, owner: str, name: str) -> None:
        """Remove a collection and everything in it. NotFound when there is none."""
        ...

    def holds_more(self, owner: str, name: str, documents: Sequence[str]) -> bool:
        """Whether anything but these documents of this owner is in the collection."""
        ...

    def add(self, space: Space, entries: Sequence[Entry], vectors: Any, *, replace: bool = False) -> int:
        """Store passages; an id that is there already is left alone, or replaced. Returns how many were new.

        StoreProblem when the vectors do not fit, or the collection is bound to another model.
        """
        ...

    def search(self, space: Space, question: Question, settings: SearchSettings) -> Found:
        """The best passages for a question, best first."""
        ...

    def get(self, space: Space, ids: Sequence[str]) -> tuple[Passage, ...]:
        """The passages with these ids, in their order; absent ones are left out."""
        ...

    def ids(self, space: Space, document: str) -> tuple[str, ...]:
        """The ids of a document's passages."""
        ...

    def delete(self, space: Space, ids: Sequence[str]) -> int:
        """Remove passages by id; those that are not there are not missed. Returns how many went."""
        ...

    def count(self, space: Space) -> int:
        """How many passages the space holds; a remote store may stop counting at its limit."""
        ...

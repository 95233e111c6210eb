"""What pages and the command line call: collections, documents, searches, answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from services.knowledge.collaborators import Chat, EmbeddingFactory, Originals, Reader, Store
from services.knowledge.events import AnswerEvent
from services.knowledge.models import (
    AskRequest,
    Collection,
    CollectionRequest,
    DocumentRecord,
    Found,
    IngestRequest,
    IngestView,
    LibraryState,
    Passage,
    SearchSettings,
    StoreKind,
)

if TYPE_CHECKING:
    from services.connection import Astra
    from services.jobs import Jobs
    from services.plans import Plan
    from services.state import State


class KnowledgeService:
    """The documents of one owner. `embeddings(name)` and `chat(name, messages)` reach endpoints by name."""

    def __init__(
        self,
        *,
        owner: str,
        state: State,
        jobs: Jobs,
        originals: Originals,
        reader: Reader,
        embeddings: EmbeddingFactory,
        chat: Chat,
        local: Path,
        astra: Astra | None = None,
    ) -> None:
        raise NotImplementedError

    def store(self, kind: StoreKind) -> Store:
        """The store itself; MissingCredentials when Astra is asked for and not connected."""
        raise NotImplementedError

    def collections(self, store: StoreKind = StoreKind.LOCAL) -> tuple[Collection, ...]:
        """The collections of a store; for Astra this is also the connection test."""
        raise NotImplementedError

    def plan_collection(self, request: CollectionRequest) -> Plan:
        """A plan that makes a collection."""
        raise NotImplementedError

    def plan_delete_documents(self, documents: tuple[DocumentRecord, ...]) -> Plan:
        """A plan that removes documents."""
        raise NotImplementedError

    def ingest(self, request: IngestRequest) -> str:
        """Keep the files and start reading them in; returns the job's id. The same files again cost nothing."""
        raise NotImplementedError

    def resume(self, job: str) -> str:
        """Go on with an ingest that was interrupted, cancelled or failed; returns the new job's id."""
        raise NotImplementedError

    def follow(self, job: str) -> IngestView | None:
        """How far an ingest is, file by file; None when this owner has no such job."""
        raise NotImplementedError

    def documents(self, store: StoreKind | None = None, collection: str = "") -> tuple[DocumentRecord, ...]:
        """The documents of this owner, newest first."""
        raise NotImplementedError

    def delete_document(self, record: DocumentRecord) -> int:
        """Remove a document with its passages and, if no other collection holds it, its original."""
        raise NotImplementedError

    def search(
        self,
        question: str,
        embedding: str,
        settings: SearchSettings = SearchSettings(),  # noqa: B008 - frozen
        *,
        store: StoreKind = StoreKind.LOCAL,
        collection: str = "",
    ) -> Found:
        """The best passages with what the judgement of evidence needs."""
        raise NotImplementedError

    def retrieve(
        self,
        question: str,
        embedding: str,
        settings: SearchSettings = SearchSettings(),  # noqa: B008 - frozen
        *,
        store: StoreKind = StoreKind.LOCAL,
        collection: str = "",
    ) -> tuple[Passage, ...]:
        """The best passages, best first."""
        raise NotImplementedError

    def answer(self, request: AskRequest) -> Iterator[AnswerEvent]:
        """Retrieved, then TextDelta as the model speaks, then Finished with citations, or NotInDocuments."""
        raise NotImplementedError

    def library_state(self) -> LibraryState:
        """Everything this owner holds, as take-down needs it."""
        raise NotImplementedError

"""What pages and the command line call: collections, documents, searches, answers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from services.errors import InUse, InvalidRequest, MissingCredentials, NotFound, SagedeckError
from services.knowledge import planner
from services.knowledge.answer import read_answer
from services.knowledge.collaborators import Chat, EmbeddingFactory, Originals, Reader, Store
from services.knowledge.events import AnswerEvent, NotInDocuments, Retrieved
from services.knowledge.ingest import Ingest, Work
from services.knowledge.library import Library
from services.knowledge.local import LocalStore
from services.knowledge.models import (
    AskRequest,
    ChunkPlan,
    Collection,
    CollectionRequest,
    DocumentRecord,
    Found,
    HeldCollection,
    IngestRequest,
    IngestView,
    LibraryState,
    Passage,
    Question,
    SearchMode,
    SearchSettings,
    Space,
    StoreKind,
)
from services.knowledge.prompt import messages
from services.knowledge.ranking import evidence

if TYPE_CHECKING:
    from services.connection import Astra
    from services.jobs import Jobs
    from services.plans import Plan
    from services.state import State

JOB_KIND = "ingest"
NOT_ENOUGH = "No passage comes close enough to the question."


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
        self.owner = owner
        self._library = Library(state, owner)
        self._jobs, self._originals, self._reader = jobs, originals, reader
        self._embeddings, self._chat = embeddings, chat
        self._local, self._astra = LocalStore(local), astra

    @cached_property
    def _remote(self) -> Store:
        if self._astra is None:
            raise MissingCredentials(
                "No Astra database is connected.",
                "",
                "Give its endpoint and token under Settings, or use this machine.",
            )
        from services.knowledge.gateway import AstraStore

        return AstraStore(self._astra)

    def store(self, kind: StoreKind) -> Store:
        """The store itself; MissingCredentials when Astra is asked for and not connected."""
        return self._remote if kind is StoreKind.ASTRA else self._local

    # -- collections

    def collections(self, store: StoreKind = StoreKind.LOCAL) -> tuple[Collection, ...]:
        """The collections of a store; for Astra this is also the connection test."""
        made = self._library.made_here(store)
        return tuple(
            replace(collection, made_here=collection.name in made or store is StoreKind.LOCAL)
            for collection in self.store(store).collections(self.owner)
        )

    def plan_collection(self, request: CollectionRequest) -> Plan:
        """A plan that makes a collection."""
        return planner.plan_collection(request)

    def create_collection(self, request: CollectionRequest) -> None:
        """Make a collection and remember that we did. StoreProblem when its name is taken or there is no room."""
        there = any(held.name == request.name for held in self.collections(request.store))
        self.store(request.store).create_collection(self.owner, request)
        if not there:
            self._library.made(request.store, request.name)

    def delete_collection(self, store: StoreKind, name: str) -> None:
        """Remove a collection. InUse while anything is in it, NotFound when there is none."""
        if not any(held.name == name for held in self.collections(store)):
            raise NotFound(f"There is no collection {name}.", "", "Look at the list of collections.")
        if self.store(store).holds_more(self.owner, name, ()):
            raise InUse(
                f"The collection {name} is not empty.",
                "It may hold documents of others.",
                "Remove its documents first.",
            )
        self.store(store).drop_collection(self.owner, name)
        self._library.unmade(store, name)

    # -- documents

    def ingest(self, request: IngestRequest) -> str:
        """Keep the files and start reading them in; returns the job's id. The same files again cost nothing.

        NotFound when an Astra collection is not there yet, DocumentRefused when a file is too large to keep.
        """
        space = self._writable(request.store, request.embedding, request.collection)
        kept = [self._originals.put(self.owner, file.name, file.data) for file in request.files]
        ingest = uuid.uuid4().hex
        self._library.begin(ingest, [(one.name, one.sha256, one.size) for one in kept])
        return self._start(ingest, request.store, request.embedding, space, request.chunks, len(kept))

    def resume(self, job: str) -> str:
        """Go on with an ingest that was interrupted, cancelled or failed; returns the new job's id."""
        view = self._jobs.view(job, self.owner)
        if view is None or view.kind != JOB_KIND:
            raise NotFound("There is no such ingest.", "", "Look at the list of activity.")
        told = view.payload
        store, chunks = StoreKind(told["store"]), ChunkPlan(told["size"], told["overlap"])
        space = self._writable(store, told["embedding"], told["collection"])
        self._library.begin_again(told["ingest"])
        return self._start(told["ingest"], store, told["embedding"], space, chunks, told["files"])

    def _start(self, ingest: str, store: StoreKind, embedding: str, space: Space, chunks: ChunkPlan, files: int) -> str:
        embedder = self._embeddings(embedding).embedder
        work = Work(ingest, self.owner, space, self.store(store), embedder, chunks)
        run = Ingest(work, self._library, self._originals, self._reader).run
        payload = {
            "ingest": ingest,
            "store": store,
            "embedding": embedding,
            "collection": space.collection,
            "size": chunks.size,
            "overlap": chunks.overlap,
            "files": files,
        }
        title = f"Read in {files} file{'s' if files != 1 else ''}"
        return self._jobs.start(JOB_KIND, self.owner, title, run, key=ingest, payload=payload)

    def _space(self, embedding: str, collection: str) -> Space:
        known, dimension = self._embeddings(embedding).known()
        return Space(self.owner, collection or usual_collection(dimension), known.model, dimension)

    def _writable(self, store: StoreKind, embedding: str, collection: str) -> Space:
        """The space to write to: on this machine it makes itself, in Astra its collection is a plan of its own."""
        space = self._space(embedding, collection)
        there = any(held.name == space.collection for held in self.collections(store))
        if not there and store is StoreKind.ASTRA:
            raise NotFound(
                f"The collection {space.collection} is not in this database yet.", "", "Make the collection first."
            )
        if not there:
            self.create_collection(CollectionRequest(space.collection, space.dimension, store))
        return space

    def follow(self, job: str) -> IngestView | None:
        """How far an ingest is, file by file; None when this owner has no such job."""
        view = self._jobs.view(job, self.owner)
        if view is None or view.kind != JOB_KIND:
            return None
        files = self._library.files(view.payload["ingest"])
        return IngestView(job, str(view.status), view.progress, files, view.problem)

    def documents(self, store: StoreKind | None = None, collection: str = "") -> tuple[DocumentRecord, ...]:
        """The documents of this owner, newest first."""
        return self._library.documents(store, collection)

    def plan_delete_documents(self, documents: tuple[DocumentRecord, ...]) -> Plan:
        """A plan that removes documents."""
        return planner.plan_delete_documents(documents)

    def delete_document(self, record: DocumentRecord) -> int:
        """Remove a document with its passages and, if no other collection holds it, its original."""
        space = Space(self.owner, record.collection, record.model, record.dimension)
        store = self.store(record.store)
        gone = store.delete(space, store.ids(space, record.document))
        if self._library.forget(record):
            self._originals.delete(self.owner, record.document)
        return gone

    # -- questions

    def search(
        self,
        question: str,
        embedding: str,
        settings: SearchSettings = SearchSettings(),  # noqa: B008 - frozen
        *,
        store: StoreKind = StoreKind.LOCAL,
        collection: str = "",
    ) -> Found:
        """The best passages with what the judgement of evidence needs. The endpoint is asked for one vector."""
        held = self._embeddings(embedding)
        if settings.mode is SearchMode.KEYWORD and store is StoreKind.LOCAL and held.dimension is not None:
            vector, dimension = None, held.dimension
        else:
            vector = held.embedder.embed_query(question)
            dimension = len(vector)
        space = Space(self.owner, collection or usual_collection(dimension), held.model, dimension)
        return self.store(store).search(space, Question(question, vector), settings)

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
        return self.search(question, embedding, settings, store=store, collection=collection).passages

    def answer(self, request: AskRequest) -> Iterator[AnswerEvent]:
        """Retrieved, then TextDelta as the model speaks, then Finished with citations, or NotInDocuments.

        The model is not asked when the passages cannot hold the answer. Raises what the endpoints raise, and
        InvalidRequest for a question without a word.
        """
        if not request.question.strip():
            raise InvalidRequest("The question is empty.", "", "Write what you want to know.")
        found = self.search(
            request.question, request.embedding, request.settings, store=request.store, collection=request.collection
        )
        judged = evidence(found, request.settings.threshold)
        yield Retrieved(found.passages, judged)
        if not judged.answerable:
            yield NotInDocuments(NOT_ENOUGH, asked=False)
            return
        stream = self._chat(request.chat, messages(request.question, found.passages, request.history))
        yield from read_answer(stream, found.passages, found.rarity)

    # -- take-down

    def library_state(self) -> LibraryState:
        """Everything this owner holds, as take-down needs it; an Astra that does not answer is said, not raised."""
        held, unreachable = self._held(StoreKind.LOCAL), ""
        if self.documents(StoreKind.ASTRA) or self._library.made_here(StoreKind.ASTRA):
            try:
                held += self._held(StoreKind.ASTRA)
            except SagedeckError as error:
                unreachable = f"What is in Astra stays, because it cannot be seen now. {error.what}"
        return LibraryState(tuple(held), unreachable)

    def _held(self, kind: StoreKind) -> list[HeldCollection]:
        held: list[HeldCollection] = []
        for collection in self.collections(kind):
            documents = self.documents(kind, collection.name)
            if documents or collection.made_here:
                names = [record.document for record in documents]
                others = self.store(kind).holds_more(self.owner, collection.name, names)
                held.append(HeldCollection(collection, documents, others))
        return held


def usual_collection(dimension: int) -> str:
    """The collection used when none is named: one for all models of a dimension, because a database holds few."""
    return f"sagedeck_{dimension}"

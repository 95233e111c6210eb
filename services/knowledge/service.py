"""What pages and the command line call: collections, documents, searches, answers."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from services.errors import NotFound
from services.knowledge import planner
from services.knowledge.asking import Asking
from services.knowledge.files import ChunkPlan, DocumentRecord, IngestRequest, IngestView
from services.knowledge.ingest import Ingest, Work
from services.knowledge.models import CollectionRequest, Space, StoreKind

if TYPE_CHECKING:
    from services.plans import Plan

JOB_KIND = "ingest"


class KnowledgeService(Asking):
    """The documents of one owner. `embeddings(name)` and `chat(name, messages)` reach endpoints by name."""

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

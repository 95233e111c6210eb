"""What pages and the command line call: collections, documents, searches, answers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from services.documents import Method
from services.errors import InvalidRequest, NotFound
from services.knowledge import planner
from services.knowledge.file_reading import shown
from services.knowledge.files import JOB_KIND as JOB_KIND
from services.knowledge.files import ChunkPlan, DocumentRecord, FileStatus, IngestRequest, IngestView
from services.knowledge.ingest import Ingest
from services.knowledge.ingests import Arrived, Ingests
from services.knowledge.models import CollectionRequest, Space, StoreKind
from services.knowledge.previews import Previews
from services.knowledge.work import Work, check_lengths, drop_original, remove

if TYPE_CHECKING:
    from services.plans import Plan


class KnowledgeService(Previews):
    """The documents of one owner. `embeddings(name)` and `chat(name, messages)` reach endpoints by name."""

    @cached_property
    def _ingests(self) -> Ingests:
        return Ingests(self._state, self.owner)

    def ingest(self, request: IngestRequest) -> str:
        """Keep the files and start reading them in; returns the job's id. The same files again cost nothing.

        An archive's files become rows of their own. NotFound when an Astra collection is not there yet, DocumentRefused
        when a file is too large to keep, InvalidRequest for a cut that makes no passages.
        """
        return self._ingest(request, None)

    def replace_document(self, old: DocumentRecord, request: IngestRequest) -> str:
        """Read in one file, into the collection of `old`, which goes as soon as all of the new version is there.

        Returns the job's id. A resumed job finishes it; until then both may be found. InvalidRequest for no or several
        files; an archive in its place leaves the old document.
        """
        if len(request.files) != 1:
            raise InvalidRequest("One file replaces one document.", "", "Choose one file.")
        return self._ingest(replace(request, store=old.store, collection=old.collection), (old.model, old.document))

    def _ingest(self, request: IngestRequest, replaces: tuple[str, str] | None) -> str:
        request.chunks.settings()
        for passages in request.edits.values():
            check_lengths(passages, request.chunks.size)
        space = self._writable(request.store, request.embedding, request.collection)
        kept = [self._originals.put(self.owner, file.name, file.data) for file in request.files]
        arrived = [
            Arrived(shown(file.name, one.name), one.sha256, one.size, locked=bool(file.password), replaces=replaces)
            for one, file in zip(kept, request.files, strict=True)
        ]
        passwords = {position: file.password for position, file in enumerate(request.files) if file.password}
        ingest = uuid.uuid4().hex
        self._ingests.begin(ingest, arrived, request.edits)
        told = {
            "ingest": ingest,
            "store": request.store,
            "embedding": request.embedding,
            "collection": space.collection,
            "size": request.chunks.size,
            "overlap": request.chunks.overlap,
            "method": request.chunks.method,
            "files": len(kept),
        }
        return self._start(told, space, passwords)

    def resume(self, job: str, passwords: Mapping[int, str] | None = None) -> str:
        """Go on with an ingest that was interrupted, cancelled or failed; returns the new job's id.

        `passwords`: by the position of a file that is `locked`. Those given before are gone, and a file whose password
        is not given again is refused until it is. NotFound where there is no such ingest.
        """
        view = self._jobs.view(job, self.owner)
        if view is None or view.kind != JOB_KIND:
            raise NotFound("There is no such ingest.", "", "Look at the list of activity.")
        space = self._writable(StoreKind(view.payload["store"]), view.payload["embedding"], view.payload["collection"])
        self._ingests.begin_again(view.payload["ingest"], passwords or ())
        return self._start(view.payload, space, passwords or {})

    def give_up(self, job: str, position: int) -> None:
        """Keep a file no longer for which no password came."""
        view = self.follow(job)
        for file in view.files if view is not None else ():
            if file.position == position and file.locked and file.status is FileStatus.REFUSED:
                drop_original(file.document, self.owner, self._library, self._originals)

    def _start(self, told: Mapping[str, Any], space: Space, passwords: Mapping[int, str]) -> str:
        embedding = self._embeddings(told["embedding"])
        work = Work(
            ingest=told["ingest"],
            owner=self.owner,
            space=space,
            store=self.store(StoreKind(told["store"])),
            embedder=embedding.embedder,
            plan=ChunkPlan(told["size"], told["overlap"], Method(told.get("method", Method.RECURSIVE))),
            token_cap=embedding.tokens,
            passwords=passwords,
        )
        run = Ingest(work, self._library, self._ingests, self._originals, self._reader).run
        files = told["files"]
        title = f"Read in {files} file{'s' if files != 1 else ''}"
        return self._jobs.start(JOB_KIND, self.owner, title, run, key=work.ingest, payload=told)

    def _writable(self, store: StoreKind, embedding: str, collection: str) -> Space:
        """The space to write to: on this machine it makes itself, in Astra its collection is a plan of its own."""
        space = self._space(store, embedding, collection)
        there = any(held.name == space.collection for held in self.collections(store))
        if not there and store is StoreKind.ASTRA:
            raise NotFound(
                f"The collection {space.collection} is not in this database yet.", "", "Make the collection first."
            )
        if not there:
            self.create_collection(CollectionRequest(space.collection, space.dimension, store, model=space.model))
        return space

    def follow(self, job: str) -> IngestView | None:
        """How far an ingest is, file by file; None when this owner has no such job."""
        view = self._jobs.view(job, self.owner)
        if view is None or view.kind != JOB_KIND:
            return None
        files = self._ingests.files(view.payload["ingest"])
        return IngestView(job, str(view.status), view.progress, files, view.problem)

    def plan_delete_documents(self, documents: tuple[DocumentRecord, ...]) -> Plan:
        """A plan that removes documents."""
        return planner.plan_delete_documents(documents)

    def delete_document(self, record: DocumentRecord) -> int:
        """Remove a document with its passages and, if no other collection holds it, its original."""
        return remove(record, self.owner, self.store(record.store), self._library, self._originals)

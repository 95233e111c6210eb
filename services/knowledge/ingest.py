"""The job that turns files into passages: read, cut, embed, store, each file on its own, the next read meanwhile.

Safe to kill at any moment and to start again: ids follow from owner, content and cut, so what is stored is never
doubled; a document counts as ready only after its last passage; what was stored of it is not embedded again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from services.errors import problem_of
from services.knowledge.collaborators import Originals, Reader
from services.knowledge.file_reading import FileReading
from services.knowledge.files import FileProgress, FileStatus
from services.knowledge.ingests import Ingests
from services.knowledge.library import Library
from services.knowledge.models import Entry
from services.knowledge.work import Document, Work, passages_in, remove

if TYPE_CHECKING:
    from services.jobs import JobHandle

WINDOW = 512  # passages embedded in one go; more files share it, so that small ones do not leave the endpoint idle
STORE_SECONDS = 2.0  # where the endpoint is slow, what came so far is stored after this, so that progress is seen
STORE_BATCH = 128  # passages a transaction (or 3 requests of 50): what is lost at most when the process dies

DELETED, ADD_AGAIN = "It was deleted while it was read in.", "Add it again if it is wanted."


class Ingest:
    """Runs one ingest inside a job."""

    def __init__(self, work: Work, library: Library, ingests: Ingests, originals: Originals, reader: Reader) -> None:
        self._work, self._library, self._ingests, self._originals = work, library, ingests, originals
        self._reading = FileReading(work, library, ingests, originals, reader)
        self._shelf = self._reading.shelf
        self._open: dict[int, Document] = {}

    def run(self, handle: JobHandle) -> Mapping[str, Any]:
        """Read in every file that waits; returns how many ended how. Raises JobCancelled, or what stopped it all."""
        thread = self._reading.start(handle.id)
        try:
            for window in self._windows(handle):
                self._embed(window, handle)
        except Exception as error:
            self._shelf.stop()
            thread.join()
            problem = problem_of(error)
            self._abandon(handle, problem.what, problem.next)
            raise
        finally:
            self._shelf.stop()
        thread.join()
        self._retire()
        self._report(handle)
        return self._outcome()

    # -- embedding and storing

    def _windows(self, handle: JobHandle) -> Iterator[list[Document]]:
        """Documents that are read, as many as fit into one go."""
        while not self._shelf.empty:
            window: list[Document] = []
            while passages_in(window) < WINDOW:
                document = self._shelf.take(wait=not window)
                if document is None:
                    break
                self._open[document.file.position] = document
                window.append(document)
            if window:
                yield window
            else:
                handle.checkpoint()
                self._report(handle)

    def _embed(self, window: Sequence[Document], handle: JobHandle) -> None:
        pending = [(document, entry) for document in window for entry in document.missing]
        batch: list[tuple[Document, Entry]] = []
        vectors: list[Any] = []
        last = time.monotonic()
        for document in window:
            self._finish_if_done(document)
        for start, rows in self._work.embedder.embed_batches([entry.text for _, entry in pending]) if pending else ():
            handle.checkpoint()
            batch += pending[start : start + len(rows)]
            vectors.extend(rows)
            if len(batch) >= STORE_BATCH or time.monotonic() - last > STORE_SECONDS:
                self._store(batch, vectors, handle)
                batch, vectors, last = [], [], time.monotonic()
        if batch:
            self._store(batch, vectors, handle)

    def _store(self, batch: Sequence[tuple[Document, Entry]], vectors: Sequence[Any], handle: JobHandle) -> None:
        touched = {document.file.position: document for document, _ in batch}
        wanted = {position for position, document in touched.items() if self._wanted(document)}
        kept = [place for place, (document, _) in enumerate(batch) if document.file.position in wanted]
        if kept:
            entries = [batch[place][1] for place in kept]
            self._work.store.add(self._work.space, entries, [vectors[place] for place in kept])
        for place in kept:
            batch[place][0].stored += 1
        for document in touched.values():
            if self._wanted(document):
                self._mark(document.file, stored=document.stored)
                self._finish_if_done(document)
        self._report(handle)

    def _wanted(self, document: Document) -> bool:
        """Whether a document is still to be stored; of one that somebody deleted meanwhile nothing stays."""
        if document.file.position not in self._open:
            return False
        work = self._work
        if self._library.document(work.store.kind, work.space.collection, work.space.model, document.file.document):
            return True
        self._open.pop(document.file.position)
        work.store.delete(work.space, work.store.ids(work.space, document.file.document))
        self._mark(document.file, status=FileStatus.CANCELLED, stored=0, reason=DELETED, hint=ADD_AGAIN)
        return False

    def _finish_if_done(self, document: Document) -> None:
        if document.done and document.file.position in self._open:
            self._open.pop(document.file.position)
            if document.stale:
                self._work.store.delete(self._work.space, document.stale)
            self._library.note(replace(document.record, status=FileStatus.READY), document.edits)
            self._mark(document.file, status=FileStatus.READY)

    # -- progress and ends

    def _mark(self, file: FileProgress, **values: Any) -> None:
        self._ingests.progress(self._work.ingest, file.position, **values)

    def _report(self, handle: JobHandle) -> None:
        files = self._ingests.files(self._work.ingest)
        total = sum(file.size + 1 for file in files) or 1
        done = sum((file.size + 1) * _share(file) for file in files)
        ended = sum(file.status.ended for file in files)
        now = next((file for file in files if file.status is FileStatus.EMBEDDING), None)
        detail = f"{ended} of {len(files)} files"
        if now is not None:
            detail += f"; embedding {now.name}: {now.stored:,} of {now.chunks:,} passages"
        handle.report(done / total, detail, files=len(files), ended=ended)

    def _outcome(self) -> dict[str, Any]:
        files = self._ingests.files(self._work.ingest)
        counts = {str(status): sum(file.status is status for file in files) for status in FileStatus}
        return {"files": len(files), "passages": sum(file.stored for file in files)} | {
            status: count for status, count in counts.items() if count
        }

    def _abandon(self, handle: JobHandle, reason: str, hint: str) -> None:
        """Leave no half document behind when the ingest was cancelled; mark what was not finished."""
        cancelled = handle.cancelled
        for file in self._ingests.files(self._work.ingest):
            if file.status.ended:
                continue
            if cancelled and file.status is FileStatus.EMBEDDING:
                self._take_back(file)
            status = FileStatus.CANCELLED if cancelled else FileStatus.FAILED
            self._mark(file, status=status, reason=reason, hint=hint)

    def _take_back(self, file: FileProgress) -> None:
        """Take out the passages of a document that is not complete; one that was there before stays as it was."""
        work, before = self._work, self._reading.before.get(file.position)
        kept = set(before.ids) if before else set()
        work.store.delete(work.space, [each for each in work.store.ids(work.space, file.document) if each not in kept])
        record = self._library.document(work.store.kind, work.space.collection, work.space.model, file.document)
        if before is not None:
            self._library.note(before.record, before.edits)
        elif record is not None:
            self._library.forget(record)
        self._mark(file, stored=0)

    def _retire(self) -> None:
        """Take out the documents that files which are in by now replace."""
        work = self._work
        for model, document, instead in self._ingests.replaced(work.ingest):
            record = self._library.document(work.store.kind, work.space.collection, model, document)
            if record is not None and (model, document) != (work.space.model, instead):
                remove(record, work.owner, work.store, self._library, self._originals)


def _share(file: FileProgress) -> float:
    if file.status.ended:
        return 1.0
    return 0.05 + 0.95 * file.stored / file.chunks if file.chunks else 0.0

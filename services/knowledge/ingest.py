"""The job that turns files into passages: read, cut, embed, store, each file on its own, the next read meanwhile.

Safe to kill at any moment and to start again: ids follow from owner, content and cut, so what is stored is never
doubled; a document counts as ready only after its last passage; what was stored of it is not embedded again.
"""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from services.documents import Chunk, ChunkSettings, Page, Reading, chunk
from services.errors import SagedeckError, problem_of
from services.knowledge.collaborators import Embedder, Originals, Reader, Store
from services.knowledge.files import ChunkPlan, DocumentRecord, FileProgress, FileStatus
from services.knowledge.library import Library
from services.knowledge.models import Entry, Space

if TYPE_CHECKING:
    from services.jobs import JobHandle

READ_AHEAD = 4  # files read and not yet embedded: bounds memory
WINDOW = 512  # passages embedded in one go; more files share it, so that small ones do not leave the endpoint idle
STORE_BATCH = 128  # passages a transaction (or 3 requests of 50): what is lost at most when the process dies
POLL_SECONDS = 0.2

Chunker = Callable[[Sequence[Page], ChunkSettings], tuple[Chunk, ...]]


@dataclass(frozen=True, slots=True)
class Work:
    """One ingest: where it writes to, with what, how it cuts."""

    ingest: str
    owner: str
    space: Space
    store: Store
    embedder: Embedder
    chunks: ChunkPlan


@dataclass(slots=True)
class Document:
    """A file on its way: its passages, and which of them are still to be stored."""

    file: FileProgress
    record: DocumentRecord
    entries: tuple[Entry, ...]
    missing: tuple[Entry, ...]
    stored: int = 0

    @property
    def done(self) -> bool:
        return self.stored >= len(self.entries)


class Ingest:
    """Runs one ingest inside a job."""

    def __init__(
        self, work: Work, library: Library, originals: Originals, reader: Reader, *, chunker: Chunker = chunk
    ) -> None:
        self._work, self._library = work, library
        self._originals, self._reader, self._chunker = originals, reader, chunker
        self._stop = threading.Event()
        self._read: queue.Queue[Document | Exception | None] = queue.Queue(READ_AHEAD)
        self._open: dict[int, Document] = {}

    def run(self, handle: JobHandle) -> Mapping[str, Any]:
        """Read in every file that waits; returns how many ended how. Raises JobCancelled, or what stopped it all."""
        thread = threading.Thread(target=self._read_all, args=(handle.id,), name="ingest-read", daemon=True)
        thread.start()
        try:
            for window in self._windows(handle):
                self._embed(window, handle)
        except Exception as error:
            self._stop.set()
            thread.join()
            problem = problem_of(error)
            self._abandon(handle, problem.what, problem.next)
            raise
        finally:
            self._stop.set()
        thread.join()
        self._report(handle)
        return self._outcome()

    # -- reading, in a thread of its own

    def _read_all(self, job: str) -> None:
        try:
            seen: set[str] = set()
            for file in self._library.files(self._work.ingest):
                if self._stop.is_set():
                    return
                if file.status.ended:
                    seen.add(file.document)
                    continue
                try:
                    document = self._one(file, seen, job)
                except SagedeckError as error:
                    self._mark(file, status=FileStatus.FAILED, reason=error.what, hint=error.next)
                    continue
                if document is not None:
                    self._hand_over(document)
                seen.add(file.document)
            self._hand_over(None)
        except Exception as error:  # noqa: BLE001 - raised again in the job's own thread
            self._hand_over(error)

    def _hand_over(self, item: Document | Exception | None) -> None:
        while not self._stop.is_set():
            try:
                self._read.put(item, timeout=POLL_SECONDS)
                return
            except queue.Full:
                continue

    def _one(self, file: FileProgress, seen: set[str], job: str) -> Document | None:
        work = self._work
        if file.document in seen or self._library.is_ready(work.store.kind, work.space, file.document, work.chunks):
            self._mark(file, status=FileStatus.SAME)
            return None
        self._mark(file, status=FileStatus.READING)
        reading = self._reader.read(self._originals.open(work.owner, file.document).path, file.name)
        if reading.refusal is not None:
            refusal = reading.refusal
            self._mark(file, status=FileStatus.REFUSED, reason=refusal.reason, hint=refusal.hint)
            self._drop_original(file)
            return None
        entries = self._entries(file, reading)
        if not entries:
            reason = "There is no text in this file."
            self._mark(file, status=FileStatus.REFUSED, reason=reason, hint="Give one with text in it.")
            return None
        return self._document(file, reading, entries, job)

    def _document(self, file: FileProgress, reading: Reading, entries: tuple[Entry, ...], job: str) -> Document:
        work = self._work
        held = set(work.store.ids(work.space, file.document))
        stale = held - {entry.id for entry in entries}
        if stale:
            work.store.delete(work.space, sorted(stale))
        record = DocumentRecord(
            document=file.document,
            name=file.name,
            store=work.store.kind,
            collection=work.space.collection,
            model=work.space.model,
            dimension=work.space.dimension,
            status=FileStatus.EMBEDDING,
            pages=len(reading.pages),
            chunks=len(entries),
            size=file.size,
            kind=reading.kind,
            job=job,
            added=0.0,
        )
        missing = tuple(entry for entry in entries if entry.id not in held)
        document = Document(file, record, entries, missing, len(entries) - len(missing))
        self._library.note(record, work.chunks)
        self._mark(file, status=FileStatus.EMBEDDING, pages=record.pages, chunks=record.chunks, stored=document.stored)
        return document

    def _entries(self, file: FileProgress, reading: Reading) -> tuple[Entry, ...]:
        work = self._work
        cut = self._chunker(reading.pages, ChunkSettings(size=work.chunks.size, overlap=work.chunks.overlap))
        return tuple(
            Entry(
                id=passage_id(work.owner, file.document, work.chunks, part),
                text=part.text,
                source=file.name,
                document=file.document,
                page=part.page,
                start=part.start,
                end=part.end,
                ordinal=part.ordinal,
                metadata={"source": file.name, "page": part.page},
            )
            for part in cut
        )

    # -- embedding and storing

    def _windows(self, handle: JobHandle) -> Iterator[list[Document]]:
        """Documents that are read, as many as fit into one go."""
        ended = False
        while not ended:
            window: list[Document] = []
            while sum(len(document.missing) for document in window) < WINDOW:
                try:
                    item = self._read.get(timeout=POLL_SECONDS) if not window else self._read.get_nowait()
                except queue.Empty:
                    if window:
                        break
                    handle.checkpoint()
                    self._report(handle)
                    continue
                if isinstance(item, Exception):
                    raise item
                if item is None:
                    ended = True
                    break
                self._open[item.file.position] = item
                window.append(item)
            if window:
                yield window

    def _embed(self, window: Sequence[Document], handle: JobHandle) -> None:
        pending = [(document, entry) for document in window for entry in document.missing]
        batch: list[tuple[Document, Entry]] = []
        vectors: list[Any] = []
        for document in window:
            self._finish_if_done(document)
        for start, rows in self._work.embedder.embed_batches([entry.text for _, entry in pending]) if pending else ():
            handle.checkpoint()
            batch += pending[start : start + len(rows)]
            vectors.extend(rows)
            if len(batch) >= STORE_BATCH:
                self._store(batch, vectors, handle)
                batch, vectors = [], []
        if batch:
            self._store(batch, vectors, handle)

    def _store(self, batch: Sequence[tuple[Document, Entry]], vectors: Sequence[Any], handle: JobHandle) -> None:
        self._work.store.add(self._work.space, [entry for _, entry in batch], vectors)
        touched: dict[int, Document] = {}
        for document, _ in batch:
            document.stored += 1
            touched[document.file.position] = document
        for document in touched.values():
            self._mark(document.file, stored=document.stored)
            self._finish_if_done(document)
        self._report(handle)

    def _finish_if_done(self, document: Document) -> None:
        if document.done and document.file.position in self._open:
            record = self._open.pop(document.file.position).record
            self._library.note(replace(record, status=FileStatus.READY), self._work.chunks)
            self._mark(document.file, status=FileStatus.READY)

    # -- progress and ends

    def _mark(self, file: FileProgress, **values: Any) -> None:
        self._library.progress(self._work.ingest, file.position, **values)

    def _report(self, handle: JobHandle) -> None:
        files = self._library.files(self._work.ingest)
        total = sum(file.size + 1 for file in files) or 1
        done = sum((file.size + 1) * _share(file) for file in files)
        ended = sum(file.status.ended for file in files)
        now = next((file.name for file in files if file.status is FileStatus.EMBEDDING), "")
        detail = f"{ended} of {len(files)} files" + (f"; embedding {now}" if now else "")
        handle.report(done / total, detail, files=len(files), ended=ended)

    def _outcome(self) -> dict[str, Any]:
        files = self._library.files(self._work.ingest)
        counts = {str(status): sum(file.status is status for file in files) for status in FileStatus}
        return {"files": len(files), "passages": sum(file.stored for file in files)} | {
            status: count for status, count in counts.items() if count
        }

    def _abandon(self, handle: JobHandle, reason: str, hint: str) -> None:
        """Leave no half document behind when the ingest was cancelled; mark what was not finished."""
        cancelled = handle.cancelled
        for file in self._library.files(self._work.ingest):
            if file.status.ended:
                continue
            if cancelled and file.status is FileStatus.EMBEDDING:
                self._take_back(file)
            status = FileStatus.CANCELLED if cancelled else FileStatus.FAILED
            self._mark(file, status=status, reason=reason, hint=hint)

    def _take_back(self, file: FileProgress) -> None:
        work = self._work
        work.store.delete(work.space, work.store.ids(work.space, file.document))
        record = self._library.document(work.store.kind, work.space.collection, work.space.model, file.document)
        if record is not None:
            self._library.forget(record)
        self._mark(file, stored=0)

    def _drop_original(self, file: FileProgress) -> None:
        if not any(record.document == file.document for record in self._library.documents()):
            self._originals.delete(self._work.owner, file.document)


def passage_id(owner: str, document: str, chunks: ChunkPlan, part: Chunk) -> str:
    """A passage's id: the same owner, content and cut give the same one."""
    parts = (owner, document, str(chunks.size), str(chunks.overlap), str(part.ordinal), part.text)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


def _share(file: FileProgress) -> float:
    if file.status.ended:
        return 1.0
    return 0.05 + 0.95 * file.stored / file.chunks if file.chunks else 0.0

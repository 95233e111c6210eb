"""The half of an ingest that reads: files opened, archives unpacked, text cut, in a thread ahead of the embedding."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.documents import Chunk, ChunkSettings, Page, Reading, chunk, clean_name
from services.errors import DocumentRefused, SagedeckError
from services.knowledge.collaborators import Originals, Reader
from services.knowledge.files import INSIDE, DocumentRecord, FileProgress, FileStatus
from services.knowledge.ingests import Arrived, Ingests, mark_of
from services.knowledge.library import Library
from services.knowledge.work import Before, Document, Work, drop_original, entries

if TYPE_CHECKING:
    from services.documents import Member

READ_AHEAD = 4  # files read and not yet embedded
AHEAD_PASSAGES = 4_000  # passages of them; both bound memory, one document may have more alone
POLL_SECONDS = 0.2
LONGEST_PATH = 300  # characters of a path in an archive; stores index names
NO_TEXT = "There is no text in this file.", "Give one with text in it."
ALL_LEFT_OUT = "All passages of this file were left out.", "Keep one of them, or leave out the file."

Chunker = Callable[[Sequence[Page], ChunkSettings], tuple[Chunk, ...]]


class Shelf:
    """Documents that are read, handed from the reading thread to the embedding one; only so many wait at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[Document] = deque()
        self._ended, self._stopped = False, False
        self._error: Exception | None = None

    def put(self, document: Document) -> None:
        """Hand a document over, once there is room."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._has_room(document))
            self._waiting.append(document)
            self._changed.notify_all()

    def _has_room(self, document: Document) -> bool:
        held = sum(len(each.missing) for each in self._waiting)
        more = len(document.missing)
        return not self._waiting or (len(self._waiting) < READ_AHEAD and held + more <= AHEAD_PASSAGES)

    def end(self, error: Exception | None = None) -> None:
        """Say that nothing more comes, or why."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def take(self, wait: bool) -> Document | None:
        """The next document; None where there is none now. Raises what ended the reading."""
        with self._changed:
            if wait:
                self._changed.wait_for(lambda: self._waiting or self._ended, POLL_SECONDS)
            if self._waiting:
                self._changed.notify_all()
                return self._waiting.popleft()
            if self._error is not None:
                raise self._error
            return None

    @property
    def empty(self) -> bool:
        """Whether all was taken and nothing more comes."""
        with self._changed:
            return self._ended and not self._waiting and self._error is None

    def stop(self) -> None:
        """Nobody takes anything any more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    @property
    def stopped(self) -> bool:
        """Whether nobody takes anything any more."""
        return self._stopped


def inside(archive: str, member: str) -> str:
    """What a file of an archive is called: "archive.zip › folder/file.pdf"."""
    path = "/".join(clean_name(part) for part in member.split("/") if part)
    if len(path) > LONGEST_PATH:
        path = "…" + path[-LONGEST_PATH:]
    return clean_name(archive) + INSIDE + path


def shown(name: str, kept: str) -> str:
    """A file's name in the list: the one its original is `kept` under, or what it is called in its archive."""
    archive, within, member = name.partition(INSIDE)
    return inside(archive, member) if within else kept


class FileReading:
    """Reads the files of one ingest and puts what is to be stored of them on a shelf."""

    def __init__(
        self,
        work: Work,
        library: Library,
        ingests: Ingests,
        originals: Originals,
        reader: Reader,
        chunker: Chunker = chunk,
    ) -> None:
        self._work, self._library, self._ingests = work, library, ingests
        self._originals, self._reader, self._chunker = originals, reader, chunker
        self._seen: set[str] = set()  # the contents that are in, or on their way
        self._refused: dict[str, tuple[str, str]] = {}
        self.shelf = Shelf()
        self.before: dict[int, Before] = {}

    def start(self, job: str) -> threading.Thread:
        """Begin to read, in a thread of its own."""
        thread = threading.Thread(target=self._run, args=(job,), name="ingest-read", daemon=True)
        thread.start()
        return thread

    def _run(self, job: str) -> None:
        try:
            done: set[int] = set()
            while files := self._left(done):  # again, because an archive adds its own
                for file in files:
                    done.add(file.position)
                    self._take(file, job)
                    if self.shelf.stopped:
                        return
            self.shelf.end()
        except Exception as error:  # noqa: BLE001 - raised again in the job's own thread
            self.shelf.end(error)

    def _left(self, done: set[int]) -> tuple[FileProgress, ...]:
        return tuple(file for file in self._ingests.files(self._work.ingest) if file.position not in done)

    def _take(self, file: FileProgress, job: str) -> None:
        if file.status.ended:
            if file.status in (FileStatus.READY, FileStatus.SAME):
                self._seen.add(file.document)
            return
        try:
            document = self._one(file, job)
        except SagedeckError as error:
            self._mark(file, status=FileStatus.FAILED, reason=error.what, hint=error.next)
            return
        if document is not None:
            self._seen.add(file.document)
            self.shelf.put(document)

    def _one(self, file: FileProgress, job: str) -> Document | None:
        work = self._work
        edits = self._ingests.edits(work.ingest, file.document)
        ready = self._library.is_ready(work.store.kind, work.space, file.document, work.plan, mark_of(edits))
        if file.document in self._seen or ready:
            self._mark(file, status=FileStatus.SAME)
            self._seen.add(file.document)
            return None
        if file.document in self._refused:
            self._refuse(file, *self._refused[file.document])
            return None
        self._mark(file, status=FileStatus.READING)
        path = self._originals.open(work.owner, file.document).path
        reading = self._reader.read(path, file.name, work.owner, work.password(file))
        if reading.kind == "zip":
            self._unpack(file, path)
            return None
        if reading.refusal is not None:
            refusal = reading.refusal
            self._refuse(file, refusal.reason, refusal.hint, refusal.locked)
            return None
        passages = self._chunker(reading.pages, work.settings)
        if edits == passages:  # taken back to what the cut makes
            edits = None
        passages = passages if edits is None else edits
        if not passages:
            self._refuse(file, *(NO_TEXT if edits is None else ALL_LEFT_OUT))
            return None
        return self._document(file, reading, passages, job, mark_of(edits))

    def _refuse(self, file: FileProgress, reason: str, hint: str, locked: bool = False) -> None:
        """Say why a file is not read; the original of one that wants a password waits for it."""
        self._mark(file, status=FileStatus.REFUSED, reason=reason, hint=hint, locked=locked or file.locked)
        if not locked:
            self._refused[file.document] = (reason, hint)
            drop_original(file.document, self._work.owner, self._library, self._originals)

    def _document(
        self, file: FileProgress, reading: Reading, passages: Sequence[Chunk], job: str, edits: str
    ) -> Document:
        work = self._work
        wanted = entries(work.owner, file, work.plan, passages)
        held = set(work.store.ids(work.space, file.document))
        stale = tuple(sorted(held - {entry.id for entry in wanted}))
        before = self._library.document(work.store.kind, work.space.collection, work.space.model, file.document)
        if before is not None and before.status is FileStatus.READY:
            self.before[file.position] = Before(before, self._library.edits(before), tuple(held))
        record = DocumentRecord(
            document=file.document,
            name=file.name,
            store=work.store.kind,
            collection=work.space.collection,
            model=work.space.model,
            dimension=work.space.dimension,
            status=FileStatus.EMBEDDING,
            pages=len(reading.pages),
            chunks=len(wanted),
            size=file.size,
            kind=reading.kind,
            job=job,
            added=0.0,
            cut=work.plan,
            edited=bool(edits),
        )
        missing = tuple(entry for entry in wanted if entry.id not in held)
        document = Document(file, record, missing, len(wanted) - len(missing), stale, edits)
        self._library.note(record, edits)
        self._mark(
            file,
            status=FileStatus.EMBEDDING,
            pages=record.pages,
            chunks=record.chunks,
            stored=document.stored,
            warnings=reading.warnings,
        )
        return document

    # -- archives

    def _unpack(self, file: FileProgress, path: Path) -> None:
        """Give each file of an archive a row of its own; the archive itself is not kept."""
        work = self._work
        try:
            for member in self._reader.unpack(path, work.owner, work.password(file)):
                if self.shelf.stopped:
                    return
                self._ingests.add(work.ingest, self._arrived(file, member))
        except DocumentRefused as refused:
            self._refuse(file, refused.reason, refused.hint, refused.locked)
            return
        self._mark(file, status=FileStatus.UNPACKED)
        self._seen.add(file.document)
        drop_original(file.document, work.owner, self._library, self._originals)

    def _arrived(self, archive: FileProgress, member: Member) -> Arrived:
        """A file of an archive, kept; or with the reason why it is not."""
        name = inside(archive.name, member.name)
        lost = Arrived(name, "", len(member.data), archive=archive.position, status=FileStatus.REFUSED)
        if member.refusal is not None:
            return replace(lost, reason=member.refusal.reason, hint=member.refusal.hint)
        try:
            kept = self._originals.put(self._work.owner, name, member.data)
        except SagedeckError as error:
            return replace(lost, reason=error.what, hint=error.next)
        return Arrived(name, kept.sha256, kept.size, archive=archive.position)

    def _mark(self, file: FileProgress, **values: Any) -> None:
        self._ingests.progress(self._work.ingest, file.position, **values)

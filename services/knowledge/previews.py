"""How a document would be cut, before anything is stored: what the chunking page shows, and lets a person edit."""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from services.documents import Chunk, Page, Reading, chunk
from services.knowledge.asking import Asking
from services.knowledge.file_reading import inside
from services.knowledge.files import ChunkPlan, DocumentRecord, Upload
from services.knowledge.models import Space
from services.knowledge.work import usable

KEPT_READINGS = 4  # a slider asks for the same file again and again, and reading a book takes seconds
KEPT_CHARACTERS = 8_000_000  # of all kept readings: 8-16 MB
UNPACKED_BYTES = 50 * 1024 * 1024  # of an archive for a preview; an ingest has no need to hold it in memory


@dataclass(frozen=True, slots=True)
class ChunkPreview:
    """A document cut but not stored.

    document    its sha256, under which IngestRequest.edits takes changed passages
    chunks      its passages; empty where `reading.refusal` says why it cannot be read (`locked`: give its password)
    pages       its text, which the places of passages refer to
    token_cap   what a passage may have, None where the model's reach is not known
    """

    document: str
    name: str
    chunks: tuple[Chunk, ...]
    pages: tuple[Page, ...]
    reading: Reading
    token_cap: int | None


class Previews(Asking):
    """Previews of one owner's files."""

    @cached_property
    def _kept(self) -> _Readings:
        return _Readings()

    def preview(
        self, source: Upload | DocumentRecord, plan: ChunkPlan | None = None, embedding: str = "", password: str = ""
    ) -> ChunkPreview:
        """Cut a file that is not stored yet, or a document that is, as `plan` says (a document: as it was cut).

        A document that a person edited is shown with its edits, unless another cut is asked for.
        `embedding` names the endpoint whose model's reach caps the passages. Stores nothing; a file that cannot be read
        is told in the reading. InvalidRequest for a plan that makes no passages, NotFound where the original is gone.
        """
        plan = plan or (source.cut if isinstance(source, DocumentRecord) else ChunkPlan())
        cap = usable(self._embeddings(embedding).tokens) if embedding else None
        settings = plan.settings(cap)
        if isinstance(source, DocumentRecord):
            document = source.document
            original = self._originals.open(self.owner, document)
            reading = self._read(document, source.name, original.path, password)
        else:
            document = hashlib.sha256(source.data).hexdigest()
            reading = self._read(document, source.name, source.data, password or source.password)
        if isinstance(source, DocumentRecord) and source.edited and plan == source.cut and not reading.refusal:
            chunks = self._stored(source)
        else:
            chunks = chunk(reading.pages, settings)
        return ChunkPreview(document, source.name, chunks, reading.pages, reading, cap)

    def _stored(self, record: DocumentRecord) -> tuple[Chunk, ...]:
        """A document's passages as they are stored, in the order of the text."""
        space, store = Space(self.owner, record.collection, record.model, record.dimension), self.store(record.store)
        passages = store.get(space, store.ids(space, record.document))
        return tuple(
            Chunk(
                ordinal=number,
                text=each.text,
                page=each.page,
                start=each.start,
                end=each.end,
                section=str(each.metadata.get("section", "")),
                label=str(each.metadata.get("label", "")),
                edited=bool(each.metadata.get("edited")),
            )
            for number, each in enumerate(passages)
        )

    def upload_of(self, record: DocumentRecord) -> Upload:
        """A stored document as a file, to read it in anew with another cut or with edits. NotFound."""
        return Upload(record.name, self._originals.open(self.owner, record.document).path.read_bytes())

    def unpacked(self, archive: Upload) -> tuple[Upload, ...]:
        """The files of a ZIP archive, named as an ingest names them; those that can be had, up to 50 MB.

        DocumentRefused for an archive that cannot be opened; `locked` where it wants a password.
        """
        files: list[Upload] = []
        held = 0
        with _on_disk(archive.data) as path:
            for member in self._reader.unpack(path, self.owner, archive.password):
                held += len(member.data)
                if held > UNPACKED_BYTES:
                    break
                if member.refusal is None:
                    files.append(Upload(inside(archive.name, member.name), member.data, archive.password))
        return tuple(files)

    def _read(self, document: str, name: str, data: bytes | Path, password: str) -> Reading:
        """The file's reading, kept for the next look at it; refusals are not kept."""
        key = hashlib.sha256(f"{document}\0{name}\0{password}".encode("utf-8", "replace")).hexdigest()
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        if isinstance(data, Path):
            reading = self._reader.read(data, name, self.owner, password)
        else:
            with _on_disk(data) as path:
                reading = self._reader.read(path, name, self.owner, password)
        if reading.refusal is None:
            self._kept.put(key, reading)
        return reading


class _Readings:
    """The last few readings, within a number of characters; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Reading] = OrderedDict()

    def get(self, key: str) -> Reading | None:
        """A reading that is still kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, reading: Reading) -> None:
        """Keep a reading; the longest unused ones go."""
        with self._lock:
            self._kept[key] = reading
            while len(self._kept) > KEPT_READINGS or sum(map(_characters, self._kept.values())) > KEPT_CHARACTERS:
                self._kept.popitem(last=False)


def _characters(reading: Reading) -> int:
    return sum(len(page.text) for page in reading.pages)


@contextmanager
def _on_disk(data: bytes) -> Iterator[Path]:
    """The path of a file that holds these bytes inside the block, for its owner's eyes only."""
    with tempfile.TemporaryDirectory(prefix="sagedeck-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        yield path

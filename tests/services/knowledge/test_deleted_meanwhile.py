"""Documents and collections that are deleted while something is read into them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from services.errors import InUse
from services.knowledge import (
    ChunkPlan,
    FileProgress,
    FileStatus,
    IngestRequest,
    KnowledgeService,
    StoreKind,
    Upload,
    holding,
)
from services.knowledge import ingest as ingest_module
from services.state import State
from tests.services.knowledge.fakes import WordEmbedder, make_service, wait


def read_files(service: KnowledgeService, job: str) -> tuple[FileProgress, ...]:
    view = service.follow(job)
    assert view is not None
    return view.files


class HaltingEmbedder(WordEmbedder):
    """Embeds one batch, then says so and waits."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go_on = threading.Event(), threading.Event()

    def embed_batches(self, texts: Sequence[str]) -> Iterator[tuple[int, Any]]:
        for number, batch in enumerate(super().embed_batches(texts)):
            if number:
                self.begun.set()
                assert self.go_on.wait(20)
            yield batch


LONG = "\n\n".join(f"Paragraph {number} tells of the number {number} and nothing else. " * 4 for number in range(12))
LONG_FILE = Upload("long.txt", LONG.encode())


def test_a_document_deleted_while_it_is_read_in_does_not_come_back(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(ingest_module, "STORE_BATCH", 4)
    embedder = HaltingEmbedder()
    service = make_service(tmp_path, embedder=embedder)
    job = service.ingest(IngestRequest((Upload("long.txt", LONG.encode()),), "e", chunks=ChunkPlan(200, 0)))
    assert embedder.begun.wait(20)
    (record,) = service.documents()
    assert service.delete_document(record) == 4
    embedder.go_on.set()
    wait(service, job)
    files = read_files(service, job)
    assert [(file.status, file.stored) for file in files] == [(FileStatus.CANCELLED, 0)]
    assert "deleted while" in files[0].reason
    assert service.documents() == ()
    assert service.collections()[0].passages == 0


@pytest.mark.parametrize("way", ["empty", "delete"])
def test_what_is_being_read_into_a_collection_that_goes_is_cancelled_first(
    tmp_path: Path, way: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr(ingest_module, "STORE_BATCH", 4)
    embedder = HaltingEmbedder()
    service = make_service(tmp_path, embedder=embedder)
    uploads = tuple(Upload(f"{each}.txt", f"{each} {LONG}".encode()) for each in ("one", "two"))
    job = service.ingest(IngestRequest(uploads, "e", collection="going", chunks=ChunkPlan(200, 0)))
    assert embedder.begun.wait(20)
    asked = threading.Thread(
        target=lambda: (
            service.empty_collection(StoreKind.LOCAL, "going")
            if way == "empty"
            else service.delete_collection(StoreKind.LOCAL, "going", filled=True)
        )
    )
    asked.start()
    while not service._jobs.cancel_asked(job):
        asked.join(0.01)
        assert asked.is_alive()
    embedder.go_on.set()
    asked.join(30)
    assert wait(service, job).status == "cancelled"
    assert service.documents() == ()
    assert [(each.name, each.passages) for each in service.collections()] == ([("going", 0)] if way == "empty" else [])


def test_a_collection_into_which_an_ingest_does_not_stop_reading_is_not_deleted(
    tmp_path: Path, monkeypatch: Any
) -> None:
    embedder = HaltingEmbedder()
    service = make_service(tmp_path, embedder=embedder)
    monkeypatch.setattr(holding, "HALT_SECONDS", 0.0)
    job = service.ingest(IngestRequest((LONG_FILE,), "e", collection="going", chunks=ChunkPlan(200, 0)))
    assert embedder.begun.wait(20)
    with pytest.raises(InUse, match="being read into going"):
        service.delete_collection(StoreKind.LOCAL, "going", filled=True)
    assert [each.name for each in service.collections()] == ["going"]
    embedder.go_on.set()
    wait(service, job)


def test_what_another_owner_reads_into_a_collection_of_the_same_name_goes_on(tmp_path: Path) -> None:
    embedder = HaltingEmbedder()
    state = State(tmp_path / "state.db")
    ana = make_service(tmp_path, "ana", embedder=embedder, state=state)
    bob = make_service(tmp_path, "bob", state=state)
    job = ana.ingest(IngestRequest((LONG_FILE,), "e", collection="same", chunks=ChunkPlan(200, 0)))
    assert embedder.begun.wait(20)
    wait(bob, bob.ingest(IngestRequest((Upload("b.txt", b"Something."),), "e", collection="same")))
    bob.delete_collection(StoreKind.LOCAL, "same", filled=True)
    embedder.go_on.set()
    assert wait(ana, job).status == "done"
    assert [each.status for each in ana.documents()] == [FileStatus.READY]

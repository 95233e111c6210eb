"""How files go in: by which cut, from archives, with passwords, edited, replaced; and what is left when they do not."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from services.documents import Chunk, Method, change_passage, drop_passage, estimate_tokens
from services.errors import InvalidRequest, NotFound
from services.jobs import JobStatus
from services.knowledge import (
    ChunkPlan,
    Embedding,
    FileProgress,
    FileStatus,
    IngestRequest,
    KnowledgeService,
    Passage,
    SearchSettings,
    Upload,
)
from services.state import State
from tests.services.knowledge.fakes import DIMENSION, WordEmbedder, make_service, wait, zipped

Edits = Mapping[str, tuple[Chunk, ...]]

GUIDE = b"""# Boats

Boats are lent at the pier.

## Prices

A rowing boat costs nine crowns an hour.
\f## Hours

The pier opens at eight in summer."""
LOCKED = b"locked by heron The vault lies under the ninth stair."


@pytest.fixture
def service(tmp_path: Path) -> KnowledgeService:
    return make_service(tmp_path)


def files(service: KnowledgeService, job: str) -> tuple[FileProgress, ...]:
    view = service.follow(job)
    assert view is not None
    return view.files


def put_in(
    service: KnowledgeService, *uploads: Upload, plan: ChunkPlan | None = None, edits: Edits | None = None
) -> tuple[FileProgress, ...]:
    job = service.ingest(IngestRequest(uploads, "embed", chunks=plan or ChunkPlan(), edits=edits or {}))
    assert wait(service, job).status is JobStatus.DONE
    return files(service, job)


def every_passage(service: KnowledgeService) -> tuple[Passage, ...]:
    found = service.retrieve("pier", "embed", SearchSettings(k=500))
    return tuple(sorted(found, key=lambda each: (each.source, each.page, each.start)))


def test_passages_know_the_section_they_stand_under(service: KnowledgeService) -> None:
    put_in(service, Upload("guide.md", GUIDE), plan=ChunkPlan(60, 0, Method.HEADING))
    assert [passage.metadata.get("section") for passage in every_passage(service)] == [
        "Boats",
        "Boats › Prices",
        "Boats › Hours",
    ]


def test_a_document_remembers_how_it_was_cut_and_another_cut_takes_its_place(service: KnowledgeService) -> None:
    put_in(service, Upload("guide.md", GUIDE), plan=ChunkPlan(60, 0, Method.HEADING))
    before = {passage.id for passage in every_passage(service)}
    put_in(service, Upload("guide.md", GUIDE), plan=ChunkPlan(60, 0, Method.PAGE))
    [record] = service.documents()
    assert record.cut == ChunkPlan(60, 0, Method.PAGE)
    assert not before & {passage.id for passage in every_passage(service)}
    assert record.chunks == len(every_passage(service))
    [again] = put_in(service, Upload("guide.md", GUIDE), plan=ChunkPlan(60, 0, Method.PAGE))
    assert again.status is FileStatus.SAME


def test_a_cut_that_makes_no_passages_is_refused_before_anything_is_kept(service: KnowledgeService) -> None:
    with pytest.raises(InvalidRequest, match="cannot be made"):
        service.ingest(IngestRequest((Upload("guide.md", GUIDE),), "embed", chunks=ChunkPlan(100, 90)))
    assert service.collections() == ()


def test_passages_are_no_longer_than_the_model_reads(tmp_path: Path) -> None:
    embedder = WordEmbedder()
    service = make_service(tmp_path, embeddings=lambda _name: Embedding("words", embedder, DIMENSION, tokens=32))
    put_in(service, Upload("long.txt", b"The pier is long and the boats are many. " * 60))
    assert max(estimate_tokens(passage.text) for passage in every_passage(service)) <= 30
    assert service.preview(Upload("x.txt", b"The pier."), embedding="embed").token_cap == 30


# -- archives


def test_an_archive_becomes_its_files_each_with_a_verdict(tmp_path: Path, service: KnowledgeService) -> None:
    packed = zipped({"in/guide.md": GUIDE, "secret.pdf": b"% secret", "torn.txt": b"broken", "copy.md": GUIDE})
    archive, *members = put_in(service, Upload("trip.zip", packed), Upload("after.txt", b"The pier at night."))
    assert archive.status is FileStatus.UNPACKED
    assert [(file.name, file.status, file.archive) for file in members] == [
        ("trip.zip › in/guide.md", FileStatus.READY, 0),
        ("trip.zip › secret.pdf", FileStatus.REFUSED, 0),
        ("trip.zip › torn.txt", FileStatus.REFUSED, 0),
        ("trip.zip › copy.md", FileStatus.SAME, 0),
        ("after.txt", FileStatus.READY, None),
    ]
    assert members[2].reason == "This file is damaged."
    assert {record.name for record in service.documents()} == {"trip.zip › in/guide.md", "after.txt"}
    kept = {path.name for path in (tmp_path / "originals" / "me").iterdir()}
    assert kept == {record.document for record in service.documents()}


def test_the_files_of_an_archive_are_named_for_a_preview_as_they_will_be(service: KnowledgeService) -> None:
    archive = Upload("trip.zip", zipped({"in/guide.md": GUIDE, "torn.txt": b"broken"}))
    [only] = service.unpacked(archive)
    assert (only.name, only.data) == ("trip.zip › in/guide.md", GUIDE)
    edits = {service.preview(only).document: drop_passage(service.preview(only).chunks, 0)}
    _, member, _ = put_in(service, archive, edits=edits)
    assert (member.name, member.chunks) == (only.name, 1)
    [record] = service.documents()
    [again] = put_in(service, service.upload_of(record), plan=ChunkPlan(60, 0))
    assert (again.name, again.status) == (only.name, FileStatus.READY)


# -- passwords


def test_a_locked_file_waits_for_its_password_and_goes_in_with_it(tmp_path: Path, service: KnowledgeService) -> None:
    job = service.ingest(IngestRequest((Upload("vault.pdf", LOCKED), Upload("guide.md", GUIDE)), "embed"))
    wait(service, job)
    vault, guide = files(service, job)
    assert (vault.status, vault.locked, guide.status) == (FileStatus.REFUSED, True, FileStatus.READY)
    still = service.resume(job, {0: "crane"})
    wait(service, still)
    assert files(service, still)[0].reason == "It opens with a password."
    opened = service.resume(job, {0: "heron"})
    wait(service, opened)
    assert files(service, opened)[0].status is FileStatus.READY
    assert b"heron" not in (tmp_path / "state.db").read_bytes() + (tmp_path / "state.db-wal").read_bytes()


def test_a_locked_file_nobody_opens_is_not_kept(tmp_path: Path, service: KnowledgeService) -> None:
    job = service.ingest(IngestRequest((Upload("vault.pdf", LOCKED),), "embed"))
    wait(service, job)
    original = tmp_path / "originals" / "me" / hashlib.sha256(LOCKED).hexdigest()
    assert original.exists()
    service.give_up(job, 0)
    assert not original.exists()


def test_a_file_given_with_its_password_is_read_at_once(service: KnowledgeService) -> None:
    [file] = put_in(service, Upload("vault.pdf", LOCKED, "heron"))
    assert (file.status, file.locked) == (FileStatus.READY, True)


# -- previews and edits


def test_a_preview_shows_what_an_ingest_would_make_and_stores_nothing(service: KnowledgeService) -> None:
    plan = ChunkPlan(60, 0, Method.HEADING)
    seen = service.preview(Upload("guide.md", GUIDE), plan, "embed")
    assert service.collections() == ()
    assert len(seen.pages) == 2
    put_in(service, Upload("guide.md", GUIDE), plan=plan)
    assert [(each.text, each.section) for each in seen.chunks] == [
        (each.text, each.metadata["section"]) for each in every_passage(service)
    ]
    [record] = service.documents()
    assert service.preview(record).chunks == seen.chunks
    refused = service.preview(Upload("secret.pdf", b"% secret"))
    assert refused.reading.refusal is not None
    assert refused.chunks == ()


def test_a_file_looked_at_again_is_not_read_again(tmp_path: Path) -> None:
    service = make_service(tmp_path)
    first = service.preview(Upload("guide.md", GUIDE), ChunkPlan(60, 0))
    assert service.preview(Upload("guide.md", GUIDE), ChunkPlan(40, 0)).pages is first.pages
    for number in range(6):
        service.preview(Upload(f"{number}.txt", b"Something else %d." % number))
    assert service.preview(Upload("guide.md", GUIDE)).pages is not first.pages


def test_edited_passages_are_stored_as_they_were_edited(service: KnowledgeService) -> None:
    plan = ChunkPlan(60, 0, Method.HEADING)
    seen = service.preview(Upload("guide.md", GUIDE), plan)
    chunks = drop_passage(change_passage(seen.chunks, 1, "A canoe costs four crowns.", seen.pages), 0)
    put_in(service, Upload("guide.md", GUIDE), plan=plan, edits={seen.document: chunks})
    canoe, hours = every_passage(service)
    assert (canoe.text, canoe.metadata["edited"]) == ("A canoe costs four crowns.", True)
    assert "edited" not in hours.metadata
    [record] = service.documents()
    assert (record.edited, record.chunks, record.cut) == (True, 2, plan)
    assert service.preview(record).chunks == chunks
    assert service.preview(record, ChunkPlan()).chunks != chunks
    [again] = put_in(service, Upload("guide.md", GUIDE), plan=plan)
    assert again.status is FileStatus.SAME
    put_in(service, Upload("guide.md", GUIDE), plan=plan, edits={seen.document: seen.chunks})
    assert len(every_passage(service)) == 3
    assert not service.documents()[0].edited


def test_passages_nobody_can_store_are_refused_at_once(service: KnowledgeService) -> None:
    seen = service.preview(Upload("guide.md", GUIDE))
    endless = change_passage(seen.chunks, 0, "word " * 5_000, seen.pages)
    with pytest.raises(InvalidRequest, match="Passage 1 cannot be stored"):
        service.ingest(IngestRequest((Upload("guide.md", GUIDE),), "embed", edits={seen.document: endless}))
    [file] = put_in(service, Upload("guide.md", GUIDE), edits={seen.document: ()})
    assert (file.status, file.reason) == (FileStatus.REFUSED, "All passages of this file were left out.")


def test_edits_outlive_an_ingest_that_failed(tmp_path: Path) -> None:
    class Broken(WordEmbedder):
        def embed_batches(self, texts):  # type: ignore[no-untyped-def]
            raise NotFound("The endpoint is gone.")

    service = make_service(tmp_path, embedder=Broken())
    seen = service.preview(Upload("guide.md", GUIDE))
    chunks = change_passage(seen.chunks, 0, "A canoe costs four crowns.", seen.pages)
    job = service.ingest(IngestRequest((Upload("guide.md", GUIDE),), "embed", edits={seen.document: chunks}))
    assert wait(service, job).status is JobStatus.FAILED
    later = make_service(tmp_path)
    assert wait(later, later.resume(job)).status is JobStatus.DONE
    assert every_passage(later)[0].text == "A canoe costs four crowns."


# -- replaced, cancelled, followed


def test_a_new_version_takes_the_place_of_the_old(tmp_path: Path, service: KnowledgeService) -> None:
    put_in(service, Upload("guide.md", GUIDE))
    [old] = service.documents()
    newer = Upload("guide.md", GUIDE.replace(b"nine", b"eleven"))
    assert wait(service, service.replace_document(old, IngestRequest((newer,), "embed"))).status is JobStatus.DONE
    [record] = service.documents()
    assert record.document == hashlib.sha256(newer.data).hexdigest()
    assert any("eleven" in passage.text for passage in every_passage(service))
    assert not any("nine" in passage.text for passage in every_passage(service))
    assert not (tmp_path / "originals" / "me" / old.document).exists()


def test_an_old_version_stays_when_the_new_one_cannot_be_read(service: KnowledgeService) -> None:
    put_in(service, Upload("guide.md", GUIDE))
    [old] = service.documents()
    wait(service, service.replace_document(old, IngestRequest((Upload("guide.md", b"% secret"),), "embed")))
    wait(service, service.replace_document(old, IngestRequest((Upload("guide.md", GUIDE),), "embed")))
    assert service.documents() == (old,)
    with pytest.raises(InvalidRequest):
        service.replace_document(old, IngestRequest((), "embed"))


def test_a_cut_that_was_cancelled_leaves_the_document_as_it_was(tmp_path: Path) -> None:
    long = Upload("long.txt", b"\f".join(b"Page %d of the report on the pier." % number for number in range(400)))
    quick = make_service(tmp_path)
    put_in(quick, long)
    before = every_passage(quick)
    slow = make_service(tmp_path, embedder=WordEmbedder(pause=0.05))
    job = slow.ingest(IngestRequest((long,), "embed", chunks=ChunkPlan(500, 0)))
    deadline = time.monotonic() + 20
    while not files(slow, job)[0].stored:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    [moving] = files(slow, job)
    assert 0 < moving.stored < (moving.chunks or 0)
    view = slow._jobs.view(job, "me")
    assert view is not None
    assert "of 400 passages" in view.detail
    slow._jobs.cancel(job, "me")
    assert wait(slow, job).status is JobStatus.CANCELLED
    assert {passage.id for passage in every_passage(slow)} == {passage.id for passage in before}
    assert slow.documents()[0].cut == ChunkPlan()
    assert slow.documents()[0].status is FileStatus.READY


def test_a_state_of_an_earlier_version_goes_on(tmp_path: Path) -> None:
    state = State(tmp_path / "state.db")
    state.ensure(
        "earlier",
        "create table knowledge_file(owner text, ingest text, position integer, name text, document text, size integer,"
        " status text, pages integer default 0, chunks integer, stored integer default 0, reason text default '',"
        " hint text default '', primary key(ingest, position));"
        "insert into knowledge_file(owner, ingest, position, name, document, size, status)"
        " values('me','old',0,'a.txt','f00d',3,'ready')",
    )
    service = make_service(tmp_path, state=state)
    [file] = service._ingests.files("old")
    assert (file.name, file.status, file.locked, file.archive) == ("a.txt", FileStatus.READY, False, None)
    put_in(service, Upload("guide.md", GUIDE))

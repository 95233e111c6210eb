"""kill -9 in the middle of an ingest: run again, nothing is lost and nothing doubled, the collection is the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import services
from services.documents import Method, change_passage, drop_passage, merge_passages
from services.jobs import STALE_SECONDS, Jobs, JobStatus
from services.knowledge import ChunkPlan, FileStatus, IngestRequest, KnowledgeService, Passage, StoreKind, Upload
from services.knowledge.models import Space
from services.state import State
from tests.services.knowledge.fakes import WordEmbedder, make_service, wait, zipped

PAGES = 300
FILES = tuple(
    Upload(f"{name}.txt", b"\f".join(f"Page {page} of the {name} report.".encode() for page in range(PAGES)))
    for name in ("first", "second", "third")
)
HEADED = Upload(
    "headed.md", b"\n\n".join(f"# Part {part}\n\nWhat the part {part} says.".encode() for part in range(3 * PAGES))
)
OLD = Upload("first.txt", b"An earlier report of one page.")
CHILD = """
import sys, time
from pathlib import Path
from tests.services.knowledge.fakes import WordEmbedder, make_service
from tests.services.knowledge.test_killed import STARTS
service = make_service(Path(sys.argv[1]), embedder=WordEmbedder(pause=0.01))
print(STARTS[sys.argv[2]](service), flush=True)
time.sleep(120)
"""


def start_plain(service: KnowledgeService) -> str:
    return service.ingest(IngestRequest(FILES, "embed"))


def start_headed(service: KnowledgeService) -> str:
    return service.ingest(IngestRequest((HEADED,), "embed", chunks=ChunkPlan(30, 0, Method.HEADING)))


def start_zipped(service: KnowledgeService) -> str:
    packed = zipped({f"in/{file.name}": file.data for file in FILES} | {"bad.pdf": b"% secret"})
    return service.ingest(IngestRequest((Upload("reports.zip", packed),), "embed"))


def start_edited(service: KnowledgeService) -> str:
    seen = [service.preview(file) for file in FILES]
    edits = {
        each.document: change_passage(
            merge_passages(drop_passage(each.chunks, 9), 20, each.pages), 7, "Written by a person.", each.pages
        )
        for each in seen
    }
    return service.ingest(IngestRequest(FILES, "embed", edits=edits))


def start_replacing(service: KnowledgeService) -> str:
    if not service.documents():
        wait(service, service.ingest(IngestRequest((OLD,), "embed")))
    longer = Upload("first.txt", b"\f".join(file.data for file in FILES))
    return service.replace_document(service.documents()[0], IngestRequest((longer,), "embed"))


STARTS: dict[str, Callable[[KnowledgeService], str]] = {
    "plain": start_plain,
    "headed": start_headed,
    "zipped": start_zipped,
    "edited": start_edited,
    "replacing": start_replacing,
}


def held(service: KnowledgeService) -> set[tuple[object, ...]]:
    """Everything in the collection, as it is found."""
    found: list[Passage] = []
    for record in service.documents():
        assert record.status is FileStatus.READY
        space = Space(service.owner, record.collection, record.model, record.dimension)
        passages = service.store(StoreKind.LOCAL).get(space, service.store(StoreKind.LOCAL).ids(space, record.document))
        assert len(passages) == record.chunks
        found += passages
    assert len(found) == service.collections()[0].passages
    return {(each.id, each.text, each.page, each.start, each.end, *sorted(each.metadata.items())) for each in found}


def kill_within(home: Path, kind: str, enough: int) -> tuple[str, int]:
    """Start an ingest in a process of its own and kill it once so many passages are in; the job and how many were."""
    root = Path(services.__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(home), kind], stdout=subprocess.PIPE, text=True, env=environment, cwd=root
    ) as child:
        assert child.stdout is not None
        job = child.stdout.readline().strip()
        watcher, deadline = make_service(home), time.monotonic() + 60
        while True:
            collections = watcher.collections()
            if collections and (collections[0].passages or 0) >= enough:
                break
            assert time.monotonic() < deadline
            time.sleep(0.02)
        child.send_signal(signal.SIGKILL)
    return job, watcher.collections()[0].passages or 0


def resumed(home: Path, job: str, embedder: WordEmbedder) -> tuple[KnowledgeService, str]:
    """The service that went on with an interrupted job, and the new job."""
    later = Jobs(State(home / "state.db"), clock=lambda: time.time() + STALE_SECONDS + 5)
    service = make_service(home, embedder=embedder, jobs=later)
    view = wait(service, service.resume(job))
    assert view.status is JobStatus.DONE
    return service, view.id


@pytest.mark.parametrize("enough", [1, PAGES + 50])
def test_an_ingest_that_was_killed_goes_on_where_it_was(tmp_path: Path, enough: int) -> None:
    job, before = kill_within(tmp_path, "plain", enough)
    assert before < 3 * PAGES
    embedder = WordEmbedder()
    service, again = resumed(tmp_path, job, embedder)
    followed = service.follow(again)
    assert followed is not None
    assert [(file.status, file.stored) for file in followed.files] == [(FileStatus.READY, PAGES)] * 3
    assert embedder.texts == 3 * PAGES - before
    assert len(held(service)) == 3 * PAGES
    view = wait(service, service.ingest(IngestRequest(FILES, "embed")))
    assert view.result == {"files": 3, "passages": 0, "already there": 3}


@pytest.mark.slow
@pytest.mark.parametrize("enough", [2, 2 * PAGES])
@pytest.mark.parametrize("kind", ["headed", "zipped", "edited", "replacing"])
def test_whatever_was_going_in_the_collection_is_the_same_as_without(tmp_path: Path, kind: str, enough: int) -> None:
    job, before = kill_within(tmp_path / "killed", kind, enough)
    embedder = WordEmbedder()
    service, _ = resumed(tmp_path / "killed", job, embedder)
    whole = make_service(tmp_path / "whole")
    assert wait(whole, STARTS[kind](whole)).status is JobStatus.DONE
    assert held(service) == held(whole)
    assert len(held(whole)) > before
    assert {record.name for record in service.documents()} == {record.name for record in whole.documents()}
    assert embedder.texts <= len(held(whole)) - before + 1


def test_a_job_killed_before_the_old_version_went_takes_it_out_when_it_goes_on(tmp_path: Path) -> None:
    service = make_service(tmp_path)
    job = start_replacing(service)
    wait(service, job)
    [new] = service.documents()
    wait(service, service.ingest(IngestRequest((OLD,), "embed")))
    assert len(service.documents()) == 2  # as after a kill between the two
    wait(service, service.resume(job))
    assert service.documents() == (new,)

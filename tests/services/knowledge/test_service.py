"""From a dropped file to a cited answer and back, with everything around the room faked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.dataapi import Database, Fault
from services.clients import Hidden
from services.connection import Astra
from services.errors import InUse, MissingCredentials, NotFound
from services.jobs import JobStatus
from services.knowledge import (
    AskRequest,
    ChunkPlan,
    CollectionRequest,
    FileStatus,
    Finished,
    IngestRequest,
    KnowledgeService,
    LibraryOperator,
    NotInDocuments,
    Retrieved,
    SearchMode,
    SearchSettings,
    StoreKind,
    TextDelta,
    Upload,
    plan_removal,
)
from services.plans import Step
from services.plans.operators import answer_of
from tests.sandbox.dataapi.serving import closing_clients, serving
from tests.services.knowledge.fakes import DIMENSION, Parrot, WordEmbedder, make_service, wait

LEASE = b"The lease of the lighthouse ends in March. Its keeper is Ada Quill.\fThe rent is nine hundred crowns a month."
HONEY = b"Bees make honey from nectar. A hive holds sixty thousand bees in summer."
FILES = (Upload("lease.txt", LEASE), Upload("honey.md", HONEY))
EASY = SearchSettings(threshold=0.0)


@pytest.fixture
def service(tmp_path: Path) -> KnowledgeService:
    return make_service(tmp_path)


def filled(service: KnowledgeService, *files: Upload, store: StoreKind = StoreKind.LOCAL) -> KnowledgeService:
    assert wait(service, service.ingest(IngestRequest(files or FILES, "embed", store))).status is JobStatus.DONE
    return service


def test_files_become_documents_that_can_be_found(service: KnowledgeService) -> None:
    job = service.ingest(IngestRequest(FILES, "embed"))
    assert wait(service, job).result == {"files": 2, "passages": 3, "ready": 2}
    view = service.follow(job)
    assert view is not None
    assert [(file.name, file.status, file.pages, file.stored) for file in view.files] == [
        ("lease.txt", FileStatus.READY, 2, 2),
        ("honey.md", FileStatus.READY, 1, 1),
    ]
    [best, *_] = service.retrieve("What is the rent a month?", "embed")
    assert (best.source, best.page) == ("lease.txt", 2)
    assert best.text == LEASE.decode().split("\f")[1][best.start : best.end]
    assert {record.name for record in service.documents()} == {"lease.txt", "honey.md"}


def test_the_same_files_again_cost_nothing(tmp_path: Path) -> None:
    embedder = WordEmbedder()
    service = filled(make_service(tmp_path, embedder=embedder))
    before = embedder.texts
    job = service.ingest(IngestRequest((*FILES, Upload("copy of lease.txt", LEASE)), "embed"))
    assert wait(service, job).result == {"files": 3, "passages": 0, "already there": 3}
    assert embedder.texts == before
    assert len(service.documents()) == 2


def test_another_cut_replaces_the_passages_of_a_document(service: KnowledgeService) -> None:
    filled(service, Upload("long.txt", b"One sentence about whales. " * 60))
    request = IngestRequest(
        (Upload("long.txt", b"One sentence about whales. " * 60),), "embed", chunks=ChunkPlan(400, 50)
    )
    wait(service, service.ingest(request))
    [record] = service.documents()
    assert record.chunks == service.collections()[0].passages
    assert record.chunks > 2


def test_a_refused_file_stops_no_other(service: KnowledgeService) -> None:
    job = service.ingest(IngestRequest((Upload("locked.pdf", b"%PDF secret"), *FILES), "embed"))
    assert wait(service, job).status is JobStatus.DONE
    view = service.follow(job)
    assert view is not None
    refused, *others = view.files
    assert (refused.status, refused.reason) == (FileStatus.REFUSED, "This file is encrypted.")
    assert all(file.status is FileStatus.READY for file in others)


def test_a_cancelled_ingest_leaves_no_half_document_and_can_go_on(tmp_path: Path) -> None:
    service = make_service(tmp_path, embedder=WordEmbedder(pause=0.05))
    long = b"\f".join(f"Page {number} of a long report.".encode() for number in range(400))
    job = service.ingest(IngestRequest((Upload("long.txt", long),), "embed"))
    deadline = time.monotonic() + 20
    while not (view := service.follow(job)) or not view.files[0].stored:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    service._jobs.cancel(job, "me")
    assert wait(service, job).status is JobStatus.CANCELLED
    assert service.collections()[0].passages == 0
    assert service.documents() == ()
    again = make_service(tmp_path)
    assert wait(again, again.resume(job)).status is JobStatus.DONE
    assert again.collections()[0].passages == 400


def test_two_owners_never_see_each_other(tmp_path: Path) -> None:
    ada = filled(make_service(tmp_path, "ada"), FILES[0])
    bob = filled(make_service(tmp_path, "bob"), FILES[1])
    assert [passage.source for passage in bob.retrieve("rent of the lighthouse", "embed")] == ["honey.md"]
    assert [record.name for record in ada.documents()] == ["lease.txt"]
    [job] = ada._jobs.list("ada")
    assert bob.follow(job.id) is None
    with pytest.raises(NotFound):
        bob.resume(job.id)


def test_deleting_a_document_takes_passages_and_original_with_it(tmp_path: Path, service: KnowledgeService) -> None:
    filled(service)
    record = next(record for record in service.documents() if record.name == "lease.txt")
    assert service.delete_document(record) == 2
    assert [passage.source for passage in service.retrieve("rent", "embed", SearchSettings(k=9))] == ["honey.md"]
    assert not (tmp_path / "originals" / "me" / record.document).exists()


def test_an_answer_streams_with_checked_citations(tmp_path: Path) -> None:
    chat = Parrot("Nine hundred crowns [1], says the lease [7][1].")
    service = filled(make_service(tmp_path, chat=chat))
    events = list(service.answer(AskRequest("What is the rent a month?", "embed", "chat", settings=EASY)))
    assert isinstance(events[0], Retrieved)
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == (
        "Nine hundred crowns [1], says the lease [1]."
    )
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert [(citation.number, citation.passage.source) for citation in finished.citations] == [(1, "lease.txt")]
    assert finished.done.finish == "stop"


def test_the_model_is_not_asked_what_the_documents_cannot_hold(tmp_path: Path) -> None:
    chat = Parrot("something")
    service = filled(make_service(tmp_path, chat=chat))
    events = list(service.answer(AskRequest("Who painted zebra crossings in Tokyo?", "embed", "chat")))
    assert isinstance(events[0], Retrieved)
    assert events[1:] == [NotInDocuments("No passage comes close enough to the question.", asked=False)]
    assert chat.asked == []


def test_the_models_own_no_is_heard(tmp_path: Path) -> None:
    service = filled(make_service(tmp_path, chat=Parrot("**Not in the documents.**")))
    events = list(service.answer(AskRequest("What is the rent?", "embed", "chat", settings=EASY)))
    assert [type(event) for event in events] == [Retrieved, NotInDocuments]
    assert events[-1] == NotInDocuments("The model found no answer in the passages.", asked=True)


def test_an_empty_library_has_no_answer(service: KnowledgeService) -> None:
    *_, last = service.answer(AskRequest("What is the rent?", "embed", "chat"))
    assert isinstance(last, NotInDocuments)
    assert not last.asked
    assert last.reason.startswith("No passage was found")


def test_astra_is_asked_for_only_when_it_is_connected(service: KnowledgeService) -> None:
    with pytest.raises(MissingCredentials):
        service.collections(StoreKind.ASTRA)


def run(operator: LibraryOperator, steps: tuple[Step, ...]) -> None:
    for step in steps:
        operator.call(step.service, step.operation, step.parameters)
        if step.proof and step.proof.gone:
            with pytest.raises(NotFound) as caught:
                operator.call(step.proof.read.service, step.proof.read.operation, step.proof.read.parameters)
            told = answer_of(caught.value)
            assert told is not None
            assert any(each.matches(*told) for each in step.proof.absent)


def test_take_down_removes_documents_and_the_collection(service: KnowledgeService) -> None:
    filled(service)
    operator = LibraryOperator(service)
    plan = plan_removal(service.library_state())
    assert [step.operation for step in plan] == ["delete_document", "delete_document", "delete_collection"]
    assert set(plan.steps[2].after) == {plan.steps[0].id, plan.steps[1].id}
    with pytest.raises(InUse):
        operator.call("library", "delete_collection", plan.steps[2].parameters)
    run(operator, plan.steps)
    assert service.collections() == ()
    assert service.library_state().collections == ()


def test_a_collection_that_was_lost_is_filled_again(tmp_path: Path, astra: tuple[Astra, Database]) -> None:
    connected, _ = astra
    service, name = make_service(tmp_path, astra=connected), f"sagedeck_{DIMENSION}"
    service.create_collection(CollectionRequest(name, DIMENSION))
    filled(service, store=StoreKind.ASTRA)
    service.store(StoreKind.ASTRA).drop_collection("me", name)
    service.create_collection(CollectionRequest(name, DIMENSION))
    filled(service, store=StoreKind.ASTRA)
    assert service.retrieve("rent", "embed", store=StoreKind.ASTRA)
    away = make_service(tmp_path, astra=replace(connected, endpoint="http://127.0.0.1:1"))
    away.store(StoreKind.ASTRA)._sleep = lambda _seconds: None  # type: ignore[attr-defined]
    assert "did not answer" in plan_removal(away.library_state()).warnings[0]
    run(LibraryOperator(service), plan_removal(service.library_state()).steps)
    assert service.collections(StoreKind.ASTRA) == ()


@pytest.fixture(scope="module")
def astra() -> Iterator[tuple[Astra, Database]]:
    database = Database()
    with closing_clients(), serving(database) as url:
        yield Astra(url, Hidden("AstraCS:test"), environment="other"), database


def test_the_same_clicks_work_on_astra(tmp_path: Path, astra: tuple[Astra, Database]) -> None:
    connected, database = astra
    service = make_service(tmp_path, astra=connected)
    with pytest.raises(NotFound):
        service.ingest(IngestRequest(FILES, "embed", StoreKind.ASTRA))
    operator = LibraryOperator(service)
    plan = service.plan_collection(CollectionRequest(f"sagedeck_{DIMENSION}", DIMENSION))
    run(operator, plan.steps)
    proof = plan.steps[0].proof
    assert proof is not None
    described = operator.call(proof.read.service, proof.read.operation, proof.read.parameters)
    assert described == {"name": f"sagedeck_{DIMENSION}", **proof.expect}
    database.inject(Fault("insertMany", 429))
    filled(service, store=StoreKind.ASTRA)
    [best, *_] = service.retrieve("What is the rent a month?", "embed", store=StoreKind.ASTRA)
    assert (best.source, best.page) == ("lease.txt", 2)
    other = make_service(tmp_path / "other", "other", astra=connected)
    assert other.retrieve("What is the rent?", "embed", store=StoreKind.ASTRA) == ()
    filled(other, FILES[0], store=StoreKind.ASTRA)
    shared = plan_removal(service.library_state())
    assert [step.operation for step in shared] == ["delete_document", "delete_document"]
    assert "holds documents of others" in shared.warnings[0]
    run(operator, shared.steps)
    assert [p.source for p in other.retrieve("the rent", "embed", store=StoreKind.ASTRA)] == ["lease.txt", "lease.txt"]
    run(LibraryOperator(other), plan_removal(other.library_state()).steps)
    run(operator, plan_removal(service.library_state()).steps)
    assert service.collections(StoreKind.ASTRA) == ()


@pytest.mark.parametrize("mode", list(SearchMode))
def test_every_mode_finds_the_words(service: KnowledgeService, mode: SearchMode) -> None:
    filled(service)
    [best, *_] = service.retrieve("bees in summer", "embed", SearchSettings(mode=mode))
    assert best.source == "honey.md"
    assert (best.cosine is None) == (mode is SearchMode.KEYWORD)

"""Collections of an owner: which one a model uses, what they are bound to, and the plans that change them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sandbox.dataapi import Database
from services.clients import Hidden
from services.connection import Astra
from services.errors import InUse, NotFound, StoreProblem
from services.knowledge import (
    CollectionRequest,
    Embedding,
    Entry,
    IngestRequest,
    KnowledgeService,
    LibraryOperator,
    Question,
    SearchSettings,
    Space,
    StoreKind,
    Upload,
)
from services.knowledge.holding import collection_beside, usual_collection
from services.knowledge.local import LocalStore
from services.plans import Plan, check
from tests.sandbox.dataapi.serving import closing_clients, serving
from tests.services.knowledge.fakes import DIMENSION, WordEmbedder, make_service, wait

USUAL = f"sagedeck_{DIMENSION}"
FILE = Upload("lease.txt", b"The rent of the lighthouse is due in March.")


@pytest.fixture
def astra() -> Iterator[Astra]:
    with closing_clients(), serving(Database()) as url:
        yield Astra(url, Hidden("AstraCS:test"), environment="other")


def service_of(home: Path, astra: Astra | None = None, owner: str = "me") -> KnowledgeService:
    """A service whose endpoints are named after their models."""
    return make_service(home, owner, astra=astra, embeddings=lambda name: Embedding(name, WordEmbedder(), DIMENSION))


def run(service: KnowledgeService, plan: Plan) -> None:
    operator = LibraryOperator(service)
    assert not check(plan)
    for step in plan:
        operator.call(step.service, step.operation, step.parameters)
        assert step.proof is not None
        read = step.proof.read
        try:
            seen = operator.call(read.service, read.operation, read.parameters)
        except NotFound:
            assert step.proof.gone
        else:
            assert not (step.proof.gone and seen[step.proof.found or "name"])


def read_in(service: KnowledgeService, embedding: str, **given: object) -> str:
    job = service.ingest(IngestRequest((FILE,), embedding, **given))  # type: ignore[arg-type]
    assert wait(service, job).problem is None
    return service.documents()[0].collection


def test_two_models_of_one_dimension_never_share_a_collection(tmp_path: Path) -> None:
    service = service_of(tmp_path)
    assert read_in(service, "maker/first-v1") == USUAL
    beside = read_in(service, "maker/second-v1")
    assert beside == collection_beside(USUAL, "maker/second-v1")
    assert beside.startswith(f"{USUAL}_second_v1_")
    for model, name in (("maker/first-v1", USUAL), ("maker/second-v1", beside)):
        assert service.place(StoreKind.LOCAL, model).name == name
        assert service.models(StoreKind.LOCAL, name) == (model,)
        assert [passage.source for passage in service.retrieve("rent", model)] == ["lease.txt"]


def test_a_model_that_is_named_a_collection_of_another_is_refused(tmp_path: Path) -> None:
    service = service_of(tmp_path)
    read_in(service, "first", collection="shared")
    with pytest.raises(StoreProblem, match="bound to the embedding model first"):
        service.ingest(IngestRequest((FILE,), "second", collection="shared"))
    with pytest.raises(StoreProblem, match="bound to the embedding model first"):
        service.retrieve("rent", "second", collection="shared")


def test_another_console_finds_the_model_of_a_shared_collection(tmp_path: Path, astra: Astra) -> None:
    mine = service_of(tmp_path / "mine", astra)
    run(mine, mine.plan_collection(CollectionRequest(USUAL, DIMENSION, model="first")))
    assert mine.models(StoreKind.ASTRA, USUAL) == ("first",)
    with pytest.raises(StoreProblem, match="bound to"):
        mine.create_collection(CollectionRequest(USUAL, DIMENSION, model="second"))
    assert read_in(mine, "first", store=StoreKind.ASTRA) == USUAL
    other = service_of(tmp_path / "other", astra, "you")
    assert other.models(StoreKind.ASTRA, USUAL) == ("first",)
    wanted = other.place(StoreKind.ASTRA, "second")
    assert wanted == CollectionRequest(collection_beside(USUAL, "second"), DIMENSION, StoreKind.ASTRA, model="second")
    run(other, other.plan_collection(wanted))
    assert read_in(other, "second", store=StoreKind.ASTRA) == wanted.name
    assert other.retrieve("rent", "second", store=StoreKind.ASTRA)


def test_names_are_short_enough_and_differ() -> None:
    long = "maker/" + "a-very-long-name-of-a-model-" * 4
    names = {collection_beside(usual_collection(4096, "dot_product"), f"{long}{n}") for n in range(20)}
    assert len(names) == 20
    assert all(len(name) <= 48 for name in names)
    assert len(collection_beside("x" * 48, long)) <= 48


def test_what_others_put_into_a_collection_stays(tmp_path: Path, astra: Astra) -> None:
    mine, other = service_of(tmp_path / "mine", astra), service_of(tmp_path / "other", astra, "you")
    run(mine, mine.plan_collection(CollectionRequest(USUAL, DIMENSION)))
    for service in (mine, other):
        read_in(service, "first", store=StoreKind.ASTRA)
    [seen] = mine.survey(StoreKind.ASTRA)
    assert (seen.passages, seen.others, seen.made_here, seen.models) == (2, True, True, ("first",))
    assert not other.survey(StoreKind.ASTRA)[0].made_here
    with pytest.raises(InUse, match="holds documents of others"):
        mine.plan_delete_collection(StoreKind.ASTRA, USUAL)
    emptied = mine.plan_empty_collection(StoreKind.ASTRA, USUAL)
    assert any("others" in warning for warning in emptied.warnings)
    run(mine, emptied)
    assert mine.documents() == ()
    assert mine.passages(StoreKind.ASTRA, USUAL) == 0
    assert other.retrieve("rent", "first", store=StoreKind.ASTRA)
    with pytest.raises(InUse):
        mine.delete_collection(StoreKind.ASTRA, USUAL, filled=True)
    run(other, other.plan_delete_collection(StoreKind.ASTRA, USUAL))
    assert other.collections(StoreKind.ASTRA) == ()


@pytest.mark.parametrize("kind", list(StoreKind))
def test_deleting_takes_documents_and_their_files_along(tmp_path: Path, astra: Astra, kind: StoreKind) -> None:
    service = service_of(tmp_path, astra)
    run(service, service.plan_collection(CollectionRequest("notes", DIMENSION, kind, "dot_product")))
    read_in(service, "first", store=kind, collection="notes")
    [record] = service.documents()
    plan = service.plan_delete_collection(kind, "notes")
    assert len(plan.steps) == 1
    assert "1 document" in plan.steps[0].reason
    assert plan.steps[0].undo == ()
    run(service, plan)
    assert service.documents() == ()
    assert not any(each.name == "notes" for each in service.collections(kind))
    with pytest.raises(NotFound):
        service._originals.open("me", record.document)


def test_an_empty_collection_that_was_deleted_can_be_brought_back(tmp_path: Path) -> None:
    service = service_of(tmp_path)
    made = CollectionRequest("notes", DIMENSION, StoreKind.LOCAL, "euclidean", "first")
    run(service, service.plan_collection(made))
    plan = service.plan_delete_collection(StoreKind.LOCAL, "notes")
    run(service, plan)
    assert service.collections() == ()
    [back] = plan.steps[0].undo
    LibraryOperator(service).call(back.service, back.operation, back.parameters)
    [seen] = service.collections()
    assert (seen.name, seen.metric, seen.models) == ("notes", "euclidean", ("first",))


def test_a_file_of_an_earlier_version_works_on_with_both_its_models(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    LocalStore(path).add(Space("me", "notes", "first", 4), [Entry("a", "lighthouse")], np.eye(1, 4))
    file = sqlite3.connect(path)
    file.execute("alter table collection drop column model")
    number = file.execute(
        "insert into space(owner, collection, model, dimension) values('me','notes','second',4)"
    ).lastrowid
    file.execute(f"create virtual table words_{number} using fts5(terms, content='', tokenize='ascii')")
    file.execute(
        'insert into passage(space,key,text,source,document,page,start,"end",ordinal,metadata)'
        f" values({number},'b','harbour','','d',1,0,0,0,'{{}}')"
    )
    file.execute(
        f"insert into vector values(last_insert_rowid(),{number},?)", (np.eye(1, 4, dtype=np.float32).tobytes(),)
    )
    file.commit()
    file.close()
    store = LocalStore(path)
    assert store.models("me", "notes") == ("first", "second")
    for model, key in (("first", "a"), ("second", "b")):
        space = Space("me", "notes", model, 4)
        assert [p.id for p in store.search(space, Question("", [1, 0, 0, 0]), SearchSettings(k=1)).passages] == [key]
        assert store.add(space, [Entry(f"new {model}", "more")], np.eye(1, 4)) == 1
    with pytest.raises(StoreProblem, match="first and second"):
        store.add(Space("me", "notes", "third", 4), [Entry("c", "more")], np.eye(1, 4))

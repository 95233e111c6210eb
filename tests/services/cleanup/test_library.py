from __future__ import annotations

from services.cleanup import TakeDownRequest, TakeDownState, plan_take_down
from services.knowledge import Collection, DocumentRecord, FileStatus, HeldCollection, LibraryState, StoreKind
from services.plans import check, undeclared

ADA = TakeDownRequest(owner="ada")


def _document(name: str, collection: str) -> DocumentRecord:
    return DocumentRecord(
        document=name.ljust(64, "0"),
        name=f"{name}.pdf",
        store=StoreKind.LOCAL,
        collection=collection,
        model="minilm",
        dimension=384,
        status=FileStatus.READY,
        pages=1,
        chunks=3,
        size=100,
        kind="pdf",
        job="j",
        added=0.0,
    )


def _held(name: str, *, made_here: bool = True, others: bool = False) -> HeldCollection:
    collection = Collection(name=name, store=StoreKind.LOCAL, dimension=384, made_here=made_here)
    return HeldCollection(collection, (_document("a", name), _document("b", name)), others)


def test_documents_go_by_id_and_their_collection_after_them_when_it_is_ours_and_empty() -> None:
    down = plan_take_down(ADA, TakeDownState(library=LibraryState((_held("mine"),))))
    assert [step.operation for step in down.plan] == ["delete_document", "delete_document", "delete_collection"]
    assert set(down.plan.steps[2].after) == {step.id for step in down.plan.steps[:2]}
    assert [(item.kind, item.name) for item in down.items] == [
        ("document", "a.pdf"),
        ("document", "b.pdf"),
        ("collection", "mine"),
    ]
    assert check(down.plan) == ()
    assert undeclared(down.plan) == ()


def test_a_collection_that_others_use_or_made_stays_and_only_our_documents_go() -> None:
    for held in (_held("shared", others=True), _held("theirs", made_here=False)):
        down = plan_take_down(ADA, TakeDownState(library=LibraryState((held,))))
        assert {step.operation for step in down.plan} == {"delete_document"}
        assert [(item.kind, item.name) for item in down.kept] == [("collection", held.collection.name)]


def test_the_library_can_be_left_alone() -> None:
    down = plan_take_down(
        TakeDownRequest(owner="ada", library=False), TakeDownState(library=LibraryState((_held("m"),)))
    )
    assert down.plan.steps == ()
    assert down.items == ()


def test_what_could_not_be_seen_in_astra_is_said_and_not_passed_over() -> None:
    state = TakeDownState(library=LibraryState(unreachable="What is in Astra stays."), problems=("A role.",))
    assert plan_take_down(ADA, state).plan.warnings == ("A role.", "What is in Astra stays.")
    assert plan_take_down(TakeDownRequest(owner="ada", library=False), state).plan.warnings == ("A role.",)

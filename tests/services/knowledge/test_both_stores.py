"""The two stores side by side: the same content is found, limited, ordered, refused and emptied in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sandbox.dataapi import Database
from services.clients import Hidden
from services.connection import Astra
from services.errors import InvalidRequest, NotFound, StoreProblem
from services.knowledge.collaborators import Store
from services.knowledge.gateway import AstraStore
from services.knowledge.local import LocalStore
from services.knowledge.models import (
    METRICS,
    CollectionRequest,
    Entry,
    Found,
    Question,
    SearchMode,
    SearchSettings,
    Space,
    StoreKind,
)
from tests.sandbox.dataapi.serving import closing_clients, serving

SPACE = Space("me", "notes", "model", 8)
TEXTS = (
    "The lighthouse keeper pays the rent in March.",
    "The lighthouse keeper pays his rent every March, said again.",
    "The harbour is quiet in winter.",
    "Bees visit the harbour garden in summer.",
    "A lease of the lighthouse ends after ten years.",
    "Honey is sold at the quiet market.",
)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with serving(Database()) as url:
        yield url


@pytest.fixture(params=list(StoreKind))
def store(request: pytest.FixtureRequest, tmp_path: Path, endpoint: str) -> Iterator[Store]:
    if request.param is StoreKind.LOCAL:
        yield LocalStore(tmp_path / "knowledge.db")
        return
    with closing_clients():
        made = AstraStore(Astra(endpoint, Hidden("AstraCS:test"), environment="other"))
        yield made
        for collection in made.collections("me"):
            made.drop_collection("me", collection.name)


def vectors() -> np.ndarray:
    """Two passages nearly alike, the others apart; none of length one."""
    rows = np.random.default_rng(3).standard_normal((len(TEXTS), 8)).astype(np.float32)
    rows[1] = rows[0] * 1.7 + 0.01
    return rows


def filled(store: Store, metric: str = "cosine") -> Store:
    store.create_collection("me", CollectionRequest("notes", 8, store.kind, metric))
    entries = [
        Entry(
            str(n), text, f"file {n % 3}.md", f"sha{n % 3}", n + 1, ordinal=n,
            metadata={"source": f"file {n % 3}.md", "page": n + 1, "draft": n == 2, "tags": ["all", f"t{n % 2}"]},
        )
        for n, text in enumerate(TEXTS)
    ]  # fmt: skip
    store.add(SPACE, entries, vectors())
    return store


def ask(store: Store, **settings: object) -> Found:
    return store.search(SPACE, Question("When is the lighthouse rent paid?", vectors()[0]), SearchSettings(**settings))  # type: ignore[arg-type]


def ids(found: Found) -> list[str]:
    return [passage.id for passage in found.passages]


def by_cosine() -> list[str]:
    rows = vectors() / np.linalg.norm(vectors(), axis=1, keepdims=True)
    return [str(n) for n in np.argsort(-(rows @ rows[0]), kind="stable")]


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_orders_by_the_cosine_and_tells_it(store: Store, metric: str) -> None:
    found = ask(filled(store, metric), mode=SearchMode.VECTOR, k=6)
    assert ids(found) == by_cosine()
    assert found.passages[0].cosine == pytest.approx(1.0, abs=1e-4)
    rows = vectors() / np.linalg.norm(vectors(), axis=1, keepdims=True)
    told = [passage.cosine for passage in found.passages]
    assert told == pytest.approx(sorted((rows @ rows[0]).tolist(), reverse=True), abs=1e-4)
    assert store.described("me", "notes").metric == metric


def test_the_modes_agree(store: Store) -> None:
    filled(store)
    assert ids(ask(store, mode=SearchMode.KEYWORD)) == ["0", "1", "4"]
    assert ids(ask(store, mode=SearchMode.HYBRID, weight=0.5, k=3))[:2] == ["0", "1"]
    assert len(ids(ask(store, mode=SearchMode.HYBRID, k=4))) == 4
    assert ask(store, mode=SearchMode.HYBRID).rescored == 0


def test_filters_agree_on_values_lists_and_documents(store: Store) -> None:
    filled(store)

    def held(**settings: object) -> set[str]:
        return set(ids(ask(store, mode=SearchMode.VECTOR, k=6, **settings)))

    assert held(metadata={"source": "file 1.md"}) == {"1", "4"}
    assert held(metadata={"page": 3}) == {"2"}
    assert held(metadata={"page": [1, 2, 99]}) == {"0", "1"}
    assert held(metadata={"source": ["file 0.md", "file 1.md"], "page": [1, 2, 3]}) == {"0", "1"}
    assert held(metadata={"draft": True}) == {"2"}
    assert held(metadata={"draft": 1}) == set()
    assert held(metadata={"tags": "t1"}) == {"1", "3", "5"}
    assert held(metadata={"nothing": "here"}) == set()
    assert held(documents=("sha2",)) == {"2", "5"}
    assert held(documents=("sha2", "sha0"), metadata={"page": [1, 2, 3]}) == {"0", "2"}
    assert ids(ask(store, mode=SearchMode.KEYWORD, documents=("sha1",))) == ["1", "4"]


def test_filters_see_what_is_written_and_removed_later(store: Store) -> None:
    filled(store)
    assert ids(ask(store, metadata={"page": 7})) == []
    store.add(SPACE, [Entry("late", "more", metadata={"page": 7})], [vectors()[0]])
    assert ids(ask(store, metadata={"page": 7})) == ["late"]
    store.add(SPACE, [Entry("late", "more", metadata={"page": 8})], [vectors()[0]], replace=True)
    assert ids(ask(store, metadata={"page": 7})) == []
    assert ids(ask(store, metadata={"page": 8})) == ["late"]
    store.delete(SPACE, ["late"])
    assert ids(ask(store, metadata={"page": 8})) == []


def test_the_floor_leaves_out_what_is_far(store: Store) -> None:
    filled(store)
    assert ids(ask(store, mode=SearchMode.VECTOR, floor=0.9, k=6)) == ["0", "1"]
    assert set(ids(ask(store, mode=SearchMode.HYBRID, floor=0.9, k=6))) == {"0", "1"}
    assert ids(ask(store, mode=SearchMode.KEYWORD, floor=0.9)) == ["0", "1", "4"]
    assert ask(store, mode=SearchMode.VECTOR, floor=0.999_999).nearest == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("mode", list(SearchMode))
def test_diversity_passes_over_what_says_the_same(store: Store, mode: SearchMode) -> None:
    filled(store)
    assert ids(ask(store, mode=mode, k=2)) == ["0", "1"]
    differing = ask(store, mode=mode, k=2, diversity=0.7)
    assert ids(differing)[0] == "0"
    assert ids(differing)[1] != "1"
    assert len(ids(ask(store, mode=mode, k=6, diversity=0.7))) == len(ids(ask(store, mode=mode, k=6)))


def test_diversity_is_maximal_marginal_relevance(store: Store) -> None:
    filled(store)
    rows = vectors() / np.linalg.norm(vectors(), axis=1, keepdims=True)
    asked = rows[0] + 0.8 * rows[2]
    near = rows @ asked / np.linalg.norm(asked)
    taken = [int(np.argmax(near))]
    while len(taken) < 4:
        worth = 0.6 * near - 0.4 * (rows @ rows[taken].T).max(axis=1)
        worth[taken] = -9
        taken.append(int(np.argmax(worth)))
    settings = SearchSettings(mode=SearchMode.VECTOR, k=4, diversity=0.4)
    assert ids(store.search(SPACE, Question("", asked), settings)) == [str(n) for n in taken]


def test_another_model_is_refused_with_the_way_out(store: Store) -> None:
    filled(store)
    other = Space("me", "notes", "another", 8)
    for refused in (
        lambda: store.add(other, [Entry("x", "text")], [vectors()[0]]),
        lambda: store.search(other, Question("rent", vectors()[0]), SearchSettings()),
    ):
        with pytest.raises(StoreProblem, match="bound to the embedding model model") as caught:
            refused()
        assert "another collection" in caught.value.next
    assert store.models("me", "notes") == ("model",)
    assert store.count(SPACE) == len(TEXTS)


def test_an_emptied_collection_takes_another_model(store: Store) -> None:
    filled(store)
    assert store.empty_collection("me", "notes") == len(TEXTS)
    assert store.models("me", "notes") == ()
    assert store.described("me", "notes").passages == 0
    other = Space("me", "notes", "another", 8)
    assert store.add(other, [Entry("x", "text")], [vectors()[0]]) == 1
    assert store.models("me", "notes") == ("another",)
    with pytest.raises(NotFound):
        store.empty_collection("me", "nowhere")


def test_a_collection_is_described(store: Store) -> None:
    seen = filled(store).described("me", "notes")
    assert (seen.dimension, seen.metric, seen.passages, seen.models) == (8, "cosine", len(TEXTS), ("model",))
    assert (seen.others, seen.at_least) == (False, False)
    assert store.passages("me", "notes") == len(TEXTS)


def test_a_metric_that_there_is_not_is_refused(store: Store) -> None:
    with pytest.raises(InvalidRequest, match="no metric 'manhattan'"):
        store.create_collection("me", CollectionRequest("notes", 8, store.kind, "manhattan"))


FOREIGN = ({"sagedeck.owner": "you"}, {"sagedeck.owner": ["you"]}, {"sagedeck": {"owner": "you"}}, {"$or": "x"},
           {"sagedeck.model": "another", "page": 1}, {" sagedeck.owner": "you"})  # fmt: skip


@pytest.mark.parametrize("wanted", FOREIGN, ids=str)
def test_no_filter_reaches_what_is_somebody_elses(store: Store, wanted: dict[str, object]) -> None:
    filled(store)
    yours = Space("you", "notes", "model", 8)
    store.create_collection("you", CollectionRequest("notes", 8, store.kind))
    store.add(yours, [Entry("secret", "The vault opens with heron.", "s.txt", "d")], vectors()[:1])
    assert len(store.search(yours, Question("vault", vectors()[0]), SearchSettings()).passages) == 1
    with pytest.raises(InvalidRequest, match="cannot be chosen by"):
        store.search(SPACE, Question("vault", vectors()[0]), SearchSettings(metadata=wanted))
    store.empty_collection("you", "notes")

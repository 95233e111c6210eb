"""The embedded store: what it finds, whom it shows it to, and that many writers lose nothing."""

from __future__ import annotations

import multiprocessing
import threading
from pathlib import Path

import numpy as np
import pytest

from services.errors import InvalidRequest, NotFound, StoreProblem
from services.knowledge import matrix, tokens
from services.knowledge.local import LocalStore
from services.knowledge.matrix import ROOM
from services.knowledge.models import CollectionRequest, Entry, Question, SearchMode, SearchSettings, Space, StoreKind

MINE = Space("me", "notes", "model", 4)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "knowledge.db")


def entry(key: str, text: str = "", document: str = "d") -> Entry:
    return Entry(id=key, text=text or f"text {key}", document=document)


def test_the_nearest_come_first_with_their_cosine(store: LocalStore) -> None:
    store.add(MINE, [entry("east"), entry("north"), entry("west")], [[2, 0, 0, 0], [0, 1, 0, 0], [-1, 0, 0, 0]])
    found = store.search(MINE, Question("", [3, 0, 0, 0]), SearchSettings(k=2, mode=SearchMode.VECTOR))
    assert [(passage.id, passage.cosine) for passage in found.passages] == [("east", 1.0), ("north", 0.0)]
    assert found.nearest == pytest.approx(1.0)


def test_words_lift_a_passage_and_their_weight_can_be_set(store: LocalStore) -> None:
    store.add(MINE, [entry("near", "harbour"), entry("worded", "lighthouses")], [[1, 0, 0, 0], [0.9, 0.4, 0, 0]])
    asked = Question("Which lighthouse?", [1, 0, 0, 0])
    assert store.search(MINE, asked, SearchSettings(k=1)).passages[0].id == "worded"
    assert store.search(MINE, asked, SearchSettings(k=1, weight=0.01)).passages[0].id == "near"
    only_words = store.search(MINE, asked, SearchSettings(mode=SearchMode.KEYWORD)).passages
    assert [(passage.id, passage.keyword) for passage in only_words] == [("worded", 1.0)]


@pytest.mark.parametrize(
    ("text", "question"),
    [("灯塔的租约在三月到期", "租约什么时候到期"), ("สัญญาเช่าประภาคารสิ้นสุดในเดือนมีนาคม", "สัญญาเช่าสิ้นสุดเมื่อไร")],
)
def test_scripts_without_spaces_are_searched_by_words_too(store: LocalStore, text: str, question: str) -> None:
    store.add(MINE, [entry("wanted", text), entry("other", "蜜蜂采蜜 ผึ้ง")], np.eye(2, 4))
    found = store.search(MINE, Question(question), SearchSettings(mode=SearchMode.KEYWORD))
    assert [passage.id for passage in found.passages] == ["wanted"]


def test_what_is_there_already_is_left_alone_or_replaced(store: LocalStore) -> None:
    assert store.add(MINE, [entry("a", "old words")], [[1, 0, 0, 0]]) == 1
    assert store.add(MINE, [entry("a", "new words")], [[0, 1, 0, 0]]) == 0
    assert store.get(MINE, ["a", "b"])[0].text == "old words"
    store.add(MINE, [entry("a", "new words")], [[0, 1, 0, 0]], replace=True)
    assert store.count(MINE) == 1
    [found] = store.search(MINE, Question("new", [0, 1, 0, 0]), SearchSettings()).passages
    assert (found.text, found.cosine, found.keyword) == ("new words", 1.0, 1.0)
    assert store.search(MINE, Question("old"), SearchSettings(mode=SearchMode.KEYWORD)).passages == ()


def test_searches_can_be_limited_to_documents_and_metadata(store: LocalStore) -> None:
    entries = [Entry(str(n), "same", document=f"d{n % 2}", metadata={"n": n}) for n in range(4)]
    store.add(MINE, entries, np.eye(4))
    asked = Question("same", [1, 1, 1, 1])
    assert {p.id for p in store.search(MINE, asked, SearchSettings(documents=("d1", "none"))).passages} == {"1", "3"}
    assert [p.id for p in store.search(MINE, asked, SearchSettings(metadata={"n": 2})).passages] == ["2"]
    assert store.search(MINE, asked, SearchSettings(documents=("none",))).passages == ()


@pytest.mark.parametrize(
    "other",
    [Space("you", "notes", "model", 4), Space("me", "other", "model", 4), Space("me", "other", "another", 4)],
)
def test_nothing_crosses_owners_collections_or_models(store: LocalStore, other: Space) -> None:
    store.add(MINE, [entry("a", "secret lighthouse")], [[1, 0, 0, 0]])
    store.add(other, [entry("a", "own harbour")], [[0, 1, 0, 0]])
    found = store.search(other, Question("secret lighthouse", [1, 0, 0, 0]), SearchSettings())
    assert [passage.text for passage in found.passages] == ["own harbour"]
    assert found.rarity[tokens.stem("lighthouse")] == tokens.rarity(1, 0)
    assert store.get(other, ["a"])[0].text == "own harbour"
    assert store.delete(other, ["a"]) == 1
    assert store.get(MINE, ["a"])[0].text == "secret lighthouse"
    assert store.count(other) == 0


def test_collections_are_listed_and_dropped_by_owner(store: LocalStore) -> None:
    store.create_collection("me", CollectionRequest("notes", 4, StoreKind.LOCAL))
    store.add(MINE, [entry("a")], [[1, 0, 0, 0]])
    [listed] = store.collections("me")
    assert (listed.name, listed.dimension, listed.passages, listed.models) == ("notes", 4, 1, ("model",))
    assert store.collections("you") == ()
    with pytest.raises(NotFound):
        store.drop_collection("you", "notes")
    assert store.holds_more("me", "notes", ())
    assert not store.holds_more("me", "notes", ("d",))
    store.drop_collection("me", "notes")
    assert store.search(MINE, Question("a", [1, 0, 0, 0]), SearchSettings()).passages == ()


def test_vectors_that_do_not_fit_are_refused(store: LocalStore) -> None:
    with pytest.raises(StoreProblem, match="holds vectors of 4"):
        store.add(MINE, [entry("a")], [[1, 0]])
    with pytest.raises(StoreProblem, match="not numbers"):
        store.add(MINE, [entry("a")], [[float("nan"), 0, 0, 0]])
    store.add(MINE, [entry("a")], [[1, 0, 0, 0]])
    with pytest.raises(StoreProblem, match="holds vectors of 4 numbers, not 3"):
        store.add(Space("me", "notes", "wider", 3), [entry("a")], [[1, 0, 0]])
    with pytest.raises(InvalidRequest):
        store.create_collection("me", CollectionRequest("no spaces", 4))


def test_a_broken_file_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "knowledge.db").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreProblem, match="not a database"):
        LocalStore(tmp_path / "knowledge.db").collections("me")


def test_the_matrix_follows_what_another_store_writes_and_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix, "BLOCK", 1500)  # so that rows lie in several
    reader, writer = LocalStore(tmp_path / "k.db"), LocalStore(tmp_path / "k.db")
    settings = SearchSettings(k=20, mode=SearchMode.VECTOR)
    for start in range(0, ROOM + 100, 1000):
        vectors = np.random.default_rng(start).standard_normal((1000, 4))
        writer.add(MINE, [entry(str(start + n)) for n in range(1000)], vectors)
        assert len(reader.search(MINE, Question("", [1, 0, 0, 0]), settings).passages) == 20
    best = reader.search(MINE, Question("", [1, 0, 0, 0]), settings).passages[0]
    writer.delete(MINE, [best.id])
    assert best.id not in {p.id for p in reader.search(MINE, Question("", [1, 0, 0, 0]), settings).passages}
    writer.delete(MINE, [str(n) for n in range(4000)])
    left = reader.search(MINE, Question("", [1, 0, 0, 0]), settings).passages
    assert min(int(passage.id) for passage in left) >= 4000
    again = reader.search(MINE, Question("", [1, 0, 0, 0]), settings).passages
    assert [passage.id for passage in again] == [passage.id for passage in left]


def write(path: Path, worker: int, count: int) -> None:
    store = LocalStore(path)
    for number in range(0, count, 5):
        entries = [entry(f"{worker}-{number + n}", f"worker{worker} passage{number + n}") for n in range(5)]
        store.add(MINE, entries, np.full((5, 4), worker + 1.0))
    store.close()


def test_threads_and_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    LocalStore(path).create_collection("me", CollectionRequest("notes", 4))
    context = multiprocessing.get_context("spawn")
    workers: list[threading.Thread | multiprocessing.process.BaseProcess] = [
        context.Process(target=write, args=(path, number, 50)) for number in range(2)
    ]
    workers += [threading.Thread(target=write, args=(path, number, 50)) for number in range(2, 6)]
    store, seen = LocalStore(path), []
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        seen.append(len(store.search(MINE, Question("passage7", [1, 1, 1, 1]), SearchSettings(k=1000)).passages))
    for worker in workers:
        worker.join()
    assert seen == sorted(seen)
    final = store.search(MINE, Question("worker3", [1, 1, 1, 1]), SearchSettings(k=1000))
    assert len({passage.id for passage in final.passages}) == store.count(MINE) == 300
    assert sum(passage.keyword == pytest.approx(1.0) for passage in final.passages) == 50


def test_an_index_of_an_older_tokeniser_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "terms", lambda text: ["nothing"])
    LocalStore(tmp_path / "k.db").add(MINE, [entry("a", "lighthouse")], [[1, 0, 0, 0]])
    monkeypatch.undo()
    monkeypatch.setattr(tokens, "VERSION", tokens.VERSION + 1)
    found = LocalStore(tmp_path / "k.db").search(MINE, Question("lighthouse"), SearchSettings(mode=SearchMode.KEYWORD))
    assert [passage.id for passage in found.passages] == ["a"]

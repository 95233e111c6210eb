"""The Astra store against the stand-in: batches, faults, limits, errors in words."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import numpy as np
import pytest

from sandbox.dataapi import Database, Fault
from services.clients import Hidden
from services.connection import Astra
from services.errors import (
    InvalidCredentials,
    InvalidRequest,
    NotFound,
    SagedeckError,
    ServiceFailure,
    StoreProblem,
    Throttled,
    Unreachable,
)
from services.knowledge import astra_documents
from services.knowledge.gateway import AstraStore
from services.knowledge.models import CollectionRequest, Entry, Question, SearchMode, SearchSettings, Space
from tests.sandbox.dataapi.serving import closing_clients, serving

SPACE = Space("me", "notes", "model", 4)
REQUEST = CollectionRequest("notes", 4)


@dataclass
class Server:
    url: str
    database: Database
    pauses: list[float] = field(default_factory=list)

    def store(self, token: str = "AstraCS:test", keyspace: str = "default_keyspace", endpoint: str = "") -> AstraStore:
        astra = Astra(endpoint or self.url, Hidden(token), keyspace, "other")
        return AstraStore(astra, sleep=self.pauses.append)


@pytest.fixture
def server() -> Iterator[Server]:
    database = Database()
    with closing_clients(), serving(database) as url:
        yield Server(url, database)


@pytest.fixture
def store(server: Server) -> AstraStore:
    made = server.store()
    made.create_collection("me", REQUEST)
    return made


def entries(count: int) -> list[Entry]:
    return [
        Entry(str(n), f"passage number {n}", "file.txt", "sha", 2, 5, 9, n, {"even": n % 2 == 0}) for n in range(count)
    ]


def test_documents_have_the_shape_langchain_users_read(server: Server, store: AstraStore) -> None:
    store.add(SPACE, entries(1), [[3, 0, 4, 0]])
    with httpx.Client(headers={"token": "AstraCS:test"}) as client:
        asked = {"findOne": {"projection": {"*": 1}}}
        [found] = client.post(f"{server.url}/v1/default_keyspace/notes", json=asked).json()["data"].values()
    assert set(found) == {"_id", "content", "metadata", "$vector"}
    assert found["content"] == "passage number 0"
    assert found["metadata"]["sagedeck"]["owner"] == "me"
    [passage] = store.get(SPACE, ["0"])
    assert (passage.source, passage.page, passage.start, passage.end) == ("file.txt", 2, 5, 9)
    assert passage.metadata == {"even": True}


def test_many_passages_go_in_batches_and_come_back(store: AstraStore) -> None:
    vectors = np.random.default_rng(0).standard_normal((430, 4))
    assert store.add(SPACE, entries(430), vectors) == 430
    assert store.add(SPACE, entries(430), vectors) == 0
    assert store.count(SPACE) == 430
    assert store.ids(SPACE, "sha") == tuple(str(n) for n in range(430))
    [best, *_] = store.search(SPACE, Question("number", list(vectors[7])), SearchSettings(weight=0.0)).passages
    assert best.id == "7"
    assert best.cosine == pytest.approx(1.0, abs=1e-5)
    assert store.delete(SPACE, [str(n) for n in range(400)]) == 400
    assert store.count(SPACE) == 30


def test_counting_ends_at_the_servers_limit(store: AstraStore) -> None:
    store.add(SPACE, entries(1050), np.ones((1050, 4)))
    assert store.count(SPACE) == 1000


@pytest.mark.parametrize(
    "fault", [Fault("insertMany", 429, 2), Fault("insertMany", 503), Fault("insertMany", 500, after=True)]
)
def test_a_batch_that_failed_is_sent_again_and_nothing_is_doubled(
    server: Server, store: AstraStore, fault: Fault
) -> None:
    server.database.inject(fault)
    store.add(SPACE, entries(200), np.ones((200, 4)))
    assert store.count(SPACE) == 200
    assert server.pauses


def test_words_decide_among_the_candidates(store: AstraStore) -> None:
    store.add(SPACE, [Entry("near", "a harbour"), Entry("worded", "a lighthouse")], [[1, 0, 0, 0], [0.9, 0.4, 0, 0]])
    asked = Question("Which lighthouse?", [1, 0, 0, 0])
    hybrid = store.search(SPACE, asked, SearchSettings())
    assert [passage.id for passage in hybrid.passages] == ["worded", "near"]
    assert hybrid.nearest == pytest.approx(1.0)
    vector = store.search(SPACE, asked, SearchSettings(mode=SearchMode.VECTOR)).passages
    assert [passage.id for passage in vector] == ["near", "worded"]
    words = store.search(SPACE, asked, SearchSettings(mode=SearchMode.KEYWORD)).passages
    assert [passage.id for passage in words] == ["worded"]
    with pytest.raises(InvalidRequest):
        store.search(SPACE, Question("no vector"), SearchSettings())


def test_a_search_can_be_limited_to_more_documents_than_one_filter_takes(store: AstraStore) -> None:
    store.add(SPACE, [Entry(str(n), "x", document=f"d{n}") for n in range(3)], np.eye(3, 4))
    chosen = tuple(f"d{n}" for n in range(1, 150))
    found = store.search(SPACE, Question("x", [1, 1, 1, 0]), SearchSettings(documents=chosen))
    assert {passage.id for passage in found.passages} == {"1", "2"}


def test_owners_and_models_share_a_collection_unseen(store: AstraStore) -> None:
    other = Space("you", "notes", "model", 4)
    store.add(SPACE, [Entry("a", "mine", document="d")], [[1, 0, 0, 0]])
    store.add(other, [Entry("a", "yours", document="d")], [[1, 0, 0, 0]], replace=True)
    for space, text in ((SPACE, "mine"), (other, "yours")):
        assert [p.text for p in store.search(space, Question(text, [1, 0, 0, 0]), SearchSettings()).passages] == [text]
        assert store.get(space, ["a"])[0].text == text
        assert store.count(space) == 1
    with pytest.raises(StoreProblem, match="bound to the embedding model model"):
        store.search(Space("me", "notes", "another", 4), Question("", [1, 0, 0, 0]), SearchSettings())
    assert store.holds_more("me", "notes", ["d"])
    assert store.delete(other, ["a"]) == 1
    assert not store.holds_more("me", "notes", ["d"])
    assert store.holds_more("me", "notes", [])


def test_the_connection_test_lists_collections(store: AstraStore) -> None:
    [listed] = store.collections("me")
    assert (listed.name, listed.dimension, listed.metric) == ("notes", 4, "cosine")
    store.drop_collection("me", "notes")
    assert store.collections("me") == ()


def said(store: AstraStore, kind: type[SagedeckError]) -> SagedeckError:
    with pytest.raises(kind) as caught:
        store.collections("me")
    assert "AstraCS:" not in str(caught.value)
    return caught.value


def test_a_wrong_token_is_said_at_once(server: Server) -> None:
    assert "does not accept this token" in said(server.store(token="wrong"), InvalidCredentials).what
    assert server.pauses == []


def test_an_unknown_keyspace_is_said(server: Server) -> None:
    assert "keyspace" in said(server.store(keyspace="elsewhere"), NotFound).what


def test_a_sleeping_database_is_given_time_and_then_said(server: Server) -> None:
    server.database.hibernated = True
    assert "not awake" in said(server.store(), StoreProblem).what
    assert len(server.pauses) == 6
    server.database.hibernated = False
    assert server.store().collections("me") == ()


@pytest.mark.parametrize(("status", "kind"), [(429, Throttled), (502, ServiceFailure)])
def test_an_overloaded_or_failing_database_is_said(server: Server, status: int, kind: type[SagedeckError]) -> None:
    server.database.inject(Fault("*", status, 100))
    assert said(server.store(), kind).next


def test_a_server_that_is_not_there_is_said(server: Server) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    problem = said(server.store(endpoint=f"http://127.0.0.1:{port}"), Unreachable)
    assert "another region" in problem.why


def test_an_address_that_is_none_is_said(server: Server) -> None:
    assert said(server.store(endpoint="no address"), Unreachable).next


def test_the_eleventh_collection_is_explained(server: Server, store: AstraStore) -> None:
    for number in range(9):
        store.create_collection("me", CollectionRequest(f"more_{number}", 4))
    with pytest.raises(StoreProblem, match="no room for another collection"):
        store.create_collection("me", CollectionRequest("eleventh", 4))


def test_a_collection_that_is_missing_or_of_another_size_is_explained(store: AstraStore) -> None:
    with pytest.raises(NotFound, match="not in this database"):
        store.add(Space("me", "nowhere", "m", 4), entries(1), [[1, 0, 0, 0]])
    with pytest.raises(NotFound):
        store.drop_collection("me", "nowhere")
    with pytest.raises(StoreProblem, match="do not fit"):
        store.add(Space("me", "notes", "m", 3), entries(1), [[1, 0, 0]])
    with pytest.raises(StoreProblem, match="other settings"):
        store.create_collection("me", CollectionRequest("notes", 5))


def test_whose_passages_are_found_is_said_last_whatever_else_a_filter_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(astra_documents, "checked_filter", dict)  # the other wall
    settings = SearchSettings(metadata={"sagedeck.owner": "you", "sagedeck.model": "theirs", "page": 1})
    (condition,) = astra_documents.conditions(Space("me", "notes", "model", 8), settings)
    assert condition == {"metadata.sagedeck.owner": "me", "metadata.sagedeck.model": "model", "metadata.page": 1}

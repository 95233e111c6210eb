"""The stand-in, spoken to by real astrapy."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from astrapy import DataAPIClient
from astrapy.constants import Environment, VectorMetric
from astrapy.data_types import DataAPIVector
from astrapy.exceptions import (
    CollectionInsertManyException,
    DataAPIHttpException,
    DataAPIResponseException,
    TooManyDocumentsToCountException,
)
from astrapy.info import CollectionDefinition

from sandbox.dataapi import Database, Fault
from tests.sandbox.dataapi.serving import closing_clients, serving

TOKEN = "AstraCS:test"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, Database]]:
    database = Database()
    with serving(database) as url:
        yield url, database


@pytest.fixture(autouse=True)
def closed_clients() -> Iterator[None]:
    with closing_clients():
        yield


@pytest.fixture
def url(server: tuple[str, Database]) -> str:
    return server[0]


@pytest.fixture(params=[Environment.PROD, Environment.OTHER])
def astra(request: pytest.FixtureRequest, url: str) -> Iterator[Any]:
    client = DataAPIClient(environment=request.param)
    database = client.get_database(url, token=TOKEN, keyspace="default_keyspace")
    yield database
    for name in database.list_collection_names():
        database.drop_collection(name)


@pytest.fixture
def collection(astra: Any) -> Any:
    return made(astra)


def made(astra: Any, name: str = "books", **options: Any) -> Any:
    builder = CollectionDefinition.builder().with_vector_dimension(3).with_vector_metric(VectorMetric.COSINE)
    for mode, paths in options.items():
        builder = builder.with_indexing(mode, paths)
    return astra.create_collection(name, definition=builder.build())


def code_of(error: DataAPIResponseException) -> str | None:
    return error.error_descriptors[0].error_code


def test_a_collection_is_listed_with_its_options(astra: Any) -> None:
    made(astra, allow=["metadata"])
    [descriptor] = astra.list_collections()
    assert descriptor.name == "books"
    assert descriptor.definition.vector.dimension == 3
    assert descriptor.definition.indexing == {"allow": ["metadata"]}


def test_making_the_same_collection_again_is_fine_but_another_one_of_its_name_is_not(astra: Any) -> None:
    made(astra)
    made(astra)
    with pytest.raises(DataAPIResponseException) as caught:
        made(astra, allow=["metadata"])
    assert code_of(caught.value) == "EXISTING_COLLECTION_DIFFERENT_SETTINGS"


def test_the_eleventh_collection_is_refused(astra: Any) -> None:
    for number in range(10):
        made(astra, f"books_{number}")
    with pytest.raises(DataAPIResponseException) as caught:
        made(astra, "books_10")
    assert code_of(caught.value) == "TOO_MANY_COLLECTIONS"


def test_vectors_come_back_as_they_went(collection: Any) -> None:
    collection.insert_one({"_id": "a", "$vector": DataAPIVector([0.25, -1.5, 3.0])})
    collection.insert_one({"_id": "b", "$vector": [1, 2, 3]})
    found = collection.find_one({"_id": "a"}, projection={"$vector": True})
    assert list(found["$vector"]) == [0.25, -1.5, 3.0]
    assert "$vector" not in collection.find_one({"_id": "b"})
    assert list(collection.find_one({"_id": "b"}, projection={"*": True})["$vector"]) == [1.0, 2.0, 3.0]


def test_the_nearest_come_first_with_their_similarity_and_the_query_vector(collection: Any) -> None:
    collection.insert_many(
        [
            {"_id": "east", "$vector": [1, 0, 0]},
            {"_id": "north", "$vector": [0, 1, 0]},
            {"_id": "west", "$vector": [-1, 0, 0]},
        ]
    )
    cursor = collection.find(
        {}, sort={"$vector": [1, 0, 0]}, limit=2, include_similarity=True, include_sort_vector=True
    )
    first, second = cursor.to_list()
    assert (first["_id"], first["$similarity"]) == ("east", pytest.approx(1.0))
    assert (second["_id"], second["$similarity"]) == ("north", pytest.approx(0.5))
    again = collection.find({}, sort={"$vector": [1, 0, 0]}, include_sort_vector=True)
    assert list(again.get_sort_vector()) == [1.0, 0.0, 0.0]


def test_find_goes_on_from_page_to_page_and_stops_at_the_limit(collection: Any) -> None:
    collection.insert_many([{"_id": number, "even": number % 2 == 0} for number in range(55)], ordered=True)
    assert [document["_id"] for document in collection.find({})] == list(range(55))
    assert len(collection.find({"even": True}, limit=23).to_list()) == 23
    assert [d["_id"] for d in collection.find({}, sort={"_id": -1}, limit=3)] == [54, 53, 52]
    assert [d["_id"] for d in collection.find({}, sort={"_id": 1}, skip=50)] == [50, 51, 52, 53, 54]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"n": {"$gt": 1, "$lte": 3}}, [2, 3]),
        ({"n": {"$ne": 2}}, [1, 3, 4]),
        ({"n": {"$in": [1, 4]}}, [1, 4]),
        ({"n": {"$nin": [1, 4]}}, [2, 3]),
        ({"tag": {"$exists": False}}, [2, 4]),
        ({"$or": [{"n": 1}, {"inner.deep": "x"}]}, [1, 3]),
        ({"$and": [{"n": {"$gte": 2}}, {"$not": {"n": 3}}]}, [2, 4]),
        ({"list": "b"}, [4]),
        ({"list": {"$all": ["a", "b"]}}, [4]),
    ],
)
def test_filters_let_through_what_they_say(collection: Any, condition: dict[str, Any], expected: list[int]) -> None:
    collection.insert_many(
        [
            {"n": 1, "tag": "old"},
            {"n": 2},
            {"n": 3, "tag": None, "inner": {"deep": "x"}},
            {"n": 4, "list": ["a", "b"]},
        ]
    )
    assert [document["n"] for document in collection.find(condition)] == expected


def test_an_unordered_insert_stores_what_it_can_and_an_ordered_one_stops(collection: Any) -> None:
    collection.insert_one({"_id": "b"})
    with pytest.raises(CollectionInsertManyException) as caught:
        collection.insert_many([{"_id": "a"}, {"_id": "b"}, {"_id": "c"}], ordered=False)
    assert set(caught.value.inserted_ids) == {"a", "c"}
    [cause] = caught.value.exceptions
    assert isinstance(cause, DataAPIResponseException)
    assert code_of(cause) == "DOCUMENT_ALREADY_EXISTS"
    with pytest.raises(CollectionInsertManyException) as caught:
        collection.insert_many([{"_id": "d"}, {"_id": "b"}, {"_id": "e"}], ordered=True)
    assert caught.value.inserted_ids == ["d"]
    assert collection.count_documents({}, upper_bound=10) == 4


def test_updates_change_one_or_many_and_upsert(collection: Any) -> None:
    collection.insert_many([{"_id": n, "kind": "x", "n": n} for n in range(30)])
    assert collection.update_one({"_id": 3}, {"$set": {"n": 33}, "$unset": {"kind": ""}}).update_info["nModified"] == 1
    assert collection.find_one({"_id": 3}) == {"_id": 3, "n": 33}
    assert collection.update_many({"kind": "x"}, {"$inc": {"n": 100}}).update_info["n"] == 29
    assert collection.find_one({"_id": 29})["n"] == 129
    assert collection.update_one({"_id": "new"}, {"$set": {"n": 1}}, upsert=True).update_info["upserted"] == "new"
    assert collection.find_one_and_update({"_id": 0}, {"$set": {"n": 7}}, return_document="after")["n"] == 7
    assert collection.find_one_and_replace({"_id": 0}, {"other": 1}, return_document="after") == {"_id": 0, "other": 1}


def test_deleting_loops_until_nothing_is_left(collection: Any) -> None:
    collection.insert_many([{"_id": n, "old": n < 45} for n in range(50)])
    assert collection.delete_many({"old": True}).deleted_count == 45
    assert collection.delete_one({"_id": 45}).deleted_count == 1
    assert collection.find_one_and_delete({"_id": 46})["_id"] == 46
    assert collection.delete_many({}).deleted_count == -1
    assert collection.estimated_document_count() == 0


def test_counting_stops_at_the_servers_cap(collection: Any) -> None:
    collection.insert_many([{"n": n} for n in range(1001)], chunk_size=100)
    with pytest.raises(TooManyDocumentsToCountException) as caught:
        collection.count_documents({}, upper_bound=5000)
    assert caught.value.server_max_count_exceeded
    assert collection.count_documents({"n": {"$lt": 10}}, upper_bound=5000) == 10


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"text": "ä" * 4001}, "SHRED_DOC_LIMIT_VIOLATION"),
        ({"text": "a" * 4_000_001}, "SHRED_DOC_LIMIT_VIOLATION"),
        ({"$vector": [1.0, 2.0]}, "INVALID_VECTOR_LENGTH"),
        ({"$vector": []}, "SHRED_BAD_VECTOR_SIZE"),
        ({"$odd": 1}, "SHRED_BAD_FIELD_NAME"),
        ({"_id": [1]}, "SHRED_BAD_DOCID_TYPE"),
    ],
)
def test_documents_beyond_the_limits_are_refused(collection: Any, document: dict[str, Any], code: str) -> None:
    with pytest.raises(DataAPIResponseException) as caught:
        collection.insert_one(document)
    assert code_of(caught.value) == code
    assert collection.estimated_document_count() == 0


def test_a_long_string_is_welcome_where_it_is_not_indexed(astra: Any) -> None:
    collection = made(astra, allow=["metadata"])
    collection.insert_one({"_id": 1, "content": "long " * 10_000, "metadata": {"owner": "me"}})
    assert collection.find_one({"metadata.owner": "me"})["_id"] == 1
    with pytest.raises(DataAPIResponseException) as caught:
        collection.find_one({"content": "long"})
    assert code_of(caught.value) == "FILTER_PATH_UNINDEXED"
    with pytest.raises(DataAPIResponseException) as caught:
        collection.insert_one({"metadata": {"note": "x" * 8001}})
    assert code_of(caught.value) == "SHRED_DOC_LIMIT_VIOLATION"


def test_requests_beyond_the_limits_are_refused(collection: Any) -> None:
    with pytest.raises(CollectionInsertManyException, match="over the max limit"):
        collection.insert_many([{} for _ in range(101)], chunk_size=101, ordered=True)
    with pytest.raises(DataAPIResponseException, match="at most 100 values"):
        collection.find_one({"_id": {"$in": list(range(101))}})
    with pytest.raises(DataAPIResponseException, match="1000"):
        collection.find({}, sort={"$vector": [1, 0, 0]}, limit=1001).to_list()
    with pytest.raises(DataAPIResponseException) as caught:
        collection.find_one({"n": {"$regex": "x"}})
    assert code_of(caught.value) == "FILTER_UNSUPPORTED_OPERATOR"


def test_an_unknown_collection_or_keyspace_is_named(url: str, astra: Any) -> None:
    with pytest.raises(DataAPIResponseException) as caught:
        astra.get_collection("nowhere").find_one({})
    assert code_of(caught.value) == "COLLECTION_NOT_EXIST"
    other = DataAPIClient(environment="other").get_database(url, token=TOKEN, keyspace="nowhere")
    with pytest.raises(DataAPIResponseException) as caught:
        other.list_collection_names()
    assert code_of(caught.value) == "UNKNOWN_KEYSPACE"


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("", "MISSING_AUTHENTICATION_TOKEN"),
        ("wrong", "UNAUTHENTICATED_REQUEST"),
        ("AstraCS:", "UNAUTHENTICATED_REQUEST"),
    ],
)
def test_a_missing_or_invalid_token_is_unauthorised(url: str, token: str, code: str) -> None:
    database = DataAPIClient().get_database(url, token=token, keyspace="default_keyspace")
    with pytest.raises(DataAPIHttpException) as caught:
        database.list_collection_names()
    assert caught.value.response.status_code == 401
    assert caught.value.error_descriptors[0].error_code == code


def test_what_is_no_command_is_refused(url: str) -> None:
    headers = {"token": TOKEN}
    path = f"{url}/api/json/v1/default_keyspace"
    with httpx.Client(headers=headers) as client:
        assert client.post(path, content=b"{").json()["errors"][0]["errorCode"] == "REQUEST_NOT_JSON"
        assert client.post(path, json={}).json()["errors"][0]["errorCode"] == "REQUEST_STRUCTURE_MISMATCH"
        assert client.post(path, json={"fly": {}}).json()["errors"][0]["errorCode"] == "COMMAND_UNKNOWN"
        keyspaces = client.post(f"{url}/v1", json={"findKeyspaces": {}}).json()
        assert keyspaces == {"status": {"keyspaces": ["default_keyspace"]}}


def test_injected_faults_hit_the_next_calls_only(server: tuple[str, Database], collection: Any) -> None:
    _, database = server
    database.inject(Fault("insertOne", 429))
    with pytest.raises(DataAPIHttpException) as caught:
        collection.insert_one({"_id": "a"})
    assert caught.value.response.status_code == 429
    collection.insert_one({"_id": "a"})
    database.inject(Fault("insertOne", 500, after=True))
    with pytest.raises(DataAPIHttpException):
        collection.insert_one({"_id": "b"})
    assert collection.find_one({"_id": "b"}) == {"_id": "b"}


def test_many_writers_at_once_lose_nothing(collection: Any) -> None:
    def write(number: int) -> None:
        collection.insert_many([{"_id": f"{number}-{n}", "$vector": [number + 1, n, 1]} for n in range(50)])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(16)))
    assert collection.estimated_document_count() == 800
    nearest = collection.find({}, sort={"$vector": [1, 0, 0]}, limit=1000)
    assert len({document["_id"] for document in nearest}) == 800

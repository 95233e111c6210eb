"""Finer points in which the stand-in does as the Data API does; astrapy's own suite asks for them."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from astrapy import DataAPIClient
from astrapy.constants import DefaultIdType, Environment, VectorMetric
from astrapy.exceptions import DataAPIResponseException
from astrapy.ids import ObjectId
from astrapy.info import CollectionDefaultIDOptions, CollectionDefinition

from sandbox.dataapi import Database
from tests.sandbox.dataapi.serving import closing_clients, serving


@pytest.fixture
def astra() -> Iterator[Any]:
    with closing_clients(), serving(Database()) as url:
        yield DataAPIClient(environment=Environment.OTHER).get_database(
            url, token="AstraCS:test", keyspace="default_keyspace"
        )


@pytest.fixture
def books(astra: Any) -> Any:
    builder = CollectionDefinition.builder().with_vector_dimension(2).with_vector_metric(VectorMetric.COSINE)
    return astra.create_collection("books", definition=builder.build())


def test_what_is_sorted_comes_in_one_page_of_twenty(books: Any) -> None:
    books.insert_many([{"n": n} for n in range(30)])
    assert [each["n"] for each in books.find({}, sort={"n": -1})] == list(range(29, 9, -1))
    assert len(list(books.find({}, sort={"n": -1}, limit=25))) == 20
    assert len(list(books.find({}))) == 30


@pytest.mark.parametrize("asked", [{"skip": 2}, {"sort": {"$vector": [1, 1], "n": 1}}])
def test_skipping_without_a_sort_and_two_sorts_at_once_are_refused(books: Any, asked: dict[str, Any]) -> None:
    with pytest.raises(DataAPIResponseException):
        list(books.find({}, **asked))


@pytest.mark.parametrize(
    ("kind", "version"), [(DefaultIdType.UUID, 4), (DefaultIdType.UUIDV6, 6), (DefaultIdType.UUIDV7, 7)]
)
def test_new_documents_get_an_id_of_their_collections_type(astra: Any, kind: str, version: int) -> None:
    definition = CollectionDefinition(default_id=CollectionDefaultIDOptions(default_id_type=kind))
    made = astra.create_collection("ids", definition=definition)
    first, second = made.insert_one({}).inserted_id, made.insert_one({}).inserted_id
    assert isinstance(first, UUID)
    assert first.version == version
    assert first != second


def test_object_ids_are_ids_too(astra: Any) -> None:
    definition = CollectionDefinition(default_id=CollectionDefaultIDOptions(default_id_type=DefaultIdType.OBJECTID))
    made = astra.create_collection("ids", definition=definition)
    identity = made.insert_one({"n": 1}).inserted_id
    assert isinstance(identity, ObjectId)
    assert made.find_one({"_id": identity})["n"] == 1


def test_projections_reach_into_lists_of_objects(books: Any) -> None:
    books.insert_one({"_id": 1, "x": [{"y": "Y", "z": "Z"}, {"z": "W"}], "u": {"v": 1, "w": 2}})
    assert books.find_one({}, projection={"x.y": True}) == {"_id": 1, "x": [{"y": "Y"}, {}]}
    assert books.find_one({}, projection={"u.v": True, "u.w": True, "_id": False}) == {"u": {"v": 1, "w": 2}}
    assert books.distinct("x.y") == ["Y"]
    assert books.find_one({}, projection={"_id": True}) == {"_id": 1}


def test_a_vector_comes_back_as_it_was_sent_and_none_is_kept(astra: Any, books: Any) -> None:
    raw = [{"_id": "list", "$vector": [1.5, 2.0]}, {"_id": "none", "$vector": None}]
    books.command({"insertMany": {"documents": raw}})
    books.insert_one({"_id": "packed", "$vector": [0.5, 1.0]})
    answer = books.command({"find": {"projection": {"$vector": 1}}})
    held = {each["_id"]: each["$vector"] for each in answer["data"]["documents"]}
    assert held["list"] == [1.5, 2.0]
    assert held["none"] is None
    assert "$binary" in json.dumps(held["packed"])


def test_the_vector_alone_does_not_hide_other_fields(books: Any) -> None:
    books.insert_one({"_id": 1, "n": 2, "$vector": [1, 2]})
    assert set(books.find_one({}, projection={"$vector": True})) == {"_id", "n", "$vector"}


def test_a_collections_definition_tells_what_the_server_adds(astra: Any, books: Any) -> None:
    [told] = astra.list_collections()
    assert told.definition.vector.source_model == "other"
    assert told.definition.lexical.enabled
    assert told.definition.rerank.enabled
    assert astra.create_collection("books", definition=told.definition).name == "books"


def test_a_vector_that_takes_a_removed_ones_place_spoils_no_other(books: Any) -> None:
    books.insert_many([{"_id": name, "$vector": [n, 1.0]} for n, name in enumerate("abc")])
    books.delete_one({"_id": "a"})
    books.insert_many([{"_id": "d", "$vector": [8.0, 1.0]}, {"_id": "e", "$vector": [9.0, 1.0]}])
    found = books.find({}, projection={"$vector": True})
    assert {each["_id"]: each["$vector"][0] for each in found} == {"b": 1.0, "c": 2.0, "d": 8.0, "e": 9.0}

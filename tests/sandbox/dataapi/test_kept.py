"""What the Data API holds outlives the sandbox, and goes with a reset."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from astrapy import DataAPIClient
from astrapy.constants import Environment, VectorMetric
from astrapy.exceptions import DataAPIHttpException, DataAPIResponseException
from astrapy.info import CollectionDefinition
from starlette.applications import Starlette

from sandbox.clock import Clock
from sandbox.dataapi import world_routes
from sandbox.faults import Fault, Kind
from sandbox.world import World
from tests.sandbox.dataapi.serving import closing_clients, serving_application

TOKEN = "AstraCS:test"


@contextmanager
def started(home: Path | None) -> Iterator[tuple[Any, World]]:
    """A Data API over a world kept in that folder, and astrapy's database of it."""
    world = World(Clock(speed=0), home / "state.sqlite" if home else None)
    try:
        with closing_clients(), serving_application(Starlette(routes=world_routes(world))) as url:
            yield (
                DataAPIClient(environment=Environment.OTHER).get_database(
                    url, token=TOKEN, keyspace="default_keyspace"
                ),
                world,
            )
    finally:
        world.close()


def made(astra: Any, name: str = "books") -> Any:
    builder = CollectionDefinition.builder().with_vector_dimension(3).with_vector_metric(VectorMetric.COSINE)
    return astra.create_collection(name, definition=builder.build())


def test_documents_their_order_and_their_vectors_outlive_the_process(tmp_path: Path) -> None:
    with started(tmp_path) as (astra, _):
        books = made(astra)
        books.insert_many([{"_id": f"b{n}", "n": n, "$vector": [1.0, n, 0.5]} for n in range(30)])
        books.update_one({"_id": "b3"}, {"$set": {"title": "Three"}})
        books.delete_one({"_id": "b4"})
        books.insert_one({"_id": "plain"})
        books.command({"insertOne": {"document": {"_id": "listed", "$vector": [9.0, 0.0, 0.0]}}})
        made(astra, "gone")
        astra.drop_collection("gone")
    with started(tmp_path) as (astra, _):
        assert astra.list_collection_names() == ["books"]
        books = astra.get_collection("books")
        assert astra.list_collections()[0].definition.vector.dimension == 3
        found = [each["_id"] for each in books.find({})]
        assert found == [*(f"b{n}" for n in range(30) if n != 4), "plain", "listed"]
        asked = {"findOne": {"filter": {"_id": "listed"}, "projection": {"$vector": 1}}}
        assert books.command(asked)["data"]["document"]["$vector"] == [9.0, 0.0, 0.0]
        assert books.find_one({"_id": "b3"})["title"] == "Three"
        nearest = books.find_one({}, sort={"$vector": [1.0, 29.0, 0.5]}, projection={"*": True})
        assert (nearest["_id"], list(nearest["$vector"])) == ("b29", [1.0, 29.0, 0.5])
        books.insert_one({"_id": "later"})
        books.delete_many({})
    with started(tmp_path) as (astra, _):
        assert list(astra.get_collection("books").find({})) == []


def test_keyspaces_outlive_the_process_and_what_was_in_a_dropped_one_does_not(tmp_path: Path) -> None:
    with started(tmp_path) as (astra, _):
        admin = astra.get_database_admin()
        admin.create_keyspace("second")
        made(astra.with_options(keyspace="second"))
        admin.create_keyspace("third")
        admin.drop_keyspace("third")
    with started(tmp_path) as (astra, _):
        assert sorted(astra.get_database_admin().list_keyspaces()) == ["default_keyspace", "second"]
        second = astra.with_options(keyspace="second")
        assert second.list_collection_names() == ["books"]
        astra.get_database_admin().drop_keyspace("second")
    with started(tmp_path) as (astra, _):
        assert astra.get_database_admin().list_keyspaces() == ["default_keyspace"]


def test_a_reset_empties_the_file_too(tmp_path: Path) -> None:
    with started(tmp_path) as (astra, world):
        made(astra).insert_one({"_id": "a"})
        world.reset()
    with started(tmp_path) as (astra, _):
        assert astra.list_collection_names() == []


def test_without_a_home_nothing_is_written(tmp_path: Path) -> None:
    with started(None) as (astra, _):
        assert made(astra).insert_one({"_id": "a"}).inserted_id == "a"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "status"),
    [(Kind.ASTRA_UNAUTHORIZED, 401), (Kind.ASTRA_RATE_LIMIT, 429), (Kind.ASTRA_HIBERNATED, 503)],
)
def test_faults_that_are_set_strike_with_their_status(kind: Kind, status: int) -> None:
    with started(None) as (astra, world):
        books = made(astra)
        world.faults.set(Fault(kind))
        with pytest.raises((DataAPIHttpException, DataAPIResponseException)) as caught:
            books.insert_one({"_id": "a"})
        assert isinstance(caught.value, DataAPIHttpException)
        assert caught.value.response.status_code == status
        world.faults.remove()
        assert list(books.find({})) == []


def test_a_rate_limit_at_a_rate_lets_some_calls_through_and_only_of_its_collection() -> None:
    with started(None) as (astra, world):
        books, films = made(astra), made(astra, "films")
        world.faults.set(Fault(Kind.ASTRA_RATE_LIMIT, rate=0.5, resource="books"))
        refused = 0
        for number in range(40):
            films.insert_one({"_id": number})
            try:
                books.insert_one({"_id": number})
            except DataAPIHttpException:
                refused += 1
        assert 8 <= refused <= 32


def test_too_many_collections_is_said_in_the_data_apis_words() -> None:
    with started(None) as (astra, world):
        world.faults.set(Fault(Kind.ASTRA_TOO_MANY_COLLECTIONS))
        with pytest.raises(DataAPIResponseException) as caught:
            made(astra)
        assert caught.value.error_descriptors[0].error_code == "TOO_MANY_COLLECTIONS"
        assert astra.list_collection_names() == []

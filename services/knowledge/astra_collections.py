"""The collections of an Astra database: listed, looked at, made, emptied, removed, and bound to an embedding model.

Which model a collection is bound to stands in the metadata of every document, so that another console reads it too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace as replaced
from typing import Any, TypeVar

from services.knowledge.astra_documents import IN_LIMIT, OURS, of_other_models, strange
from services.knowledge.checks import check_model, checked_metric, checked_name, found_in
from services.knowledge.places import Collection, CollectionRequest, Space, StoreKind

COUNT_LIMIT = 1000  # the server counts no further
MOST_MODELS = 5  # looked for in one collection: it has one, unless an earlier version filled it

T = TypeVar("T")


class AstraCollections:
    """What concerns whole collections; how the database is reached is AstraStore's."""

    def __init__(self) -> None:
        self._metrics: dict[str, str] = {}
        self._checked: set[tuple[str, str]] = set()  # (collection, model) that were seen to go together

    def _database(self) -> Any:
        raise NotImplementedError

    def _collection(self, name: str) -> Any:
        raise NotImplementedError

    def _try(self, call: Callable[[], T]) -> T:
        raise NotImplementedError

    def _counted(self, name: str, wanted: Mapping[str, Any]) -> int:
        raise NotImplementedError

    def collections(self, owner: str) -> tuple[Collection, ...]:
        """Every vector collection of the keyspace, not looked into; this is also the connection test."""
        listed = self._try(lambda: self._database().list_collections())
        found = tuple(
            Collection(
                store=StoreKind.ASTRA,
                name=one.name,
                dimension=one.definition.vector.dimension,
                metric=one.definition.vector.metric or "cosine",
            )
            for one in listed
            if one.definition.vector and one.definition.vector.dimension
        )
        self._metrics = {one.name: one.metric for one in found}
        return found

    def described(self, owner: str, name: str) -> Collection:
        """One collection, looked at: how much is in it (up to 1000), whose, and of which model. NotFound without it."""
        found = found_in(self.collections(owner), name)
        held = self._counted(name, {})
        return replaced(
            found,
            passages=held,
            at_least=held >= COUNT_LIMIT,
            models=self.models(owner, name),
            others=self._there(name, strange(owner)),
        )

    def models(self, owner: str, name: str) -> tuple[str, ...]:
        """The embedding models of the documents in a collection, whoever put them there; read from their metadata."""
        found: list[str] = []
        path = f"metadata.{OURS}.model"
        while len(found) < MOST_MODELS:
            wanted = of_other_models(found)
            one = self._try(lambda wanted=wanted: self._collection(name).find_one(wanted, projection={path: True}))  # type: ignore[misc]
            if one is None:
                break
            found.append(str(one["metadata"][OURS]["model"]))
        return tuple(found)

    def passages(self, owner: str, name: str) -> int:
        """How many passages of this owner a collection holds, up to 1000."""
        return self._counted(name, {f"metadata.{OURS}.owner": owner})

    def create_collection(self, owner: str, request: CollectionRequest) -> None:
        """Make a collection that indexes metadata only: an indexed string may have no more than 8,000 bytes."""
        definition = {
            "vector": {"dimension": request.dimension, "metric": checked_metric(request.metric)},
            "indexing": {"allow": ["metadata"]},
        }
        name = checked_name(request.name)
        self._try(lambda: self._database().create_collection(name, definition=definition))

    def empty_collection(self, owner: str, name: str) -> int:
        """Remove all passages of this owner from a collection, some at a time; what is of others stays."""
        found_in(self.collections(owner), name)
        collection, gone = self._collection(name), 0
        wanted = {f"metadata.{OURS}.owner": owner}
        while self._there(name, wanted):  # the client gives up on a long list after its time, not the server
            gone += max(0, self._try(lambda: collection.delete_many(wanted)).deleted_count)
        self._checked.clear()
        return gone

    def drop_collection(self, owner: str, name: str) -> None:
        """Remove a collection and everything in it, whoever owns it. NotFound when there is none."""
        found_in(self.collections(owner), name)
        self._try(lambda: self._database().drop_collection(name))
        self._checked.clear()

    def holds_more(self, owner: str, name: str, documents: Sequence[str]) -> bool:
        """Whether anything but these documents of this owner is in the collection."""
        parts = [list(documents[at : at + IN_LIMIT]) for at in range(0, len(documents), IN_LIMIT)]
        other = {"$and": [{f"metadata.{OURS}.document": {"$nin": part}} for part in parts]}
        return self._there(name, {"$or": [strange(owner), other]} if parts else {})

    def _there(self, name: str, wanted: Mapping[str, Any]) -> bool:
        collection = self._collection(name)
        return self._try(lambda: collection.find_one(wanted, projection={"_id": True})) is not None

    def _check_model(self, space: Space) -> None:
        """StoreProblem when the collection is bound to another model; looked at once for each."""
        if (space.collection, space.model) not in self._checked:
            check_model(space.collection, self.models(space.owner, space.collection), space.model)
            self._checked.add((space.collection, space.model))

    def _metric(self, name: str) -> str:
        if name not in self._metrics:
            self.collections("")
        return self._metrics.get(name, "cosine")

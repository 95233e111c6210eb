"""The database: keyspaces and their collections, and the faults a test or a demonstration asks for."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.dataapi.collection import Collection
from sandbox.dataapi.commands import COMMANDS
from sandbox.dataapi.identities import TYPES
from sandbox.dataapi.refusals import MAX_COLLECTIONS, MAX_DIMENSION, Refusal

DEFAULT_KEYSPACE = "default_keyspace"
_NAME = re.compile(r"[A-Za-z0-9_]{1,48}")
_HYBRID: Mapping[str, Any] = {  # what the server gives every collection that asks for nothing else
    "lexical": {"enabled": True, "analyzer": "standard"},
    "rerank": {"enabled": True, "service": {"provider": "nvidia", "modelName": "nvidia/llama-3.2-nv-rerankqa-1b-v2"}},
}
_METRICS = ("cosine", "dot_product", "euclidean")


@dataclass(slots=True)
class Fault:
    """What to answer instead: an HTTP `status`, to the next `times` calls of `command` ("*": any)."""

    command: str
    status: int
    times: int = 1
    after: bool = False  # carry the command out first: the answer is lost, not the work


class Keeper:
    """Is told what changes; this one keeps nothing but what is in memory."""

    def keyspace(self, name: str) -> None:
        return

    def no_keyspace(self, name: str) -> None:
        return

    def collection(self, keyspace: str, made: Collection) -> None:
        return

    def no_collection(self, keyspace: str, name: str) -> None:
        return

    def documents(self, keyspace: str, changed: Collection) -> None:
        changed.changed.clear()


class Database:
    """Everything the stand-in holds. Any thread may call it."""

    def __init__(self, keyspaces: tuple[str, ...] = (DEFAULT_KEYSPACE,), keeper: Keeper | None = None) -> None:
        self._keyspaces: dict[str, dict[str, Collection]] = {name: {} for name in keyspaces}
        self._keeper = keeper or Keeper()
        self._faults: list[Fault] = []
        self._lock = threading.RLock()
        self.hibernated = False

    # -- faults

    def inject(self, fault: Fault) -> None:
        """Have the next matching calls fail."""
        with self._lock:
            self._faults.append(fault)

    def take_fault(self, command: str) -> Fault | None:
        """The fault this call meets, if any."""
        with self._lock:
            for fault in self._faults:
                if fault.command in ("*", command):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                    return fault
        return None

    # -- commands

    def run(self, keyspace: str | None, collection: str | None, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one command where its address says; Refusal where the server would refuse."""
        if keyspace is None:
            return self._on_database(name, body)
        if keyspace not in self._keyspaces:
            raise Refusal("UNKNOWN_KEYSPACE", f"The keyspace used by the command does not exist: {keyspace}.")
        if collection is None:
            return self._on_keyspace(keyspace, name, body)
        command = COMMANDS.get(name)
        if command is None:
            raise Refusal("COMMAND_UNKNOWN", f"Command '{name}' is not a collection command recognized by Data API.")
        held = self._keyspaces[keyspace].get(collection)
        if held is None:
            raise Refusal("COLLECTION_NOT_EXIST", f"No collection or table with name '{collection}' exists.")
        try:
            return command(held, body)
        finally:
            if held.changed:
                self._keeper.documents(keyspace, held)

    def take_up(self, keyspace: str, collections: Iterable[Collection] = ()) -> None:
        """Hold what was kept of a keyspace."""
        self._keyspaces.setdefault(keyspace, {}).update({each.name: each for each in collections})

    def _on_database(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        with self._lock:
            if name in ("findKeyspaces", "findNamespaces"):
                return {"status": {name.removeprefix("find").lower(): sorted(self._keyspaces)}}
            if name in ("createKeyspace", "createNamespace"):
                self._keyspaces.setdefault(_checked_name(body.get("name"), "Keyspace"), {})
                self._keeper.keyspace(str(body["name"]))
                return {"status": {"ok": 1}}
            if name in ("dropKeyspace", "dropNamespace"):
                self._keyspaces.pop(str(body.get("name")), None)
                self._keeper.no_keyspace(str(body.get("name")))
                return {"status": {"ok": 1}}
            if name == "findEmbeddingProviders":
                return {"status": {"embeddingProviders": {}}}
            if name == "findRerankingProviders":
                return {"status": {"rerankingProviders": {}}}
        raise Refusal("COMMAND_UNKNOWN", f"Command '{name}' is not a database command recognized by Data API.")

    def _on_keyspace(self, keyspace: str, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        with self._lock:
            held = self._keyspaces[keyspace]
            if name == "createCollection":
                return self._create(
                    keyspace, held, _checked_name(body.get("name"), "Collection"), body.get("options") or {}
                )
            if name == "deleteCollection":
                held.pop(str(body.get("name")), None)
                self._keeper.no_collection(keyspace, str(body.get("name")))
                return {"status": {"ok": 1}}
            if name == "findCollections":
                explain = (body.get("options") or {}).get("explain")
                listed = [{"name": one.name, "options": one.options} if explain else one.name for one in held.values()]
                return {"status": {"collections": listed}}
            if name == "listTables":
                return {"status": {"tables": []}}
            if name == "listTypes":
                return {"status": {"types": []}}
        raise Refusal("COMMAND_UNKNOWN", f"Command '{name}' is not a keyspace command recognized by Data API.")

    def _create(
        self, keyspace: str, held: dict[str, Collection], name: str, options: Mapping[str, Any]
    ) -> dict[str, Any]:
        wanted = checked_options(options)
        if name in held:
            if held[name].options != wanted:
                message = f"Collection '{name}' already exists but with settings different from ones passed."
                raise Refusal("EXISTING_COLLECTION_DIFFERENT_SETTINGS", message)
            return {"status": {"ok": 1}}
        total = sum(len(collections) for collections in self._keyspaces.values())
        if total >= MAX_COLLECTIONS:
            raise too_many_collections(name, total)
        held[name] = Collection(name, wanted)
        self._keeper.collection(keyspace, held[name])
        return {"status": {"ok": 1}}


def too_many_collections(name: str, total: int) -> Refusal:
    return Refusal(
        "TOO_MANY_COLLECTIONS",
        f"Cannot create collection '{name}': the maximum number of collections per database is"
        f" {MAX_COLLECTIONS}, database already has {total}.",
    )


def checked_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """A collection's options as the server keeps them, defaults filled in."""
    wanted = dict(options)
    if vector := wanted.get("vector"):
        dimension, metric = vector.get("dimension"), vector.get("metric", "cosine")
        if not isinstance(dimension, int) or isinstance(dimension, bool) or not 0 < dimension <= MAX_DIMENSION:
            message = f"The dimension of the vector must be a positive integer of at most {MAX_DIMENSION}: {dimension}."
            raise Refusal("UNSUPPORTED_VECTOR_DIMENSION", message)
        if metric not in _METRICS:
            raise Refusal("INVALID_CREATE_COLLECTION_OPTIONS", f"'{metric}' is none of the metrics {_METRICS}.")
        wanted["vector"] = {"sourceModel": "other", **vector, "metric": metric}
    if (wanted.get("defaultId") or {}).get("type", "") not in TYPES:
        raise Refusal("INVALID_CREATE_COLLECTION_OPTIONS", f"'{wanted['defaultId']['type']}' is no type of '_id'.")
    wanted = {**_HYBRID, **wanted}
    indexing = wanted.get("indexing")
    if indexing is not None and (len(indexing) != 1 or set(indexing) - {"allow", "deny"}):
        raise Refusal("INVALID_INDEXING_DEFINITION", "'indexing' needs either 'allow' or 'deny'.")
    return wanted


def _checked_name(name: Any, kind: str) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        message = f"{kind} names must have 1 to 48 letters, digits or underscores: '{name}'."
        raise Refusal("UNSUPPORTED_SCHEMA_NAME", message)
    return name

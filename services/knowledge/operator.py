"""Carries out the library's steps of a plan: services "astra" and "library"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from services.errors import InvalidRequest, NotFound
from services.knowledge.files import DocumentRecord
from services.knowledge.models import CollectionRequest, StoreKind

if TYPE_CHECKING:
    from services.knowledge.service import KnowledgeService

STORES = {"astra": StoreKind.ASTRA, "library": StoreKind.LOCAL}
Call = Callable[[StoreKind, Mapping[str, Any]], Mapping[str, Any]]


class LibraryOperator:
    """An `Operator` (services.plans) for collections and documents of one owner."""

    def __init__(self, knowledge: KnowledgeService) -> None:
        self._knowledge = knowledge
        self._calls: Mapping[str, Call] = {
            "create_collection": self._create_collection,
            "describe_collection": self._describe_collection,
            "count_collection": self._count_collection,
            "empty_collection": self._empty_collection,
            "delete_collection": self._delete_collection,
            "describe_document": self._describe_document,
            "delete_document": self._delete_document,
        }

    def call(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """One call; raises errors of ours, which plans know by their class names."""
        if service not in STORES or operation not in self._calls:
            raise InvalidRequest(f"The library cannot do {service}.{operation}.")
        return self._calls[operation](STORES[service], parameters)

    def _create_collection(self, store: StoreKind, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        request = CollectionRequest(
            parameters["name"], parameters["dimension"], store, parameters["metric"], parameters.get("model", "")
        )
        self._knowledge.create_collection(request)
        return {"name": request.name}

    def _describe_collection(self, store: StoreKind, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        for collection in self._knowledge.collections(store):
            if collection.name == parameters["name"]:
                return {"name": collection.name, "dimension": collection.dimension, "metric": collection.metric}
        raise NotFound(f"There is no collection {parameters['name']}.")

    def _delete_collection(self, store: StoreKind, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        self._knowledge.delete_collection(store, parameters["name"], filled=bool(parameters.get("filled")))
        return {}

    def _count_collection(self, store: StoreKind, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"passages": self._knowledge.passages(store, parameters["name"])}

    def _empty_collection(self, store: StoreKind, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"passages": self._knowledge.empty_collection(store, parameters["name"])}

    def _describe_document(self, _store: StoreKind, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        record = self._record(parameters)
        return {"name": record.name, "chunks": record.chunks, "status": str(record.status)}

    def _delete_document(self, _store: StoreKind, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"passages": self._knowledge.delete_document(self._record(parameters))}

    def _record(self, parameters: Mapping[str, Any]) -> DocumentRecord:
        for record in self._knowledge.documents(StoreKind(parameters["store"]), parameters["collection"]):
            if record.document == parameters["document"] and record.model == parameters["model"]:
                return record
        raise NotFound("The document is not in this collection.", "", "Look at the list of documents.")

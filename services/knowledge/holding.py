"""What is held where: the stores of one owner, their collections, and all of it as take-down sees it."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from services.errors import InUse, MissingCredentials, NotFound, SagedeckError
from services.knowledge import planner
from services.knowledge.collaborators import Chat, EmbeddingFactory, Originals, Reader, Store
from services.knowledge.files import DocumentRecord, HeldCollection, LibraryState
from services.knowledge.library import Library
from services.knowledge.local import LocalStore
from services.knowledge.models import Collection, CollectionRequest, Space, StoreKind

if TYPE_CHECKING:
    from services.connection import Astra
    from services.jobs import Jobs
    from services.plans import Plan
    from services.state import State


def usual_collection(dimension: int) -> str:
    """The collection used when none is named: one for all models of a dimension, because a database holds few."""
    return f"sagedeck_{dimension}"


class Holding:
    """The stores and collections of one owner."""

    def __init__(
        self,
        *,
        owner: str,
        state: State,
        jobs: Jobs,
        originals: Originals,
        reader: Reader,
        embeddings: EmbeddingFactory,
        chat: Chat,
        local: Path,
        astra: Astra | None = None,
    ) -> None:
        self.owner, self._state = owner, state
        self._library = Library(state, owner)
        self._jobs, self._originals, self._reader = jobs, originals, reader
        self._embeddings, self._chat = embeddings, chat
        self._local, self._astra = LocalStore(local), astra

    @cached_property
    def _remote(self) -> Store:
        if self._astra is None:
            raise MissingCredentials(
                "No Astra database is connected.",
                "",
                "Give its endpoint and token under Settings, or use this machine.",
            )
        from services.knowledge.gateway import AstraStore

        return AstraStore(self._astra)

    def store(self, kind: StoreKind) -> Store:
        """The store itself; MissingCredentials when Astra is asked for and not connected."""
        return self._remote if kind is StoreKind.ASTRA else self._local

    def collections(self, store: StoreKind = StoreKind.LOCAL) -> tuple[Collection, ...]:
        """The collections of a store; for Astra this is also the connection test."""
        made = self._library.made_here(store)
        return tuple(
            replace(collection, made_here=collection.name in made or store is StoreKind.LOCAL)
            for collection in self.store(store).collections(self.owner)
        )

    def plan_collection(self, request: CollectionRequest) -> Plan:
        """A plan that makes a collection."""
        return planner.plan_collection(request)

    def create_collection(self, request: CollectionRequest) -> None:
        """Make a collection and remember that we did. StoreProblem when its name is taken or there is no room."""
        there = any(held.name == request.name for held in self.collections(request.store))
        self.store(request.store).create_collection(self.owner, request)
        if not there:
            self._library.made(request.store, request.name)

    def delete_collection(self, store: StoreKind, name: str) -> None:
        """Remove a collection. InUse while anything is in it, NotFound when there is none."""
        if not any(held.name == name for held in self.collections(store)):
            raise NotFound(f"There is no collection {name}.", "", "Look at the list of collections.")
        if self.store(store).holds_more(self.owner, name, ()):
            raise InUse(
                f"The collection {name} is not empty.",
                "It may hold documents of others.",
                "Remove its documents first.",
            )
        self.store(store).drop_collection(self.owner, name)
        self._library.unmade(store, name)

    def _space(self, embedding: str, collection: str) -> Space:
        known, dimension = self._embeddings(embedding).known()
        return Space(self.owner, collection or usual_collection(dimension), known.model, dimension)

    def library_state(self) -> LibraryState:
        """Everything this owner holds, as take-down needs it; an Astra that does not answer is said, not raised."""
        held, unreachable = self._held(StoreKind.LOCAL), ""
        if self.documents(StoreKind.ASTRA) or self._library.made_here(StoreKind.ASTRA):
            try:
                held += self._held(StoreKind.ASTRA)
            except SagedeckError as error:
                unreachable = f"What is in Astra stays, because it cannot be seen now. {error.what}"
        return LibraryState(tuple(held), unreachable)

    def _held(self, kind: StoreKind) -> list[HeldCollection]:
        held: list[HeldCollection] = []
        for collection in self.collections(kind):
            documents = self.documents(kind, collection.name)
            if documents or collection.made_here:
                names = [record.document for record in documents]
                others = self.store(kind).holds_more(self.owner, collection.name, names)
                held.append(HeldCollection(collection, documents, others))
        return held

    def documents(self, store: StoreKind | None = None, collection: str = "") -> tuple[DocumentRecord, ...]:
        """The documents of this owner, newest first."""
        return self._library.documents(store, collection)

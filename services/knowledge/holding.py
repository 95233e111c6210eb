"""What is held where: the stores of one owner, their collections, and all of it as take-down sees it."""

from __future__ import annotations

import copy
import hashlib
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from services.errors import InUse, MissingCredentials, SagedeckError
from services.jobs import JobStatus
from services.knowledge import planner
from services.knowledge.checks import MOST_LETTERS, check_model, found_in
from services.knowledge.collaborators import Chat, EmbeddingFactory, Originals, Reader, Store
from services.knowledge.files import JOB_KIND, DocumentRecord, HeldCollection, LibraryState
from services.knowledge.library import Library
from services.knowledge.local import LocalStore
from services.knowledge.models import Collection, CollectionRequest, Space, StoreKind

if TYPE_CHECKING:
    from services.connection import Astra
    from services.jobs import Jobs
    from services.plans import Plan
    from services.state import State


HALT_SECONDS = 30.0  # an ingest hears that it is to stop between two requests to its endpoint
HALT_POLL_SECONDS = 0.05
LOOKS_AT_ONCE = 8  # at collections of a database; it has about ten


def usual_collection(dimension: int, metric: str = "cosine") -> str:
    """The collection used when none is named: one for a dimension and metric, because a database holds few."""
    return f"sagedeck_{dimension}" + ("" if metric == "cosine" else f"_{metric}")


def collection_beside(name: str, model: str) -> str:
    """The collection of `model` where `name` is bound to another one.

    It is made of the model's name alone, so every console and every owner finds the same one without asking anybody,
    and the usual name stays with the model that came first. Its last six characters tell models apart whose names
    are alike in what the 48 characters have room for.
    """
    mark = hashlib.sha256(model.encode()).hexdigest()[:6]
    words = re.sub(r"[^a-z0-9]+", "_", model.rpartition("/")[2].lower()).strip("_")
    base = name[: MOST_LETTERS - 10]
    return f"{base}_{words[: MOST_LETTERS - len(base) - 8].strip('_')}_{mark}".replace("__", "_")


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
        self._homes: set[tuple[StoreKind, str, str]] = set()  # (store, collection, model) that belong together

    def beside(self, local: Path, embeddings: EmbeddingFactory) -> Self:
        """The same service over an embedded store of its own at `local`, such as an evaluation's scratch space."""
        made = copy.copy(self)
        made._local, made._embeddings, made._homes = LocalStore(local), embeddings, set()
        return made

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

    def survey(self, store: StoreKind = StoreKind.LOCAL) -> tuple[Collection, ...]:
        """The collections of a store, each looked at: how much is in it, of which model, and whether of others too."""
        listed = self.collections(store)
        with ThreadPoolExecutor(LOOKS_AT_ONCE, thread_name_prefix="survey") as pool:
            return tuple(pool.map(self._looked_at, listed))

    def collection(self, store: StoreKind, name: str) -> Collection:
        """One collection, looked at. NotFound when there is none."""
        return self._looked_at(found_in(self.collections(store), name))

    def _looked_at(self, listed: Collection) -> Collection:
        seen = self.store(listed.store).described(self.owner, listed.name)
        models = seen.models or self._library.made_for(listed.store, listed.name)
        return replace(seen, made_here=listed.made_here, models=models)

    def models(self, store: StoreKind, name: str) -> tuple[str, ...]:
        """The embedding models a collection is bound to; none where it is empty and free, or not there."""
        if not any(held.name == name for held in self.collections(store)):
            return ()
        return self.store(store).models(self.owner, name) or self._library.made_for(store, name)

    def home(self, store: StoreKind, name: str, model: str) -> str:
        """The collection for this model: `name`, or the one beside it where `name` is bound to another model."""
        known = (store, name, model)
        if known not in self._homes:
            models = self.models(store, name)
            if models and model not in models:
                return collection_beside(name, model)
            if not models:  # free now; it may be another's soon
                return name
            self._homes.add(known)
        return name

    def place(self, store: StoreKind, embedding: str, name: str = "") -> CollectionRequest:
        """Where an embedding endpoint's passages go: the usual collection or `name`, or the one beside it (`home`)."""
        known, dimension = self._embeddings(embedding).known()
        found = self.home(store, name or usual_collection(dimension), known.model)
        return CollectionRequest(found, dimension, store, model=known.model)

    def plan_collection(self, request: CollectionRequest) -> Plan:
        """A plan that makes a collection."""
        return planner.plan_collection(request)

    def plan_empty_collection(self, store: StoreKind, name: str) -> Plan:
        """A plan that removes this owner's documents from a collection. NotFound when there is none."""
        return planner.plan_empty_collection(self._whole(store, name))

    def plan_delete_collection(self, store: StoreKind, name: str) -> Plan:
        """A plan that removes a collection with all that is in it. InUse when something in it is not this owner's."""
        return planner.plan_delete_collection(self._whole(store, name))

    def _whole(self, store: StoreKind, name: str) -> HeldCollection:
        seen = self.collection(store, name)
        return HeldCollection(seen, self.documents(store, name), bool(seen.others))

    def create_collection(self, request: CollectionRequest) -> None:
        """Make a collection and remember that we did. StoreProblem when its name is taken or there is no room."""
        there = any(held.name == request.name for held in self.collections(request.store))
        if there and request.model:
            check_model(request.name, self.models(request.store, request.name), request.model)
        self.store(request.store).create_collection(self.owner, request)
        if not there:
            self._library.made(request.store, request.name, request.model)

    def passages(self, store: StoreKind, name: str) -> int:
        """How many passages of this owner a collection holds, up to where its server counts. NotFound without it."""
        found_in(self.collections(store), name)
        return self.store(store).passages(self.owner, name)

    def empty_collection(self, store: StoreKind, name: str) -> int:
        """Remove this owner's documents from a collection; how many passages went. NotFound when there is none.

        What is being read into it is cancelled first; InUse where that does not end.
        """
        self._halt(store, name)
        gone = self.store(store).empty_collection(self.owner, name)
        self._forget(store, name)
        self._library.freed(store, name)
        return gone

    def delete_collection(self, store: StoreKind, name: str, *, filled: bool = False) -> None:
        """Remove a collection. NotFound when there is none.

        InUse while anything is in it, or with `filled` while something in it is not this owner's. What is being read
        into it is cancelled first.
        """
        self._halt(store, name)
        found_in(self.collections(store), name)
        held = self.store(store)
        if filled and held.described(self.owner, name).others:
            raise InUse(
                f"The collection {name} holds documents of others.",
                "",
                "Remove your own documents from it; the rest is not yours to remove.",
            )
        if not filled and held.holds_more(self.owner, name, ()):
            raise InUse(
                f"The collection {name} is not empty.",
                "It may hold documents of others.",
                "Remove its documents first.",
            )
        held.drop_collection(self.owner, name)
        self._forget(store, name)
        self._library.unmade(store, name)

    def _halt(self, store: StoreKind, name: str) -> None:
        """Cancel what is being read into a collection, by whichever console of this owner, and wait for its end."""
        deadline = time.monotonic() + HALT_SECONDS
        while running := [
            job.id
            for job in self._jobs.list(self.owner, JOB_KIND, 200)
            if job.status is JobStatus.RUNNING
            and (job.payload["store"], job.payload["collection"]) == (str(store), name)
        ]:
            if time.monotonic() > deadline:
                raise InUse(
                    f"Documents are being read into {name}, and that did not end yet.",
                    "It was asked to stop, and waits for its embedding endpoint.",
                    "Try again once it has ended.",
                )
            for job in running:
                self._jobs.cancel(job, self.owner)
            time.sleep(HALT_POLL_SECONDS)

    def _forget(self, store: StoreKind, name: str) -> None:
        """Take what was in a collection off the list, with the originals that no other collection needs."""
        self._homes.clear()
        for record in self.documents(store, name):
            if self._library.forget(record):
                self._originals.delete(self.owner, record.document)
                self._library.erase(record.document)

    def _space(self, store: StoreKind, embedding: str, collection: str) -> Space:
        """The space of an embedding endpoint. StoreProblem where the collection that is named is another model's."""
        known, dimension = self._embeddings(embedding).known()
        if collection:
            check_model(collection, self.models(store, collection), known.model)
        name = collection or self.home(store, usual_collection(dimension), known.model)
        return Space(self.owner, name, known.model, dimension)

    def library_state(self) -> LibraryState:
        """Everything this owner holds, as take-down needs it; an Astra that does not answer is said, not raised."""
        held, unreachable = self._held(StoreKind.LOCAL), ""
        if self.documents(StoreKind.ASTRA) or self._library.made_here(StoreKind.ASTRA):
            try:
                held += self._held(StoreKind.ASTRA)
            except SagedeckError as error:
                unreachable = f"What is in Astra stays, because it cannot be seen now. {error.what}"
        return LibraryState(tuple(held), unreachable)

    def known_collections(self) -> tuple[tuple[StoreKind, str, bool, int], ...]:
        """What is known without asking Astra: store, name, whether this console made it, and how many documents."""
        found: dict[tuple[StoreKind, str], int] = {}
        for store in StoreKind:
            names = self._library.made_here(store)
            if store is StoreKind.LOCAL:
                names |= {each.name for each in self.collections(store)}
            found |= dict.fromkeys(((store, name) for name in sorted(names)), 0)
        for record in self.documents():
            key = (record.store, record.collection)
            found[key] = found.get(key, 0) + 1
        made = {store: self._library.made_here(store) for store in StoreKind}
        return tuple(
            (store, name, store is StoreKind.LOCAL or name in made[store], count)
            for (store, name), count in found.items()
        )

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

"""The Astra store: passages in a Data API collection, through astrapy. The only file here that speaks to it.

Documents have LangChain's shape (`_id`, `content`, `metadata`, `$vector`), so that LangChain users can read the
collection; what is ours stands under `metadata.sagedeck`, and the owner is in every filter. A collection is shared by
all owners and models of one dimension, because a database takes only about ten. Hybrid search ranks here: the server
sends the nearest `candidates` passages and `ranking.rank` weighs their words; a passage far in meaning that holds the
words is found only if it is among them. astrapy neither retries nor says what was stored when a batch fails, so
batches, backoff and "already there" are ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace as replaced
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from services.errors import InvalidRequest, Unreachable
from services.knowledge.astra_collections import COUNT_LIMIT, AstraCollections
from services.knowledge.astra_documents import (
    OURS,
    conditions,
    document_of,
    mine,
    passage_of,
    stored_ids,
)
from services.knowledge.astra_errors import patiently
from services.knowledge.checks import checked_vectors
from services.knowledge.diversity import shortlist
from services.knowledge.models import (
    Entry,
    Found,
    Passage,
    Question,
    SearchMode,
    SearchSettings,
    Space,
    StoreKind,
)
from services.knowledge.ranking import rank

if TYPE_CHECKING:
    from services.connection import Astra

BATCH = 50
CONCURRENCY = 20  # 20 x 50 was measured as the fastest (9,494 documents/s at 60 ms)
VECTOR_LIMIT = 1000  # results of one vector search
REQUEST_MILLISECONDS = 30_000
VECTOR_ONLY_CANDIDATES = 20  # enough to judge the evidence by words

T = TypeVar("T")


class AstraStore(AstraCollections):
    """Passages in an Astra database. Raises StoreProblem, NotFound and ConnectionProblem, never astrapy's errors."""

    kind = StoreKind.ASTRA

    def __init__(self, astra: Astra, *, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self._astra = astra
        self._sleep = sleep
        self._lock = Lock()
        self._handles: dict[str, Any] = {}

    # -- reaching the database

    def _database(self) -> Any:
        from astrapy import DataAPIClient
        from astrapy.api_options import APIOptions, TimeoutOptions
        from astrapy.exceptions import InvalidEnvironmentException

        with self._lock:
            if "" not in self._handles:
                timeouts = TimeoutOptions(request_timeout_ms=REQUEST_MILLISECONDS)
                client = DataAPIClient(environment=self._astra.environment)
                try:
                    self._handles[""] = client.get_database(
                        self._astra.endpoint,
                        token=self._astra.token.reveal(),
                        keyspace=self._astra.keyspace,
                        spawn_api_options=APIOptions(timeout_options=timeouts),
                    )
                except (ValueError, InvalidEnvironmentException) as error:
                    raise Unreachable(
                        "The Astra endpoint is not a valid address.", str(error), "Check it under Settings."
                    ) from error
            return self._handles[""]

    def _collection(self, name: str) -> Any:
        """astrapy opens a connection pool with every collection object, so each is kept."""
        database = self._database()
        with self._lock:
            if name not in self._handles:
                self._handles[name] = database.get_collection(name)
            return self._handles[name]

    def _try(self, call: Callable[[], T]) -> T:
        return patiently(call, self._astra.endpoint, self._sleep)

    # -- writing

    def add(self, space: Space, entries: Sequence[Entry], vectors: Any, *, replace: bool = False) -> int:
        """Store passages in concurrent batches; returns how many were new. What is there already counts as done."""
        rows = checked_vectors(vectors, len(entries), space)
        self._check_model(space)
        documents = [document_of(space, entry, row) for entry, row in zip(entries, rows, strict=True)]
        if replace:
            return sum(self._side_by_side(documents, lambda document: self._put(space, document)))
        batches = [documents[at : at + BATCH] for at in range(0, len(documents), BATCH)]
        return sum(self._side_by_side(batches, lambda batch: self._insert(space, batch)))

    def _side_by_side(self, items: Sequence[T], work: Callable[[T], int]) -> Iterable[int]:
        if len(items) < 2:
            return [work(item) for item in items]
        with ThreadPoolExecutor(min(CONCURRENCY, len(items)), thread_name_prefix="astra") as pool:
            return list(pool.map(work, items))

    def _insert(self, space: Space, batch: Sequence[Mapping[str, Any]]) -> int:
        from astrapy.exceptions import CollectionInsertManyException

        collection = self._collection(space.collection)

        def insert() -> int:
            try:
                done = collection.insert_many(batch, ordered=False, chunk_size=BATCH, concurrency=1)
                return len(done.inserted_ids)
            except CollectionInsertManyException as error:
                if only_known(error):
                    return len(error.inserted_ids)
                raise error.exceptions[0] from error

        return self._try(insert)

    def _put(self, space: Space, document: Mapping[str, Any]) -> int:
        collection = self._collection(space.collection)
        wanted = {"_id": document["_id"]}
        done = self._try(lambda: collection.replace_one(wanted, document, upsert=True))
        return 1 if done.update_info.get("upserted") is not None else 0

    def delete(self, space: Space, ids: Sequence[str]) -> int:
        """Remove passages by id, 100 at a time. Returns how many went."""
        collection, gone = self._collection(space.collection), 0
        for part in stored_ids(space, ids):
            wanted = {"_id": {"$in": part}} | mine(space)
            gone += self._try(lambda wanted=wanted: collection.delete_many(wanted)).deleted_count  # type: ignore[misc]
        return gone

    # -- reading

    def _read(self, space: Space, **query: Any) -> list[dict[str, Any]]:
        collection = self._collection(space.collection)
        found: list[dict[str, Any]] = self._try(lambda: collection.find(**query).to_list())
        return found

    def get(self, space: Space, ids: Sequence[str]) -> tuple[Passage, ...]:
        """The passages with these ids, in their order; absent ones are left out."""
        found: dict[str, Passage] = {}
        for part in stored_ids(space, ids):
            for document in self._read(space, filter={"_id": {"$in": part}} | mine(space)):
                passage = passage_of(document)
                found[passage.id] = passage
        return tuple(found[key] for key in ids if key in found)

    def ids(self, space: Space, document: str) -> tuple[str, ...]:
        """The ids of a document's passages, in the order of the text."""
        wanted = mine(space) | {f"metadata.{OURS}.document": document}
        found = self._read(space, filter=wanted, projection={f"metadata.{OURS}": True})
        held = [document["metadata"][OURS] for document in found]
        return tuple(one["id"] for one in sorted(held, key=lambda one: one["ordinal"]))

    def count(self, space: Space) -> int:
        """How many passages the space holds, up to 1000: the server counts no further."""
        return self._counted(space.collection, mine(space))

    def _counted(self, name: str, wanted: Mapping[str, Any]) -> int:
        from astrapy.exceptions import TooManyDocumentsToCountException

        collection = self._collection(name)

        def count() -> int:
            try:
                return int(collection.count_documents(wanted, upper_bound=COUNT_LIMIT))
            except TooManyDocumentsToCountException:
                return COUNT_LIMIT

        return self._try(count)

    def search(self, space: Space, question: Question, settings: SearchSettings) -> Found:
        """The best passages for a question, of the nearest `candidates`. The question needs a vector in every mode.

        StoreProblem when the vector does not fit, or the collection is bound to another model.
        """
        if question.vector is None:
            raise InvalidRequest(
                "Astra finds passages by meaning first.", "The question has no vector.", "Choose an embedding endpoint."
            )
        vector = checked_vectors([question.vector], 1, space)[0].tolist()
        by_words = settings.mode is not SearchMode.VECTOR
        wanted = settings.candidates if by_words or settings.diversity else VECTOR_ONLY_CANDIDATES
        limit = min(max(wanted, settings.k), VECTOR_LIMIT)
        documents = self._nearest(space, vector, limit, settings)
        if not documents:
            self._checked.discard((space.collection, space.model))
            self._check_model(space)
            return Found(())
        metric = self._metric(space.collection)
        candidates = [passage_of(document, metric) for document in documents]
        vectors = {one.id: document.get("$vector") for one, document in zip(candidates, documents, strict=True)}
        found = rank(candidates, question.text, replaced(settings, k=len(candidates)))
        return replaced(
            found,
            passages=shortlist(found.passages, vectors, settings, found.trust),  # type: ignore[arg-type]
            rescored=len(documents) if by_words and len(documents) >= limit else 0,
        )

    def _nearest(
        self, space: Space, vector: Sequence[float], limit: int, settings: SearchSettings
    ) -> list[dict[str, Any]]:
        """The documents nearest to a vector, with their similarity, and their vectors where diversity needs them."""
        found: list[dict[str, Any]] = []
        parts = conditions(space, settings)
        for condition in parts:
            found += self._read(
                space,
                filter=condition,
                sort={"$vector": vector},
                limit=limit,
                include_similarity=True,
                projection={"content": True, "metadata": True} | ({"$vector": True} if settings.diversity else {}),
            )
        if len(parts) > 1:
            found.sort(key=lambda document: -float(document["$similarity"]))
        return found[:limit]

    def close(self) -> None:
        """Close the connections astrapy leaves open."""
        with self._lock:
            for handle in self._handles.values():
                handle._api_commander.client.close()
            self._handles.clear()


def only_known(error: Any) -> bool:
    """Whether an insert failed only because documents are there already."""
    codes = {
        descriptor.error_code for cause in error.exceptions for descriptor in getattr(cause, "error_descriptors", [])
    }
    return codes == {"DOCUMENT_ALREADY_EXISTS"}

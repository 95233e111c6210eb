"""What the state database knows of an owner's documents and collections: which are where, how cut, what we made."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from services.documents import Method
from services.knowledge.erasing import erase
from services.knowledge.files import ChunkPlan, DocumentRecord, FileStatus
from services.knowledge.models import Space, StoreKind

if TYPE_CHECKING:
    from services.state import State

_SCHEMA = """
create table if not exists knowledge_document(
    owner text not null, store text not null, collection text not null, model text not null, document text not null,
    name text not null, dimension integer not null, status text not null, pages integer not null,
    chunks integer not null, size integer not null, kind text not null, settings text not null, job text not null,
    added real not null, primary key(owner, store, collection, model, document));
create table if not exists knowledge_collection(
    owner text not null, store text not null, name text not null, primary key(owner, store, name));
create table if not exists knowledge_binding(
    owner text not null, store text not null, name text not null, model text not null, primary key(owner, store, name));
"""


class Library:
    """One owner's documents, ingests and collections in the state database."""

    def __init__(self, state: State, owner: str, clock: Callable[[], float] = time.time) -> None:
        self._state, self._owner, self._clock = state, owner, clock
        state.ensure("knowledge", _SCHEMA)

    # -- documents

    def documents(self, store: StoreKind | None = None, collection: str = "") -> tuple[DocumentRecord, ...]:
        """This owner's documents, newest first."""
        rows = self._state.read(
            "select * from knowledge_document where owner=? and (? is null or store=?) and (?='' or collection=?)"
            " order by added desc, name",
            self._owner,
            store,
            store,
            collection,
            collection,
        )
        return tuple(_record(row) for row in rows)

    def document(self, store: StoreKind, collection: str, model: str, document: str) -> DocumentRecord | None:
        """One document of one collection."""
        rows = self._state.read(
            "select * from knowledge_document where owner=? and store=? and collection=? and model=? and document=?",
            self._owner,
            store,
            collection,
            model,
            document,
        )
        return _record(rows[0]) if rows else None

    def is_ready(self, store: StoreKind, space: Space, document: str, plan: ChunkPlan, edits: str = "") -> bool:
        """Whether a document is completely stored, cut in this way.

        `edits` is the mark of passages a person made; without it those made before are as good.
        """
        record = self.document(store, space.collection, space.model, document)
        if record is None or record.status is not FileStatus.READY or record.cut != plan:
            return False
        return not edits or self.edits(record) == edits

    def edits(self, record: DocumentRecord) -> str:
        """The mark of the passages a person made of a document, "" where nobody did."""
        rows = self._state.read(
            "select settings from knowledge_document where owner=? and store=? and collection=? and model=?"
            " and document=?",
            self._owner, record.store, record.collection, record.model, record.document,
        )  # fmt: skip
        return str(rows[0]["settings"]).partition("+")[2] if rows else ""

    def note(self, record: DocumentRecord, edits: str = "") -> None:
        """Write down a document as it is now; `edits` is the mark of the passages a person made of it."""
        self._state.write(
            "insert or replace into knowledge_document values(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            self._owner, record.store, record.collection, record.model, record.document, record.name, record.dimension,
            record.status, record.pages, record.chunks, record.size, record.kind, _settings(record.cut, edits),
            record.job, record.added or self._clock(),
        )  # fmt: skip

    def forget(self, record: DocumentRecord) -> bool:
        """Take a document off the list; True if no other collection holds the same content."""
        self._state.write(
            "delete from knowledge_document where owner=? and store=? and collection=? and model=? and document=?",
            self._owner,
            record.store,
            record.collection,
            record.model,
            record.document,
        )
        return not self.holds(record.document)

    def erase(self, document: str) -> None:
        """Take the text of a document that is deleted out of conversations and edits, too."""
        erase(self._state, self._owner, document)

    def holds(self, document: str) -> bool:
        """Whether any collection holds this content."""
        sql = "select 1 from knowledge_document where owner=? and document=? limit 1"
        return bool(self._state.read(sql, self._owner, document))

    # -- collections

    def made(self, store: StoreKind, name: str, model: str = "") -> None:
        """Remember that this console made a collection, which is empty: one of that name may have been lost before.

        `model` is the embedding model it was made for, "" for any.
        """
        self._empty(store, name)
        if model:
            sql = "insert or replace into knowledge_binding values(?,?,?,?)"
            self._state.write(sql, self._owner, store, name, model)
        self._state.write("insert or ignore into knowledge_collection values(?,?,?)", self._owner, store, name)

    def unmade(self, store: StoreKind, name: str) -> None:
        """Forget a collection that is gone, and what was in it."""
        self._empty(store, name)
        self._state.write(
            "delete from knowledge_collection where owner=? and store=? and name=?", self._owner, store, name
        )

    def _empty(self, store: StoreKind, name: str) -> None:
        sql = "delete from knowledge_document where owner=? and store=? and collection=?"
        self._state.write(sql, self._owner, store, name)
        sql = "delete from knowledge_binding where owner=? and store=? and name=?"
        self._state.write(sql, self._owner, store, name)

    def freed(self, store: StoreKind, name: str) -> None:
        """Forget what an emptied collection held, and the model it was made for."""
        self._empty(store, name)

    def made_for(self, store: StoreKind, name: str) -> tuple[str, ...]:
        """The embedding model a collection was made for; nothing where it was made for any, or elsewhere."""
        sql = "select model from knowledge_binding where owner=? and store=? and name=?"
        return tuple(row["model"] for row in self._state.read(sql, self._owner, store, name))

    def made_here(self, store: StoreKind) -> frozenset[str]:
        """The collections this console made for this owner."""
        sql = "select name from knowledge_collection where owner=? and store=?"
        return frozenset(row["name"] for row in self._state.read(sql, self._owner, store))


def _settings(plan: ChunkPlan, edits: str = "") -> str:
    """A cut as it is written down: "1000/150", "1000/150/heading", "1000/150+<mark of the edits>"."""
    method = "" if plan.method is Method.RECURSIVE else f"/{plan.method}"
    return f"{plan.size}/{plan.overlap}{method}" + (f"+{edits}" if edits else "")


def _plan(settings: str) -> ChunkPlan:
    size, overlap, *method = settings.partition("+")[0].split("/")
    return ChunkPlan(int(size), int(overlap), Method(method[0]) if method else Method.RECURSIVE)


def _record(row: Any) -> DocumentRecord:
    return DocumentRecord(
        document=row["document"],
        name=row["name"],
        store=StoreKind(row["store"]),
        collection=row["collection"],
        model=row["model"],
        dimension=row["dimension"],
        status=FileStatus(row["status"]),
        pages=row["pages"],
        chunks=row["chunks"],
        size=row["size"],
        kind=row["kind"],
        job=row["job"],
        added=row["added"],
        cut=_plan(row["settings"]),
        edited="+" in row["settings"],
    )

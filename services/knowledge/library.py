"""What the state database knows of an owner's documents: which are where, who is reading what, what we made."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from services.knowledge.files import ChunkPlan, DocumentRecord, FileProgress, FileStatus
from services.knowledge.models import Space, StoreKind

if TYPE_CHECKING:
    from services.state import State

_SCHEMA = """
create table if not exists knowledge_document(
    owner text not null, store text not null, collection text not null, model text not null, document text not null,
    name text not null, dimension integer not null, status text not null, pages integer not null,
    chunks integer not null, size integer not null, kind text not null, settings text not null, job text not null,
    added real not null, primary key(owner, store, collection, model, document));
create table if not exists knowledge_file(
    owner text not null, ingest text not null, position integer not null, name text not null, document text not null,
    size integer not null, status text not null, pages integer not null default 0, chunks integer,
    stored integer not null default 0, reason text not null default '', hint text not null default '',
    primary key(ingest, position));
create table if not exists knowledge_collection(
    owner text not null, store text not null, name text not null, primary key(owner, store, name));
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

    def is_ready(self, store: StoreKind, space: Space, document: str, settings: ChunkPlan) -> bool:
        """Whether a document is completely stored, cut in this way."""
        rows = self._state.read(
            "select 1 from knowledge_document where owner=? and store=? and collection=? and model=? and document=?"
            " and status=? and settings=?",
            self._owner,
            store,
            space.collection,
            space.model,
            document,
            FileStatus.READY,
            _settings(settings),
        )
        return bool(rows)

    def note(self, record: DocumentRecord, settings: ChunkPlan) -> None:
        """Write down a document as it is now."""
        self._state.write(
            "insert or replace into knowledge_document values(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            self._owner, record.store, record.collection, record.model, record.document, record.name, record.dimension,
            record.status, record.pages, record.chunks, record.size, record.kind, _settings(settings), record.job,
            record.added or self._clock(),
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
        sql = "select 1 from knowledge_document where owner=? and document=?"
        return not self._state.read(sql, self._owner, record.document)

    # -- ingests

    def begin(self, ingest: str, files: Sequence[tuple[str, str, int]]) -> None:
        """Write down the files, as (name, sha256, size), an ingest has to read."""
        with self._state.transaction() as transaction:
            for position, (name, document, size) in enumerate(files):
                transaction.execute(
                    "insert into knowledge_file(owner, ingest, position, name, document, size, status)"
                    " values(?,?,?,?,?,?,?)",
                    (self._owner, ingest, position, name, document, size, FileStatus.WAITING),
                )

    def begin_again(self, ingest: str) -> None:
        """Set the files that were not finished to waiting."""
        self._state.write(
            "update knowledge_file set status=?, reason='', hint='' where owner=? and ingest=?"
            " and status not in (?,?,?)",
            FileStatus.WAITING,
            self._owner,
            ingest,
            FileStatus.READY,
            FileStatus.SAME,
            FileStatus.REFUSED,
        )

    def files(self, ingest: str) -> tuple[FileProgress, ...]:
        """The files of an ingest, in the order they were given."""
        rows = self._state.read(
            "select * from knowledge_file where owner=? and ingest=? order by position", self._owner, ingest
        )
        return tuple(
            FileProgress(
                position=row["position"],
                name=row["name"],
                document=row["document"],
                size=row["size"],
                status=FileStatus(row["status"]),
                pages=row["pages"],
                chunks=row["chunks"],
                stored=row["stored"],
                reason=row["reason"],
                hint=row["hint"],
            )
            for row in rows
        )

    def progress(self, ingest: str, position: int, **values: Any) -> None:
        """Write down how far a file is: status, pages, chunks, stored, reason, hint."""
        names = ", ".join(f"{name}=?" for name in values)
        sql = f"update knowledge_file set {names} where owner=? and ingest=? and position=?"
        self._state.write(sql, *values.values(), self._owner, ingest, position)

    # -- collections

    def made(self, store: StoreKind, name: str) -> None:
        """Remember that this console made a collection, which is empty: one of that name may have been lost before."""
        self._empty(store, name)
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

    def made_here(self, store: StoreKind) -> frozenset[str]:
        """The collections this console made for this owner."""
        sql = "select name from knowledge_collection where owner=? and store=?"
        return frozenset(row["name"] for row in self._state.read(sql, self._owner, store))


def _settings(settings: ChunkPlan) -> str:
    return f"{settings.size}/{settings.overlap}"


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
    )

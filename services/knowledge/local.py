"""The embedded store: SQLite (WAL, FTS5) for passages and words, NumPy for exact search over vectors kept in memory.

One file serves many threads and processes: a writer commits a batch at a time and raises its space's version; a
reader whose matrix is older takes in the new rows only. Each space (owner, collection, embedding model) has a word
index of its own, so neither passages nor word statistics cross owners. Good to about 500,000 passages; then a database.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.knowledge import spaces, tables, tokens
from services.knowledge.checks import check_model, checked_filter, checked_vectors, found_in
from services.knowledge.matrix import Matrix
from services.knowledge.models import (
    Collection,
    CollectionRequest,
    Entry,
    Found,
    Passage,
    Question,
    SearchMode,
    SearchSettings,
    Space,
    StoreKind,
)
from services.knowledge.postings import Postings, rows_of
from services.knowledge.rows import best_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BUSY_SECONDS = 30.0
CACHE_KIB = 16_384  # of pages a connection keeps: a hundred passages touch some 3,000 pages of the word counts


class LocalStore:
    """Passages and vectors in the SQLite file `path`. StoreProblem for a full disk, a locked or a broken file."""

    kind = StoreKind.LOCAL

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._matrices: dict[int, Matrix] = {}
        self._lock = threading.Lock()
        self._ready = False

    # -- connections and transactions

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.touch(mode=0o600)
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("pragma synchronous=normal")
            connection.execute(f"pragma cache_size=-{CACHE_KIB}")
            self._local.connection = connection
            self._prepare(connection)
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if self._ready:
                return
            connection.execute("pragma page_size=8192")
            connection.execute("pragma journal_mode=wal")
            connection.executescript(tables.SCHEMA)
            tables.bring_up_to_date(connection)
            self._ready = True
        tables.index_again_if_older(connection)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with tables.problems():
            yield self._connection()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with tables.problems():
            connection = self._connection()
            connection.execute("begin immediate")
            try:
                yield connection
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")

    def close(self) -> None:
        """Close this thread's connection; the next call opens a new one."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    # -- collections

    def collections(self, owner: str) -> tuple[Collection, ...]:
        """This owner's collections, with how many passages each holds and the model it is bound to."""
        with self._reading() as connection:
            rows = connection.execute(
                "select name, dimension, metric, (select count(*) from passage where space in"
                " (select id from space where owner=collection.owner and collection=collection.name)) held"
                " from collection where owner=? order by name",
                (owner,),
            ).fetchall()
            return tuple(
                Collection(
                    store=StoreKind.LOCAL,
                    name=row["name"],
                    dimension=row["dimension"],
                    metric=row["metric"],
                    made_here=True,
                    passages=row["held"],
                    models=spaces.bound(connection, owner, row["name"]),
                    others=False,
                )
                for row in rows
            )

    def described(self, owner: str, name: str) -> Collection:
        """One collection, looked at. NotFound when there is none."""
        return found_in(self.collections(owner), name)

    def models(self, owner: str, name: str) -> tuple[str, ...]:
        """The embedding models the collection is bound to; none while it is empty and was made for none."""
        with self._reading() as connection:
            return spaces.bound(connection, owner, name)

    def passages(self, owner: str, name: str) -> int:
        """How many passages the collection holds."""
        return self.described(owner, name).passages or 0

    def create_collection(self, owner: str, request: CollectionRequest) -> None:
        """Make a collection; the same one again is fine, a different one under its name a StoreProblem."""
        with self._writing() as connection:
            spaces.make_collection(connection, owner, request)

    def empty_collection(self, owner: str, name: str) -> int:
        """Remove everything in a collection of this owner, which is then free for any model; how many passages went."""
        found_in(self.collections(owner), name)
        with self._writing() as connection:
            gone, numbers = spaces.empty(connection, owner, name)
        self._forget(numbers)
        return gone

    def drop_collection(self, owner: str, name: str) -> None:
        """Remove a collection of this owner and everything in it. NotFound when there is none."""
        found_in(self.collections(owner), name)
        with self._writing() as connection:
            _, numbers = spaces.empty(connection, owner, name)
            connection.execute("delete from collection where owner=? and name=?", (owner, name))
        self._forget(numbers)

    def _forget(self, spaces: Sequence[int]) -> None:
        with self._lock:
            for space in spaces:
                self._matrices.pop(space, None)

    def holds_more(self, owner: str, name: str, documents: Sequence[str]) -> bool:
        """Whether anything but these documents is in the owner's collection."""
        with self._reading() as connection:
            rows = connection.execute(
                "select distinct document from passage"
                " where space in (select id from space where owner=? and collection=?)",
                (owner, name),
            ).fetchall()
        return bool({row["document"] for row in rows} - set(documents))

    # -- writing

    def add(self, space: Space, entries: Sequence[Entry], vectors: Any, *, replace: bool = False) -> int:
        """Store passages with their vectors (n x dimension) in one transaction; returns how many were new.

        An id that is there already is left alone, or replaced. StoreProblem when the vectors do not fit the space.
        """
        rows = checked_vectors(vectors, len(entries), space)
        with self._writing() as connection:
            number = spaces.make_space(connection, space)
            removed = tables.remove(connection, number, [entry.id for entry in entries]) if replace else 0
            new = tables.insert(connection, number, entries, rows)
            tables.touch(connection, number, removed)
        return new

    def delete(self, space: Space, ids: Sequence[str]) -> int:
        """Remove passages by id; those that are not there are not missed. Returns how many went."""
        with self._writing() as connection:
            number = spaces.number_of(connection, space)
            if number is None:
                return 0
            removed = tables.remove(connection, number, ids)
            tables.touch(connection, number, removed)
        return removed

    # -- reading

    def ids(self, space: Space, document: str) -> tuple[str, ...]:
        """The ids of a document's passages, in the order of the text."""
        with self._reading() as connection:
            rows = connection.execute(
                "select key from passage where space=? and document=? order by ordinal",
                (spaces.number_of(connection, space), document),
            ).fetchall()
        return tuple(row["key"] for row in rows)

    def get(self, space: Space, ids: Sequence[str]) -> tuple[Passage, ...]:
        """The passages with these ids, in their order; absent ones are left out."""
        with self._reading() as connection:
            number = spaces.number_of(connection, space)
            found: dict[str, Passage] = {}
            for start in range(0, len(ids), 500):
                part = list(ids[start : start + 500])
                sql = f"select {tables.FIELDS} from passage where space=? and key in ({','.join('?' * len(part))})"
                found |= {row["key"]: tables.passage(row) for row in connection.execute(sql, (number, *part))}
        return tuple(found[key] for key in ids if key in found)

    def count(self, space: Space) -> int:
        """How many passages the space holds."""
        with self._reading() as connection:
            number = spaces.number_of(connection, space)
            return int(connection.execute("select count(*) from passage where space=?", (number,)).fetchone()[0])

    def search(self, space: Space, question: Question, settings: SearchSettings) -> Found:
        """The best passages for a question.

        StoreProblem when its vector does not fit the space, or the collection is bound to another model.
        """
        with self._reading() as connection:
            number = spaces.number_of(connection, space)
            matrix = None if number is None else self._matrix(connection, number, space.dimension)
            if number is None or matrix is None or not matrix.size:
                check_model(space.collection, spaces.bound(connection, space.owner, space.collection), space.model)
                return Found(())
            size = matrix.size
            rows_held = self._filtered(connection, number, matrix, checked_filter(settings.metadata))
            usable = matrix.usable(size, settings.documents, rows_held)
            total = matrix.held(size)
            words = tables.words_of(connection, number, question.text)
            vectors_only = settings.mode is SearchMode.VECTOR
            hits = None
            if not vectors_only and (usable is None or len(usable)):
                among = None if usable is None else (int(matrix.ids[usable[0]]), int(matrix.ids[usable[-1]]))
                hits = tables.keyword_hits(connection, number, words, total, among)
            vector = None if settings.mode is SearchMode.KEYWORD else question.vector
            if vector is not None:
                vector = checked_vectors([vector], 1, space)[0]
            rows, nearest, trust = best_rows(matrix, size, usable, vector, hits, settings)
            sql = f"select {tables.FIELDS} from passage where +space=? and id in ({','.join('?' * len(rows))})"
            texts = {
                row["id"]: tables.passage(row) for row in connection.execute(sql, (number, *(row.id for row in rows)))
            }
        return Found(
            passages=tuple(
                changed(texts[row.id], score=row.score, cosine=row.cosine, keyword=row.keyword)
                for row in rows
                if row.id in texts
            ),
            rarity={term: tokens.rarity(total, count) for term, count in words.items()},
            nearest=nearest,
            trust=trust,
        )

    def _filtered(
        self, connection: sqlite3.Connection, number: int, matrix: Matrix, wanted: Mapping[str, Any]
    ) -> NDArray[np.int64] | None:
        """The ids of the rows whose metadata is as wanted; None where nothing is."""
        if not wanted:
            return None
        with matrix.lock:
            for key in wanted:
                postings = matrix.postings.setdefault(key, Postings())
                if postings.last_id < matrix.last_id:
                    tables.refresh_postings(connection, number, key, postings, matrix.last_id)
        return rows_of(matrix.postings, wanted)

    def _matrix(self, connection: sqlite3.Connection, number: int, dimension: int) -> Matrix:
        version, _ = tables.version_of(connection, number)
        with self._lock:
            matrix = self._matrices.setdefault(number, Matrix(dimension))
        if matrix.version == version:
            return matrix
        with matrix.lock:
            tables.refresh(connection, number, matrix)
        if matrix.wasteful:
            with self._lock:
                self._matrices.pop(number, None)
        return matrix

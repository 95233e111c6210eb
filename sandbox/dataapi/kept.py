"""What the Data API holds, in one SQLite file: documents as JSON, vectors as 32-bit floats, written with each command.

The file belongs to the world's records: they hold its mark, and a file with another is of a sandbox that was reset
meanwhile, and emptied.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.dataapi.collection import Collection
from sandbox.dataapi.database import DEFAULT_KEYSPACE, Database, Keeper

if TYPE_CHECKING:
    from sandbox.world import World

FILE = "dataapi.sqlite"
FORMAT = 1
_TABLES = """
create table if not exists mark (mark text);
create table if not exists keyspace (name text primary key);
create table if not exists collection (
    id integer primary key, keyspace text not null, name text not null, options text not null, unique (keyspace, name)
);
create table if not exists document (
    place integer primary key, collection integer not null, key text not null, body text not null, vector blob,
    listed integer not null, unique (collection, key)
);
"""
_KEEP = """
insert into document (collection, key, body, vector, listed) values (?, ?, ?, ?, ?)
on conflict (collection, key) do update set body = excluded.body, vector = excluded.vector, listed = excluded.listed
"""


def taken_up(world: World) -> Database:
    """The database as it was kept, or an empty one that nothing keeps if the world has no home."""
    if world.home is None:
        return Database()
    with world.lock:
        shelf = world.records.shelf("dataapi")
        if "file" not in shelf:
            shelf["file"] = {"mark": str(uuid.uuid4())}
        mark = str(shelf["file"]["mark"])
    kept = Kept(world.home / FILE, mark)
    database = Database(keeper=kept)
    kept.read(database)
    return database


class Kept(Keeper):
    """The file. Any thread may use it."""

    def __init__(self, path: Path, mark: str) -> None:
        self._lock = threading.Lock()
        self._file = sqlite3.connect(path, check_same_thread=False)
        self._file.execute("pragma journal_mode = wal")
        self._file.execute("pragma synchronous = normal")
        version = self._file.execute("pragma user_version").fetchone()[0]
        if version == FORMAT and self._file.execute("select mark from mark").fetchone() == (mark,):
            return
        for table in ("document", "collection", "keyspace", "mark"):
            self._file.execute(f"drop table if exists {table}")
        self._file.executescript(_TABLES)
        with self._file:
            self._file.execute("insert into mark values (?)", (mark,))
            self._file.execute("insert into keyspace values (?)", (DEFAULT_KEYSPACE,))
            self._file.execute(f"pragma user_version = {FORMAT}")

    def read(self, database: Database) -> None:
        """Have a database hold all that is kept."""
        for (keyspace,) in self._file.execute("select name from keyspace").fetchall():
            rows = self._file.execute("select id, name, options from collection where keyspace = ?", (keyspace,))
            database.take_up(keyspace, [self._collection(*row) for row in rows.fetchall()])

    def _collection(self, place: int, name: str, options: str) -> Collection:
        found = Collection(name, json.loads(options))
        asked = "select key, body, vector, listed from document where collection = ? order by place"
        for key, body, vector, listed in self._file.execute(asked, (place,)):
            found.put_back(key, json.loads(body), _vector(vector), listed=bool(listed))
        return found

    def keyspace(self, name: str) -> None:
        self._write("insert or ignore into keyspace values (?)", name)

    def no_keyspace(self, name: str) -> None:
        inside = "select id from collection where keyspace = ?"
        with self._lock, self._file:
            self._file.execute(f"delete from document where collection in ({inside})", (name,))
            self._file.execute("delete from collection where keyspace = ?", (name,))
            self._file.execute("delete from keyspace where name = ?", (name,))

    def collection(self, keyspace: str, made: Collection) -> None:
        options = json.dumps(made.options)
        self._write("insert into collection (keyspace, name, options) values (?, ?, ?)", keyspace, made.name, options)

    def no_collection(self, keyspace: str, name: str) -> None:
        with self._lock, self._file:
            place = self._place(keyspace, name)
            self._file.execute("delete from document where collection = ?", (place,))
            self._file.execute("delete from collection where id = ?", (place,))

    def documents(self, keyspace: str, changed: Collection) -> None:
        """Keep what has changed in a collection."""
        with self._lock, self._file:  # taken under the lock, so that of two commands the later is written later
            place, taken = self._place(keyspace, changed.name), changed.take_changed()
            if place is None:
                return  # the collection was removed meanwhile
            held = [
                (place, key, json.dumps(body), _blob(vector), key in changed.listed)
                for key, body, vector in taken
                if body is not None
            ]
            self._file.executemany(_KEEP, held)
            gone = [(place, key) for key, body, _ in taken if body is None]
            self._file.executemany("delete from document where collection = ? and key = ?", gone)

    def _place(self, keyspace: str, name: str) -> int | None:
        asked = "select id from collection where keyspace = ? and name = ?"
        found = self._file.execute(asked, (keyspace, name)).fetchone()
        return int(found[0]) if found else None

    def _write(self, statement: str, *values: Any) -> None:
        with self._lock, self._file:
            self._file.execute(statement, values)


def _blob(vector: Any) -> bytes | None:
    return None if vector is None else bytes(vector.tobytes())


def _vector(blob: bytes | None) -> Any:
    if blob is None:
        return None
    import numpy as np

    return np.frombuffer(blob, np.float32)

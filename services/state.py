"""The state database: one SQLite file under SAGEDECK_HOME, and the only module that opens it.

Each room names its own tables through `ensure`; PostgreSQL can take SQLite's place behind the same five methods.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUSY_SECONDS = 30.0  # two consoles may share one home; a writer waits this long for the other


def home() -> Path:
    """The folder that holds all state: SAGEDECK_HOME, else ~/.sagedeck. Made, for its owner only, if missing."""
    folder = Path(os.environ.get("SAGEDECK_HOME") or Path.home() / ".sagedeck").expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


class State:
    """SQLite in WAL mode, a connection a thread; safe to share between threads and between processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._ensured: set[str] = set()
        self._lock = threading.Lock()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.touch(mode=0o600)
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("pragma journal_mode=wal")
            connection.execute("pragma synchronous=normal")
            self._local.connection = connection
        return connection

    def read(self, sql: str, *args: object) -> list[sqlite3.Row]:
        """The rows of a select."""
        return self._connection().execute(sql, args).fetchall()

    def write(self, sql: str, *args: object) -> int:
        """Run one statement in a transaction of its own and return how many rows it touched."""
        return self._connection().execute(sql, args).rowcount

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Several statements that happen together or not at all."""
        connection = self._connection()
        connection.execute("begin immediate")
        try:
            yield connection
        except BaseException:
            connection.execute("rollback")
            raise
        connection.execute("commit")

    def ensure(self, room: str, schema: str) -> None:
        """Make a room's tables (`create table if not exists …`) once a process."""
        with self._lock:
            if room in self._ensured:
                return
            self._connection().executescript(schema)
            self._ensured.add(room)

    def close(self) -> None:
        """Close this thread's connection; the next call opens a new one."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

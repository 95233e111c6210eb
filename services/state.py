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

from services.errors import InvalidRequest, SagedeckError

BUSY_SECONDS = 30.0  # two consoles may share one home; a writer waits this long for the other


def home() -> Path:
    """The folder that holds all state: SAGEDECK_HOME, else ~/.sagedeck. Made, for its owner only, if missing.

    Raises InvalidRequest where it cannot be made or written.
    """
    given = os.environ.get("SAGEDECK_HOME") or "~/.sagedeck"
    try:
        folder = Path(given).expanduser().resolve()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (OSError, RuntimeError, ValueError) as error:
        raise _unusable(given, getattr(error, "strerror", None) or str(error)) from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise _unusable(given, "It may not be written")
    return folder


def _unusable(folder: str, why: str) -> InvalidRequest:
    return InvalidRequest(
        f"The folder {folder} cannot hold what the console has to keep.",
        f"{why}.",
        "Set SAGEDECK_HOME to a folder that you may write to.",
    )


# What the disk or the file does, by SQLite's primary result codes; anything else is a fault of ours and stays as it is.
_TROUBLES = {
    3: "It may not be read or written",
    5: "Another program has kept it locked",
    6: "Another program has kept it locked",
    8: "It may not be written",
    10: "The disk could not be read or written",
    11: "Its content is damaged",
    13: "The disk is full",
    14: "It cannot be opened",
    26: "The file is no database",
}


class State:
    """SQLite in WAL mode, a connection a thread; safe to share between threads and between processes.

    Every method raises SagedeckError where the disk or the file does not allow it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._ensured: set[str] = set()
        self._lock = threading.Lock()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self._local.connection = connection = self._opened()
        return connection

    def _opened(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.touch(mode=0o600)
        except OSError as error:
            raise self._trouble(error.strerror or "It cannot be opened") from error
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("pragma journal_mode=wal")
            connection.execute("pragma synchronous=normal")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """What the disk or the file does as an error of ours."""
        try:
            yield
        except sqlite3.Error as error:
            why = _TROUBLES.get((getattr(error, "sqlite_errorcode", None) or 0) & 0xFF)
            if why is None:
                raise
            raise self._trouble(why) from error

    def _trouble(self, why: str) -> SagedeckError:
        return SagedeckError(
            f"The state database {self.path} cannot be used.",
            f"{why}.",
            "Make room, give yourself the right to write it, or set SAGEDECK_HOME to another folder.",
        )

    def read(self, sql: str, *args: object) -> list[sqlite3.Row]:
        """The rows of a select."""
        with self._plainly():
            return self._connection().execute(sql, args).fetchall()

    def write(self, sql: str, *args: object) -> int:
        """Run one statement in a transaction of its own and return how many rows it touched."""
        with self._plainly():
            return self._connection().execute(sql, args).rowcount

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Several statements that happen together or not at all."""
        with self._plainly():
            connection = self._connection()
            connection.execute("begin immediate")
            try:
                yield connection
                connection.execute("commit")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("rollback")
                raise

    def ensure(self, room: str, schema: str) -> None:
        """Make a room's tables (`create table if not exists …`) once a process."""
        with self._lock:
            if room in self._ensured:
                return
            with self._plainly():
                self._connection().executescript(schema)
            self._ensured.add(room)

    def close(self) -> None:
        """Close this thread's connection; the next call opens a new one."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

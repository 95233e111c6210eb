"""Where minutes and log events lie: an SQLite file of their own, or memory where the sandbox keeps nothing.

They are too many for the records, and of one shape each. Rows come in batches, seldom; whoever reads brings what
waits first. All use happens under the world's lock.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FORMAT = 2  # of the file; another one's content is not read
_TABLES = """
create table if not exists about (world text);
create table if not exists track (id integer primary key, key text not null unique);
create table if not exists cell (
    track integer not null, at integer not null, body blob not null, primary key (track, at)
) without rowid;
create table if not exists hour (
    track integer not null, at integer not null, body blob not null, primary key (track, at)
) without rowid;
create table if not exists event (
    id integer primary key autoincrement, stream integer not null, at integer not null, taken integer not null,
    text text not null
);
create index if not exists event_by_time on event (stream, at, id);
"""
_NAMES = ("about", "track", "cell", "hour", "event")

Write = Callable[[str, Iterable[tuple[Any, ...]]], object]


class Kept:
    """`home`: the folder the file is made in; None keeps all in memory. `world`: whose it is; another's is emptied."""

    def __init__(self, home: Path | None, world: str) -> None:
        self.world = world
        place = ":memory:"
        if home:
            (home / "telemetry").mkdir(parents=True, exist_ok=True)
            place = str(home / "telemetry" / "minutes.sqlite")
        self._file = sqlite3.connect(place, check_same_thread=False)
        self._file.execute("pragma journal_mode = wal")
        self._file.execute("pragma synchronous = normal")
        version = self._file.execute("pragma user_version").fetchone()[0]
        if version not in (0, FORMAT):
            self._drop()
        self._make()
        self._file.execute(f"pragma user_version = {FORMAT}")
        if self._file.execute("select world from about").fetchall() != [(world,)]:
            self.clear()
        self._file.commit()

    def rows(self, query: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        return self._file.execute(query, tuple(values)).fetchall()

    @contextmanager
    def changing(self) -> Iterator[Write]:
        """Hand out what carries a statement out for every row of some; all of it is one transaction."""
        with self._file:
            yield self._file.executemany

    def write(self, query: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Carry a statement out for every row, as one transaction."""
        with self.changing() as write:
            write(query, rows)

    def insert(self, query: str, values: Iterable[Any]) -> int:
        """Insert one row and return its id."""
        with self._file:
            return int(self._file.execute(query, tuple(values)).lastrowid or 0)

    def clear(self) -> None:
        """Forget everything."""
        self._drop()
        self._make()
        self._file.execute("insert into about values (?)", (self.world,))
        self._file.commit()

    def close(self) -> None:
        self._file.close()

    def _drop(self) -> None:
        for name in _NAMES:
            self._file.execute(f"drop table if exists {name}")

    def _make(self) -> None:
        for statement in _TABLES.split(";"):
            self._file.execute(statement)

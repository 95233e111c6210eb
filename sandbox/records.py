"""What the sandbox's own services hold: JSON records by kind, region and name, in memory and in one SQLite file behind.

A shelf is a dict whose values are JSON objects. Reading hands out the live object; whoever changes one says so with
`changed`. Changes reach the file a moment later, all of one moment in one transaction (`flush`), so a killed sandbox
loses at most that moment and never holds half of it. All use happens under the world's lock.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from threading import Lock
from typing import Any

Record = dict[str, Any]
Place = tuple[str, str]  # kind and region
FORMAT = 1  # of the file; another one's records are not read

_TABLE = """
create table if not exists record (
    place integer primary key, kind text not null, region text not null, name text not null, body text not null,
    unique (kind, region, name)
)
"""
_KEEP = """
insert into record (kind, region, name, body) values (?, ?, ?, ?)
on conflict (kind, region, name) do update set body = excluded.body
"""


class Shelf(MutableMapping[str, Record]):
    """The records of one kind in one region, in the order they were made."""

    def __init__(self, place: Place, dirty: dict[tuple[Place, str], None]) -> None:
        self._place = place
        self._dirty = dirty
        self._held: dict[str, Record] = {}

    @property
    def region(self) -> str:
        return self._place[1]

    def __getitem__(self, name: str) -> Record:
        return self._held[name]

    def __setitem__(self, name: str, record: Record) -> None:
        self._held[name] = record
        self._dirty[self._place, name] = None

    def __delitem__(self, name: str) -> None:
        del self._held[name]
        self._dirty[self._place, name] = None

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def changed(self, name: str) -> Record:
        """Note that the record was changed in place, and return it. KeyError if there is none."""
        self._dirty[self._place, name] = None
        return self._held[name]

    def keep_newest(self, most: int) -> None:
        """Remove what was made first until there are at most so many records."""
        while len(self) > most:
            del self[next(iter(self))]


class Records:
    """All shelves. `path`: the file behind them, read at once if it is there; None keeps them in memory only."""

    def __init__(self, path: Path | None = None) -> None:
        self._shelves: dict[Place, Shelf] = {}
        self._dirty: dict[tuple[Place, str], None] = {}
        self._writing = Lock()
        self._file = _opened(path) if path else None
        if self._file:
            self._read(self._file)

    def shelf(self, kind: str, region: str = "") -> Shelf:
        """Return the shelf; `kind` begins with the service ("sagemaker/endpoint"), "" is no region in particular."""
        place = (kind, region)
        found = self._shelves.get(place)
        return found if found is not None else self._shelves.setdefault(place, Shelf(place, self._dirty))

    def regions(self, kind: str) -> tuple[str, ...]:
        """Return the regions in which something of this kind stands."""
        return tuple(region for (held, region), shelf in tuple(self._shelves.items()) if held == kind and shelf)

    def counts(self) -> dict[str, int]:
        """How many records there are of each kind, in all regions."""
        found: dict[str, int] = {}
        for (kind, _), shelf in self._shelves.items():
            if shelf:
                found[kind] = found.get(kind, 0) + len(shelf)
        return found

    def clear(self) -> None:
        """Forget everything; shelves that were handed out stay valid, and empty."""
        for shelf in tuple(self._shelves.values()):
            for name in tuple(shelf):
                del shelf[name]

    @property
    def saved(self) -> bool:
        """Whether the file holds every change."""
        return not (self._dirty or self._writing.locked())

    def pending(self) -> list[tuple[str, str, str, str | None]]:
        """Take what has changed as (kind, region, name, JSON or None if gone); call under the world's lock."""
        taken = [
            (*place, name, json.dumps(held) if (held := self._shelves[place].get(name)) is not None else None)
            for place, name in self._dirty
        ]
        self._dirty.clear()
        return taken

    def write(self, rows: list[tuple[str, str, str, str | None]]) -> None:
        """Bring what `pending` handed out to the file; may be called from any thread, without the world's lock."""
        if not rows or not self._file:
            return
        with self._writing, self._file:
            self._file.executemany(_KEEP, [r for r in rows if r[3] is not None])
            gone = [r[:3] for r in rows if r[3] is None]
            self._file.executemany("delete from record where kind = ? and region = ? and name = ?", gone)

    def again(self, rows: list[tuple[str, str, str, str | None]]) -> None:
        """Note rows that could not be written as changed still; call under the world's lock."""
        self._dirty.update(dict.fromkeys(((kind, region), name) for kind, region, name, _ in rows))

    def flush(self) -> None:
        """Bring every change to the file."""
        self.write(self.pending())

    def close(self) -> None:
        self.flush()
        if self._file:
            self._file.close()
            self._file = None

    def _read(self, file: sqlite3.Connection) -> None:
        for kind, region, name, body in file.execute("select kind, region, name, body from record order by place"):
            self.shelf(kind, region)[name] = json.loads(body)
        self._dirty.clear()


def shown(record: Mapping[str, Any], *without: str) -> Record:
    """Return the members that are AWS's, under its names, which begin with a capital.

    For records that hold their Describe answer: what only the sandbox knows of them is written small.
    """
    return {member: value for member, value in record.items() if member[0].isupper() and member not in without}


def _opened(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, check_same_thread=False)
    file.execute("pragma journal_mode = wal")
    file.execute("pragma synchronous = normal")
    held = file.execute("pragma user_version").fetchone()[0]
    if held not in (0, FORMAT):
        file.execute("drop table if exists record")
    file.execute(_TABLE)
    file.execute(f"pragma user_version = {FORMAT}")
    file.commit()
    return file

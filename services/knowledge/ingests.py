"""What the state database knows of the files that are being read in: how far each is, and what a person made of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.documents import Chunk
from services.knowledge.files import FileProgress, FileStatus

if TYPE_CHECKING:
    import sqlite3

    from services.state import State

SCHEMA = """
create table if not exists knowledge_file(
    owner text not null, ingest text not null, position integer not null, name text not null, document text not null,
    size integer not null, status text not null, pages integer not null default 0, chunks integer,
    stored integer not null default 0, reason text not null default '', hint text not null default '',
    locked integer not null default 0, archive integer, replaces text not null default '',
    warnings text not null default '[]', primary key(ingest, position));
create table if not exists knowledge_edit(
    owner text not null, ingest text not null, document text not null, passages text not null,
    primary key(ingest, document));
"""
_ADDED = {
    "locked": "integer not null default 0",
    "archive": "integer",
    "replaces": "text not null default ''",
    "warnings": "text not null default '[]'",
}
"""Columns that a table of an earlier version lacks."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file as it came: its sha256 and size, and where it came from an archive, that one's position.

    `replaces` is the (model, sha256) of the document of the same collection that goes when this one is in.
    """

    name: str
    document: str
    size: int
    locked: bool = False
    archive: int | None = None
    replaces: tuple[str, str] | None = None
    status: FileStatus = FileStatus.WAITING
    reason: str = ""
    hint: str = ""


class Ingests:
    """The ingests of one owner."""

    def __init__(self, state: State, owner: str) -> None:
        self._state, self._owner = state, owner
        state.ensure("knowledge-ingests", SCHEMA)
        if len(_ADDED.keys() & self._columns()) < len(_ADDED):
            with state.transaction() as transaction:
                for name in _ADDED.keys() - self._columns():
                    transaction.execute(f"alter table knowledge_file add column {name} {_ADDED[name]}")

    def _columns(self) -> set[str]:
        return {row["name"] for row in self._state.read("pragma table_info(knowledge_file)")}

    def begin(self, ingest: str, files: Sequence[Arrived], edits: Mapping[str, Sequence[Chunk]]) -> None:
        """Write down the files an ingest has to read, and what of them was edited, by sha256."""
        with self._state.transaction() as transaction:
            self._insert(transaction, ingest, enumerate(files))
            for document, passages in edits.items():
                transaction.execute(
                    "insert or replace into knowledge_edit values(?,?,?,?)",
                    (self._owner, ingest, document, _packed(passages)),
                )

    def add(self, ingest: str, file: Arrived) -> None:
        """Write down a file of an archive, unless it was by an unpacking that was interrupted."""
        with self._state.transaction() as transaction:
            known, last = transaction.execute(
                "select sum(name=? and archive=? and document=?), max(position) from knowledge_file where ingest=?",
                (file.name, file.archive, file.document, ingest),
            ).fetchone()
            if not known:
                self._insert(transaction, ingest, [(last + 1, file)])

    def _insert(self, transaction: sqlite3.Connection, ingest: str, rows: Iterable[tuple[int, Arrived]]) -> None:
        transaction.executemany(
            "insert into knowledge_file(owner, ingest, position, name, document, size, locked, archive, replaces,"
            " status, reason, hint) values(?,?,?,?,?,?,?,?,?,?,?,?)",
            [
                (
                    self._owner, ingest, position, file.name, file.document, file.size, file.locked, file.archive,
                    json.dumps(file.replaces) if file.replaces else "", file.status, file.reason, file.hint,
                )
                for position, file in rows
            ],
        )  # fmt: skip

    def begin_again(self, ingest: str, unlocked: Iterable[int] = ()) -> None:
        """Set the files that were not finished to waiting, and those a password has come for."""
        ended = (FileStatus.READY, FileStatus.UNPACKED, FileStatus.SAME, FileStatus.REFUSED)
        again = "update knowledge_file set status=?, reason='', hint='' where owner=? and ingest=?"
        with self._state.transaction() as transaction:
            transaction.execute(
                f"{again} and status not in (?,?,?,?)", (FileStatus.WAITING, self._owner, ingest, *ended)
            )
            for position in unlocked:
                transaction.execute(
                    f"{again} and position=? and locked and status=?",
                    (FileStatus.WAITING, self._owner, ingest, position, FileStatus.REFUSED),
                )

    def files(self, ingest: str) -> tuple[FileProgress, ...]:
        """The files of an ingest, in the order they were given; those of an archive after it."""
        rows = self._state.read(
            "select * from knowledge_file where owner=? and ingest=?"
            " order by coalesce(archive, position), archive is not null, position",
            self._owner,
            ingest,
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
                locked=bool(row["locked"]),
                archive=row["archive"],
                warnings=tuple(json.loads(row["warnings"])),
            )
            for row in rows
        )

    def progress(self, ingest: str, position: int, **values: Any) -> None:
        """Write down how far a file is: status, pages, chunks, stored, reason, hint, locked, warnings."""
        if "warnings" in values:
            values["warnings"] = json.dumps(values["warnings"])
        names = ", ".join(f"{name}=?" for name in values)
        sql = f"update knowledge_file set {names} where owner=? and ingest=? and position=?"
        self._state.write(sql, *values.values(), self._owner, ingest, position)

    def replaced(self, ingest: str) -> tuple[tuple[str, str, str], ...]:
        """(model, sha256, sha256 of what came instead) of the documents that files which are in by now replace."""
        rows = self._state.read(
            "select replaces, document from knowledge_file"
            " where owner=? and ingest=? and replaces<>'' and status in (?,?)",
            self._owner,
            ingest,
            FileStatus.READY,
            FileStatus.SAME,
        )
        return tuple((*json.loads(row["replaces"]), row["document"]) for row in rows)

    def edits(self, ingest: str, document: str) -> tuple[Chunk, ...] | None:
        """The passages a person made of a file, None where nobody did."""
        rows = self._state.read(
            "select passages from knowledge_edit where owner=? and ingest=? and document=?",
            self._owner,
            ingest,
            document,
        )
        if not rows:
            return None
        return tuple(Chunk(number, *parts) for number, parts in enumerate(json.loads(rows[0]["passages"])))


def mark_of(passages: Sequence[Chunk] | None) -> str:
    """What tells edited passages from others, "" where nobody edited."""
    return "" if passages is None else hashlib.sha256(_packed(passages).encode()).hexdigest()[:12]


def _packed(passages: Sequence[Chunk]) -> str:
    rows = [[each.text, each.page, each.start, each.end, each.section, each.label, each.edited] for each in passages]
    return json.dumps(rows)

"""The embedded store's tables and the statements that keep passages, vectors and words in step. SQL only."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from services.errors import StoreProblem
from services.knowledge import tokens
from services.knowledge.matrix import Matrix
from services.knowledge.models import Entry, Passage
from services.knowledge.postings import Postings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KEYWORD_HITS = 300  # beyond these the bm25 share of the sum is too small to lift a passage into the first ten
MOST_WORDS = 200  # of a question; a pasted page is no question
READ_ROWS = 2048  # vectors taken in at a time: 3 MB at 384 dimensions

SCHEMA = """
create table if not exists setting(name text primary key, value text not null);
create table if not exists collection(
    owner text not null, name text not null, dimension integer not null, metric text not null,
    model text not null default '', primary key(owner, name));
create table if not exists space(
    id integer primary key autoincrement, owner text not null, collection text not null, model text not null,
    dimension integer not null, version integer not null default 0, removed integer not null default 0,
    unique(owner, collection, model));
create table if not exists passage(
    id integer primary key autoincrement, space integer not null, key text not null, text text not null,
    source text not null, document text not null, page integer not null, start integer not null, "end" integer not null,
    ordinal integer not null, metadata text not null);
create unique index if not exists passage_key on passage(space, key);
create index if not exists passage_document on passage(space, document);
create table if not exists vector(id integer primary key, space integer not null, embedding blob not null);
create index if not exists vector_space on vector(space, id);
create table if not exists word(
    space integer not null, term text not null, passages integer not null, primary key(space, term)) without rowid;
"""
FIELDS = 'id, key, text, source, document, page, start, "end", ordinal, metadata'


@contextmanager
def problems() -> Iterator[None]:
    """SQLite's errors as a StoreProblem."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreProblem(
            "The document store on this machine did not answer.",
            f"SQLite says: {error}.",
            "Check that the disk is not full and that no other program holds the file, then try again.",
        ) from error


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Add what a file made by an earlier version lacks."""
    if _binds(connection):
        return
    connection.execute("begin immediate")
    if not _binds(connection):  # another process may have been faster
        connection.execute("alter table collection add column model text not null default ''")
    connection.execute("commit")


def _binds(connection: sqlite3.Connection) -> bool:
    return any(row["name"] == "model" for row in connection.execute("pragma table_info(collection)"))


def make_words(connection: sqlite3.Connection, number: int) -> None:
    """An empty word index. `ascii`: the terms are ready-made, and every character beyond ASCII belongs to a term."""
    connection.execute(f"create virtual table words_{number} using fts5(terms, content='', tokenize='ascii')")


def drop_words(connection: sqlite3.Connection, number: int) -> None:
    """Remove a word index."""
    connection.execute(f"drop table words_{number}")
    connection.execute("delete from word where space=?", (number,))


def index_again_if_older(connection: sqlite3.Connection) -> None:
    """Rebuild every word index when it was made by another version of `tokens`."""
    row = connection.execute("select value from setting where name='tokens'").fetchone()
    if row and row[0] == str(tokens.VERSION):
        return
    connection.execute("begin immediate")
    for (number,) in connection.execute("select id from space").fetchall():
        drop_words(connection, number)
        make_words(connection, number)
        counts: Counter[str] = Counter()
        for row in connection.execute("select id, text from passage where space=?", (number,)):
            counts.update(add_words(connection, number, row["id"], row["text"]))
        count_words(connection, number, counts)
    connection.execute("insert or replace into setting values('tokens', ?)", (str(tokens.VERSION),))
    connection.execute("commit")


def add_words(connection: sqlite3.Connection, number: int, row: int, text: str) -> set[str]:
    """Put a passage into the word index; returns its distinct words."""
    words = tokens.index_terms(text)
    connection.execute(f"insert into words_{number}(rowid, terms) values(?,?)", (row, " ".join(words)))
    return set(words)


def count_words(connection: sqlite3.Connection, number: int, counts: Mapping[str, int]) -> None:
    """Add to how many passages hold each word; FTS5 would have to read a word's whole list to say."""
    connection.executemany(
        "insert into word values(?,?,?) on conflict(space, term) do update set passages=passages+excluded.passages",
        [(number, term, counts[term]) for term in sorted(counts)],  # in the order of the table: pages are met once
    )


def words_of(connection: sqlite3.Connection, number: int, question: str) -> dict[str, int]:
    """In how many passages each of a question's words occurs."""
    wanted = tokens.search_terms(question)[:MOST_WORDS]
    sql = f"select term, passages from word where space=? and term in ({','.join('?' * len(wanted))})"
    held = {row["term"]: int(row["passages"]) for row in connection.execute(sql, (number, *wanted))}
    return {term: held.get(term, 0) for term in wanted}


def insert(connection: sqlite3.Connection, number: int, entries: Sequence[Entry], rows: NDArray[np.float32]) -> int:
    """Store passages with their vectors and words; one whose id is there already is left alone. Returns how many."""
    counts: Counter[str] = Counter()
    new = 0
    for entry, vector in zip(entries, rows, strict=True):
        row = _insert(connection, number, entry, vector)
        if row is not None:
            counts.update(add_words(connection, number, row, entry.text))
            new += 1
    count_words(connection, number, counts)
    return new


def _insert(connection: sqlite3.Connection, number: int, entry: Entry, vector: NDArray[np.float32]) -> int | None:
    cursor = connection.execute(
        'insert into passage(space,key,text,source,document,page,start,"end",ordinal,metadata)'
        " values(?,?,?,?,?,?,?,?,?,?) on conflict(space, key) do nothing",
        (number, entry.id, entry.text, entry.source, entry.document, entry.page, entry.start, entry.end, entry.ordinal,
         json.dumps(dict(entry.metadata))),
    )  # fmt: skip
    if not cursor.rowcount or cursor.lastrowid is None:
        return None
    connection.execute("insert into vector values(?,?,?)", (cursor.lastrowid, number, vector.tobytes()))
    return cursor.lastrowid


def remove(connection: sqlite3.Connection, number: int, keys: Sequence[str]) -> int:
    """Remove passages with their vectors and words; returns how many were there."""
    gone = 0
    counts: Counter[str] = Counter()
    for key in keys:
        row = connection.execute("select id, text from passage where space=? and key=?", (number, key)).fetchone()
        if row is None:
            continue
        terms = tokens.index_terms(row["text"])
        words = " ".join(terms)  # an index without content must be told what it held
        counts.subtract(set(terms))
        sql = f"insert into words_{number}(words_{number}, rowid, terms) values('delete',?,?)"
        connection.execute(sql, (row["id"], words))
        connection.execute("delete from vector where id=?", (row["id"],))
        connection.execute("delete from passage where id=?", (row["id"],))
        gone += 1
    count_words(connection, number, counts)
    return gone


def touch(connection: sqlite3.Connection, number: int, removed: int) -> None:
    """Tell readers that the space has changed."""
    connection.execute("update space set version=version+1, removed=removed+? where id=?", (removed, number))


def version_of(connection: sqlite3.Connection, number: int) -> tuple[int, int]:
    """How often the space was written, and how many passages were removed from it ever."""
    row = connection.execute("select version, removed from space where id=?", (number,)).fetchone()
    return (int(row["version"]), int(row["removed"])) if row else (0, 0)


def _written(
    connection: sqlite3.Connection, number: int, last_id: int
) -> Iterator[tuple[Sequence[int], Sequence[bytes], Sequence[str]]]:
    """Ids, vectors and documents of the rows after `last_id`, some at a time.

    From the beginning, the documents are read from their index alone: the texts, two thirds of the file, stay unread.
    """
    cursor = connection.cursor()
    cursor.row_factory = None
    if last_id:
        cursor.execute(
            "select vector.id, embedding, document from vector join passage using(id)"
            " where vector.space=? and vector.id>? order by vector.id",
            (number, last_id),
        )
        while rows := cursor.fetchmany(READ_ROWS):
            yield tuple(zip(*rows, strict=True))  # type: ignore[misc]
        return
    of = dict(cursor.execute("select id, document from passage indexed by passage_document where space=?", (number,)))
    cursor.execute("select id, embedding from vector where space=? order by id", (number,))
    while rows := cursor.fetchmany(READ_ROWS):
        ids, vectors = zip(*rows, strict=True)
        yield ids, vectors, [of[row] for row in ids]


def refresh(connection: sqlite3.Connection, number: int, matrix: Matrix) -> None:
    """Take into `matrix` what was written since it was last read; one snapshot, so nothing is half seen."""
    connection.execute("begin")
    try:
        version, removed = version_of(connection, number)
        if version != matrix.version:
            for ids, vectors, documents in _written(connection, number, matrix.last_id):
                matrix.append(ids, vectors, documents)
            if removed != matrix.removed:
                held = connection.execute("select id from vector where space=?", (number,)).fetchall()
                matrix.keep_only([row[0] for row in held])
            matrix.version, matrix.removed = version, removed
    finally:
        connection.execute("commit")


def refresh_postings(connection: sqlite3.Connection, number: int, key: str, postings: Postings, last_id: int) -> None:
    """Take into `postings` the values of a metadata key written since it was last read, to `last_id` at least."""
    sql = (
        "select passage.id, each.value, each.type from passage, json_each(passage.metadata) each"
        " where passage.id>? and +passage.space=? and each.key=? order by passage.id"
    )
    for row, value, kind in connection.execute(sql, (postings.last_id, number, key)):
        postings.add(row, value, kind)
        last_id = max(last_id, row)
    postings.last_id = last_id


def keyword_hits(
    connection: sqlite3.Connection,
    number: int,
    counts: dict[str, int],
    total: int,
    among: tuple[int, int] | None = None,
) -> dict[int, float]:
    """The best passages by bm25 for the telling words among `counts`: row id -> score, the best first.

    among   the first and the last row id that are looked for: then more are given, as not all between may be wanted
    """
    words = tokens.telling(counts, total)
    if not words:
        return {}
    wanted = " OR ".join(f'"{word}"' for word in words)
    within, first_last = (" and rowid between ? and ?", among) if among else ("", ())
    sql = (
        f"select rowid, -bm25(words_{number}) from words_{number} where words_{number} match ?{within}"
        " order by rank limit ?"
    )
    limit = tokens.MOST_HITS if among else KEYWORD_HITS
    return {int(row[0]): float(row[1]) for row in connection.execute(sql, (wanted, *first_last, limit))}


def passage(row: sqlite3.Row) -> Passage:
    """A stored row as a passage without scores."""
    return Passage(
        id=row["key"],
        text=row["text"],
        source=row["source"],
        document=row["document"],
        page=row["page"],
        start=row["start"],
        end=row["end"],
        score=0.0,
        metadata=json.loads(row["metadata"]),
    )

"""The embedded store's collections and the spaces in them: made, bound to a model, emptied. SQL only."""

from __future__ import annotations

import sqlite3

from services.errors import StoreProblem
from services.knowledge.checks import check_model, checked_metric, checked_name
from services.knowledge.places import CollectionRequest, Space, StoreKind
from services.knowledge.tables import drop_words, make_words


def number_of(connection: sqlite3.Connection, space: Space) -> int | None:
    """The number of a space, None if nothing was ever stored in it. StoreProblem when its dimension differs."""
    row = connection.execute(
        "select id, dimension from space where owner=? and collection=? and model=?",
        (space.owner, space.collection, space.model),
    ).fetchone()
    if row is not None and row["dimension"] != space.dimension:
        raise StoreProblem(
            f"The model {space.model} gave vectors of {row['dimension']} numbers before and {space.dimension} now.",
            "",
            "Check which model the embedding endpoint serves.",
        )
    return None if row is None else int(row["id"])


def make_collection(connection: sqlite3.Connection, owner: str, request: CollectionRequest) -> None:
    """The collection, made if missing. StoreProblem when there is one of its name that is different."""
    name, metric = checked_name(request.name), checked_metric(request.metric)
    sql = "select dimension, metric, model from collection where owner=? and name=?"
    held = connection.execute(sql, (owner, name)).fetchone()
    if held is None:
        connection.execute(
            "insert into collection(owner, name, dimension, metric, model) values(?,?,?,?,?)",
            (owner, name, request.dimension, metric, request.model),
        )
        return
    _check_dimension(name, held["dimension"], request.dimension)
    if held["metric"] != metric:
        raise StoreProblem(
            "A collection of this name exists with other settings.",
            f"{name} has the metric {held['metric']}.",
            "Choose another name, or use it as it is.",
        )
    if request.model:
        check_model(name, bound(connection, owner, name), request.model)


def _check_dimension(name: str, held: int, wanted: int) -> None:
    if held != wanted:
        raise StoreProblem(
            f"The collection {name} holds vectors of {held} numbers, not {wanted}.",
            "All vectors of a collection come from models of one size.",
            "Choose another collection, or the embedding model it was made for.",
        )


def bound(connection: sqlite3.Connection, owner: str, name: str) -> tuple[str, ...]:
    """The models a collection is bound to: what it was made for, and those of the passages it holds."""
    rows = connection.execute(
        "select model from collection where owner=:owner and name=:name and model<>'' union select model from space"
        " where owner=:owner and collection=:name and exists(select 1 from passage where passage.space=space.id)",
        {"owner": owner, "name": name},
    )
    return tuple(row["model"] for row in rows)


def make_space(connection: sqlite3.Connection, space: Space) -> int:
    """The number of `space`, which is made, with its collection and its word index, if missing.

    StoreProblem when the collection is bound to another model, or holds vectors of another size.
    """
    number = number_of(connection, space)
    sql = "select dimension from collection where owner=? and name=?"
    held = connection.execute(sql, (space.owner, space.collection)).fetchone()
    if held is not None:
        _check_dimension(space.collection, held["dimension"], space.dimension)
        check_model(space.collection, bound(connection, space.owner, space.collection), space.model)
    if number is None:
        number = _make_space(connection, space, new=held is None)
    connection.execute(
        "update collection set model=? where owner=? and name=? and model=''",
        (space.model, space.owner, space.collection),
    )
    return number


def _make_space(connection: sqlite3.Connection, space: Space, *, new: bool) -> int:
    if new:
        request = CollectionRequest(space.collection, space.dimension, StoreKind.LOCAL, model=space.model)
        make_collection(connection, space.owner, request)
    number = connection.execute(
        "insert into space(owner, collection, model, dimension) values(?,?,?,?)",
        (space.owner, space.collection, space.model, space.dimension),
    ).lastrowid
    assert number is not None
    make_words(connection, number)
    return number


def empty(connection: sqlite3.Connection, owner: str, name: str) -> tuple[int, list[int]]:
    """Remove everything in a collection and what binds it; how many passages went, and the numbers of its spaces."""
    found = connection.execute("select id from space where owner=? and collection=?", (owner, name)).fetchall()
    gone = 0
    for (space,) in found:
        connection.execute("delete from vector where space=?", (space,))
        gone += connection.execute("delete from passage where space=?", (space,)).rowcount
        connection.execute("delete from space where id=?", (space,))
        drop_words(connection, space)
    connection.execute("update collection set model='' where owner=? and name=?", (owner, name))
    return gone, [row["id"] for row in found]

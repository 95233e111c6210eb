"""What both stores demand of names and vectors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from services.errors import InvalidRequest, NotFound, StoreProblem
from services.knowledge.matrix import unit
from services.knowledge.places import METRICS, Collection, Space

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_LETTERS = 48  # of a collection's name
OURS = "sagedeck"  # the part of a passage's metadata that says whose it is; nobody filters by it
_NAME = re.compile(rf"[A-Za-z][A-Za-z0-9_]{{0,{MOST_LETTERS - 1}}}")


def checked_name(name: str) -> str:
    """`name` if both stores accept it; InvalidRequest otherwise."""
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"A collection cannot be called {name!r}.",
            "Letters, digits and underscores are allowed, a letter first, 48 at the most.",
            "Choose another name.",
        )
    return name


def found_in(collections: Sequence[Collection], name: str) -> Collection:
    """The collection of this name; NotFound when there is none."""
    for collection in collections:
        if collection.name == name:
            return collection
    raise NotFound(f"There is no collection {name} here.", "", "Look at the list of collections.")


def checked_metric(metric: str) -> str:
    """`metric` if both stores know it; InvalidRequest otherwise."""
    if metric not in METRICS:
        raise InvalidRequest(
            f"There is no metric {metric!r}.", f"There are {', '.join(METRICS)}.", "Choose one of them."
        )
    return metric


def checked_filter(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """A filter by metadata that a person gave. InvalidRequest where it names what is ours, such as the owner."""
    for key in metadata:
        if key.startswith("$") or key.split(".")[0].strip() == OURS:
            raise InvalidRequest(
                f"Passages cannot be chosen by {key!r}.", "It is no metadata of a document.",
                "Use source, page, section, label, or what the store holds besides.",
            )  # fmt: skip
    return dict(metadata)


def check_model(collection: str, models: Sequence[str], model: str) -> None:
    """StoreProblem when the collection is bound to other embedding models than this one."""
    if models and model not in models:
        raise StoreProblem(
            f"The collection {collection} is bound to the embedding model {' and '.join(models)}.",
            f"Vectors of {model} cannot be compared with those of another model, even of the same length.",
            "Choose another collection, or an endpoint that serves the collection's model; once it is emptied, it takes"
            " any model of its dimension.",
        )


def checked_vectors(vectors: Any, count: int, space: Space) -> NDArray[np.float32]:
    """`vectors` as `count` normalised rows of the space's dimension. StoreProblem when they do not fit."""
    import numpy as np

    rows = np.asarray(vectors, np.float32)
    if count == 0:
        return np.empty((0, space.dimension), np.float32)
    if rows.shape != (count, space.dimension):
        raise StoreProblem(
            f"The vectors do not fit the collection {space.collection}.",
            f"It holds vectors of {space.dimension} numbers; these have the shape {rows.shape}.",
            "Use the embedding model the collection was filled with, or another collection.",
        )
    if not np.isfinite(rows).all():
        raise StoreProblem("The embedding model gave vectors that are not numbers.", "", "Test the embedding endpoint.")
    return unit(rows)

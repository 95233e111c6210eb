"""Where passages are kept: stores, collections, and the spaces of comparable vectors in them. All of it frozen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

METRICS = ("cosine", "dot_product", "euclidean")  # as the Data API names them


class StoreKind(StrEnum):
    """Where passages are kept: on this machine, or in an Astra DB (any Data API server)."""

    LOCAL = "local"
    ASTRA = "astra"


@dataclass(frozen=True, slots=True)
class Space:
    """Where comparable vectors live: one owner, one collection, one embedding model. Every query carries all of it."""

    owner: str
    collection: str
    model: str
    dimension: int


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection as its store describes it.

    passages    how many are in it, whoever put them there; None: not counted
    at_least    `passages` is where the server stopped counting, and there are more
    models      the embedding models it is bound to: another one is refused. One, unless it was filled by an earlier
                version; none while it is empty and was made for none, and where it was not looked at
    others      whether something not this owner's is in it; None: not looked at
    """

    store: StoreKind
    name: str
    dimension: int
    metric: str = "cosine"
    made_here: bool = False
    passages: int | None = None
    models: tuple[str, ...] = ()
    at_least: bool = False
    others: bool | None = None


@dataclass(frozen=True, slots=True)
class CollectionRequest:
    """A collection to make. Name: letters, digits and underscores, beginning with a letter, at most 48.

    metric   one of METRICS. Vectors are scaled to length one before they are stored, so all three order alike, and what
             a search tells is the cosine whichever it is
    model    the embedding model it is bound to from the beginning; "": the first that is stored
    """

    name: str
    dimension: int
    store: StoreKind = StoreKind.ASTRA
    metric: str = "cosine"
    model: str = ""

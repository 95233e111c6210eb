"""What is looked for in the catalogue, what was found, and what each condition says of a model.

A condition has three answers: met, not met, and not known. Nothing is hidden silently: a model for which a condition's
answer is not known is counted (`Found.unknown`), and shown when asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.catalog.instances import instance as instance_spec
from services.catalog.jumpstart import CatalogModel, Licence

# From an instance type to how many more of it may run here; None where that is not known.
QuotaLeft = Callable[[str], float | None]

# USD an hour up to which models can be filtered: what one CPU, one small GPU, several and the largest cost.
PRICE_STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0)


class Order(StrEnum):
    """How what was found is sorted. What is not known comes last."""

    RECOMMENDED = "recommended"
    NAME = "name"
    PRICE = "price"
    SIZE = "size"


class QuotaRoom(StrEnum):
    """Whether one more instance of a type the model runs on may be started here."""

    FITS = "fits"
    USED_UP = "used up"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for; what is empty or None is no condition.

    most_usd        USD an hour for the cheapest instance type it runs on here
    fits_quota      one more instance may run here; a quota that cannot be read does not hide a model
    gpu             an instance type: the model fits into the memory of its GPUs
    instance_type   the model is published for it
    unknown         also models of which one of these things is not known
    """

    text: str = ""
    task: str = ""
    provider: str = ""
    licence: Licence | None = None
    gated: bool | None = None
    most_usd: float | None = None
    fits_quota: bool = False
    gpu: str = ""
    instance_type: str = ""
    deployable: bool | None = None
    fine_tunable: bool | None = None
    unknown: bool = False
    order: Order = Order.RECOMMENDED

    @property
    def narrowed(self) -> bool:
        """Whether anything is asked for."""
        return Query(unknown=self.unknown, order=self.order) != self


@dataclass(frozen=True, slots=True)
class Hit:
    """A model that was found, with what its choice depends on here.

    cheapest, usd   the cheapest instance type it runs on and its USD an hour; "" and None not known
    quota           UNKNOWN too where no quotas were given
    """

    model: CatalogModel
    cheapest: str
    usd: float | None
    quota: QuotaRoom = QuotaRoom.UNKNOWN


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, in order. `facets`: for each condition, how many models each of its values would leave.

    unknown   how many more might match: something that was asked for is not known of them
    """

    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    unknown: int = 0


Test = Callable[[Hit], bool | None]


def conditions(query: Query) -> list[tuple[str, Test]]:
    """What the query asks, each as (the facet it belongs to, what a hit answers: None is not known)."""
    provider = query.provider.lower()
    asked: list[tuple[object, str, Test]] = [
        (query.task, "task", lambda hit: hit.model.task == query.task),
        (provider, "provider", lambda hit: hit.model.provider.lower() == provider),
        (query.licence, "licence", lambda hit: _licence(hit, query.licence)),
        (query.gated is not None, "gated", lambda hit: _known(hit, hit.model.gated is query.gated)),
        (query.most_usd is not None, "price", lambda hit: _cheap(hit, query.most_usd)),
        (query.fits_quota, "quota", lambda hit: _known(hit, hit.quota is not QuotaRoom.USED_UP)),
        (query.gpu, "gpu", _into(query.gpu)),
        (query.instance_type, "instance", lambda hit: _known(hit, query.instance_type in hit.model.instances)),
        (query.deployable is not None, "deployable", lambda hit: hit.model.deployable is query.deployable),
        (query.fine_tunable is not None, "fine_tunable", lambda hit: hit.model.fine_tunable is query.fine_tunable),
    ]
    return [(name, test) for wanted, name, test in asked if wanted]


def _known(hit: Hit, met: bool) -> bool | None:
    return met if hit.model.instances else False if hit.model.marketplace else None


def _licence(hit: Hit, wanted: Licence | None) -> bool | None:
    if hit.model.licence is Licence.UNKNOWN and wanted is not Licence.UNKNOWN:
        return False if hit.model.marketplace else None
    return hit.model.licence is wanted


def _cheap(hit: Hit, most_usd: float | None) -> bool | None:
    return None if hit.usd is None or most_usd is None else hit.usd <= most_usd


def _into(instance_type: str) -> Test:
    spec = instance_spec(instance_type)
    memory = None if spec is None else spec.gpu_memory_gib

    def fits(hit: Hit) -> bool | None:
        return _known(hit, hit.model.min_gpu_gib <= memory) if memory is not None else None

    return fits

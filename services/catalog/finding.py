"""Finding models: by words and conditions, with how many would remain for each other choice, in an order."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import lru_cache

from services.catalog import jumpstart
from services.catalog.jumpstart import CatalogModel, Licence
from services.catalog.listing import Listing, bundled
from services.catalog.prices import price
from services.catalog.queries import PRICE_STEPS, Found, Hit, Order, Query, QuotaLeft, QuotaRoom, conditions
from services.catalog.ranking import Words
from services.catalog.tasks import TASKS, Task

_NAME, _PROVIDER, _TASK = 3.0, 2.0, 1.5  # what a word counts for, by where it stands
_RUNS_HERE = 0.6  # among models whose words fit alike, those that can be deployed come first
_FACETS = ("task", "provider", "licence", "gated", "price", "quota", "fine_tunable", "deployable")


class Catalogue:
    """A list of models in one region, made ready for finding. Takes some 30 ms to make; finding takes 2 to 10 ms."""

    def __init__(self, models: Iterable[CatalogModel], region: str) -> None:
        self.models = tuple(models)
        self._by_id = {each.id: each for each in self.models}
        self._words = Words([_texts(each) for each in self.models])
        self._price(lambda instance_type: price(region, instance_type).usd_per_hour)
        first = {model_id: place for ids in jumpstart.RECOMMENDED.values() for place, model_id in enumerate(ids)}
        # the usual order, once: recommended, then what can be deployed, what might be, what is sold elsewhere
        self._usual = sorted(
            range(len(self.models)),
            key=lambda place: (
                first.get(self.models[place].id, len(first)),
                self.models[place].marketplace,
                not self.models[place].instances,
                self.models[place].name.lower(),
                self.models[place].id,
            ),
        )

    def priced(self, usd: Callable[[str], float | None]) -> Catalogue:
        """The same models at other prices: `usd` tells an instance type's by the hour."""
        other = copy(self)
        other._price(usd)
        return other

    def _price(self, usd: Callable[[str], float | None]) -> None:
        self._cheapest = [_cheapest(each, usd) for each in self.models]
        self._facets = [
            _facet_values(each, least) for each, (_, least) in zip(self.models, self._cheapest, strict=True)
        ]
        self._found = lru_cache(64)(self._find)  # a page asks the same again with each of its reruns

    def get(self, model_id: str) -> CatalogModel | None:
        """The model of this exact id, or None."""
        return self._by_id.get(model_id)

    def find(self, query: Query, quotas: QuotaLeft | None = None) -> Found:
        """The models a query means. `quotas` is asked once for each instance type."""
        return self._find(query, quotas) if quotas else self._found(query)

    def forget(self) -> None:
        """Find everything afresh from now on: for measuring."""
        self._found.cache_clear()
        self._words.find.cache_clear()

    def _find(self, query: Query, quotas: QuotaLeft | None = None) -> Found:
        scores = self._words.find(query.text)
        asked = conditions(query)
        left = _remembered(quotas) if quotas else None
        hits: dict[int, Hit] = {}
        counts: dict[str, Counter[str]] = {name: Counter() for name in _FACETS}
        unknown = 0
        for place in self._usual:
            if scores is not None and place not in scores:
                continue
            cheapest, usd = self._cheapest[place]
            hit = Hit(self.models[place], cheapest, usd, _quota(self.models[place], left))
            answers = {name: test(hit) for name, test in asked}
            failed = [name for name, met in answers.items() if met is False or (met is None and not query.unknown)]
            if not failed:
                hits[place] = hit
            elif not any(met is False for met in answers.values()):
                unknown += 1
            if len(failed) <= 1:  # what the one failed condition asks for, each of its values would find this
                only = failed[0] if failed else ""
                for name, value in (*self._facets[place], ("quota", hit.quota.value)):
                    if not only or name == only:
                        counts[name][value] += 1
        facets = {name: dict(counted) for name, counted in counts.items()}
        return Found(_ordered(hits, scores, query.order), facets, unknown)


def search(
    text: str = "",
    *,
    task: Task | None = None,
    provider: str = "",
    eula: bool | None = None,
    instance_type: str = "",
    deployable: bool = True,
) -> tuple[CatalogModel, ...]:
    """The snapshot's models that match every condition given, recommended ones first. See `Query`.

    eula         True: only with a licence to accept, False: only without
    deployable   leave out what the console cannot deploy
    """
    query = simple(text, task, provider, eula, instance_type, deployable)
    return tuple(hit.model for hit in catalogue_of(bundled(), "").find(query).hits)


def simple(
    text: str, task: Task | None, provider: str, eula: bool | None, instance_type: str, deployable: bool
) -> Query:
    """The query of the conditions that the deploy form and the command line began with."""
    return Query(
        text=text,
        task=task or "",
        provider=provider,
        licence=None if eula is None else Licence.NEEDED if eula else Licence.NONE,
        instance_type=instance_type,
        deployable=True if deployable else None,
    )


def providers(task: Task | None = None) -> tuple[str, ...]:
    """The providers of deployable models, sorted."""
    return tuple(sorted({each.provider for each in search(task=task) if each.provider}, key=str.lower))


def catalogue_of(listing: Listing, region: str) -> Catalogue:
    """A listing made ready for finding, shared by everybody who sees the same one in the same region."""
    key = (hash(tuple((each.id, each.version, each.source) for each in listing.models)), listing.source, region)
    with _lock:
        found = _made.pop(key, None) or Catalogue(listing.models, region)
        _made[key] = found  # the one used last stands last
        while len(_made) > _MOST_MADE:
            del _made[next(iter(_made))]
    return found


_made: dict[tuple[int, str, str], Catalogue] = {}
_MOST_MADE = 6  # some 4 MB each
_lock = threading.Lock()


def _texts(model: CatalogModel) -> Sequence[tuple[str, float]]:
    told = TASKS[model.task]
    task = f"{told.label} {told.words} {model.task}"
    return ((model.name, _NAME), (model.id, _NAME), (model.provider, _PROVIDER), (task, _TASK))


def _cheapest(model: CatalogModel, price_of: Callable[[str], float | None]) -> tuple[str, float | None]:
    priced = [(usd, each) for each in model.instances if (usd := price_of(each)) is not None]
    usd, instance_type = min(priced, default=(None, model.instances[0] if model.instances else ""))
    return instance_type, usd


def _remembered(quotas: QuotaLeft) -> QuotaLeft:
    known: dict[str, float | None] = {}

    def left(instance_type: str) -> float | None:
        if instance_type not in known:
            known[instance_type] = quotas(instance_type)
        return known[instance_type]

    return left


def _quota(model: CatalogModel, left: QuotaLeft | None) -> QuotaRoom:
    if left is None or not model.instances:
        return QuotaRoom.UNKNOWN
    numbers = [left(each) for each in model.instances]
    if any(number is not None and number >= 1 for number in numbers):
        return QuotaRoom.FITS
    return QuotaRoom.UNKNOWN if None in numbers else QuotaRoom.USED_UP


def _facet_values(model: CatalogModel, usd: float | None) -> tuple[tuple[str, str], ...]:
    """Each facet with the value under which a model is counted in it."""
    return (
        ("task", model.task.value),
        ("provider", model.provider),
        ("licence", model.licence.value),
        *((("gated", "yes"),) if model.gated else ()),
        *(("price", f"{step:g}") for step in PRICE_STEPS if usd is not None and usd <= step),
        *((("fine_tunable", "yes"),) if model.fine_tunable else ()),
        *((("deployable", "yes"),) if model.deployable else ()),
    )


def _ordered(hits: Mapping[int, Hit], scores: Mapping[int, float] | None, order: Order) -> tuple[Hit, ...]:
    rows = list(hits.items())  # in the usual order, which sorting keeps among equals
    if order is Order.NAME:
        rows.sort(key=lambda row: (row[1].model.name.lower(), row[1].model.id))
    elif order is Order.PRICE:
        rows.sort(key=lambda row: (row[1].usd is None, row[1].usd or 0.0))
    elif order is Order.SIZE:
        rows.sort(key=lambda row: (not row[1].model.billions, row[1].model.billions))
    elif scores is not None:
        rows.sort(key=lambda row: -round(scores[row[0]] + (_RUNS_HERE if row[1].model.deployable else 0.0), 1))
    return tuple(hit for _, hit in rows)

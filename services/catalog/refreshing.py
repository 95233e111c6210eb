"""The data sets the console knows AWS by: where each is from, how old it is, and each renewed on its own.

What a person asks to be renewed here goes into the user's folder, beside the bundled snapshot, which stays as it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from services.catalog import image_lists, jumpstart, plausible, prices, rates
from services.catalog.book import PriceBook, Report
from services.catalog.plausible import Doubt, Implausible
from services.catalog.quotas import Quotas, bundled_quotas
from services.catalog.service import CatalogService
from services.catalog.sheets import Priced
from services.errors import Problem, SagedeckError, problem_of


class DataSet(StrEnum):
    """What can be renewed on its own."""

    PRICES = "prices"
    RATES = "rates"
    QUOTAS = "quotas"
    MODELS = "models"
    IMAGES = "images"


TITLES: Mapping[DataSet, str] = {
    DataSet.PRICES: "Instance hours, by use",
    DataSet.RATES: "Storage, serverless, data, logs, requests",
    DataSet.QUOTAS: "What the account may have",
    DataSet.MODELS: "Models of JumpStart",
    DataSet.IMAGES: "Container images",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One data set as it is used now, in one region.

    source    in words: AWS's price list, the snapshot
    as_of     ISO day
    rows      how many it has here
    stale     the time for which it is kept is over, or it is the snapshot
    problem   why the last reading failed, was refused, or what is kept is not used
    """

    name: DataSet
    region: str
    source: str
    as_of: str
    rows: int
    stale: bool = False
    problem: Problem | None = None

    @property
    def title(self) -> str:
        """What is in it, in a few words."""
        return TITLES[self.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What renewing one data set came to. `refused`: the doubts a person may accept; `problem` where it failed."""

    name: DataSet
    region: str
    before: int
    after: int
    as_of: str
    source: str
    refused: tuple[Doubt, ...] = ()
    problem: Problem | None = None

    @property
    def done(self) -> bool:
        """Whether the new one is in use."""
        return self.problem is None

    def as_dict(self) -> dict[str, Any]:
        """As the result of a job, and as JSON."""
        return {
            "name": str(self.name),
            "region": self.region,
            "done": self.done,
            "before": self.before,
            "after": self.after,
            "as_of": self.as_of,
            "source": self.source,
            "refused": [str(each) for each in self.refused],
            "problem": self.problem.as_dict() if self.problem else None,
        }


@dataclass(slots=True)
class Refreshing:
    """The data sets of one connection's region. `standing` asks nobody; `renew` asks AWS and takes seconds."""

    region: str
    book: PriceBook
    catalog: CatalogService
    quotas: Quotas
    clock: Callable[[], float] = time.time
    _failed: dict[DataSet, Problem] = field(default_factory=dict)

    def standings(self) -> tuple[Standing, ...]:
        """Every data set as it is used now."""
        return tuple(self.standing(name) for name in DataSet)

    def standing(self, name: DataSet) -> Standing:
        """One of them."""
        match name:
            case DataSet.PRICES | DataSet.RATES:
                return self._priced(name)
            case DataSet.QUOTAS:
                found = self._quotas()
            case DataSet.MODELS:
                found = self._models()
            case DataSet.IMAGES:
                found = self._images()
        return replace(found, problem=found.problem or self._failed.get(name))

    def renew(
        self, name: DataSet, accepted: Collection[Doubt] = (), report: Report = lambda share, words: None
    ) -> Renewal:
        """Read a data set now. Never raises: what is refused, or cannot be read, leaves what was there and says why."""
        before = self.standing(name)
        refused: tuple[Doubt, ...] = ()
        problem = None
        try:
            rows = self._read(name, accepted, report)
            self._failed.pop(name, None)
        except (SagedeckError, OSError) as error:
            rows, problem = before.rows, problem_of(error)
            if isinstance(error, Implausible):
                refused = tuple(dict.fromkeys(each.doubt for each in error.objections))
            self._failed[name] = problem
        now = self.standing(name)
        return Renewal(
            name=name,
            region=self.region,
            before=before.rows,
            after=rows,
            as_of=now.as_of,
            source=now.source,
            refused=refused,
            problem=problem,
        )

    def _read(self, name: DataSet, accepted: Collection[Doubt], report: Report) -> int:
        def check(before: int, after: int) -> None:
            plausible.check(plausible.fewer(before, after), accepted if after else ())

        match name:
            case DataSet.PRICES | DataSet.RATES:
                return len(self.book.renew(Priced(name), self.region, accepted, report).rows)
            case DataSet.QUOTAS:
                report(0.0, "Service Quotas")
                return self.quotas.renew(check)
            case DataSet.MODELS:
                report(0.0, "JumpStart's list")
                return len(self.catalog.renew_models(check).models)
            case DataSet.IMAGES:
                report(0.0, "sagemaker-core")
                return self.catalog.renew_images(check)

    def _priced(self, name: DataSet) -> Standing:
        kind = Priced(name)
        kept, sheet = self.book.kept(kind, self.region), self.book.sheet(kind, self.region)
        problem = self.book.problem(kind, self.region)
        if kept.problem and problem is None:
            problem = Problem(kept.problem, "The snapshot stands in for it.", "Renew it.")
        if sheet is None:
            listed = prices.listed(self.region) if kind is Priced.PRICES else rates.listed(self.region)
            source = f"snapshot of {prices.AS_OF}" if listed else "none known"
            return self._standing(name, source, prices.AS_OF, len(listed), stale=True, problem=problem)
        published = f", published {sheet.published}" if sheet.published else ""
        return self._standing(
            name, f"AWS's price list{published}", sheet.day, len(sheet.rows),
            stale=not self.book.fresh(sheet), problem=problem,
        )  # fmt: skip

    def _quotas(self) -> Standing:
        held = self.quotas.held()
        if held is None:
            return self._standing(
                DataSet.QUOTAS, f"AWS's defaults, {jumpstart.as_of()}", jumpstart.as_of(), bundled_quotas(), stale=True
            )
        return self._standing(DataSet.QUOTAS, "Service Quotas", _day(held[0]), held[1])

    def _models(self) -> Standing:
        listing = self.catalog.listing
        day = _day(listing.read_at) if listing.read_at else jumpstart.as_of()
        problem = Problem(listing.problem) if listing.problem else None
        return self._standing(
            DataSet.MODELS, listing.source, day, len(listing.models), stale=not listing.read_at, problem=problem
        )

    def _images(self) -> Standing:
        kept = self.catalog.kept_images()
        if kept is None:
            rows, day = len(image_lists.bundled(self.region)), jumpstart.as_of()
            return self._standing(DataSet.IMAGES, f"snapshot of {day}", day, rows, stale=True)
        return self._standing(DataSet.IMAGES, str(kept[0]["source"]), _day(kept[1]), len(kept[0]["images"]))

    def _standing(
        self, name: DataSet, source: str, as_of: str, rows: int, *, stale: bool = False, problem: Problem | None = None
    ) -> Standing:
        return Standing(
            name=name, region=self.region, source=source, as_of=as_of, rows=rows, stale=stale, problem=problem
        )


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"

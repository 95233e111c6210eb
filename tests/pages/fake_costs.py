"""A bill of a small made-up account, and what Cost Explorer would say of it, for tests of pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.catalog import CatalogService
from services.costs import Bill, BillLine, Day, Forecast, FreeUsage, Spent, bill
from services.errors import SagedeckError
from services.resources import Gap, Holdings, Key, Kind, Machine, Resource

NOW = datetime(2026, 11, 11, tzinfo=UTC)
HOME = "us-east-1"


def resource(kind: Kind, name: str, region: str = HOME, **values: Any) -> Resource:
    """A resource that was looked into, two days old."""
    made = NOW - timedelta(days=2)
    return Resource(key=Key(kind, name, region), described=True, **{"created": made, "changed": made, **values})


class FakeCosts:
    """The real bill of given resources; Cost Explorer as given."""

    keep = 21_600.0

    def __init__(self, *resources: Resource) -> None:
        self.resources = list(resources)
        self.gaps: tuple[Gap, ...] = ()
        self.reading = self.listing = 0
        self.working = False
        self.refused: SagedeckError | None = None
        self.paid: list[str] = []
        self.looked: list[tuple[str, ...]] = []
        self.catalog = CatalogService(HOME, offline=True)

    def bill(self, regions: tuple[str, ...] = ()) -> Bill:
        self.looked.append(tuple(regions))
        where = tuple(regions) or (HOME,)
        seen = tuple(each for each in self.resources if each.key.region in where)
        held = Holdings("123456789012", "aws", where, seen, NOW, gaps=self.gaps, reading=self.reading,
                        listing=self.listing)  # fmt: skip
        return bill(held, self.catalog)

    def regions(self) -> tuple[str, ...]:
        return ("eu-west-1", HOME, "us-west-2")

    def detail(self, key: Key) -> BillLine:
        return next(line for line in self.bill().lines if line.key == key)

    def spent(self, days: int = 30, by: str = "usage", *, ask: bool = True) -> Spent | None:
        if not ask and f"{days} {by}" not in self.paid:
            return None
        if self.refused is not None:
            raise self.refused
        self.paid.append(f"{days} {by}")
        name = "nothing named" if by.startswith("tag:") else "USE1-Host:ml.g5.2xlarge"
        every = (NOW.date() - timedelta(days=back) for back in range(days - 1, -1, -1))
        found = tuple(Day(day, ((name, 12.5),), day < date(2026, 11, 9)) for day in every)
        return Spent(by, found, NOW.timestamp() - 60)

    def forecast(self, *, ask: bool = True) -> Forecast | None:
        if not ask:
            return None
        if self.refused is not None:
            raise self.refused
        self.paid.append("forecast")
        return Forecast(400.0, 300.0, 500.0, date(2026, 12, 1), NOW.timestamp())

    def requests(self, regions: tuple[str, ...] = ()) -> dict[Key, float]:
        return {each.key: 1234.0 for each in self.resources if each.kind is Kind.ENDPOINT}

    def asked(self) -> int:
        return len(self.paid)

    def free_tier(self) -> tuple[FreeUsage, ...]:
        if self.refused is not None:
            raise self.refused
        return ()


def some() -> tuple[Resource, ...]:
    """A machine that works, one that is stopped and one of unknown price, of two owners."""
    ana, ben = {"sagedeck:owner": "ana", "team": "legal"}, {"sagedeck:owner": "ben"}
    return (
        resource(Kind.ENDPOINT, "speaker", tags=ana, status="InService", machines=(Machine("ml.g5.2xlarge", 2, "a"),)),
        resource(Kind.NOTEBOOK, "lab", tags=ben, status="Stopped", volume_gb=50.0),
        resource(Kind.ENDPOINT, "odd", tags=ben, status="InService", machines=(Machine("ml.z9.large", 1, "a"),)),
        resource(Kind.ENDPOINT, "away", "us-west-2", tags={}, machines=(Machine("ml.m5.xlarge", 1, "a"),)),
    )  # fmt: skip

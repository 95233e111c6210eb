"""The data sets as pages see them, over a price list that a test writes."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from services.catalog import CatalogService
from services.catalog.book import PriceBook
from services.catalog.quotas import Quotas
from services.catalog.refreshing import Refreshing
from services.catalog.sheets import Sheets
from services.errors import Unreachable


class NoList:
    """A price list that does not answer."""

    def products(self, region: str, service: str = "", **filters: str) -> Iterator[str]:
        raise Unreachable("The price list does not answer.", "", "Try again later.")


def fake_refreshing(catalog: CatalogService) -> Refreshing:
    """Everything is the snapshot, and nobody answers."""
    asked: Any = SimpleNamespace(applied=dict, one=lambda code: None)
    book = PriceBook(Sheets(None), lambda _: NoList(), automatic=False)
    return Refreshing(catalog.region, book, catalog, Quotas(asked, region=catalog.region))

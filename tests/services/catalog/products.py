"""Products of the Price List API as AWS writes them, made from the captured shape of ml.m5.xlarge."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Item = dict[str, Any]


def offer(*tiers: tuple[str, str, Mapping[str, str]], since: str = "2026-06-01T00:00:00Z") -> Item:
    """An on-demand term of tiers, each (unit, from, price by currency)."""
    dimensions = {
        f"rate-{number}": {"unit": unit, "beginRange": begin, "endRange": "Inf", "pricePerUnit": dict(price)}
        for number, (unit, begin, price) in enumerate(tiers)
    }
    return {"offerTermCode": "JRTCKXETXF", "effectiveDate": since, "priceDimensions": dimensions}


def machine(
    instance_type: str = "ml.m5.xlarge", usd: str = "0.23", *, component: str = "Hosting", region: str = "us-east-1",
    **changed: Any,
) -> Item:  # fmt: skip
    """An instance hour. `changed` takes the place of attributes, terms or the product's family."""
    attributes = {
        "servicecode": "AmazonSageMaker",
        "locationType": "AWS Region",
        "regionCode": region,
        "usagetype": f"USE1-Host:{instance_type}",
        "instanceName": instance_type,
        "instanceType": f"{instance_type}-{component}",
        "component": component,
    }
    terms = changed.pop("terms", {"OnDemand": {"one": offer(("Hrs", "0", {"USD": usd}))}})
    family = changed.pop("family", "ML Instance")
    return {
        "product": {"productFamily": family, "attributes": attributes | changed, "sku": "JDZQJFUVUR8SUWHS"},
        "terms": terms,
        "publicationDate": "2026-06-27T00:00:00Z",
    }


def usage(usagetype: str, *tiers: tuple[str, str, Mapping[str, str]], region: str = "us-east-1") -> Item:
    """Something that is not counted in instance hours."""
    attributes = {"locationType": "AWS Region", "regionCode": region, "usagetype": usagetype}
    return {
        "product": {"productFamily": "Storage", "attributes": attributes},
        "terms": {"OnDemand": {"one": offer(*tiers)}},
        "publicationDate": "2026-06-27T00:00:00Z",
    }


class PriceList:
    """The API in memory: what it has by service and use, and what it was asked."""

    def __init__(self, machines: Mapping[str, Mapping[str, float]], rates: Mapping[str, list[Item]] | None = None):
        self.machines, self.rates = machines, rates or {}
        self.asked: list[tuple[str, str]] = []
        self.error: Exception | None = None

    def products(self, region: str, service: str = "AmazonSageMaker", **filters: str) -> Iterator[str]:
        self.asked.append((service, filters.get("component", "")))
        if self.error:
            raise self.error
        use = filters.get("component", "")
        if use:
            for name, usd in self.machines.get(use, {}).items():
                yield json.dumps(machine(name, str(usd), component=use, region=region))
        elif filters.get("productFamily") != "ML Serverless":
            yield from (json.dumps(item) for item in self.rates.get(service, ()))

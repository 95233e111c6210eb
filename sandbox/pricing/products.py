"""SageMaker's products as the price list has them: attributes, and the price as an on-demand term.

The shape and the attributes' names are AWS's; SKUs are made up, stable, and unlike AWS's.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import facts
from sandbox.pricing.metered import SAGEMAKER as CODE
from sandbox.pricing.metered import Product, of_place, where
from sandbox.pricing.rates import USES, Place, Use, instance_prices, places, usage_type

AS_OF = "2026-11-20T00:00:00Z"
TERM, DIMENSION = "JRTCKXETXF", "6YS6EN2CT7"  # AWS's own codes of on-demand terms and their hourly rates
ATTRIBUTES = (
    "servicecode", "servicename", "location", "locationType", "regionCode", "usagetype", "operation", "instanceName",
    "instanceType", "component", "platoinstancename", "platoinstancetype", "instanceFamily", "computeType", "vCpu",
    "memory", "gpu", "gpuMemory", "physicalGpu", "currentGeneration", "productFamily", "volumeType", "group",
    "termType",
)  # fmt: skip
_FAMILIES = {"c": "Compute optimized", "r": "Memory optimized", "m": "General purpose", "t": "General purpose"}
_OLD = ("ml.m4.", "ml.c4.", "ml.p2.", "ml.t2.")


def priced(filters: Mapping[str, str], service: str = CODE) -> Iterator[str]:
    """Yield the products that fit the filters (attribute: value, exactly but for the case), as JSON."""
    wanted = {name: value.lower() for name, value in filters.items()}
    for place in places().values():
        if not _fits(wanted, {"regionCode": place.region, "location": place.location}):
            continue
        mine = place.prefix.lower() + "-"
        if service == CODE and not wanted.get("usagetype", mine).startswith(mine):
            continue
        for family, attributes, unit, usd in _products(place, wanted, service):
            if _fits(wanted, {**attributes, "productFamily": family, "termType": "OnDemand"}, whole=True):
                yield _item(service, family, attributes, unit, usd)


def values(name: str) -> list[str]:
    """Return the values an attribute takes, in order."""
    found: set[str] = set()
    for place in places().values():
        for family, attributes, _, _ in _products(place, {}, CODE):
            found.add({**attributes, "productFamily": family, "termType": "OnDemand"}.get(name, ""))
    return sorted(found - {""})


def _products(place: Place, wanted: Mapping[str, str], service: str) -> Iterator[Product]:
    for use in USES.values() if service == CODE else ():
        if not _fits(wanted, {"component": use.component}):
            continue
        for instance_type, usd in instance_prices().get(place.region, {}).items():
            if _fits(wanted, {"instanceName": instance_type}) and use.allows(instance_type):
                yield "ML Instance", _instance(place, use, instance_type), "Hrs", usd
    yield from of_place(service, place)


def _instance(place: Place, use: Use, instance_type: str) -> dict[str, str]:
    has = _specifications().get(instance_type, {})
    family = instance_type.split(".")[1]
    gpus = has.get("gpu_count", "0")
    return {
        **where(place, CODE, "Amazon SageMaker"),
        "usagetype": usage_type(use.prefix + instance_type, place.region),
        "operation": "RunInstance",
        "instanceName": instance_type,
        "instanceType": f"{instance_type}-{use.component}",
        "component": use.component,
        "platoinstancename": family,
        "platoinstancetype": use.component,
        "instanceFamily": _FAMILIES.get(family[0], "Accelerated computing"),
        "computeType": "Standard",
        "vCpu": has.get("vcpu", "N/A"),
        "memory": f"{float(has['memory_gib']):g} GiB" if has else "N/A",
        "gpu": gpus,
        "gpuMemory": f"{float(has['gpu_memory_gib']):g} GiB" if gpus != "0" else "N/A",
        "physicalGpu": has.get("gpu_name") or "N/A",
        "currentGeneration": "No" if instance_type.startswith(_OLD) else "Yes",
    }


def _item(service: str, family: str, attributes: Mapping[str, str], unit: str, usd: float) -> str:
    sku = hashlib.sha256((service * (service != CODE) + attributes["usagetype"]).encode()).hexdigest()[:16].upper()
    term, rate = f"{sku}.{TERM}", f"{sku}.{TERM}.{DIMENSION}"
    what = f"{attributes['component']} {attributes['instanceName']} hour" if unit == "Hrs" else unit
    dimension: dict[str, Any] = {
        "rateCode": rate,
        "unit": unit,
        "beginRange": "0",
        "endRange": "Inf",
        "description": f"${usd:g} per {what} in {attributes['location']}",
        "appliesTo": [],
        "pricePerUnit": {"USD": f"{usd:.10f}"},
    }
    on_demand = {
        "sku": sku,
        "offerTermCode": TERM,
        "effectiveDate": AS_OF,
        "termAttributes": {},
        "priceDimensions": {rate: dimension},
    }
    return json.dumps(
        {
            "product": {"productFamily": family, "attributes": attributes, "sku": sku},
            "serviceCode": service,
            "terms": {"OnDemand": {term: on_demand}},
            "version": "20261120000000",
            "publicationDate": AS_OF,
        }
    )


def _fits(wanted: Mapping[str, str], has: Mapping[str, str], *, whole: bool = False) -> bool:
    """Whether what is known of a product fits; `whole` if nothing more is to be known."""
    if whole and any(name not in has for name in wanted):
        return False
    return all(wanted.get(name, value.lower()) == value.lower() for name, value in has.items())


@cache
def _specifications() -> dict[str, dict[str, str]]:
    return {row["instance_type"]: row for row in facts.rows("instances.csv")}

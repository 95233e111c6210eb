"""What the pages of AWS's Price List API say, as plain figures. Pure: a page is text, and some of it is damaged.

How its products are to be read was found in vantage-sh's and infracost's readers, awslabs/llmeter and AWS's own
answers: `component` names the use, `instanceName` the type, `unit` "Hrs" the hourly rate. Rows of 0 exist (built-in
rules, capacity blocks) and are no price; so do rows of places that are no region, and of other currencies.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.catalog.prices import Use

CURRENCY = "USD"
DEAREST = 10_000.0  # USD for an hour, a gigabyte or a request: above it a figure is not believed
_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9]+")
_REGION = re.compile(r"^[A-Z]{2,4}\d?-")

Row = tuple[float, str]
"""USD and the unit it is for."""


@dataclass(frozen=True, slots=True)
class Metered:
    """Where the price list has a usage: the service's code, and its usage type without the region's prefix."""

    service: str
    usage: str


_STORAGE = "TimedStorage-ByteHrs"
# By the console's name of a usage (facts/rates.csv). SageMaker's own have the same name there as here.
METERED: Mapping[str, Metered] = {
    _STORAGE: Metered("AmazonCloudWatch", _STORAGE),
    "CW:MetricMonitorUsage": Metered("AmazonCloudWatch", "CW:MetricMonitorUsage"),
    "CW:AlarmMonitorUsage": Metered("AmazonCloudWatch", "CW:AlarmMonitorUsage"),
    "CW:GMD-Metrics": Metered("AmazonCloudWatch", "CW:GMD-Metrics"),
    f"EFS:{_STORAGE}": Metered("AmazonEFS", _STORAGE),
    f"S3:{_STORAGE}": Metered("AmazonS3", _STORAGE),
    "SNS:Requests-Tier1": Metered("AmazonSNS", "Requests-Tier1"),
    "SNS:DeliveryAttempts-SMTP": Metered("AmazonSNS", "DeliveryAttempts-SMTP"),
}
SAGEMAKER = "AmazonSageMaker"
_OWN = re.compile(
    r"(Host|Notebk|Train|Processing|Tsform|Studio):VolumeUsage\.gp\d"
    r"|ServerlessInf:Mem-\dGB|ProvisionedConcurrency:(Usage|Mem)-\dGB|Data-Bytes-(In|Out)"
)
_HOSTED_DATA = re.compile(r"^Ho?st:(?=Data-Bytes-)")  # also seen before what an endpoint takes in and gives out


@dataclass(frozen=True, slots=True)
class Parsed:
    """The figures found, by name, and how many rows were left out by why."""

    rows: Mapping[str, Row]
    skipped: Mapping[str, int] = field(default_factory=dict)
    published: str = ""


def machines(items: Iterable[Any], region: str, use: Use, at: str = "") -> Parsed:
    """USD an hour by "component/instance type" of one use in one region, at an ISO date ("": whatever is newest)."""
    found = _Rows()
    for product, attributes, terms in _products(items, region, found):
        component, instance_type = str(attributes.get("component", "")), str(attributes.get("instanceName", ""))
        if product.get("productFamily") != "ML Instance":
            found.skip("no machine")
        elif component.lower() != use.value.lower() or not _TYPE.fullmatch(instance_type):
            found.skip("another use")
        else:
            found.take(f"{use.value}/{instance_type}", _price(terms, at, "Hrs"))
    return found.parsed()


def metered(items: Iterable[Any], region: str, service: str = SAGEMAKER, at: str = "") -> Parsed:
    """USD a unit by the console's name of a usage, of one service in one region."""
    names = {each.usage: name for name, each in METERED.items() if each.service == service}
    found = _Rows()
    for _, attributes, terms in _products(items, region, found):
        usage = _HOSTED_DATA.sub("", _REGION.sub("", str(attributes.get("usagetype", ""))))
        name = usage if service == SAGEMAKER and _OWN.fullmatch(usage) else names.get(usage)
        if name is None:
            found.skip("not used here")
        else:
            found.take(name, _price(terms, at))
    return found.parsed()


class _Rows:
    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._skipped: Counter[str] = Counter()
        self.published = ""

    def skip(self, why: str) -> None:
        self._skipped[why] += 1

    def take(self, name: str, price: Row | str) -> None:
        """Keep a price; of two for one name the dearer one, so that an estimate errs upwards."""
        if isinstance(price, str):
            self.skip(price)
        elif name not in self._rows or price[0] > self._rows[name][0]:
            self._rows[name] = price

    def parsed(self) -> Parsed:
        return Parsed(self._rows, dict(self._skipped), self.published)


Product = tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]


def _products(items: Iterable[Any], region: str, found: _Rows) -> Iterator[Product]:
    """Each item that is whole and of this region: its product, attributes and terms."""
    for item in items:
        try:
            read = json.loads(item) if isinstance(item, str | bytes) else item
            product, terms = read["product"], read["terms"]
            attributes = product["attributes"]
            if not all(isinstance(each, Mapping) for each in (product, terms, attributes)):
                raise TypeError
        except (ValueError, KeyError, TypeError, RecursionError):
            found.skip("damaged")
            continue
        if attributes.get("locationType", "AWS Region") != "AWS Region" or attributes.get("regionCode") != region:
            found.skip("another place")
            continue
        found.published = max(found.published, str(read.get("publicationDate", ""))[:10])
        yield product, attributes, terms


def _price(terms: Mapping[str, Any], at: str, unit: str = "") -> Row | str:
    """The on-demand price that holds then: of the newest term, its first tier that costs; else why there is none."""
    reason = "no on-demand price"

    def order(offer: Mapping[str, Any]) -> tuple[bool, str]:
        since = str(offer.get("effectiveDate", ""))
        return not at or since <= at, since

    for offer in sorted(_mappings(terms.get("OnDemand")), key=order, reverse=True):
        for tier in sorted(_mappings(offer.get("priceDimensions")), key=_begins):
            if unit and tier.get("unit") != unit:
                reason = "another unit"
                continue
            usd = _usd(tier.get("pricePerUnit"))
            if not isinstance(usd, str):
                return usd, str(tier.get("unit", ""))
            reason = usd
    return reason


def _mappings(held: Any) -> list[Mapping[str, Any]]:
    return [each for each in held.values() if isinstance(each, Mapping)] if isinstance(held, Mapping) else []


def _begins(tier: Mapping[str, Any]) -> float:
    try:
        return float(tier.get("beginRange", 0))
    except (TypeError, ValueError):
        return math.inf


def _usd(per_unit: Any) -> float | str:
    if not isinstance(per_unit, Mapping) or CURRENCY not in per_unit:
        return "another currency"
    try:
        usd = float(per_unit[CURRENCY])
    except (TypeError, ValueError):
        return "damaged"
    if usd == 0:
        return "price of 0"
    return usd if 0 < usd < DEAREST else "damaged"

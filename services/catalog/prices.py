"""What an instance costs an hour. An unknown price is None, never zero. Here: from the bundled lists (see book.py).

The lists tell hosting's prices; other uses of the same type differ in the last digits and are given as estimates.

Source: facts/prices.csv (see facts/README.md): EC2 on-demand prices times SageMaker's uplift, checked against
82 observed prices (within 0.43 %). Column `basis`: O observed, V the family's uplift was verified, X extrapolated.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

import facts

AS_OF = "2026-11-20"
SNAPSHOT, LIVE = "snapshot", "live"


@dataclass(frozen=True, slots=True)
class Price:
    """USD an hour for one instance of `instance_type`; `usd_per_hour` None is unknown.

    basis    "observed", "estimate" or "unknown"
    as_of    the day it was read, or the snapshot's
    origin   LIVE: of AWS's price list, else SNAPSHOT
    """

    region: str
    instance_type: str
    usd_per_hour: float | None
    basis: str
    as_of: str = AS_OF
    origin: str = SNAPSHOT

    @property
    def source(self) -> str:
        """Where the figure is from, in words for a person."""
        if self.usd_per_hour is None:
            return f"no price known for {self.instance_type} in {self.region}"
        return words_of(self.basis, self.as_of, self.origin)

    def total(self, count: int) -> float | None:
        """USD an hour for `count` instances; None while unknown."""
        return None if self.usd_per_hour is None else round(self.usd_per_hour * count, 6)


def words_of(basis: str, as_of: str, origin: str) -> str:
    """Where a figure is from, in words for a person."""
    if origin == LIVE:
        told = f"AWS's price list, read {as_of}"
        return told if basis == "observed" else f"estimate after hosting's price in {told}"
    kind = "observed price" if basis == "observed" else "estimate"
    return f"{kind} in the price list of {as_of}"


class Use(StrEnum):
    """What an instance is held for, in the words of the price list's `component`."""

    HOSTING = "Hosting"
    TRAINING = "Training"
    PROCESSING = "Processing"
    TRANSFORM = "BatchTransform"
    NOTEBOOK = "Notebook"
    STUDIO = "studio-jupyterlab"


@cache
def _list(name: str = "prices.csv") -> Mapping[tuple[str, str], tuple[float, str]]:
    with facts.path(name).open(newline="", encoding="utf-8") as lines:
        return {
            (row["region"], row["instance_type"]): (float(row["usd_per_hour"]), row["basis"])
            for row in csv.DictReader(lines)
        }


def price(region: str, instance_type: str) -> Price:
    """The hourly price of one instance in a region, with what it rests on."""
    found = _list().get((region, instance_type))
    if found is None:
        return Price(region, instance_type, None, "unknown")
    return Price(region, instance_type, found[0], "observed" if found[1] == "O" else "estimate")


def machine(region: str, instance_type: str, use: Use) -> Price:
    """The hourly price of one instance held for a use: hosting's is taken for the others, as an estimate."""
    found = price(region, instance_type)
    if found.usd_per_hour is not None:
        return found if use is Use.HOSTING else replace(found, basis="estimate")
    small = _list("notebook_prices.csv").get((region, instance_type)) if use is not Use.HOSTING else None
    return found if small is None else Price(region, instance_type, small[0], "estimate")


def listed(region: str) -> Mapping[str, tuple[float, str]]:
    """Every hosting price the bundled list has of a region by instance type, with its basis (O, V, X)."""
    return {kind: row for (where, kind), row in _list().items() if where == region}


def priced_regions() -> tuple[str, ...]:
    """The regions the list knows, sorted."""
    return tuple(sorted({region for region, _ in _list()}))

"""The bill of what is held now: each resource's machines and storage, priced. Pure.

So far and the month's end take today's size for all of the time since a resource was made, unless its own past is
given: that is an estimate and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from services.catalog import Price, Rate, Use
from services.costs.models import Bill, BillLine
from services.costs.reckoning import GIGABYTE, HOURS_OF_MONTH, Stretch, month_of, storage_per_hour, usd
from services.plans.estimates import total_of
from services.resources import Holdings, Key, Kind, Machine, Resource

USES: Mapping[Kind, Use] = {
    Kind.ENDPOINT: Use.HOSTING,
    Kind.NOTEBOOK: Use.NOTEBOOK,
    Kind.APP: Use.STUDIO,
    Kind.TRAINING_JOB: Use.TRAINING,
    Kind.AUTOML_JOB: Use.TRAINING,
    Kind.TRANSFORM_JOB: Use.TRANSFORM,
    Kind.PROCESSING_JOB: Use.PROCESSING,
}
VOLUMES: Mapping[Kind, str] = {
    Kind.NOTEBOOK: "Notebk:VolumeUsage.gp2",
    Kind.SPACE: "Studio:VolumeUsage.gp3",
    Kind.TRAINING_JOB: "Train:VolumeUsage.gp2",
    Kind.PROCESSING_JOB: "Processing:VolumeUsage.gp2",
}
STORAGE: Mapping[Kind, str] = {
    Kind.LOG_GROUP: "TimedStorage-ByteHrs",
    Kind.FILE_SYSTEM: "EFS:TimedStorage-ByteHrs",
    Kind.BUCKET: "S3:TimedStorage-ByteHrs",
    Kind.PREFIX: "S3:TimedStorage-ByteHrs",
}
NOTHING_IDLE = "A serverless endpoint costs by the second it works; what it did is in Cost Explorer."


class Prices(Protocol):
    """What tells prices, such as `services.catalog.CatalogService`."""

    def machine(self, instance_type: str, use: Use, region: str = "") -> Price:
        """One instance, an hour."""
        ...

    def rate(self, usage: str, region: str = "") -> Rate:
        """One unit of a usage."""
        ...


Past = Callable[[Resource], Sequence[Stretch] | None]
"""What a resource cost at which time, where that is known; None: it is not."""


def bill(held: Holdings, prices: Prices, past: Past = lambda _: None) -> Bill:
    """What is held and costs, or may cost, dearest first; what costs nothing is not in it."""
    lines = [line for each in held.resources if (line := _line(each, prices, held.at, past)) is not None]
    lines.sort(key=lambda line: (-(line.usd_per_hour or 0.0), line.key))
    return Bill(tuple(lines), held.at, held.gaps, held.reading)


def _line(resource: Resource, prices: Prices, now: datetime, past: Past) -> BillLine | None:
    parts, sources = [], []
    for words, hourly, source in (*_machines(resource, prices), *_storage(resource, prices)):
        parts.append((words, hourly))
        sources.append(source)
    serverless = any(each.memory_mb for each in resource.machines)
    if not parts and not serverless:
        return None
    hourly = total_of(cost for _, cost in parts)
    if hourly == 0 and not serverless:
        return None
    start, following = month_of(now)
    stretches = past(resource) or (Stretch(resource.created or start, hourly),)
    so_far = usd(stretches, start, now)
    left = (following - now).total_seconds() / 3600
    return BillLine(
        key=resource.key,
        owner=resource.owner,
        tags=resource.tags or {},
        status=resource.status,
        since=resource.created,
        usd_per_hour=hourly,
        so_far=so_far,
        month_end=None if hourly is None or so_far is None else so_far + hourly * left,
        stopped=bool(parts) and not resource.machines,
        parts=tuple(parts),
        source="; ".join(dict.fromkeys(sources)),
        note=NOTHING_IDLE if serverless else "",
    )


def _machines(resource: Resource, prices: Prices) -> Iterator[tuple[str, float | None, str]]:
    use = USES.get(resource.kind)
    for machine in resource.machines if use else ():
        if machine.memory_mb:
            if machine.provisioned:
                yield _provisioned(machine)
            continue
        if not machine.count:
            continue
        assert use is not None
        found = prices.machine(machine.instance_type, use, resource.key.region)
        yield f"{machine.count} x {machine.instance_type}", found.total(machine.count), found.source


def _provisioned(machine: Machine) -> tuple[str, float | None, str]:
    words = f"{machine.provisioned} x {machine.memory_mb} MB kept warm"
    return words, None, "no price known for provisioned concurrency"


def _storage(resource: Resource, prices: Prices) -> Iterator[tuple[str, float | None, str]]:
    usage = VOLUMES.get(resource.kind)
    if usage and resource.volume_gb:
        rate = prices.rate(usage, resource.key.region)
        yield f"{resource.volume_gb:g} GB volume", storage_per_hour(resource.volume_gb, rate.usd), rate.source
    usage = STORAGE.get(resource.kind)
    if usage and resource.stored:
        rate, size = prices.rate(usage, resource.key.region), resource.stored / GIGABYTE
        yield f"{size:,.2f} GB stored", storage_per_hour(size, rate.usd), rate.source


def monthly(usd_per_hour: float | None) -> float | None:
    """What an hourly rate comes to in a month of 730 hours."""
    return None if usd_per_hour is None else usd_per_hour * HOURS_OF_MONTH


def line_of(found: Bill, key: Key) -> BillLine | None:
    """The line of one resource."""
    return next((line for line in found.lines if line.key == key), None)

"""The bill of what is held now: each resource's machines and storage, priced. Pure.

So far is exact where it is known when a resource had which size: from its own past, from the time AWS last changed it,
or because its kind has one size for all its life. Elsewhere it takes today's size for all the time, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.catalog import Price, Rate, Use, serverless_usage
from services.costs.models import Bill, BillLine, Worked
from services.costs.past import Life, unchanged_since
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
JOBS = frozenset({Kind.TRAINING_JOB, Kind.AUTOML_JOB, Kind.TRANSFORM_JOB, Kind.PROCESSING_JOB})
VOLUMES: Mapping[Kind, str] = {
    Kind.ENDPOINT: "Host:VolumeUsage.gp2",
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
PIECES: Mapping[Kind, tuple[str, str]] = {Kind.ALARM: ("1 alarm", "CW:AlarmMonitorUsage")}
COSTING = frozenset({*USES, *VOLUMES, *STORAGE, *PIECES})
ESTIMATED = "So far takes today's size for all its time: an estimate."
SINCE = "Before {at} it may have had another size; so far takes today's for all its time: an estimate."
STARTED = "Whether it ran before {at} is not known and not counted."
SERVERLESS = "Costs by the second it works, as far as CloudWatch tells: an estimate without what data costs."
SERVERLESS_UNKNOWN = "Costs by the second it works; what it worked is not known."


class Prices(Protocol):
    """What tells prices, such as `services.catalog.CatalogService`."""

    def machine(self, instance_type: str, use: Use, region: str = "") -> Price:
        """One instance, an hour."""
        ...

    def rate(self, usage: str, region: str = "") -> Rate:
        """One unit of a usage."""
        ...


Past = Callable[[Resource], Sequence[Stretch] | None]
"""What a resource's machines cost at which time, where that is known; None: it is not."""
Work = Callable[[Resource], Worked | None]
"""What a serverless endpoint did this month; None not known."""
_Part = tuple[str, float | None, str]


def bill(held: Holdings, prices: Prices, past: Past = lambda _: None, worked: Work = lambda _: None) -> Bill:
    """What is held and costs, or may cost, dearest first; what costs nothing is not in it."""
    busy = frozenset(used for each in held.resources if each.machines for used in each.uses)
    every = (_line(each, prices, held.at, past, worked, busy) for each in held.of(*COSTING))
    lines = [line for line in every if line is not None]
    lines.sort(key=lambda line: (-(line.usd_per_hour or 0.0), line.key))
    return Bill(tuple(lines), held.at, held.gaps, held.reading, held.listing, len(held.resources), held.regions)


def gone(known: Mapping[Key, Life], held: Holdings) -> tuple[BillLine, ...]:
    """What the journal says ran this month and is no longer held, once all endpoints were listed."""
    start, _ = month_of(held.at)
    blind = any(gap.kind is Kind.ENDPOINT for gap in held.gaps)
    found = []
    for key, life in known.items():
        if blind or held.listing or key in held.by_key or key.region not in held.regions:
            continue
        spent = usd(life.stretches, start, held.at)
        if spent != 0:
            over = life.stretches[-1].usd_per_hour == 0
            note = "Deleted or paused by this console." if over else "Gone, and not by this console: when is not known."
            found.append(
                BillLine(
                    key=key, tags={}, status="Gone", usd_per_hour=0.0, so_far=spent if over else None,
                    month_end=spent if over else None, exact=over, gone=True, note=note, stretches=life.stretches,
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda line: (-(line.so_far or 0.0), line.key)))


def _line(
    resource: Resource, prices: Prices, now: datetime, past: Past, worked: Work, busy: Set[Key]
) -> BillLine | None:
    if resource.problem and not resource.described and resource.kind in USES:
        return _unread(resource)
    machines, storage = tuple(_machines(resource, prices)), tuple(_storage(resource, prices))
    serverless = next((each for each in resource.machines if each.memory_mb), None)
    of_machines, of_storage = (total_of(cost for _, cost, _ in parts) for parts in (machines, storage))
    parts, hourly = (*machines, *storage), total_of((of_machines, of_storage))
    if serverless is None and (not parts or hourly == 0):
        return None
    (start, following) = month_of(now)
    held = _since(resource, of_machines if machines else 0.0, of_storage, past(resource), start)
    so_far, left = usd(held.stretches, start, now), (following - now).total_seconds() / 3600
    month_end = None if hourly is None or so_far is None else so_far + hourly * left
    if serverless is not None:
        used = _used(resource, serverless, worked(resource), prices)
        pace = (following - start) / max(now - start, timedelta(hours=1))
        so_far = total_of((so_far, used.usd))
        month_end = total_of((month_end, None if used.usd is None else used.usd * pace))
        held = _Known(held.stretches, False, used.note)
        parts = (*parts, used.part)
    return BillLine(
        key=resource.key, owner=resource.owner, tags=resource.tags or {}, status=resource.status,
        since=resource.created, usd_per_hour=hourly, so_far=so_far, month_end=month_end, exact=held.exact,
        stopped=_stopped(resource, bool(storage), busy), parts=tuple((words, cost) for words, cost, _ in parts),
        source="; ".join(dict.fromkeys(source for *_, source in parts if source)), note=held.note,
        stretches=held.stretches, requests=used.requests if serverless is not None else None,
    )  # fmt: skip


def _unread(resource: Resource) -> BillLine:
    """The line of what could not be looked into and may cost."""
    return BillLine(
        key=resource.key, owner=resource.owner, tags=resource.tags or {}, status=resource.status,
        since=resource.created, usd_per_hour=None, so_far=None, month_end=None, note=resource.problem,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    """What a resource cost over time, whether that is known, and what is to be said of it."""

    stretches: tuple[Stretch, ...]
    exact: bool = True
    note: str = ""


def _since(
    resource: Resource, machines: float | None, storage: float | None, past: Sequence[Stretch] | None, start: datetime
) -> _Known:
    """The time of storage, then that of machines, by what is known of the kind."""
    began = resource.created or start
    lying: tuple[Stretch, ...] = (Stretch(began, storage),) if storage != 0 else ()
    if resource.kind in STORAGE or resource.kind in PIECES:
        return _Known(lying, False, ESTIMATED)
    if resource.kind in JOBS:
        since = next((each.since for each in resource.machines if each.since), began)
        lying = tuple(Stretch(since, each.usd_per_hour) for each in lying)
        return _Known((*lying, Stretch(since, machines)), resource.created is not None)
    if past and _agree(past[-1], machines):
        return _Known((*lying, *past))
    return _by_times(resource, machines, lying, start)


def _by_times(resource: Resource, machines: float | None, lying: tuple[Stretch, ...], start: datetime) -> _Known:
    """By when AWS says that it was made and last changed."""
    began, steady = resource.created or start, unchanged_since(resource)
    if resource.kind in (Kind.APP, Kind.SPACE):  # an app is made anew with every start
        return _Known((*lying, Stretch(began, machines)), resource.created is not None)
    at = f"{steady:%Y-%m-%d %H:%M} UTC" if steady else ""
    known = steady is not None and (steady <= start or steady == resource.created)
    if resource.kind is Kind.NOTEBOOK:
        since = steady or began
        return _Known((*lying, Stretch(since, machines)), known, "" if known or not at else STARTED.format(at=at))
    note = "" if known else SINCE.format(at=at) if at else ESTIMATED
    return _Known((*lying, Stretch(began, machines)), known, note)


def _agree(last: Stretch, machines: float | None) -> bool:
    """Whether a past ends with what stands now, so that nothing is missing from it."""
    if last.usd_per_hour is None or machines is None or last.end is not None:
        return False
    return abs(last.usd_per_hour - machines) <= 0.01 * max(machines, 0.0001)


def _stopped(resource: Resource, lies: bool, busy: Set[Key]) -> bool:
    return lies and not resource.machines and resource.kind not in PIECES and resource.key not in busy


def _machines(resource: Resource, prices: Prices) -> Iterator[_Part]:
    use = USES.get(resource.kind)
    for machine in resource.machines if use else ():
        if machine.memory_mb:
            if machine.provisioned:
                yield _provisioned(machine, prices, resource.key.region)
            continue
        if not machine.count:
            continue
        assert use is not None
        found, words = prices.machine(machine.instance_type, use, resource.key.region), machine.instance_type
        yield f"{machine.count} x {words or 'machine not known'}", found.total(machine.count), found.source


def _provisioned(machine: Machine, prices: Prices, region: str) -> _Part:
    words = f"{machine.provisioned} x {machine.memory_mb} MB kept warm"
    rate = prices.rate(serverless_usage(machine.memory_mb, provisioned=True), region)
    return words, None if rate.usd is None else rate.usd * machine.provisioned * 3600, rate.source


@dataclass(frozen=True, slots=True)
class _Used:
    usd: float | None
    part: _Part
    note: str
    requests: float | None = None


def _used(resource: Resource, machine: Machine, worked: Worked | None, prices: Prices) -> _Used:
    """What a serverless endpoint's work came to this month."""
    if worked is None:
        return _Used(None, (f"{machine.memory_mb} MB while it works", 0.0, ""), SERVERLESS_UNKNOWN)
    rate = prices.rate(f"ServerlessInf:Mem-{machine.memory_mb // 1024}GB", resource.key.region)
    cost = None if rate.usd is None and worked.seconds else (rate.usd or 0.0) * worked.seconds
    words = f"{worked.requests:,.0f} requests, {worked.seconds:,.0f} s of {machine.memory_mb} MB this month"
    return _Used(cost, (words, 0.0, rate.source), SERVERLESS, worked.requests)


def _storage(resource: Resource, prices: Prices) -> Iterator[_Part]:
    usage = VOLUMES.get(resource.kind)
    if usage and resource.volume_gb:
        rate = prices.rate(usage, resource.key.region)
        yield f"{resource.volume_gb:g} GB volume", storage_per_hour(resource.volume_gb, rate.usd), rate.source
    if resource.kind in PIECES:
        words, each = PIECES[resource.kind]
        rate = prices.rate(each, resource.key.region)
        yield words, storage_per_hour(1, rate.usd), rate.source
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

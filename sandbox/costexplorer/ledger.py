"""What ran, when, how many of it and for whom: the sandbox's meter reading, from which every bill is computed.

Nobody has to tell the ledger anything: after each event of SageMaker's, before each look at it and once an hour it
compares what it holds as running with what SageMaker says is running. Only what is not counted in hours is told it
(`metered`, `served`), and a past that nobody lived through (`wrote`).
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.hosting import Hosted
from sandbox.pricing.rates import APPS, USES, places, price_of
from sandbox.records import Record, Shelf
from sandbox.scope import partition_of

if TYPE_CHECKING:
    from sandbox.world import World

SETTLE = "ledger/settle"
SOON, SELDOM = 1.0, 3600.0  # seconds until it looks: after an event, and while something runs
KEPT = 15 * 31 * 86400.0  # seconds: Cost Explorer looks back 14 months beyond the present one
HOURS_OF_MONTH = 730.0  # by which AWS turns GB-hours into GB-months
SERVICE = "Amazon SageMaker"
_KINDS = {**APPS, "Transform": "BatchTransform", "AutoML": "Training"}


@dataclass(frozen=True, slots=True)
class Usage:
    """A stretch of use. `usage`: as bills name it without the region ("Host:ml.m5.xlarge"); `amount`: hours, seconds,
    GB-months or requests between `start` and `end` (seconds since the epoch), spread evenly; `usd` None if unknown.
    """

    service: str
    region: str
    usage: str
    arn: str
    tags: Mapping[str, str]
    start: float
    end: float
    amount: float
    usd: float | None

    def share(self, start: float, end: float) -> float:
        """Return how much of it lies between two moments, from 0 to 1."""
        if self.end <= self.start:
            return 1.0 if start <= self.start < end else 0.0
        return max(0.0, min(end, self.end) - max(start, self.start)) / (self.end - self.start)


class Ledger:
    """Every use is under the world's lock."""

    def __init__(self, world: "World") -> None:
        self._world = world
        world.agenda.on(SETTLE, lambda due, payload: self.settle())

    def noticed(self, action: str) -> None:
        """Be told that an appointment of that name was kept: what runs may have changed."""
        if action.startswith("sagemaker/"):
            self._look_within(SOON)

    def wrote(
        self, region: str, arn: str, usage: str, instance_type: str, count: float, start: float, end: float,
        tags: Mapping[str, str],
    ) -> None:  # fmt: skip
        """Write a stretch that is over, as if it had been noted at its time."""
        name = usage_of(usage, instance_type)
        self._keep(region, {"arn": arn, "usage": name, "count": count, "since": start, "tags": dict(tags)}, end)

    def metered(
        self, region: str, arn: str, usage: str, quantity: float, tags: Mapping[str, str], *, service: str = SERVICE,
        usd: float | None = None,
    ) -> None:  # fmt: skip
        """Add a quantity of what is not counted in hours; `usd` for a unit, by default as the price list says."""
        hour = int(self._world.clock.now() // 3600) * 3600
        shelf = self._world.records.shelf("ledger/metered", region)
        _forget(shelf, "at", hour)
        name = f"{hour} {arn} {usage}"
        each = price_of(usage, region) if usd is None else usd
        made = {"service": service, "arn": arn, "usage": usage, "at": hour, "usd": each, "tags": dict(tags)}
        held = shelf.setdefault(name, {**made, "quantity": 0.0})
        held["quantity"] += quantity
        shelf.changed(name)

    def served(self, hosted: Hosted, seconds: float) -> None:
        """Note what a serverless endpoint computed for one invocation."""
        memory = int((hosted.serverless or {}).get("MemorySizeInMB", 1024)) // 1024
        arn = f"arn:{partition_of(hosted.region)}:sagemaker:{hosted.region}:{hosted.account}:endpoint/{hosted.endpoint}"
        self.metered(hosted.region, arn, f"ServerlessInf:Mem-{memory}GB", seconds, hosted.tags)

    def settle(self) -> None:
        """Compare what is held with what runs, now."""
        now = self._world.clock.now()
        sagemaker = self._world.service("sagemaker")
        for region in {*places(), *self._world.records.regions("ledger/open")}:
            running: dict[str, Record] = {}
            for arn, kind, instance_type, count, since, tags in _running(sagemaker, region):
                usage = usage_of(kind, instance_type)
                record = {"arn": arn, "usage": usage, "count": count, "since": since, "tags": dict(tags)}
                same = running.setdefault(f"{arn} {usage}", record)
                if same is not record:
                    same["count"] += count
            self._compare(region, running, now)
        if any(self._open(region) for region in self._world.records.regions("ledger/open")):
            self._look_within(SELDOM)

    def usages(self, start: float, end: float, region: str | None = None) -> Iterator[Usage]:
        """Yield all that was used between two moments, up to now; stretches are whole, not cut at them."""
        now = self._world.clock.now()
        kinds = ("ledger/open", "ledger/closed", "ledger/metered")
        for kind in kinds:
            for where in (region,) if region else self._world.records.regions(kind):
                for record in self._world.records.shelf(kind, where).values():
                    if kind == "ledger/metered":
                        found = _metered(where, record)
                    else:
                        found = _stretch(where, record, record.get("until", now))
                    if found.start < end and (found.end > start or found.start >= start):
                        yield found

    def spend(self, start: float, end: float, region: str | None = None) -> float:
        """Return USD spent between two moments, up to now; what has no known price counts as nothing."""
        self.settle()
        return sum((each.usd or 0.0) * each.share(start, end) for each in self.usages(start, end, region))

    def _compare(self, region: str, running: Mapping[str, Record], now: float) -> None:
        held = self._open(region)
        for name in tuple(held):
            found, record = running.get(name), held[name]
            if found is None:
                self._close(region, name, now)
            elif found["since"] > record["since"] or found["count"] != record["count"]:
                moment = found["since"] if found["since"] > record["since"] else now
                self._close(region, name, moment)
                held[name] = {**found, "since": moment}
            elif found["tags"] != record["tags"]:
                record["tags"] = found["tags"]
                held.changed(name)
        for name, found in running.items():
            if name not in held:
                held[name] = dict(found)

    def _look_within(self, seconds: float) -> None:
        due, by = self._world.agenda.due(SETTLE, "all"), self._world.clock.now() + seconds
        if due is None or due > by:
            self._world.agenda.at(by, SETTLE, "all")

    def _close(self, region: str, name: str, end: float) -> None:
        self._keep(region, self._open(region).pop(name), end)

    def _keep(self, region: str, record: Record, end: float) -> None:
        if end <= record["since"]:
            return
        shelf = self._world.records.shelf("ledger/closed", region)
        _forget(shelf, "until", end)
        shelf[str(uuid.uuid4())] = {**record, "until": end}

    def _open(self, region: str) -> Shelf:
        return self._world.records.shelf("ledger/open", region)


def usage_of(kind: str, instance_type: str) -> str:
    """Return a usage type without its region from a use and an instance type; a usage itself is left as it is."""
    use = USES.get(_KINDS.get(kind, kind))
    return f"{use.prefix}{instance_type}" if use else kind


def _forget(shelf: Shelf, member: str, now: float) -> None:
    """Remove what is older than anybody can ask for; the oldest stand first."""
    while shelf and shelf[oldest := next(iter(shelf))][member] < now - KEPT:
        del shelf[oldest]


def _running(sagemaker: Any, region: str) -> Iterator[tuple[str, str, str, float, float, Mapping[str, str]]]:
    """What costs by the hour, and the volumes that cost by size."""
    for each in sagemaker.running(region):
        if each[2].startswith("ml."):
            yield each
    for part in sagemaker.parts.values():
        for arn, size, since in part.volumes(region) if hasattr(part, "volumes") else ():
            kind = "Notebk:VolumeUsage.gp2" if ":notebook-instance/" in arn else "Studio:VolumeUsage.gp3"
            yield arn, kind, "", size, since, sagemaker.tags.of(arn)


def _stretch(region: str, record: Mapping[str, Any], end: float) -> Usage:
    usage, start = record["usage"], record["since"]
    hours = max(0.0, end - start) / 3600 * record["count"]
    amount = hours / HOURS_OF_MONTH if "Volume" in usage else hours
    each = price_of(usage, region)
    usd = None if each is None else each * amount
    return Usage(SERVICE, region, usage, record["arn"], record["tags"], start, max(start, end), amount, usd)


def _metered(region: str, record: Mapping[str, Any]) -> Usage:
    at, amount = record["at"], record["quantity"]
    usd = None if record["usd"] is None else record["usd"] * amount
    return Usage(record["service"], region, record["usage"], record["arn"], record["tags"], at, at, amount, usd)

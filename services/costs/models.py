"""What costs: a line for each thing that does, and their sums. USD throughout; None is not known, never zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.costs.reckoning import Stretch, usd
from services.resources import Gap, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """What one resource costs now.

    usd_per_hour   now; machines and storage together
    so_far         in this month, up to now
    month_end      what the month comes to if nothing changes
    exact          so_far is worked out from when it had which size; else from today's size, an estimate
    stopped        it costs though it does nothing: volumes of what is stopped, storage, logs
    gone           it is no longer there, and cost something this month
    parts          what it is made of, in words: ("2 x ml.m5.xlarge", 0.46)
    source         where its prices are from, in words
    note           what of it is not known, or how it was worked out
    stretches      what it cost at which time, by the hour
    requests       this month, of what is billed by what it works; None not known
    """

    key: Key
    owner: str = ""
    tags: Mapping[str, str]
    status: str = ""
    since: datetime | None = None
    usd_per_hour: float | None
    so_far: float | None
    month_end: float | None
    exact: bool = False
    stopped: bool = False
    gone: bool = False
    parts: tuple[tuple[str, float | None], ...] = ()
    source: str = ""
    note: str = ""
    stretches: tuple[Stretch, ...] = ()
    requests: float | None = None

    def between(self, since: datetime, until: datetime) -> float | None:
        """What it cost by the hour between two moments; None not known."""
        return usd(self.stretches, since, until)


@dataclass(frozen=True, slots=True)
class Worked:
    """What a serverless endpoint did since the month began: requests, and the seconds it worked on them."""

    requests: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Sum:
    """What several lines come to. `unknown` of them have no price and are not in the figures."""

    name: str
    usd_per_hour: float
    so_far: float
    month_end: float
    lines: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Bill:
    """Everything that costs, dearest first.

    reading    how many resources were not looked into yet, of `found`
    listing    how many lists are still under way: above 0 there may be more
    """

    lines: tuple[BillLine, ...]
    at: datetime
    gaps: tuple[Gap, ...] = ()
    reading: int = 0
    listing: int = 0
    found: int = 0
    regions: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything was listed and looked into."""
        return not self.reading and not self.listing

    @property
    def total(self) -> Sum:
        """All of it."""
        return sum_of("", self.lines)

    def by_owner(self) -> tuple[Sum, ...]:
        """Sums by owner, dearest first; "" is nobody that a tag names."""
        return self._by({line.key: line.owner for line in self.lines})

    def by_kind(self) -> tuple[Sum, ...]:
        """Sums by what things are."""
        return self._by({line.key: str(line.key.kind) for line in self.lines})

    def by_region(self) -> tuple[Sum, ...]:
        """Sums by region; "" is of none."""
        return self._by({line.key: line.key.region for line in self.lines})

    def by_tag(self, tag: str) -> tuple[Sum, ...]:
        """Sums by the value of a tag; "" has none."""
        return self._by({line.key: line.tags.get(tag, "") for line in self.lines})

    def by(self, what: str) -> tuple[Sum, ...]:
        """Sums by "owner", "type", "region" or "tag:KEY". Raises ValueError for anything else."""
        if what.startswith("tag:"):
            return self.by_tag(what.removeprefix("tag:"))
        found = {"owner": self.by_owner, "type": self.by_kind, "region": self.by_region}.get(what)
        if found is None:
            raise ValueError(f"{what} is not owner, type, region or tag:KEY")
        return found()

    def between(self, since: datetime, until: datetime) -> float:
        """What everything of known price cost by the hour between two moments."""
        return sum(line.between(since, until) or 0.0 for line in self.lines)

    def tag_keys(self) -> tuple[str, ...]:
        """The tags that anything here has."""
        return tuple(sorted({key for line in self.lines for key in line.tags}))

    def _by(self, names: Mapping[Key, str]) -> tuple[Sum, ...]:
        groups: dict[str, list[BillLine]] = {}
        for line in self.lines:
            groups.setdefault(names[line.key], []).append(line)
        return tuple(sorted((sum_of(name, lines) for name, lines in groups.items()), key=lambda one: -one.usd_per_hour))


def sum_of(name: str, lines: Iterable[BillLine]) -> Sum:
    """The sum of some lines."""
    held = list(lines)
    return Sum(
        name=name,
        usd_per_hour=sum(line.usd_per_hour or 0.0 for line in held),
        so_far=sum(line.so_far or 0.0 for line in held),
        month_end=sum(line.month_end or 0.0 for line in held),
        lines=len(held),
        unknown=sum(line.usd_per_hour is None for line in held),
    )

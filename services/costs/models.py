"""What costs: a line for each thing that does, and their sums. USD throughout; None is not known, never zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.resources import Gap, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """What one resource costs now.

    usd_per_hour   now; machines and storage together
    so_far         in this month, up to now
    month_end      what the month comes to if nothing changes
    stopped        it costs though it does nothing: volumes of what is stopped, storage, logs
    parts          what it is made of, in words: ("2 x ml.m5.xlarge", 0.46)
    source         where its prices are from, in words
    note           what of it is not known, one sentence
    """

    key: Key
    owner: str = ""
    tags: Mapping[str, str]
    status: str = ""
    since: datetime | None = None
    usd_per_hour: float | None
    so_far: float | None
    month_end: float | None
    stopped: bool = False
    parts: tuple[tuple[str, float | None], ...] = ()
    source: str = ""
    note: str = ""


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
    """Everything that costs, dearest first. `reading`: how many resources were not looked into yet."""

    lines: tuple[BillLine, ...]
    at: datetime
    gaps: tuple[Gap, ...] = ()
    reading: int = 0

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

    def by_tag(self, tag: str) -> tuple[Sum, ...]:
        """Sums by the value of a tag; "" has none."""
        return self._by({line.key: line.tags.get(tag, "") for line in self.lines})

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

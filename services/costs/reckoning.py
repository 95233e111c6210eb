"""What something came to: stretches of time in which machines or storage were held, times what a second of each costs.

SageMaker bills machines by the second and storage by the gigabyte and month, which bills count as 730 hours (AWS's
pricing page for SageMaker, and "GB-Mo" in its price list; as of 2026-11-20). An unknown price makes the sum unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

HOURS_OF_MONTH = 730.0
SECONDS_OF_HOUR = 3600.0
GIGABYTE = 1024.0**3


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which `usd_per_hour` was due (None: not known); `end` None: it still is."""

    start: datetime
    usd_per_hour: float | None
    end: datetime | None = None

    def usd(self, since: datetime, until: datetime) -> float | None:
        """What of it falls between two moments."""
        start, end = max(self.start, since), min(self.end or until, until)
        seconds = (end - start).total_seconds()
        if seconds <= 0:
            return 0.0
        return None if self.usd_per_hour is None else self.usd_per_hour * seconds / SECONDS_OF_HOUR


def usd(stretches: Iterable[Stretch], since: datetime, until: datetime) -> float | None:
    """What stretches come to between two moments; None when one with an unknown price falls into it."""
    parts = [stretch.usd(since, until) for stretch in stretches]
    return None if None in parts else sum(part or 0.0 for part in parts)


def changed(stretches: Sequence[Stretch], at: datetime, usd_per_hour: float | None) -> tuple[Stretch, ...]:
    """The stretches with another rate from a moment on: scaled, paused (0) or resumed then."""
    kept = [each for each in stretches if each.start < at]
    if kept and (kept[-1].end is None or kept[-1].end > at):
        kept[-1] = replace(kept[-1], end=at)
    return (*kept, Stretch(at, usd_per_hour))


def storage_per_hour(gigabytes: float, usd_per_gb_month: float | None) -> float | None:
    """What storage costs an hour; nothing stored costs nothing, whatever its price."""
    if not gigabytes:
        return 0.0
    return None if usd_per_gb_month is None else gigabytes * usd_per_gb_month / HOURS_OF_MONTH


def hours_until(amount: float, spent: float, usd_per_hour: float) -> float | None:
    """Hours until `amount` is reached at this rate; 0 when it is; None when it never is."""
    if spent >= amount:
        return 0.0
    return (amount - spent) / usd_per_hour if usd_per_hour > 0 else None


def month_of(moment: datetime) -> tuple[datetime, datetime]:
    """The first moment of a month and of the next one, in UTC as bills count."""
    start = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (start.year + 1, 1) if start.month == 12 else (start.year, start.month + 1)
    return start, start.replace(year=following[0], month=following[1])

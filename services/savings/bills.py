"""What another way of hosting would have cost for the traffic that was measured. Pure; estimates, and said to be.

Serverless: model time in seconds times the price of a second with that much memory (AWS's pricing page: billed by the
millisecond of work; data is billed besides and left out, as request sizes are not measured). Scaling: in every period
as many instances as keep the load at WANTED percent, at least `least`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.savings.figures import Figures
from services.savings.machines import SPARE, WANTED
from services.savings.models import HOURS_OF_MONTH

SIZES_MB = (1024, 2048, 3072, 4096, 5120, 6144)  # what a serverless endpoint may be given


@dataclass(frozen=True, slots=True)
class Serverless:
    """What serverless would come to a month, with so much memory."""

    memory_mb: int
    usd_per_month: float
    seconds: float


def serverless(figures: Figures, peak_gib: float, second: Callable[[int], float | None]) -> Serverless | None:
    """The bill, None where the model does not fit or no price is known; `second` prices one of so many MB."""
    size = next((each for each in SIZES_MB if each >= peak_gib * 1024 * SPARE), None)
    price = second(size) if size else None
    if size is None or price is None or not figures.hours:
        return None
    seconds = sum(value or 0.0 for value in figures.seconds) * HOURS_OF_MONTH / figures.hours
    return Serverless(size, seconds * price, seconds)


def scaled(busy: Sequence[float | None], count: int, usd_per_hour: float, *, least: int = 1) -> tuple[float, int]:
    """USD a month, and the most instances at once; a period without a figure counts as all `count`.

    busy   percent of the load of `count` instances, by period
    """
    needed = [
        count if load is None else min(count, max(least, math.ceil(count * load / WANTED))) if load else least
        for load in busy
    ]
    if not needed:
        return count * usd_per_hour * HOURS_OF_MONTH, count
    return sum(needed) / len(needed) * usd_per_hour * HOURS_OF_MONTH, max(needed)


def to_zero(active: float, usd_per_hour: float, *, period_hours: float) -> float:
    """USD a month of one instance that runs only in periods with requests, and half an hour on after each.

    active   the share of periods with a request, 0 to 1
    """
    return min(1.0, active * (1 + 0.5 / period_hours)) * usd_per_hour * HOURS_OF_MONTH

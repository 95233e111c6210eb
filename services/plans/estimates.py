"""What a plan costs once it has run, and whether another plan costs more."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_TOLERATED = 0.01  # of the price; less is not worth asking again


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a plan costs once it has run. USD; None is unknown. `source` says where the price is from.

    usd_per_hour_most   what it may come to where something scales or falls back; left out, it is `usd_per_hour`
    """

    usd_per_hour: float | None
    usd_once: float | None = None
    source: str = ""
    usd_per_hour_most: float | None = math.nan

    def __post_init__(self) -> None:
        if self.usd_per_hour_most is not None and math.isnan(self.usd_per_hour_most):
            object.__setattr__(self, "usd_per_hour_most", self.usd_per_hour)


def dearer(confirmed: Estimate, other: Estimate) -> bool:
    """Whether the other price, what it may come to at most, or what is paid once is higher than what was confirmed."""
    pairs = (
        (confirmed.usd_per_hour, other.usd_per_hour),
        (confirmed.usd_per_hour_most, other.usd_per_hour_most),
        (confirmed.usd_once, other.usd_once),
    )
    return any(_higher(mine, theirs) for mine, theirs in pairs)


def _higher(mine: float | None, theirs: float | None) -> bool:
    if mine is None or theirs is None:
        return mine is not None
    return theirs > mine + abs(mine) * _TOLERATED  # a take-down's price is negative


def total_of(prices: Iterable[float | None]) -> float | None:
    """The sum; an unknown price makes it unknown."""
    known = list(prices)
    return None if any(price is None for price in known) else sum(price or 0.0 for price in known)

"""What is found without figures of use: notebooks, Studio, orphans. Kept until something of what is held is another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from services.costs.billing import Prices
from services.resources import Holdings, Key, Resource
from services.savings import orphans, workspaces, worth
from services.savings.models import Finding, Unjudged
from services.savings.workspaces import LastUsed

ANEW_SECONDS = 60.0  # after which ages are looked at again


@dataclass(frozen=True, slots=True)
class _Last:
    """What was found last, and from what."""

    seen: tuple[object, ...]
    at: float
    resources: tuple[Resource, ...]
    found: tuple[Finding | Unjudged, ...]


class Unmeasured:
    """Findings by what is held alone; in an account of thousands they take most of a second. Safe between threads."""

    def __init__(self, prices: Prices, now: Callable[[], float]) -> None:
        self._prices, self._now = prices, now
        self._last: _Last | None = None
        self._lock = threading.Lock()

    def found(self, days: int, held: Holdings, used: Mapping[Key, LastUsed]) -> Sequence[Finding | Unjudged]:
        """What is idle for so many days among workspaces, and every orphan."""
        now, prices = self._now(), self._prices
        seen = (days, held.reading, held.listing, held.gaps, used)
        with self._lock:
            last = self._last
        if last and last.seen == seen and now - last.at < ANEW_SECONDS and _same(last.resources, held.resources):
            return last.found
        found = (
            *workspaces.judged(
                held, used, days, lambda each: worth.running(each, prices), lambda each: worth.stored(each, prices)
            ),
            *orphans.orphans(held, lambda each: worth.lying(each, prices)),
        )
        with self._lock:
            self._last = _Last(seen, now, held.resources, found)
        return found


def _same(one: Sequence[Resource], other: Sequence[Resource]) -> bool:
    """Whether these are the very same objects: each look gives those that nothing changed of again."""
    return len(one) == len(other) and all(mine is yours for mine, yours in zip(one, other, strict=True))

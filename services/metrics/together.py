"""The traffic of many endpoints as one: requests and latency by the hour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.metrics.models import Traffic

STEP_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Of several endpoints, hour by hour, oldest first.

    requests     all of them
    latency_ms   the endpoints' median latencies, each weighing as much as it has requests; None where nobody called
    """

    endpoints: int = 0
    requests: tuple[float, ...] = ()
    latency_ms: tuple[float | None, ...] = ()
    errors: float = 0.0

    @property
    def total(self) -> float:
        """All requests."""
        return sum(self.requests)

    @property
    def error_share(self) -> float:
        """0 to 1; 0 where nobody called."""
        return min(1.0, self.errors / self.total) if self.total else 0.0

    @property
    def typical_ms(self) -> float | None:
        """Over all the time; None where nobody called."""
        pairs = [(ms, n) for ms, n in zip(self.latency_ms, self.requests, strict=True) if ms is not None and n]
        weight = sum(n for _, n in pairs)
        return sum(ms * n for ms, n in pairs) / weight if weight else None


def together(every: Iterable[Traffic]) -> Together:
    """The sum of the traffic of endpoints, on the hours of the longest of them."""
    known = tuple(every)
    if not known:
        return Together()
    start = min(each.window.start for each in known)
    hours = max(1, -(-(max(each.window.end for each in known) - start) // STEP_SECONDS))
    requests, slow, timed = [0.0] * hours, [0.0] * hours, [0.0] * hours
    for each in known:
        latencies = each.latency_ms or (None,) * len(each.invocations)
        for time, count, ms in zip(each.window.times, each.invocations, latencies, strict=True):
            hour = (time - start) // STEP_SECONDS
            requests[hour] += count
            if ms is not None and count:
                slow[hour] += ms * count
                timed[hour] += count
    return Together(
        endpoints=len(known),
        requests=tuple(requests),
        latency_ms=tuple(total / weight if weight else None for total, weight in zip(slow, timed, strict=True)),
        errors=sum(each.errors for each in known),
    )

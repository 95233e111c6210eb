"""Which figures tell how much an endpoint is used, and what they say. Pure.

Requests and their model time come from each variant or component; load from the machines, by the highest value of
each period, so that what works hard for ten minutes an hour is not taken for idle. Machines publish every minute
whether anybody calls or not: figures of theirs prove that a request which is not there was not made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.endpoints import EndpointDetail
from services.metrics import Query, Values, Window
from services.metrics.definitions import REQUESTS, Place, has, hosts, invocations, places, used

HOUR = 3600
DAY = 24 * HOUR
MOST_POINTS = 360
SECONDS = 1e-6  # of the microseconds that latency comes in
LOADS: Mapping[str, str] = {
    "cpu": "CPUUtilization",
    "memory": "MemoryUtilization",
    "gpu": "GPUUtilization",
    "gpu_memory": "GPUMemoryUtilization",
}
Line = tuple[float | None, ...]


def window(now: float, days: int) -> Window:
    """The last `days`, on whole periods, without the present one; CloudWatch keeps hours for 455 days."""
    period = HOUR * -(-days * 24 // MOST_POINTS)
    end = int(now) // period * period
    return Window(end - days * DAY // period * period, end, period)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How hard the machines of a variant worked: percent of all they have, the most of each period."""

    variant: str
    lines: Mapping[str, Line]

    def p95(self, what: str) -> float | None:
        """The value that 95 % of the periods stay at or under; None where there is none."""
        return percentile(self.lines.get(what, ()), 0.95)

    def median(self, what: str) -> float | None:
        """The value in the middle."""
        return percentile(self.lines.get(what, ()), 0.5)

    def peak(self, what: str) -> float | None:
        """The highest there was."""
        return max((value for value in self.lines.get(what, ()) if value is not None), default=None)

    def known(self, what: str) -> int:
        """How many periods have a value."""
        return sum(value is not None for value in self.lines.get(what, ()))

    @property
    def busiest(self) -> Line:
        """Processor or GPU, whichever worked harder, by period."""
        both = [line for what in ("cpu", "gpu") if (line := self.lines.get(what))]
        return tuple(max((v for v in row if v is not None), default=None) for row in zip(*both, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured of one endpoint. Periods without a figure of requests count as none: see `Load`.

    requests   by variant or component
    seconds    of model time, of all of them
    backlog    the most that waited, of an asynchronous endpoint
    """

    window: Window
    requests: Mapping[str, Line]
    seconds: Line
    backlog: Line = ()
    loads: Mapping[str, Load]

    @property
    def all_requests(self) -> tuple[float, ...]:
        """Of everything on the endpoint, by period."""
        rows = zip(*self.requests.values(), strict=True) if self.requests else ()
        return tuple(sum(value or 0.0 for value in row) for row in rows)

    @property
    def total(self) -> float:
        """All requests."""
        return sum(self.all_requests)

    @property
    def active(self) -> float:
        """The share of periods with a request, 0 to 1."""
        every = self.all_requests
        return sum(count > 0 for count in every) / len(every) if every else 0.0

    @property
    def waited(self) -> bool:
        """Whether anything waited in an asynchronous endpoint's queue."""
        return any(value for value in self.backlog)

    @property
    def witnessed(self) -> int:
        """Periods in which machines of each variant published: so far back is it known that figures are kept."""
        return min((load.known("cpu") for load in self.loads.values()), default=0)

    def since(self, moment: float) -> Figures:
        """The same from the first whole period after a moment on: what was before ran on something else."""
        left = [time for time in self.window.times if time >= moment]
        if len(left) == len(self.window.times):
            return self
        cut = len(self.window.times) - len(left)
        return Figures(
            window=replace(self.window, start=self.window.start + cut * self.window.period),
            requests={name: line[cut:] for name, line in self.requests.items()},
            seconds=self.seconds[cut:],
            backlog=self.backlog[cut:],
            loads={
                name: Load(variant=name, lines={what: line[cut:] for what, line in load.lines.items()})
                for name, load in self.loads.items()
            },
        )

    @property
    def hours(self) -> float:
        """How much time was looked at."""
        return (self.window.end - self.window.start) / HOUR


def queries(detail: EndpointDetail) -> tuple[Query, ...]:
    """Everything that is asked about an endpoint."""
    every: list[Query] = []
    for place in places(detail):
        every += [*invocations(detail, place), _seconds(place)]
    for place in hosts(detail):
        every += [_most(place, metric) for metric in LOADS.values() if has(place, metric)]
    if detail.asynchronous:
        every.append(_backlog(detail))
    return tuple(every)


def read(detail: EndpointDetail, values: Values, when: Window) -> Figures:
    """What the answers tell of an endpoint."""
    every = places(detail)
    seconds = [_line((_seconds(place),), values, when) for place in every]
    return Figures(
        window=when,
        requests={place.dimensions[-1][1]: _line(invocations(detail, place), values, when) for place in every},
        seconds=tuple(sum(value or 0.0 for value in row) for row in zip(*seconds, strict=True)) if seconds else (),
        backlog=_line((_backlog(detail),), values, when) if detail.asynchronous else (),
        loads={place.label: _load(place, values, when) for place in hosts(detail)},
    )


def percentile(line: Sequence[float | None], share: float) -> float | None:
    """The smallest value that at least this share of the known ones do not exceed; None of none."""
    known = sorted(value for value in line if value is not None)
    return known[max(0, -(-int(share * 1000) * len(known) // 1000) - 1)] if known else None


def _load(place: Place, values: Values, when: Window) -> Load:
    lines = {
        what: tuple(None if each is None else min(each, 100.0) for each in _line((_most(place, metric),), values, when))
        for what, metric in LOADS.items()
        if has(place, metric)
    }
    return Load(variant=place.label, lines=lines)


def _line(names: Sequence[Query], values: Values, when: Window) -> Line:
    found = [values.get(query, {}) for query in names]
    return tuple(next((each[time] for each in found if time in each), None) for time in when.times)


def _most(place: Place, metric: str) -> Query:
    return used(place, metric, "Maximum")


def _seconds(place: Place) -> Query:
    return Query(REQUESTS, "ModelLatency", "Sum", place.dimensions, SECONDS)


def _backlog(detail: EndpointDetail) -> Query:
    return Query(REQUESTS, "ApproximateBacklogSize", "Maximum", (("EndpointName", detail.name),))

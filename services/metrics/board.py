"""The requests of many endpoints as a page shows them: what is known at once, the rest read beside it, and kept."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.endpoints import EndpointDetail
from services.errors import SagedeckError
from services.metrics.models import Traffic

KEPT_SECONDS = 300.0  # a point of a day's figures
LEAST_SECONDS = 60.0  # CloudWatch asks $0.01 for 1,000 metrics: nobody has them read more often
REFUSED_SECONDS = 60.0
MOST = 4_000

Read = Callable[[Iterable[EndpointDetail]], Mapping[str, Traffic]]
_Version = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of some endpoints: by name; how many are being read for the first time; why they cannot be."""

    traffic: Mapping[str, Traffic]
    waiting: int = 0
    problem: SagedeckError | None = None


class TrafficBoard:
    """Traffic by endpoint, each read at most once a minute. Safe between threads and browsers."""

    def __init__(self, read: Read, clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._clock = read, clock
        self._known: OrderedDict[str, tuple[_Version, float, Traffic]] = OrderedDict()
        self._reading: set[str] = set()
        self._problem: tuple[SagedeckError, float] | None = None
        self._changed = threading.Condition()

    def look(self, details: Iterable[EndpointDetail]) -> Seen:
        """What is known of these, at once; what is missing or old is read beside it."""
        every = tuple(details)
        with self._changed:
            wanted = [each for each in every if self._stale(each) and each.name not in self._reading]
            if self._problem is not None and self._clock() - self._problem[1] >= REFUSED_SECONDS:
                self._problem = None
            if wanted and self._problem is None:
                self._reading |= {each.name for each in wanted}
                threading.Thread(target=self._fill, args=(wanted,), name="traffic", daemon=True).start()
            return self._seen(every)

    def settled(self, seconds: float, details: Iterable[EndpointDetail]) -> Seen:
        """As `look`, but waits up to `seconds` until all of these are known."""
        every = tuple(details)
        self.look(every)
        names = {each.name for each in every}
        with self._changed:
            self._changed.wait_for(lambda: not names & self._reading, seconds)
            return self._seen(every)

    def forget(self) -> None:
        """Read anew at the next look what is older than a minute."""
        with self._changed:
            oldest = self._clock() - LEAST_SECONDS
            self._known = OrderedDict((name, each) for name, each in self._known.items() if each[1] > oldest)
            self._problem = None

    def use(self, read: Read) -> None:
        """Read with this from now on: somebody of the same identity came with newer credentials."""
        self._read = read

    def _seen(self, every: Sequence[EndpointDetail]) -> Seen:
        known = {each.name: self._known[each.name][2] for each in every if each.name in self._known}
        waiting = sum(each.name in self._reading and each.name not in known for each in every)
        return Seen(traffic=known, waiting=waiting, problem=self._problem[0] if self._problem else None)

    def _stale(self, detail: EndpointDetail) -> bool:
        known = self._known.get(detail.name)
        return known is None or known[0] != _version(detail) or self._clock() - known[1] >= KEPT_SECONDS

    def _fill(self, details: Sequence[EndpointDetail]) -> None:
        found: Mapping[str, Traffic] = {}
        problem: SagedeckError | None = None
        try:
            found = self._read(details)
        except SagedeckError as error:
            problem = error
        finally:
            with self._changed:
                now = self._clock()
                self._known |= {d.name: (_version(d), now, found[d.name]) for d in details if d.name in found}
                while len(self._known) > MOST:
                    self._known.popitem(last=False)
                self._problem = (problem, now) if problem else self._problem
                self._reading -= {each.name for each in details}
                self._changed.notify_all()


def _version(detail: EndpointDetail) -> _Version:
    return (detail.arn, detail.components, tuple(each.name for each in detail.variants))

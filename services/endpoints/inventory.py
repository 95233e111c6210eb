"""The endpoints of an account with hundreds of them: names and states at once, the rest at a polite rate.

One list call for every 100 endpoints tells names, states and ages. What they run on has to be asked for one by one, so
it is read in the background, what somebody looks at first, and kept until the endpoint changes. Nobody looking, nothing
is read. All browsers of one identity share one inventory.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from services.endpoints.models import EndpointDetail, EndpointSummary
from services.endpoints.pace import Pace
from services.errors import NotFound, PermissionDenied, SagedeckError, Throttled

LIST_SECONDS = 2.0  # a state is at most this old
LOOKED_SECONDS = 15.0  # reading goes on for so long after somebody looked
READERS = 8
CALLS = 2  # to read one: the endpoint and its configuration; tags come in bulk
REFUSED_SECONDS = 60.0  # until what was denied is tried again
Tags = Mapping[str, tuple[tuple[str, str], ...]]


class Reader(Protocol):
    """What the inventory reads with. Every method may raise SagedeckError."""

    def list_endpoints(self) -> tuple[EndpointSummary, ...]:
        """Every endpoint, newest first."""

    def tags_of_all(self) -> Tags:
        """The tags of every endpoint by its ARN, in bulk."""

    def describe_row(self, name: str, tags: tuple[tuple[str, str], ...] | None) -> EndpointDetail:
        """What a row shows; `tags` None: not known, to be read with it. Raises NotFound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is known at one moment.

    waiting   how many endpoints are listed and not read yet
    failed    names whose reading went wrong for a reason of their own; they are tried again after a minute
    slowed    the other side complained, so it goes slower than usual
    problem   why the rest cannot be read, None where it can
    """

    summaries: tuple[EndpointSummary, ...]
    details: Mapping[str, EndpointDetail]
    waiting: int = 0
    failed: tuple[str, ...] = ()
    slowed: bool = False
    problem: SagedeckError | None = None

    @property
    def complete(self) -> bool:
        """Whether everything that can be known is."""
        return self.waiting == 0 or self.problem is not None


@dataclass(slots=True)
class _Known:
    listed: tuple[EndpointSummary, ...] = ()
    listed_at: float = float("-inf")
    looked_at: float = float("-inf")
    tags: Tags | None = None
    tagged: frozenset[str] = frozenset()  # the names that were listed when tags were read
    tags_tried: bool = False
    details: dict[str, tuple[str, EndpointDetail]] = field(default_factory=dict)
    queue: OrderedDict[str, None] = field(default_factory=OrderedDict)
    reading: set[str] = field(default_factory=set)
    states: dict[str, EndpointSummary] = field(default_factory=dict)
    failed: dict[str, tuple[str, float]] = field(default_factory=dict)
    problem: SagedeckError | None = None
    problem_at: float = float("-inf")


class Inventory:
    """The endpoints of one account and region, as far as they are known. Safe between threads and browsers."""

    def __init__(self, reader: Reader, pace: Pace, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._reader, self.pace, self._clock = reader, pace, clock
        self._known, self._readers = _Known(), 0
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._listing, self._tagging = threading.Lock(), threading.Lock()

    def look(self, on_screen: Iterable[str] = ()) -> Looked:
        """What is known now, without waiting for more than the list; what is on screen is read next.

        Raises what listing raises, unless a list of before is there: then that is shown with the problem.
        """
        problem = self._list()
        with self._lock:
            known = self._known
            known.looked_at = self._clock()
            wanted = [each.name for each in known.listed if self._stale(each)]
            everything = set(wanted)
            first = [name for name in on_screen if name in everything]
            before = [name for name in known.queue if name in everything]  # as somebody else wanted it
            known.queue = OrderedDict.fromkeys([*first, *before, *wanted])
            for name in known.reading:
                known.queue.pop(name, None)
            self._start()
            return self._looked(problem)

    def settled(self, seconds: float, on_screen: Iterable[str] = ()) -> Looked:
        """As `look`, but waits up to `seconds` until everything is known."""
        looked = self.look(on_screen)
        deadline = self._clock() + seconds
        with self._changed:
            while not looked.complete and self._clock() < deadline:
                self._changed.wait(min(0.25, max(0.0, deadline - self._clock())))
                self._known.looked_at = self._clock()
                looked = self._looked(looked.problem)
        return looked

    def forget(self) -> None:
        """Read everything anew at the next look: something was changed, or a person asked for it."""
        with self._lock:
            known = self._known
            self._known = _Known(listed=known.listed, states=known.states, details=known.details, reading=known.reading)

    def _list(self) -> SagedeckError | None:
        with self._listing:  # ten browsers cause one list
            with self._lock:
                if self._clock() - self._known.listed_at < LIST_SECONDS:
                    return None
            try:
                listed = self._reader.list_endpoints()
            except SagedeckError as error:
                if not self._known.listed:
                    raise
                if isinstance(error, Throttled):
                    self.pace.refused()
                return error
            with self._lock:
                self._known.listed, self._known.listed_at = listed, self._clock()
                self._known.states = {each.name: each for each in listed}
                for gone in self._known.details.keys() - self._known.states.keys():
                    del self._known.details[gone]
            return None

    def _stale(self, each: EndpointSummary) -> bool:
        version = _version(each)
        failed, until = self._known.failed.get(each.name, ("", 0.0))
        if failed == version and self._clock() < until:
            return False
        known = self._known.details.get(each.name)
        return known is None or known[0] != version

    def _looked(self, problem: SagedeckError | None) -> Looked:
        known = self._known
        details = {name: _as_listed(detail, known.states[name]) for name, (_, detail) in known.details.items()}
        return Looked(
            summaries=known.listed,
            details=details,
            waiting=len(known.queue) + len(known.reading),
            failed=tuple(name for name, (_, until) in known.failed.items() if self._clock() < until),
            slowed=self.pace.slowed,
            problem=problem or known.problem,
        )

    def _start(self) -> None:
        if self._known.problem is not None:
            if self._clock() - self._known.problem_at < REFUSED_SECONDS:
                return
            self._known.problem = None
        for _ in range(min(READERS, len(self._known.queue)) - self._readers):
            self._readers += 1
            threading.Thread(target=self._read, name="inventory", daemon=True).start()

    def _read(self) -> None:
        """Read one after the other until nothing is left, nobody looks, or it is not allowed."""
        try:
            self._read_tags()
            while (name := self._take()) is not None:
                try:
                    self._one(name)
                finally:
                    with self._changed:
                        self._known.reading.discard(name)
                        self._changed.notify_all()
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    def _take(self) -> str | None:
        with self._lock:
            known = self._known
            if known.problem is not None or self._clock() - known.looked_at > LOOKED_SECONDS or not known.queue:
                return None
            name, _ = known.queue.popitem(last=False)
            known.reading.add(name)
            return name

    def _one(self, name: str) -> None:
        summary = self._known.states.get(name)
        if summary is None:
            return
        self.pace.wait(CALLS)
        known = self._known
        tags = known.tags.get(summary.arn, ()) if known.tags is not None and name in known.tagged else None
        try:
            detail = self._reader.describe_row(name, tags)
        except NotFound:
            return  # deleted since it was listed
        except Throttled:
            self.pace.refused()
            with self._lock:
                self._known.queue[name] = None
                self._known.queue.move_to_end(name, last=False)
            return
        except SagedeckError as error:
            self._set_aside(summary, error)
            return
        self.pace.answered()
        with self._lock:
            if name in self._known.states:
                self._known.details[name] = (_version(summary), detail)

    def _read_tags(self) -> None:
        """Once for all of them; where that is not allowed, each endpoint's own are read with it."""
        with self._tagging:
            known = self._known
            if known.tags_tried:
                return
            known.tags_tried, known.tagged = True, frozenset(known.states)
            try:
                known.tags = self._reader.tags_of_all()
            except SagedeckError:
                return

    def _set_aside(self, summary: EndpointSummary, error: SagedeckError) -> None:
        """What is not allowed is not tried 500 times; anything else concerns this one endpoint."""
        with self._lock:
            if isinstance(error, PermissionDenied):
                self._known.problem, self._known.problem_at = error, self._clock()
            else:
                self._known.failed[summary.name] = (_version(summary), self._clock() + REFUSED_SECONDS)


def _version(each: EndpointSummary) -> str:
    return f"{each.arn} {each.status} {each.modified.timestamp()}"


def _as_listed(detail: EndpointDetail, listed: EndpointSummary) -> EndpointDetail:
    """The detail with the state that the list tells, which is the newer one."""
    if (detail.status, detail.modified) == (listed.status, listed.modified):
        return detail
    return replace(detail, status=listed.status, modified=listed.modified)

"""The endpoints of an account with hundreds of them: names and states at once, the rest at a polite rate.

One list call for every 100 endpoints tells names, states and ages. What they run on has to be asked for one by one, so
it is read in the background, what somebody looks at first, and kept until the endpoint changes. Nobody looking, nothing
is read. All browsers of one identity share one inventory.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from services.endpoints.looked import Known, Looked, Reader
from services.endpoints.models import EndpointDetail, EndpointSummary
from services.errors import NotFound, PermissionDenied, SagedeckError, Throttled
from services.pace import Pace

LIST_SECONDS = 2.0  # a state is at most this old, where listing is quick
LIST_SHARE = 0.04  # of the time and of the calls, at most, go into listing
QUICK_SECONDS = 0.2  # a list that takes longer is read beside what is shown
OLDEST_SECONDS = 60.0  # and waited for where what is known is older
PAGE = 100  # names a list call tells
TRIES = 3  # at a first list or at tags that are refused as too fast
LOOKED_SECONDS = 15.0  # reading goes on for so long after somebody looked
READERS = 8
YOUNG = timedelta(hours=1)  # the tags of all may not hold those of a new one yet
REFUSED_SECONDS = 60.0  # until what was denied is tried again
Answer = TypeVar("Answer")


class Inventory:
    """The endpoints of one account and region, as far as they are known. Safe between threads and browsers."""

    def __init__(self, reader: Reader, pace: Pace, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._reader, self.pace, self._clock = reader, pace, clock
        self._known, self._readers = Known(), 0
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._listing, self._tagging = threading.Lock(), threading.Lock()

    def states(self) -> tuple[EndpointSummary, ...]:
        """Names and states, newest first; nothing more is read for it. Raises what listing raises, as `look`."""
        self._list()
        return self._known.listed

    def look(self, on_screen: Iterable[str] = ()) -> Looked:
        """What is known now, without waiting for more than the list; what is on screen is read next.

        Raises what listing raises, unless a list of before is there: then that is given, as outdated.
        """
        self._list()
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
            return self._looked()

    def settled(
        self, seconds: float, on_screen: Iterable[str] = (), *, until: Callable[[Looked], bool] = lambda _: False
    ) -> Looked:
        """As `look`, but waits up to `seconds` until everything is known, or what `until` looks for."""
        looked = self.look(on_screen)
        deadline = self._clock() + seconds
        with self._changed:
            while not (looked.complete or until(looked)) and self._clock() < deadline:
                self._changed.wait(min(0.25, max(0.0, deadline - self._clock())))
                self._known.looked_at = self._clock()
                looked = self._looked()
        return looked

    def forget(self) -> None:
        """List anew at the next look, and read tags and what an endpoint's time of change does not tell of.

        For when something was changed, or a person asked for it. Configurations cannot change: they are kept.
        """
        with self._lock:
            known = self._known
            bulk = known.tags is not None or not known.tags_tried
            kept = {
                name: (version if bulk and all(each.model_name for each in detail.variants) else "", detail)
                for name, (version, detail) in known.details.items()
            }
            self._known = Known(listed=known.listed, states=known.states, details=kept, reading=known.reading)

    def use(self, reader: Reader) -> None:
        """Read with this from now on: somebody of the same identity came with newer credentials."""
        self._reader = reader

    def _list(self) -> None:
        with self._lock:
            known, listed_at = self._known, self._known.listed_at
            age = self._clock() - listed_at
            rest = max(known.listing_took, self._pages() / self.pace.rate) / LIST_SHARE
            if age < max(LIST_SECONDS, rest if known.listed else 0.0):  # of nothing, any news is worth its one call
                return
            beside = bool(known.listed) and known.listing_took > QUICK_SECONDS and age < OLDEST_SECONDS
        if not beside:
            with self._listing:  # ten browsers cause one list
                if self._known.listed_at == listed_at or self._known is not known:
                    self._list_now()
        elif self._listing.acquire(blocking=False):
            threading.Thread(target=self._list_beside, name="listing", daemon=True).start()

    def _list_beside(self) -> None:
        try:
            self._list_now()
        finally:
            self._listing.release()

    def _list_now(self) -> None:
        began, known = self._clock(), self._known
        try:
            listed = self._patiently(self._reader.list_endpoints, 1 if known.listed else TRIES)
        except SagedeckError as error:
            if not known.listed:
                raise
            known.unlisted, known.listed_at = error, self._clock()
            return
        with self._lock:
            known.unlisted, known.listed, known.listed_at = None, listed, self._clock()
            known.listing_took = known.listed_at - began
            known.states = {each.name: each for each in listed}
            for gone in known.details.keys() - known.states.keys():
                del known.details[gone]
            self.pace.took(self._pages())

    def _pages(self) -> int:
        return -(-len(self._known.listed) // PAGE)

    def _patiently(self, ask: Callable[[], Answer], tries: int) -> Answer:
        """What `ask` gives; refused as too fast, it is asked again more slowly, so often at most."""
        for left in range(tries - 1, -1, -1):
            try:
                return ask()
            except Throttled:
                self.pace.refused()
                if not left:
                    raise
                self.pace.wait()
        raise AssertionError("tries is at least 1")

    def _stale(self, each: EndpointSummary) -> bool:
        version = _version(each)
        failed, until = self._known.failed.get(each.name, ("", 0.0))
        if failed == version and self._clock() < until:
            return False
        known = self._known.details.get(each.name)
        return known is None or known[0] != version

    def _looked(self) -> Looked:
        known = self._known
        details = {name: _as_listed(detail, known.states[name]) for name, (_, detail) in known.details.items()}
        return Looked(
            summaries=known.listed,
            details=details,
            waiting=len(known.queue) + len(known.reading),
            failed=tuple(name for name, (_, until) in known.failed.items() if self._clock() < until),
            slowed=self.pace.slowed,
            problem=known.problem,
            outdated=known.unlisted,
        )

    def _start(self) -> None:
        if self._known.problem is not None:
            if self._clock() - self._known.problem_at < REFUSED_SECONDS:
                return
            self._known.problem = None
        wanted = max(len(self._known.queue), not self._known.tags_tried and bool(self._known.listed))
        for _ in range(min(READERS, wanted) - self._readers):
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
        tags = self._tags_of(summary)
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
                tags = self._patiently(self._reader.tags_of_all, TRIES)
            except SagedeckError:
                return
            with self._lock:
                known.tags = tags
                for name, (version, detail) in known.details.items():
                    if name in known.tagged and detail.arn in tags:
                        known.details[name] = (version, replace(detail, tags=tags[detail.arn]))

    def _tags_of(self, summary: EndpointSummary) -> tuple[tuple[str, str], ...] | None:
        """Its tags as all were read; None where they have to be read with it."""
        known = self._known
        if known.tags is None or summary.name not in known.tagged:
            return None
        young = datetime.now(UTC) - summary.created < YOUNG
        return known.tags.get(summary.arn, None if young else ())

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

"""What an account holds, read politely: every list at once, then each resource in the background, what bills first."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from services.errors import NotFound, PermissionDenied, SagedeckError, Throttled
from services.pace import Pace
from services.resources.describing import DESCRIBINGS, READ_FIRST
from services.resources.gateway import ResourcesGateway
from services.resources.listing import GLOBAL_LISTINGS, LISTINGS, Listing
from services.resources.models import Gap, Holdings, Key, Resource

LISTERS = 6
READERS = 8
LOOKED_SECONDS = 20.0  # reading goes on for so long after somebody looked
KEEP_SECONDS = 120.0  # lists are read anew after this
TRIES = 5  # at a list that is refused as too fast
YOUNG = timedelta(hours=1)  # the tags of all may not hold those of a new resource yet


@dataclass(slots=True)
class _Region:
    """What is known of one region."""

    found: dict[Key, Resource] = field(default_factory=dict)
    listed_by: dict[Key, str] = field(default_factory=dict)  # the operation, since two lists may tell of one kind
    gaps: dict[str, Gap] = field(default_factory=dict)
    listing: int = 0
    listed_at: float = -1e9
    queue: OrderedDict[Key, None] = field(default_factory=OrderedDict)
    reading: set[Key] = field(default_factory=set)


class ResourcesService:
    """The resources of one account, as far as they are known. Safe between threads; one for everybody of an identity.

    `gateway(region)` reads there; `library` adds what lies in Astra and on this machine.
    """

    def __init__(
        self,
        gateway: Callable[[str], ResourcesGateway],
        pace: Pace,
        *,
        account: str,
        partition: str,
        region: str,
        library: Callable[[], Sequence[Resource]] = tuple,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gateway, self.pace = gateway, pace
        self._account, self._partition, self._home = account, partition, region
        self._library, self._now, self._clock = library, now, clock
        self._regions: dict[str, _Region] = {}
        self._gateways: dict[str, ResourcesGateway] = {}
        self._alias: str | None = None
        self._looked_at, self._readers = 0.0, 0
        self._changed = threading.Condition(threading.RLock())

    def held(self, regions: Sequence[str] = (), *, first: Iterable[Key] = ()) -> Holdings:
        """What is known now; whatever is not is read in the background, `first` before the rest. Never waits."""
        wanted = tuple(regions) or (self._home,)
        with self._changed:
            self._looked_at = self._clock()
            for region in wanted:
                known = self._regions.setdefault(region, _Region())
                if not known.listing and self._clock() - known.listed_at > KEEP_SECONDS:
                    self._list(region, known)
                for key in first:
                    if key in known.queue:
                        known.queue.move_to_end(key, last=False)
            self._start()
            return self._holdings(wanted)

    def settled(
        self, seconds: float, regions: Sequence[str] = (), *, until: Callable[[Holdings], bool] = lambda _: False
    ) -> Holdings:
        """As `held`, but waits up to `seconds` until everything is read, or what `until` looks for."""
        found, deadline = self.held(regions), self._clock() + seconds
        with self._changed:
            while (found.reading or found.listing) and not until(found) and self._clock() < deadline:
                self._changed.wait(min(0.25, max(0.01, deadline - self._clock())))
                found = self.held(regions)
        return found

    def forget(self) -> None:
        """Read the lists anew at the next look; what was described and has not changed is kept."""
        with self._changed:
            for known in self._regions.values():
                known.listed_at = -1e9

    # -- lists

    def _list(self, region: str, known: _Region) -> None:
        listings = LISTINGS + (GLOBAL_LISTINGS if region == self._home else ())
        known.listed_at, known.listing = self._clock(), len(listings) + 1
        known.gaps.clear()
        work = iter(listings)
        seen: set[Key] = set()
        for _ in range(LISTERS):
            threading.Thread(target=self._lister, args=(region, work, seen), name="resources", daemon=True).start()
        threading.Thread(target=self._tagger, args=(region,), name="resources", daemon=True).start()

    def _lister(self, region: str, work: Iterable[Listing], seen: set[Key]) -> None:
        known, ahead = self._regions[region], iter(work)
        while True:
            with self._changed:
                listing = next(ahead, None)
            if listing is None:
                return
            try:
                whole = self._one_list(region, listing, seen)
            finally:
                with self._changed:
                    known.listing -= 1
                    self._changed.notify_all()
            if whole:
                with self._changed:
                    told = [key for key, operation in known.listed_by.items() if operation == listing.operation]
                    for key in [key for key in told if key not in seen]:
                        del known.listed_by[key]
                        known.found.pop(key, None)
                        known.queue.pop(key, None)

    def _one_list(self, region: str, listing: Listing, seen: set[Key]) -> bool:
        """Read a list; whether it was read to its end."""
        gateway = self._reader(region)
        for left in range(TRIES - 1, -1, -1):
            try:
                for page in gateway.listed(listing):
                    self._take_in(region, listing, page, seen)
                return True
            except Throttled as error:
                self.pace.refused()
                if not left:
                    self._gap(region, listing, error, later=True)
            except SagedeckError as error:
                self._gap(region, listing, error)
                return False
        return False

    def _take_in(self, region: str, listing: Listing, page: Sequence[Resource], seen: set[Key]) -> None:
        known = self._regions[region]
        with self._changed:
            for each in page:
                seen.add(each.key)
                known.listed_by[each.key] = listing.operation
                before = known.found.get(each.key)
                if before is not None and before.described and _same(before, each):
                    continue
                known.found[each.key] = replace(each, tags=before.tags) if before and each.tags is None else each
                if each.kind in DESCRIBINGS and not each.described:
                    known.queue[each.key] = None
            self._changed.notify_all()

    def _gap(self, region: str, listing: Listing, error: SagedeckError, *, later: bool = False) -> None:
        action = (error.action or listing.action) if isinstance(error, PermissionDenied) else ""
        later = later or not action
        with self._changed:
            self._regions[region].gaps[listing.operation] = Gap(listing.kind, region, error.what, action, later)

    def _tagger(self, region: str) -> None:
        known = self._regions[region]
        tags: Mapping[str, Mapping[str, str]] | None = None
        try:
            tags = self._reader(region).tags()
        except SagedeckError:
            pass  # then each one's own are read
        finally:
            with self._changed:
                while known.listing > 1:
                    self._changed.wait(0.2)
                self._tag(known, tags)
                known.listing -= 1
                self._start()
                self._changed.notify_all()

    def _tag(self, known: _Region, tags: Mapping[str, Mapping[str, str]] | None) -> None:
        """Give everything its tags; what has none there has none, unless it is too young to be there yet."""
        young = datetime.fromtimestamp(self._now(), UTC) - YOUNG
        for key, each in known.found.items():
            if tags is not None and each.arn in tags:
                known.found[key] = replace(each, tags=tags[each.arn])
            elif tags is not None and each.tags is None and each.arn and each.created and each.created < young:
                known.found[key] = replace(each, tags={})
            elif each.described and _tags_are_missing(each):
                known.queue[key] = None

    # -- descriptions

    def _reader(self, region: str) -> ResourcesGateway:
        with self._changed:
            if region not in self._gateways:
                self._gateways[region] = self._gateway(region)
            return self._gateways[region]

    def _start(self) -> None:
        waiting = sum(len(known.queue) for known in self._regions.values())
        for _ in range(min(READERS, waiting) - self._readers):
            self._readers += 1
            threading.Thread(target=self._read, name="resources", daemon=True).start()

    def _read(self) -> None:
        try:
            while (found := self._next()) is not None:
                region, resource = found
                try:
                    self._describe(region, resource)
                finally:
                    with self._changed:
                        self._regions[region].reading.discard(resource.key)
                        self._changed.notify_all()
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    def _next(self) -> tuple[str, Resource] | None:
        with self._changed:
            if self._clock() - self._looked_at > LOOKED_SECONDS:
                return None
            for region, known in self._regions.items():
                key = min(known.queue, key=_urgency, default=None) if known.queue else None
                if key is not None:
                    del known.queue[key]
                    known.reading.add(key)
                    return region, known.found[key]
        return None

    def _describe(self, region: str, resource: Resource) -> None:
        known, gateway = self._regions[region], self._reader(region)
        try:
            read = resource if resource.described else gateway.described(resource)
            if _tags_are_missing(read) and not known.listing:
                read = gateway.with_tags(read)
        except NotFound:
            with self._changed:
                known.found.pop(resource.key, None)
            return
        except Throttled:
            self.pace.refused()
            with self._changed:
                known.queue[resource.key] = None
                known.queue.move_to_end(resource.key, last=False)
            return
        except SagedeckError as error:
            read = replace(resource, problem=error.what)
        else:
            self.pace.answered()
        with self._changed:
            if resource.key in known.found:
                now = known.found[resource.key]
                known.found[resource.key] = replace(read, tags=now.tags) if now.tags is not None else read

    def _holdings(self, regions: Sequence[str]) -> Holdings:
        if self._alias is None and self._home in regions:
            self._alias = ""
            threading.Thread(target=self._find_alias, name="resources", daemon=True).start()
        known = [self._regions[region] for region in regions]
        return Holdings(
            account=self._account,
            partition=self._partition,
            regions=tuple(regions),
            resources=(*(each for one in known for each in one.found.values()), *self._library()),
            at=datetime.fromtimestamp(self._now(), UTC),
            alias=self._alias or "",
            gaps=tuple(gap for one in known for gap in one.gaps.values()),
            reading=sum(len(one.queue) + len(one.reading) for one in known),
            listing=sum(one.listing for one in known),
        )

    def _find_alias(self) -> None:
        self._alias = self._reader(self._home).alias()


def _tags_are_missing(resource: Resource) -> bool:
    return resource.tags is None and resource.arn.split(":")[2:3] == ["sagemaker"]


def _same(before: Resource, listed: Resource) -> bool:
    """Whether a list tells nothing new of a resource that was described."""
    return (before.status, before.changed, before.created) == (listed.status, listed.changed, listed.created)


_ORDER = {kind: number for number, kind in enumerate(READ_FIRST)}


def _urgency(key: Key) -> int:
    return _ORDER.get(key.kind, len(_ORDER))

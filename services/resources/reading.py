"""Reads an account politely: every list at once, then each resource in the background, what bills first."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.errors import InvalidRequest, NotFound, PermissionDenied, SagedeckError, ServiceFailure, Throttled
from services.errors import Unreachable as Silent
from services.resources.describing import DESCRIBINGS
from services.resources.gateway import ALL_TAGGED, TAG_STREAMS, ResourcesGateway
from services.resources.known import Known, tags_are_missing
from services.resources.listing import GLOBAL_LISTINGS, LISTINGS, Listing
from services.resources.models import Gap, Key, Resource

LISTERS, MOST_LISTERS = 10, 24  # of one region, and of all
READERS = 8
LOOKED_SECONDS = 20.0  # reading goes on for so long after somebody looked
KEEP_SECONDS = 120.0  # lists are read anew after this
TRIES = 6  # at a page that is refused as too fast
FEW_TRIES = 3  # at what is answered by a fault, or not at all
YOUNG = timedelta(hours=1)  # the tags of all may not hold those of a new resource yet
_log = logging.getLogger(__name__)
Work = Listing | tuple[str, ...]  # a list, or a stream of tags


class Reading:
    """What is known of one account, by region; "" holds what is of none. Safe between threads.

    `gateway(region)` reads there; that of "" reads where the connection is.
    """

    def __init__(
        self,
        gateway: Callable[[str], ResourcesGateway],
        *,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gateway, self.now, self.clock = gateway, now, clock
        self._known: dict[str, Known] = {}
        self._gateways: dict[str, ResourcesGateway] = {}
        self._work: deque[tuple[str, Work]] = deque()
        self._looked_at, self._readers, self._listers = 0.0, 0, 0
        self.alias: str | None = None
        self.enabled: tuple[str, ...] | None = None
        self.changed = threading.Condition(threading.RLock())

    def look(self, regions: Sequence[str], first: Iterable[Key] = ()) -> tuple[Known, ...]:
        """What is known of these regions now; what is not is read. Hold `changed` while you use it."""
        with self.changed:
            self._looked_at = self.clock()
            found = []
            for region in dict.fromkeys(regions):
                if region not in self._known:
                    self._known[region] = Known(self.reader(region).place)
                known = self._known[region]
                found.append(known)
                if not known.under_way and self.clock() - known.listed_at > KEEP_SECONDS:
                    self._list(region, known)
                for key in first:
                    if known.wants(key):
                        known.want(key, first=True)
            self._start()
            return tuple(found)

    def forget(self) -> None:
        """Read the lists anew at the next look; what was described and has not changed is kept."""
        with self.changed:
            for known in self._known.values():
                known.listed_at = -1e9

    def use(self, gateway: Callable[[str], ResourcesGateway]) -> None:
        """Read with these from now on: somebody of the same identity came with newer credentials."""
        with self.changed:
            self._gateway = gateway
            self._gateways.clear()

    def ask_about_account(self) -> None:
        """Have the account's alias and its regions read, once."""
        with self.changed:
            if self.alias is not None:
                return
            self.alias = ""
        threading.Thread(target=self._about_account, name="resources", daemon=True).start()

    def _about_account(self) -> None:
        gateway = self.reader("")
        self.alias = gateway.alias()
        self.enabled = gateway.regions()
        with self.changed:
            self.changed.notify_all()

    # -- lists and tags

    def _list(self, region: str, known: Known) -> None:
        work: list[Work] = [*(LISTINGS if region else GLOBAL_LISTINGS), *(TAG_STREAMS if region else ())]
        known.listed_at, known.all_tags = self.clock(), bool(region)
        known.lists, known.streams = sum(isinstance(each, Listing) for each in work), len(TAG_STREAMS) if region else 0
        known.gaps.clear()
        self._work.extend((region, each) for each in work)
        wanted = min(MOST_LISTERS, LISTERS * len(self._known), len(self._work))
        for _ in range(wanted - self._listers):
            self._listers += 1
            threading.Thread(target=self._lister, name="resources", daemon=True).start()

    def _lister(self) -> None:
        while True:
            with self.changed:
                if not self._work:
                    self._listers -= 1
                    return
                region, work = self._work.popleft()
            known = self._known[region]
            try:
                if isinstance(work, Listing):
                    self._one_list(region, known, work)
                else:
                    self._one_stream(region, known, work)
            except Exception as error:  # noqa: BLE001 - a shape that nobody foresaw ends nothing but this list
                _log.exception("reading %s", work.name if isinstance(work, Listing) else work)
                if isinstance(work, Listing):
                    self._gap(region, work, ServiceFailure(f"A list could not be understood: {error}.", "", ""))
                else:
                    known.all_tags = False
            finally:
                with self.changed:
                    if isinstance(work, Listing):
                        known.lists -= 1
                    else:
                        known.streams -= 1
                    if not known.under_way:
                        known.settle(datetime.fromtimestamp(self.now(), UTC) - YOUNG)
                    self._start()
                    self.changed.notify_all()

    def _one_list(self, region: str, known: Known, listing: Listing) -> None:
        gateway, token, seen, tries = self.reader(region), "", set[Key](), 0
        while True:
            try:
                page, token = gateway.page(listing, token)
            except (Throttled, Silent, ServiceFailure) as error:
                tries += 1
                gateway.pace.refused()
                if tries < (TRIES if isinstance(error, Throttled) else FEW_TRIES):
                    gateway.pace.wait()
                    continue
                return self._gap(region, listing, error, later=True)
            except SagedeckError as error:
                return self._gap(region, listing, error)
            tries = 0
            gateway.pace.answered()
            with self.changed:
                seen.update(each.key for each in page)
                for each in known.listed(page, listing.name):
                    gateway.changed(each)
                if not token:
                    known.ended(listing.name, seen)
                    return None
                self.changed.notify_all()

    def _gap(self, region: str, listing: Listing, error: SagedeckError, *, later: bool = False) -> None:
        action = (error.action or listing.action) if isinstance(error, PermissionDenied) else ""
        with self.changed:
            self._known[region].gaps[listing.name] = Gap(listing.kind, region, error.what, action, later or not action)

    def _one_stream(self, region: str, known: Known, kinds: tuple[str, ...]) -> None:
        """Tags of all that is of some kinds. Where these cannot be had, each one's own are read."""
        gateway, token, tries = self.reader(region), "", 0
        while True:
            try:
                tags, token = gateway.tags(kinds, token)
            except Throttled:
                tries += 1
                gateway.tag_pace.refused()
                if tries < TRIES:
                    continue
            except InvalidRequest:
                if kinds != ALL_TAGGED:
                    kinds, token = ALL_TAGGED, ""
                    continue
            except SagedeckError:
                pass
            else:
                tries = 0
                gateway.tag_pace.answered()
                with self.changed:
                    known.tags.update(tags)
                if token:
                    continue
                return
            with self.changed:
                known.all_tags = False
            return

    # -- descriptions

    def reader(self, region: str) -> ResourcesGateway:
        """Who reads there."""
        with self.changed:
            if region not in self._gateways:
                self._gateways[region] = self._gateway(region)
            return self._gateways[region]

    def _start(self) -> None:
        """Descriptions begin when the lists of their region have ended: names come first, and both share a pace."""
        waiting = sum(known.waiting for known in self._known.values() if not known.lists)
        for _ in range(min(READERS, waiting) - self._readers):
            self._readers += 1
            threading.Thread(target=self._read, name="resources", daemon=True).start()

    def _read(self) -> None:
        try:
            while (taken := self._next()) is not None:
                region, resource = taken
                try:
                    self._describe(region, resource)
                finally:
                    with self.changed:
                        self._known[region].reading.discard(resource.key)
                        self.changed.notify_all()
        finally:
            with self.changed:
                self._readers -= 1
                self.changed.notify_all()

    def _next(self) -> tuple[str, Resource] | None:
        with self.changed:
            if self.clock() - self._looked_at > LOOKED_SECONDS:
                return None
            for region, known in self._known.items():
                resource = None if known.lists else known.take()
                if resource is not None:
                    return region, resource
        return None

    def _describe(self, region: str, resource: Resource) -> None:
        known, gateway = self._known[region], self.reader(resource.key.region or region)
        read = resource
        try:
            if resource.kind in DESCRIBINGS and not resource.described:
                read = gateway.described(resource)
            if tags_are_missing(read) and not known.under_way:
                told = known.found.get(resource.key, resource).tags  # the tags of all may have come meanwhile
                read = gateway.with_tags(read) if told is None else replace(read, tags=told)
        except NotFound:
            with self.changed:
                known.drop(resource.key)
            return
        except (Throttled, Silent, ServiceFailure) as error:
            gateway.pace.refused()
            with self.changed:
                known.tries[resource.key] += not isinstance(error, Throttled)
                if known.tries[resource.key] < FEW_TRIES:
                    self._keep(known, read)
                    known.reading.discard(resource.key)
                    known.want(resource.key)
                    return
            read = replace(read, problem=error.what)
        except SagedeckError as error:
            read = replace(read, problem=error.what)
        except Exception as error:  # noqa: BLE001 - as above
            _log.exception("looking at %s", resource.key)
            read = replace(read, problem=f"Its description could not be understood: {error}.")
        else:
            gateway.pace.answered()
        with self.changed:
            self._keep(known, read)

    @staticmethod
    def _keep(known: Known, read: Resource) -> None:
        """Take in what was read, unless a list has told meanwhile that it is gone."""
        now = known.found.get(read.key)
        if now is not None:
            known.put(replace(read, tags=now.tags) if now.tags is not None and read.tags is None else read)
            if tags_are_missing(read) and read.described and not read.problem and not known.under_way:
                known.reading.discard(read.key)
                known.want(read.key)

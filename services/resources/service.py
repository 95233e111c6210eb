"""What an account holds, as pages, costs, savings, leases and cleaning up see it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from services.pace import Pace
from services.resources.known import Known
from services.resources.models import Holdings, Key, Kind, Resource
from services.resources.reading import Reading

LOOK_SECONDS = 0.25  # between looks while somebody waits


class ResourcesService:
    """The resources of one account, and one owner's own collections beside them. Safe between threads.

    `reading` is shared by everybody of an identity; `library` tells without a network call what lies in Astra and on
    this machine; `offered` are the regions that there are, for an account whose own may not be asked for.
    """

    def __init__(
        self,
        reading: Reading,
        *,
        account: str,
        partition: str,
        region: str,
        library: Callable[[], Sequence[Resource]] = tuple,
        offered: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._reading = reading
        self._account, self._partition, self._home = account, partition, region
        self._library, self._offered = library, offered
        self._last: tuple[object, Holdings] | None = None

    def held(self, regions: Sequence[str] = (), *, first: Iterable[Key] = ()) -> Holdings:
        """What is known now; whatever is not is read in the background, `first` before the rest. Never waits.

        Regions: the connection's where none are given. What is of no region is among it always; of buckets those of
        these regions.
        """
        wanted = tuple(dict.fromkeys(regions)) or (self._home,)
        self._reading.ask_about_account()
        mine = tuple(self._library())
        with self._reading.changed:
            return self._holdings(wanted, self._reading.look((*wanted, ""), first), mine)

    def settled(
        self, seconds: float, regions: Sequence[str] = (), *, until: Callable[[Holdings], bool] = lambda _: False
    ) -> Holdings:
        """As `held`, but waits up to `seconds` until everything is read, or what `until` looks for."""
        clock = self._reading.clock
        found, deadline = self.held(regions), clock() + seconds
        while (found.reading or found.listing) and not until(found) and clock() < deadline:
            with self._reading.changed:
                self._reading.changed.wait(min(LOOK_SECONDS, max(0.01, deadline - clock())))
            found = self.held(regions)
        return found

    @property
    def pace(self) -> Pace:
        """The pace of the calls to SageMaker's control plane in the connection's region."""
        return self._reading.reader(self._home).pace

    def forget(self) -> None:
        """Read the lists anew at the next look; what was described and has not changed is kept."""
        self._reading.forget()

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions enabled for this account as far as that is known now, else all of its partition; never waits."""
        self._reading.ask_about_account()
        offered, enabled = tuple(self._offered()), self._reading.enabled
        found = tuple(each for each in enabled if each in offered or not offered) if enabled else offered
        return found if self._home in found else (self._home, *found)

    def _holdings(self, regions: tuple[str, ...], known: tuple[Known, ...], mine: tuple[Resource, ...]) -> Holdings:
        at = datetime.fromtimestamp(self._reading.now(), UTC)
        state = (regions, tuple((each.version, each.waiting, each.under_way) for each in known), mine,
                 self._reading.alias)  # fmt: skip
        if self._last is not None and self._last[0] == state:
            same = copy.copy(self._last[1])
            object.__setattr__(same, "at", at)
            return same
        found = (
            each
            for one in known
            for each in one.resources()
            if each.kind is not Kind.BUCKET or each.key.region in regions
        )
        holdings = Holdings(
            account=self._account,
            partition=self._partition,
            regions=regions,
            resources=(*found, *mine),
            at=at,
            alias=self._reading.alias or "",
            gaps=tuple(gap for one in known for gap in one.gaps.values()),
            reading=sum(one.waiting for one in known),
            listing=sum(one.under_way for one in known),
        )
        self._last = (state, holdings)
        return holdings

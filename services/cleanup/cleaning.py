"""Cleaning up as pages and the command line see it: what there is, and the plan that removes what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from services.access import AccessService, RolePolicies, tag_value
from services.cleanup.choosing import unreferred
from services.cleanup.picture import Cleanup
from services.cleanup.planning import CleanupState, plan_cleanup
from services.cleanup.request import CleanupRequest
from services.errors import SagedeckError
from services.knowledge import HeldCollection, LibraryState
from services.knowledge.models import StoreKind
from services.resources import Holdings, Key, Kind, Resource, ResourcesService
from services.resources.models import MADE_BY, OWNER

if TYPE_CHECKING:
    from services.costs import Bill

SETTLE_SECONDS = 600.0
KEPT = timedelta(seconds=10)


class Watched(Protocol):
    """What is told how reading goes on."""

    def __call__(self, held: Holdings) -> bool:
        """Take in how far it is; true: enough."""
        ...


class CleaningService:
    """Cleanups for one owner. `bill` prices what is held; `library` tells what the knowledge room holds for them."""

    def __init__(
        self,
        resources: ResourcesService,
        access: AccessService,
        *,
        owner: str,
        home: str,
        bill: Callable[[Holdings], Bill],
        library: Callable[[], LibraryState],
        pace: float = 1.0,
    ) -> None:
        self._resources, self._access, self._bill, self._library = resources, access, bill, library
        self._home, self._pace = home, pace
        self._policies: dict[str, RolePolicies] = {}
        self._latest: tuple[datetime, object, Cleanup | None] = (datetime.min.replace(tzinfo=UTC), None, None)
        self.owner = tag_value(owner)

    def request(self, **asked: object) -> CleanupRequest:
        """A request of this owner; `asked` as in `CleanupRequest`."""
        return CleanupRequest(**{"owner": self.owner, **asked})  # type: ignore[arg-type]

    def look(self, request: CleanupRequest) -> Cleanup:
        """The cleanup by what is known now; never waits for AWS but for the policies of roles that go.

        What was planned a moment ago from the same things is given again: a page draws itself at every touch.
        """
        held = self._resources.held(self._regions(request))
        seen = (request, held.reading, held.listing, len(held.resources))
        at, before, found = self._latest
        if found is not None and before == seen and (held.at - at) < KEPT:
            return found
        found = self._planned(request, held)
        self._latest = (held.at, seen, found)
        return found

    def settled(
        self, request: CleanupRequest, seconds: float = SETTLE_SECONDS, watched: Watched | None = None
    ) -> Cleanup:
        """The cleanup once everything is looked into, or after so many seconds."""
        until = watched or (lambda _: False)
        return self._planned(request, self._resources.settled(seconds, self._regions(request), until=until))

    def forget(self) -> None:
        """Read the lists anew at the next look."""
        self._resources.forget()
        self._policies.clear()
        self._latest = (self._latest[0], None, None)

    def _regions(self, request: CleanupRequest) -> tuple[str, ...]:
        return request.regions or (self._home,)

    def _planned(self, request: CleanupRequest, held: Holdings) -> Cleanup:
        problems: list[str] = []
        collections = self._collections(problems)
        held = _with_collections(held, collections, self.owner)
        bill = self._bill(held)
        state = CleanupState(
            held=held,
            home=self._home,
            prices={line.key: line.usd_per_hour for line in bill.lines},
            price_source="; ".join(
                dict.fromkeys(each for one in bill.lines for each in one.source.split("; ") if each)
            ),
            orphans=unreferred(held) if request.orphans else (),
            policies=self._policies,
            collections=collections,
            pace=self._pace,
            problems=tuple(problems),
        )
        found = plan_cleanup(request, state)
        roles = [each.key.name for each in found.going if each.key.kind is Kind.ROLE]
        unread = [name for name in roles if name not in self._policies]
        if not unread:
            return found
        for name in unread:
            try:
                self._policies[name] = self._access.policies(name)
            except SagedeckError as error:
                problems.append(f"What the role {name} may do could not be read, so it may not go: {error.what}")
        return plan_cleanup(request, replace(state, policies=self._policies, problems=tuple(problems)))

    def _collections(self, problems: list[str]) -> Mapping[Key, HeldCollection]:
        try:
            library = self._library()
        except SagedeckError as error:
            problems.append(f"Documents and collections could not be looked at: {error.what}")
            return {}
        if library.unreachable:
            problems.append(library.unreachable)
        return {_key_of(each): each for each in library.collections}


def _sources(bill: Bill) -> str:
    """Where the prices of a bill are from, each once."""
    return "; ".join(dict.fromkeys(each for line in bill.lines for each in line.source.split("; ") if each))


def _key_of(held: HeldCollection) -> Key:
    kind = Kind.COLLECTION if held.collection.store is StoreKind.ASTRA else Kind.LIBRARY
    return Key(kind, held.collection.name)


def _with_collections(held: Holdings, collections: Mapping[Key, HeldCollection], owner: str) -> Holdings:
    """What is held, with the collections of whoever asks; stores know no tags, so these say what the library does."""
    known = tuple(each for each in held.resources if each.key not in collections)
    theirs = (
        Resource(key=key, described=True, about=_documents(each), tags=_tags(each, owner))
        for key, each in collections.items()
    )
    return replace(held, resources=(*known, *theirs))


def _tags(held: HeldCollection, owner: str) -> Mapping[str, str]:
    return {MADE_BY: "sagedeck", OWNER: owner} if held.collection.made_here else {}


def _documents(held: HeldCollection) -> str:
    count = len(held.documents)
    return f"{count} document{'' if count == 1 else 's'} of yours"

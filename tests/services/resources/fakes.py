"""A gateway of an account that a test writes down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from services.errors import NotFound, SagedeckError
from services.pace import Pace
from services.resources import Key, Kind, Place, Resource
from services.resources.listing import Listing

REGION = "us-east-1"
PLACE = Place(REGION, "123456789012", "aws")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def key(kind: Kind, name: str, region: str = REGION) -> Key:
    return Key(kind, name, region)


def listed(kind: Kind, name: str, region: str = REGION) -> Resource:
    """A resource as a list tells of it."""
    arn = f"arn:aws:sagemaker:{region}:123456789012:{kind.name.lower()}/{name}"
    return Resource(key=key(kind, name, region), arn=arn)


@dataclass
class Account:
    """What lists tell (`pages`, by kind), what descriptions add (`uses`), what fails (`refused`), what was asked."""

    pages: dict[Kind, list[tuple[Resource, ...]]] = field(default_factory=dict)
    uses: dict[Key, tuple[Key, ...]] = field(default_factory=dict)
    refused: dict[Kind, list[SagedeckError]] = field(default_factory=dict)
    gone: set[Key] = field(default_factory=set)
    unread: dict[Key, list[SagedeckError]] = field(default_factory=dict)
    untold: dict[Key, SagedeckError] = field(default_factory=dict)
    all_tags: Mapping[str, Mapping[str, str]] | SagedeckError = field(default_factory=dict)
    own_tags: dict[Key, Mapping[str, str]] = field(default_factory=dict)
    described_in_order: list[Key] = field(default_factory=list)
    asked: list[tuple[Kind, str]] = field(default_factory=list)
    tags_asked: list[Key] = field(default_factory=list)
    before_describing: Callable[[], None] = lambda: None
    before_listing: Callable[[Listing], None] = lambda _: None
    place: Place = PLACE
    named: str = "team-alpha"
    offers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.pace = Pace(1e6, sleep=lambda _: None)
        self.tag_pace = Pace(1e6, sleep=lambda _: None)

    def page(self, listing: Listing, token: str = "") -> tuple[tuple[Resource, ...], str]:
        self.before_listing(listing)
        self.asked.append((listing.kind, token))
        waiting = self.refused.get(listing.kind)
        if waiting:
            raise waiting.pop(0)
        pages, at = self.pages.get(listing.kind, []), int(token or 0)
        if listing.rows in ("CompositeAlarms", "StudioLifecycleConfigs"):
            pages = []
        return (pages[at] if pages else ()), str(at + 1) if at + 1 < len(pages) else ""

    def tags(self, kinds: tuple[str, ...], token: str = "") -> tuple[Mapping[str, Mapping[str, str]], str]:
        if isinstance(self.all_tags, SagedeckError):
            raise self.all_tags
        return self.all_tags, ""

    def described(self, resource: Resource) -> Resource:
        self.before_describing()
        self.described_in_order.append(resource.key)
        if resource.key in self.gone:
            raise NotFound(f"{resource.name} is gone.", "", "")
        if self.unread.get(resource.key):
            raise self.unread[resource.key].pop(0)
        return replace(resource, uses=self.uses.get(resource.key, resource.uses), described=True)

    def with_tags(self, resource: Resource) -> Resource:
        self.tags_asked.append(resource.key)
        if resource.key in self.untold:
            raise self.untold[resource.key]
        return replace(resource, tags=self.own_tags.get(resource.key, {}))

    def changed(self, resource: Resource) -> None:
        pass

    def alias(self) -> str:
        return self.named

    def regions(self) -> tuple[str, ...]:
        return self.offers

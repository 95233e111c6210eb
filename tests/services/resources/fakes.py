"""A gateway of an account that a test writes down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from services.errors import NotFound, SagedeckError
from services.resources import Key, Kind, Resource
from services.resources.listing import Listing, Place

REGION = "us-east-1"
PLACE = Place(REGION, "123456789012", "aws")


def key(kind: Kind, name: str) -> Key:
    return Key(kind, name, REGION)


def listed(kind: Kind, name: str) -> Resource:
    """A resource as a list tells of it."""
    return Resource(key=key(kind, name), arn=f"arn:aws:sagemaker:{REGION}:123456789012:{kind.name.lower()}/{name}")


@dataclass
class Account:
    """What lists tell (`pages`, by kind), what descriptions add (`uses`), what fails (`refused`), what was asked."""

    pages: dict[Kind, list[tuple[Resource, ...]]] = field(default_factory=dict)
    uses: dict[Key, tuple[Key, ...]] = field(default_factory=dict)
    refused: dict[Kind, list[SagedeckError]] = field(default_factory=dict)
    gone: set[Key] = field(default_factory=set)
    unread: dict[Key, SagedeckError] = field(default_factory=dict)
    all_tags: Mapping[str, Mapping[str, str]] | SagedeckError = field(default_factory=dict)
    described_in_order: list[Key] = field(default_factory=list)
    before_describing: Callable[[], None] = lambda: None

    place = PLACE

    def listed(self, listing: Listing) -> Iterator[tuple[Resource, ...]]:
        waiting = self.refused.get(listing.kind)
        if waiting:
            raise waiting.pop(0)
        yield from self.pages.get(listing.kind, [])

    def tags(self) -> Mapping[str, Mapping[str, str]]:
        if isinstance(self.all_tags, SagedeckError):
            raise self.all_tags
        return self.all_tags

    def described(self, resource: Resource) -> Resource:
        self.before_describing()
        self.described_in_order.append(resource.key)
        if resource.key in self.gone:
            raise NotFound(f"{resource.name} is gone.", "", "")
        if resource.key in self.unread:
            raise self.unread[resource.key]
        return replace(resource, uses=self.uses.get(resource.key, ()), described=True)

    def with_tags(self, resource: Resource) -> Resource:
        return replace(resource, tags={})

    def alias(self) -> str:
        return "team-alpha"

"""What a person asks to have cleaned up, and which resources that means. Pure.

Names are compared whole, letter for letter, code point for code point: nothing is folded or normalised. Only `*` and
`?` in a pattern stand for anything else, and what a pattern means is shown as exact names before anything runs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from services.plans.models import Frozen
from services.resources import Holdings, Key, Kind, Resource
from services.resources.models import MADE_BY, PROTECTED

MOST = 50
"""How many things one run removes, unless a person sets another cap."""
HOLDS_FILES = frozenset({Kind.BUCKET, Kind.PREFIX, Kind.FILE_SYSTEM})
"""What goes only where a person names or ticks it: what is in it cannot be made again."""
COMPANIONS = frozenset({Kind.SCALABLE_TARGET, Kind.ALARM, Kind.LOG_GROUP, Kind.SCHEDULE})
"""What belongs to another thing and is nothing without it; none of them keeps that thing from going."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupRequest:
    """Which things are to go. Every filter narrows; an empty one narrows nothing.

    owner       who asks; only what this console made for them goes, unless `others`
    regions     those to look at; empty: the connection's
    kinds       of these only
    names       exact names, or patterns with * and ?
    owners      of these owners, by the tag that says so; "" is nobody that a tag names
    tags        with these tags; an empty value fits any
    older_than  made at least so long ago
    orphans     only what nothing uses or refers to
    others      also what this console did not make for `owner`
    keep        exact names or patterns of what stays whatever else is said
    without     unticked by a person: these stay
    also        ticked by a person: these may go though their tags are not known, or they hold files
    most        how many things may go in one run
    protection  tags that protect, whatever their value but "false"
    """

    owner: str = ""
    regions: tuple[str, ...] = ()
    kinds: frozenset[Kind] = frozenset()
    names: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=Frozen)
    older_than: timedelta = timedelta()
    orphans: bool = False
    others: bool = False
    keep: tuple[str, ...] = ()
    without: frozenset[Key] = frozenset()
    also: frozenset[Key] = frozenset()
    most: int = MOST
    protection: tuple[str, ...] = (PROTECTED,)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tags", Frozen(self.tags))

    @property
    def patterns(self) -> tuple[str, ...]:
        """Those of the names and of what is kept that stand for more than themselves."""
        return tuple(each for each in (*self.names, *self.keep) if _is_pattern(each))


def fits(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name is one of these, or is what one with * or ? stands for."""
    return any(name == each or (_is_pattern(each) and bool(_compiled(each).fullmatch(name))) for each in patterns)


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(each, re.escape(each)) for each in pattern), re.DOTALL)


def asked_for(resource: Resource, request: CleanupRequest, orphans: Collection[Key], now: datetime) -> bool:
    """Whether the filters mean this resource. What is not known of it (its tags, its age) leaves it out of nothing:
    it is in the picture, and `choosing` keeps it.
    """
    if request.kinds and resource.kind not in request.kinds:
        return False
    if request.names and not fits(resource.name, request.names):
        return False
    if request.orphans and resource.key not in orphans:
        return False
    if request.older_than and resource.created is not None and now - resource.created < request.older_than:
        return False
    if resource.tags is None:
        return True
    if request.owners and resource.owner not in request.owners:
        return False
    return all(
        key in resource.tags and (not value or resource.tags[key] == value) for key, value in request.tags.items()
    )


def protected_by(resource: Resource, request: CleanupRequest) -> str:
    """The tag that protects a resource, "" where none does."""
    tags = resource.tags or {}
    return next((each for each in request.protection if tags.get(each, "false").strip().lower() != "false"), "")


def is_ours(resource: Resource, held: Holdings, owner: str) -> bool:
    """Whether this console made it for `owner`, by its tags; a companion without any is whose its bearer is."""
    if resource.made_here:
        return resource.owner == owner
    if resource.kind not in COMPANIONS or MADE_BY in (resource.tags or {}):
        return False
    bearers = [held.by_key.get(key) for key in resource.uses if key.kind in (Kind.ENDPOINT, Kind.COMPONENT)]
    return bool(bearers) and all(each is not None and each.made_here and each.owner == owner for each in bearers)

"""What is known of one region: its resources, what is still to be read, and what could not be. Not safe by itself."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.resources.describing import DESCRIBINGS, READ_FIRST
from services.resources.models import MADE_BY, Gap, Key, Kind, Place, Resource
from services.resources.surroundings import COMPOSITE, prefix, topic

REFERRED = "referred to"  # what told of a resource that no list does
_TOPIC_COLONS = 5  # a subscription's ARN has one more
_TAGGABLE = frozenset({"sagemaker", "sns", "logs", "cloudwatch", "application-autoscaling", "s3"})
QUEUES = len(READ_FIRST) + 2  # what is wanted first, each kind, and the rest
_ORDER = {kind: number for number, kind in enumerate(READ_FIRST)}


@dataclass(slots=True)
class Known:
    """`version` changes with every change; `lists` and `streams` (of tags) are those still under way."""

    place: Place
    found: dict[Key, Resource] = field(default_factory=dict)
    told_by: dict[Key, str] = field(default_factory=dict)
    gaps: dict[str, Gap] = field(default_factory=dict)
    tags: dict[str, Mapping[str, str]] = field(default_factory=dict)
    all_tags: bool = False  # whether `tags` are those of everything
    lists: int = 0
    streams: int = 0
    listed_at: float = -1e9
    reading: set[Key] = field(default_factory=set)
    tries: Counter[Key] = field(default_factory=Counter)
    version: int = 0
    _queues: list[OrderedDict[Key, None]] = field(default_factory=lambda: [OrderedDict() for _ in range(QUEUES)])
    _whole: tuple[int, tuple[Resource, ...]] = (-1, ())

    def resources(self) -> tuple[Resource, ...]:
        """Everything found, in the order found."""
        if self._whole[0] != self.version:
            self._whole = (self.version, tuple(self.found.values()))
        return self._whole[1]

    @property
    def under_way(self) -> int:
        """Lists and streams of tags that have not ended."""
        return self.lists + self.streams

    @property
    def waiting(self) -> int:
        """How many are still to be described, or being so."""
        return sum(map(len, self._queues)) + len(self.reading)

    # -- what is to be read

    def want(self, key: Key, *, first: bool = False) -> None:
        """Have it read: among its kind, or before everything."""
        if key in self.reading or (key in self._queues[0] and not first):
            return
        queue = self._queues[_ORDER.get(key.kind, len(_ORDER)) + 1]
        if first:
            queue.pop(key, None)
            queue = self._queues[0]
        queue[key] = None

    def wants(self, key: Key) -> bool:
        """Whether it waits to be read."""
        return any(key in queue for queue in (self._queues[0], self._queues[_ORDER.get(key.kind, len(_ORDER)) + 1]))

    def take(self) -> Resource | None:
        """The next to be read, what bills first."""
        for queue in self._queues:
            while queue:
                key, _ = queue.popitem(last=False)
                if key in self.found and key not in self.reading:
                    self.reading.add(key)
                    return self.found[key]
        return None

    def busy(self) -> bool:
        """Whether anything waits."""
        return any(self._queues)

    # -- what is found

    def listed(self, page: Sequence[Resource], by: str) -> Iterator[Resource]:
        """Take in a page of a list; yields what has the name of something else that was there before."""
        for each in page:
            self.told_by[each.key] = by
            before = self.found.get(each.key)
            if before is not None and before.described and not each.described and _same(before, each):
                continue
            if before is not None and before.created != each.created:
                yield each
            elif before is not None and each.tags is None:
                each = replace(each, tags=before.tags)
            self.put(each)
        self.version += 1

    def put(self, resource: Resource) -> None:
        """Take in a resource, and what it refers to that no list tells of."""
        self.found[resource.key] = resource
        self.version += 1
        if resource.kind in DESCRIBINGS and not resource.described and not resource.problem:
            self.want(resource.key)
        for key in resource.uses:
            if key.kind is Kind.TOPIC and key not in self.found:
                self._refer(topic(key.name, key.region))
            elif key.kind is Kind.PREFIX:
                self._prefix(key, resource)

    def _prefix(self, key: Key, writer: Resource) -> None:
        there = self.found.get(key)
        if there is None:
            self._refer(prefix(key, self.place, writer.tags, f"{writer.kind} {writer.name}"))
        elif there.tags is None and writer.tags is not None:
            self.found[key] = replace(there, tags=writer.tags)

    def _refer(self, resource: Resource) -> None:
        self.told_by[resource.key] = REFERRED
        self.put(resource)

    def drop(self, key: Key) -> None:
        """It is there no more."""
        self.found.pop(key, None)
        self.told_by.pop(key, None)
        self.tries.pop(key, None)
        self.version += 1

    def ended(self, by: str, seen: Iterable[Key]) -> None:
        """A list was read to its end: what it told of before and not now is gone."""
        still = set(seen)
        for key in [key for key, name in self.told_by.items() if name == by and key not in still]:
            self.drop(key)

    # -- once all lists and tags are there

    def settle(self, young: datetime) -> None:
        """Give everything its tags, and leave out what only others told of that nothing refers to any more.

        What the tags of all do not hold has none, unless it came about after `young`: then it is asked for its own.
        """
        for arn, tags in self.tags.items():
            if arn.split(":")[2] == "sns" and arn.count(":") == _TOPIC_COLONS and tags.get(MADE_BY) == "sagedeck":
                key = Key(Kind.TOPIC, arn, self.place.region)
                if key not in self.found:
                    self._refer(topic(arn, self.place.region, tags))
        for key, each in list(self.found.items()):
            since = each.created or each.changed
            if each.arn in self.tags:
                self.found[key] = replace(each, tags=self.tags[each.arn])
            elif each.tags is None and self.all_tags and since is not None and since < young and taggable(each):
                self.found[key] = replace(each, tags={})
            elif tags_are_missing(each) and (each.described or each.kind not in DESCRIBINGS):
                self.want(key)
        self._sift()
        self.tags = {}
        self.version += 1

    def _sift(self) -> None:
        writers: dict[Key, Resource] = {}
        for each in self.found.values():
            for key in each.uses:
                if key.kind in (Kind.TOPIC, Kind.PREFIX):
                    writers.setdefault(key, each)
        for key, each in list(self.found.items()):
            if self.told_by.get(key) == REFERRED and key not in writers and not each.made_here:
                self.drop(key)
            elif each.kind is Kind.PREFIX and key in writers:
                self.found[key] = replace(each, tags=writers[key].tags)
            elif each.about == COMPOSITE and not any(used in self.found for used in each.uses):
                self.drop(key)


def taggable(resource: Resource) -> bool:
    """Whether it has tags that its own service tells of."""
    return resource.kind is not Kind.PREFIX and resource.arn.split(":")[2:3] != [] and (
        resource.arn.split(":")[2] in _TAGGABLE
    )  # fmt: skip


def tags_are_missing(resource: Resource) -> bool:
    """Whether its own tags are still to be asked for."""
    return resource.tags is None and taggable(resource)


def _same(before: Resource, listed: Resource) -> bool:
    """Whether a list tells nothing new of a resource that was described."""
    return (before.status, before.changed, before.created) == (listed.status, listed.changed, listed.created)

"""Studio's domains as trees, and the request that removes what a person chose of one. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from services.cleanup.request import CleanupRequest
from services.errors import InvalidRequest, NotFound
from services.resources import Holdings, Key, Kind, Resource

STORES = (Kind.FILE_SYSTEM, Kind.PREFIX, Kind.BUCKET)
_INSIDE = (Kind.USER_PROFILE, Kind.SPACE, Kind.APP)
_WORDS = {
    "file-system": (Kind.FILE_SYSTEM,),
    "bucket": (Kind.BUCKET, Kind.PREFIX),
    "domain": (Kind.DOMAIN,),
}


@dataclass(frozen=True, slots=True)
class Node:
    """One resource of a domain, and what goes before it."""

    resource: Resource
    below: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        """It and everything below it."""
        yield self
        for each in self.below:
            yield from each.walk()


@dataclass(frozen=True, slots=True)
class DomainTree:
    """A domain: its user profiles with their spaces and apps, spaces of nobody, and where it stores files.

    `whole`: everything of it was listed and looked into.
    """

    domain: Resource
    people: tuple[Node, ...] = ()
    shared: tuple[Node, ...] = ()
    stores: tuple[Resource, ...] = ()
    whole: bool = True

    def parts(self) -> tuple[Resource, ...]:
        """All of it, what goes first at first."""
        nodes = [each.resource for top in (*self.people, *self.shared) for each in top.walk()]
        rank = {kind: number for number, kind in enumerate((Kind.APP, Kind.SPACE, Kind.USER_PROFILE))}
        return (*sorted(nodes, key=lambda each: rank[each.kind]), self.domain, *self.stores)


def domains(held: Holdings) -> tuple[DomainTree, ...]:
    """Every domain that was found, by name."""
    found = sorted(held.of(Kind.DOMAIN), key=lambda each: (each.about, each.name, each.key.region))
    return tuple(_tree(each, held) for each in found)


def domain_of(held: Holdings, named: str) -> DomainTree:
    """The domain of an id or an exact name. NotFound where there is none, InvalidRequest where a name means several."""
    fitting = [each for each in domains(held) if named in (each.domain.name, each.domain.about)]
    if not fitting:
        raise NotFound(f"There is no Studio domain {named}.", "", "Give its id (d-…) or its exact name.")
    if len(fitting) > 1:
        ids = ", ".join(f"{each.domain.name} in {each.domain.key.region}" for each in fitting)
        raise InvalidRequest(f"{named} is the name of several domains.", f"They are {ids}.", "Give an id and a region.")
    return fitting[0]


def _tree(domain: Resource, held: Holdings) -> DomainTree:
    inside = [
        each
        for each in held.of(*_INSIDE)
        if each.name.partition("/")[0] == domain.name and each.key.region == domain.key.region
    ]
    used_by: dict[Key, list[Resource]] = {}
    for each in inside:
        used_by.setdefault(_holder(each), []).append(each)

    def node(resource: Resource) -> Node:
        below = sorted(used_by.get(resource.key, ()), key=lambda each: each.name)
        return Node(resource, tuple(node(each) for each in below))

    tops = [node(each) for each in sorted(inside, key=lambda each: each.name) if _holder(each) == domain.key]
    stores = [held.by_key[key] for key in domain.uses if key.kind in STORES and key in held.by_key]
    return DomainTree(
        domain=domain,
        people=tuple(each for each in tops if each.resource.kind is Kind.USER_PROFILE),
        shared=tuple(each for each in tops if each.resource.kind is not Kind.USER_PROFILE),
        stores=tuple(sorted(stores, key=lambda each: STORES.index(each.kind))),
        whole=not held.listing and all(each.described for each in (*inside, domain)),
    )


def _holder(resource: Resource) -> Key:
    """Below which a part stands: an app below its space or profile, a space below its owner, else the domain."""
    above = {key.kind: key for key in resource.uses}
    for kind in (Kind.SPACE, Kind.USER_PROFILE, Kind.DOMAIN):
        if kind in above and kind is not resource.kind:
            return above[kind]
    return Key(Kind.DOMAIN, resource.name.partition("/")[0], resource.key.region)


def with_users(tree: DomainTree, chosen: Iterable[Key]) -> frozenset[Key]:
    """What goes when `chosen` goes: these, and all that cannot do without them."""
    return _spread(chosen, [(used, user) for user, used in _edges(tree)])


def with_used(tree: DomainTree, kept: Iterable[Key]) -> frozenset[Key]:
    """What stays when `kept` stays: these, and all that they cannot do without."""
    return _spread(kept, _edges(tree))


def _edges(tree: DomainTree) -> list[tuple[Key, Key]]:
    parts = {each.key for each in tree.parts()}
    return [(each.key, used) for each in tree.parts() for used in each.uses if used in parts]


def _spread(begun: Iterable[Key], edges: Iterable[tuple[Key, Key]]) -> frozenset[Key]:
    onward: dict[Key, list[Key]] = {}
    for near, far in edges:
        onward.setdefault(near, []).append(far)
    found, waiting = set[Key](), list(begun)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += onward.get(key, ())
    return frozenset(found)


def kept_of(tree: DomainTree, words: Iterable[str]) -> frozenset[Key]:
    """What of a domain these words mean: "file-system", "bucket", or the exact name of a part, with or without the
    domain's id before it. InvalidRequest for one that means nothing of it."""
    found: set[Key] = set()
    for word in words:
        kinds = _WORDS.get(word, ())
        named = [
            each.key for each in tree.parts() if each.kind in kinds or word in (each.name, each.name.partition("/")[2])
        ]
        if not named and word not in _WORDS:
            raise InvalidRequest(f"The domain {tree.domain.name} has no part {word}.", "", "Give file-system, bucket, "
                                 "or the exact name of a profile, space or app.")  # fmt: skip
        found.update(named)
    return frozenset(found)


def studio_request(tree: DomainTree, removed: Collection[Key], owner: str) -> CleanupRequest:
    """What asks for all of a domain, of which only `removed` is to go; protection and what is in use still keep."""
    parts = [each for each in tree.parts() if not {"*", "?"} & set(each.name)]  # a name is no pattern
    return CleanupRequest(
        owner=owner,
        regions=(tree.domain.key.region,),
        kinds=frozenset(each.kind for each in parts),
        names=tuple(each.name for each in parts),
        others=True,
        without=frozenset(each.key for each in parts if each.key not in removed),
        most=max(1, len(parts)),
    )

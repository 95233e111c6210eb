"""What nothing refers to, with the proof: which lists were read to their end, and that none of them names it. Pure.

Names are compared whole. Where a list has a gap, is still being read, or holds something nobody looked into yet, what
it might refer to is "not proved yet", never an orphan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from services.endpoints.memory import ENDPOINT as PAUSED
from services.endpoints.memory import read as remembered
from services.resources import Holdings, Key, Kind, Resource
from services.resources.models import PROTECTED
from services.savings.models import Finding, Proposal, Unjudged, Way, What

YOUNG = timedelta(days=1)  # what was made just now may be about to be used
# What may refer to a kind; of these every one has to be looked into.
REFERRERS: Mapping[Kind, tuple[Kind, ...]] = {
    Kind.ENDPOINT_CONFIG: (Kind.ENDPOINT, Kind.SCHEDULE),
    Kind.MODEL: (Kind.ENDPOINT_CONFIG, Kind.COMPONENT, Kind.TRANSFORM_JOB, Kind.SCHEDULE),
    Kind.TOPIC: (Kind.ENDPOINT_CONFIG, Kind.ALARM),
    Kind.FILE_SYSTEM: (Kind.DOMAIN,),
}
# What has to be there for a kind to make sense; their lists have to be whole, and no paused endpoint may have the name.
TARGETS: Mapping[Kind, tuple[Kind, ...]] = {
    Kind.COMPONENT: (Kind.ENDPOINT,),
    Kind.SCALABLE_TARGET: (Kind.ENDPOINT, Kind.COMPONENT),
    Kind.ALARM: (Kind.ENDPOINT, Kind.COMPONENT),
    Kind.LOG_GROUP: (Kind.ENDPOINT, Kind.COMPONENT),
    Kind.SCHEDULE: (Kind.ENDPOINT, Kind.ENDPOINT_CONFIG, Kind.COMPONENT, Kind.NOTEBOOK),
}
NOT_LOOKED_AT = "Pipelines and programs outside this account's lists are not looked at."
Monthly = Callable[[Resource], float | None]


@dataclass(slots=True)
class _Search:
    """One look through what is held.

    paused     the configuration of each paused endpoint, by (region, endpoint)
    sleeping   models that components of paused endpoints need, by (region, model)
    untagged   regions in which a configuration's tags are not read
    """

    held: Holdings
    monthly: Monthly
    paused: dict[tuple[str, str], str] = field(default_factory=dict)
    sleeping: set[tuple[str, str]] = field(default_factory=set)
    untagged: set[str] = field(default_factory=set)
    gone: set[Key] = field(default_factory=set)
    told: dict[tuple[Kind, str, bool], str] = field(default_factory=dict)
    counts: Counter[tuple[Kind, str]] = field(default_factory=Counter)
    words: dict[tuple[Kind, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.counts = Counter((each.kind, each.key.region) for each in self.held.resources)
        for each in self.held.of(Kind.ENDPOINT_CONFIG):
            region = each.key.region
            if each.tags is None:
                self.untagged.add(region)
            elif each.tags.get(PAUSED):
                self.paused[region, each.tags[PAUSED]] = each.name
                memory = remembered(each.tags)
                parts = memory.components if memory else ()
                self.sleeping |= {(region, model) for part in parts for model in part.models}

    def lacks(self, kind: Kind, region: str, *, described: bool) -> str:
        """As `incomplete`, looked for once."""
        which = (kind, region, described)
        if which not in self.told:
            self.told[which] = incomplete(self.held, kind, region, described=described)
        return self.told[which]

    def looked(self, kind: Kind, region: str) -> str:
        """What was looked through, in words of proof."""
        if (kind, region) not in self.words:
            many = self.counts[kind, region]
            read = f"{self.held.at:%H:%M:%S} UTC"
            self.words[kind, region] = (
                f"All {many:,} {_many(kind)} of {region} were read by {read}; none is or names it."
            )
        return self.words[kind, region]


def orphans(held: Holdings, monthly: Monthly) -> Iterator[Finding | Unjudged]:
    """Everything that is an orphan, or may be one; `monthly` tells what a resource costs a month."""
    search = _Search(held, monthly)
    order = (Kind.ENDPOINT_CONFIG, *(kind for kind in (*TARGETS, *REFERRERS) if kind is not Kind.ENDPOINT_CONFIG))
    for kind in dict.fromkeys(order):  # configurations first: a model may wait for one alone
        for resource in held.of(kind):
            found = _one(search, resource)
            if isinstance(found, Finding):
                search.gone.add(resource.key)
            if found is not None:
                yield found


def incomplete(held: Holdings, kind: Kind, region: str, *, described: bool) -> str:
    """Why the list of a kind proves nothing yet; "" when it is whole, and each of it looked into where `described`."""
    gap = next((each for each in held.gaps if each.kind is kind and each.region in (region, "")), None)
    if gap is not None:
        return f"The {_many(kind)} could not all be listed: {gap.why}"
    if held.listing:
        return "The lists are still being read."
    if not described:
        return ""
    unread = [each for each in held.of(kind) if each.key.region == region and not each.described]
    if not unread:
        return ""
    why = next((f" {each.problem}" for each in unread if each.problem), "")
    return f"{len(unread)} of the {_many(kind)} are not looked into yet.{why}"


def _many(kind: Kind) -> str:
    return f"{kind}s"


def _one(search: _Search, resource: Resource) -> Finding | Unjudged | None:
    seek = _unreferred if resource.kind in REFERRERS else _pointless
    proof = seek(search, resource)
    if proof is None or _protected(resource):
        return None
    if isinstance(proof, str):
        return Unjudged(resource.key, What.ORPHAN, f"Not proved yet. {proof}")
    made = resource.created or (resource.changed if resource.kind is Kind.ALARM else None)
    if made is not None and search.held.at - made < YOUNG:
        return Unjudged(resource.key, What.ORPHAN, "Made less than a day ago: it may be about to be used.", young=True)
    return _finding(search, resource, tuple(proof))


def _protected(resource: Resource) -> bool:
    return (resource.tags or {}).get(PROTECTED, "false").lower() != "false"


def _finding(search: _Search, resource: Resource, proof: tuple[str, ...]) -> Finding:
    users = search.held.users.get(resource.key, ())
    monthly = search.monthly(resource)
    shown = resource.name if resource.kind is not Kind.TOPIC else resource.name.rpartition(":")[2]
    title = f"Nothing refers to the {resource.kind} {shown}."
    if resource.kind in TARGETS:
        title = f"The {resource.kind} {shown} belongs to nothing that is there."
    return Finding(
        key=resource.key,
        what=What.ORPHAN,
        title=title,
        proof=proof,
        usd_per_month=monthly,
        proposal=Proposal(
            way=Way.CLEAN_UP,
            words="Tick it and clean it up.",
            before=monthly,
            after=None if monthly is None else 0.0,
            caution="" if resource.made_here else "This console did not make it.",
        ),
        made=resource.created,
        owner=resource.owner,
        made_here=resource.made_here,
        needs=tuple(key for key in users if key in search.gone),
    )


def _unreferred(search: _Search, resource: Resource) -> list[str] | str | None:
    """The proof that nothing refers to it; the reason where there is none yet; None where something does."""
    held, region = search.held, resource.key.region
    users = [key for key in held.users.get(resource.key, ()) if key not in search.gone]
    if users:
        return None
    if resource.kind is Kind.TOPIC and not resource.made_here:
        return None  # anybody's programs may listen to it
    if resource.kind is Kind.ENDPOINT_CONFIG:
        if resource.tags is None:
            return "Its tags are not read: it may be what a paused endpoint is resumed from."
        if resource.tags.get(PAUSED):
            return None
    if (region, resource.name) in search.sleeping and resource.kind is Kind.MODEL:
        return None
    proof = []
    for kind in REFERRERS[resource.kind]:
        whole = search.lacks(kind, region, described=True)
        if whole:
            return whole
        proof.append(search.looked(kind, region))
    if resource.kind is Kind.MODEL and region in search.untagged:
        return "The tags of some configurations are not read: they may remember a paused endpoint's components."
    ended = [key.name for key in held.users.get(resource.key, ())]
    if ended:
        proof.append(f"Only {', '.join(ended)} names it, which nothing refers to either.")
    return [*proof, NOT_LOOKED_AT]


def _pointless(search: _Search, resource: Resource) -> list[str] | str | None:
    """The proof that what it is about is not there; a reason where there is none yet; None where it is there."""
    held, region = search.held, resource.key.region
    meant = [key for key in resource.uses if key.kind in TARGETS[resource.kind]]
    if resource.kind is Kind.SCHEDULE and not resource.described:
        return f"It is not looked into yet. {resource.problem}".strip()
    if not meant or any(key in held.by_key for key in meant):
        return _variant_gone(search, resource, meant)
    sleeping = [key.name for key in meant if (region, key.name) in search.paused]
    if sleeping:
        return None  # it is of use again when that is resumed
    proof = []
    for kind in TARGETS[resource.kind]:
        whole = search.lacks(kind, region, described=False)
        if whole:
            return whole
        proof.append(search.looked(kind, region))
    whole = search.lacks(Kind.ENDPOINT_CONFIG, region, described=False)
    if whole:
        return whole
    if region in search.untagged:
        return "Not every configuration's tags are read: one may remember a paused endpoint of this name."
    told = ", ".join(f"{key.kind} {key.name}" for key in meant)
    return [f"It is about the {told}.", *proof, "No paused endpoint has that name."]


def _variant_gone(search: _Search, resource: Resource, meant: list[Key]) -> list[str] | None:
    """A target that scales a variant its endpoint no longer has; None for all else."""
    parts = resource.name.split("/")
    endpoint = search.held.by_key.get(meant[0]) if meant else None
    if resource.kind is not Kind.SCALABLE_TARGET or len(parts) != 4 or endpoint is None:
        return None
    variants = [each.variant for each in endpoint.machines]
    if not endpoint.described or endpoint.status != "InService" or not variants or parts[3] in variants:
        return None
    return [f"{endpoint.name} is in service without a variant {parts[3]}; it has {', '.join(variants)}."]

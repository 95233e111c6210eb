"""Plans a cleanup: what goes, in the order that what uses what demands, each thing looked at again before it goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from services.access import RolePolicies
from services.cleanup.choosing import Fate, bearers, choose, hard_users, why_it_goes
from services.cleanup.picture import Cleanup, Item
from services.cleanup.removing import Surroundings, steps_of
from services.cleanup.request import CleanupRequest, is_ours
from services.knowledge import HeldCollection
from services.plans.estimates import total_of
from services.plans.models import Cost, Estimate, Frozen, Plan, Proof, Read, Step, Unless, Until
from services.resources import Holdings, Key, Kind, Resource

LOOKS_BACK = timedelta(hours=1)
"""What came about this long before the resources were read is looked at again too: lists are kept for minutes."""
CREATED: Mapping[Kind, str] = {
    Kind.ENDPOINT: "CreationTime",
    Kind.ENDPOINT_CONFIG: "CreationTime",
    Kind.MODEL: "CreationTime",
    Kind.COMPONENT: "CreationTime",
    Kind.ROLE: "Role.CreateDate",
}
"""Where a description tells when a thing was made: another of the same name that was made since is another thing."""
_COLLECTIONS = (Kind.COLLECTION, Kind.LIBRARY)


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupState:
    """What planning a cleanup needs to know.

    home         the connection's region, whose calls need not name it
    prices       USD an hour of what costs (`services.costs.Bill`); what is not in it costs nothing
    orphans      what nothing refers to
    policies     of roles, by name
    collections  what the library holds of whoever asks
    """

    held: Holdings
    home: str = ""
    prices: Mapping[Key, float | None] = field(default_factory=dict)
    price_source: str = ""
    orphans: Collection[Key] = ()
    policies: Mapping[str, RolePolicies] = field(default_factory=dict)
    collections: Mapping[Key, HeldCollection] = field(default_factory=dict)
    pace: float = 1.0
    problems: tuple[str, ...] = ()


def plan_cleanup(request: CleanupRequest, state: CleanupState) -> Cleanup:
    """What goes and what stays of what was asked for, and the plan that removes it. Changes and reads nothing."""
    held, fates = state.held, choose(request, state.held, state.orphans)
    _keep_foreign_collections(fates, state)
    going = [held.by_key[key] for key, fate in fates.items() if fate.goes]
    steps = _in_order(_steps(going, request, state))
    costs = [state.prices.get(each.key, 0.0) for each in going]
    hourly = total_of(costs)
    plan = Plan(
        title=f"Clean up {len(going)} thing{'' if len(going) == 1 else 's'}",
        steps=steps,
        warnings=tuple(_warnings(request, state, going)),
        estimate=Estimate(None if hourly is None else -hourly, source=state.price_source),
    )
    return Cleanup(
        request=request,
        plan=plan,
        items=tuple(_item(held.by_key[key], fate, request, state) for key, fate in fates.items()),
        account=held.account,
        alias=held.alias,
        matched=len(held.resources),
        reading=held.reading,
        listing=held.listing,
        gaps=tuple(_gaps(held)),
    )


def _item(resource: Resource, fate: Fate, request: CleanupRequest, state: CleanupState) -> Item:
    users = hard_users(state.held, resource.key)
    return Item(
        key=resource.key,
        goes=fate.goes,
        why=why_it_goes(resource, state.held) if fate.goes else fate.why,
        ours=is_ours(resource, state.held, request.owner),
        may=fate.may,
        unknown=fate.unknown,
        owner=resource.owner,
        status=resource.status,
        about=resource.about,
        created=resource.created,
        after=(*users, *bearers(resource)) if resource.kind is Kind.LOG_GROUP else users,
        usd_per_hour=state.prices.get(resource.key, 0.0),
    )


def _keep_foreign_collections(fates: dict[Key, Fate], state: CleanupState) -> None:
    for key, fate in fates.items():
        if key.kind not in _COLLECTIONS or not fate.goes:
            continue
        found = state.collections.get(key)
        if found is None or not found.collection.made_here:
            fates[key] = Fate(False, "This console did not make it.", may=False)
        elif found.others:
            fates[key] = Fate(False, "It holds documents of others.", may=False)


def _steps(going: list[Resource], request: CleanupRequest, state: CleanupState) -> Iterator[Step]:
    """The steps of each resource, which wait for those of what uses it."""
    keys = {each.key for each in going}
    last, taken = dict[Key, str](), set[str]()
    around = Surroundings(
        near=lambda region: f"arn:{state.held.partition}:sagemaker:{region or state.home}:{state.held.account}:",
        going=keys, policies=state.policies, collections=state.collections, pace=state.pace,
    )  # fmt: skip
    for resource in going:
        waits = [*hard_users(state.held, resource.key), *_before(resource, state.held)]
        after = tuple(dict.fromkeys(last[key] for key in waits if key in last))
        made = _named_apart(steps_of(resource, after, around), taken)
        taken |= {step.id for step in made}
        last[resource.key] = made[-1].id
        yield from _dressed(resource, made, request, state)


def _before(resource: Resource, held: Holdings) -> tuple[Key, ...]:
    """Companions that go before what they belong to (what scales it), and what a companion goes after (its logs)."""
    if resource.kind is Kind.LOG_GROUP:
        return bearers(resource)  # a container that still runs would make it again
    if resource.kind is Kind.ALARM:
        return tuple(user for key in resource.uses for user in held.users.get(key, ()) if _scales(user))
    return tuple(user for user in held.users.get(resource.key, ()) if _scales(user))


def _scales(key: Key) -> bool:
    return key.kind is Kind.SCALABLE_TARGET


def _named_apart(steps: tuple[Step, ...], taken: Collection[str]) -> tuple[Step, ...]:
    """The steps with ids that no other has: names may be alike in two regions."""
    names = {step.id: step.id for step in steps}
    for own in names:
        number = 2
        while names[own] in taken:
            names[own], number = f"{own}-{number}", number + 1
    return tuple(
        replace(step, id=names[step.id], after=tuple(names.get(each, each) for each in step.after)) for step in steps
    )


def _dressed(
    resource: Resource, steps: tuple[Step, ...], request: CleanupRequest, state: CleanupState
) -> Iterator[Step]:
    """The steps with their region, what they are looked at for before, when the thing was made, and what they end."""
    region = "" if resource.key.region == state.home else resource.key.region
    hourly = state.prices.get(resource.key, 0.0)
    changing = [step.id for step in steps if not isinstance(step.manner, Until)]
    for step in steps:
        if isinstance(step.manner, Until):
            yield replace(step, region=region)
            continue
        ends = Cost(None if hourly is None else -hourly) if step.id == changing[-1] and hourly != 0 else None
        own = resource.kind in _COLLECTIONS
        yield replace(
            step, region=region, cost=ends, proof=_of_this_one(resource, step),
            unless=None if own else _unless(resource, request, state),
        )  # fmt: skip


def _of_this_one(resource: Resource, step: Step) -> Proof | None:
    path, proof = CREATED.get(resource.kind), step.proof
    if proof is None or path is None or resource.created is None or proof.read.operation not in _DESCRIBES:
        return proof
    return replace(proof, expect=Frozen({path: resource.created}))


_DESCRIBES = frozenset(
    {"describe_endpoint", "describe_endpoint_config", "describe_model", "describe_inference_component", "get_role"}
)


def _unless(resource: Resource, request: CleanupRequest, state: CleanupState) -> Unless:
    asked = {
        "Kind": str(resource.kind),
        "Name": resource.name,
        "Arn": resource.arn,
        "Since": (state.held.at - LOOKS_BACK).isoformat(),
        "Protection": list(request.protection),
        "Regions": list(state.held.regions),
    }
    return Unless(Read("holdings", "look_again", asked))


def _in_order(steps: Iterator[Step]) -> tuple[Step, ...]:
    """As they were made, but waits after the calls that may be made meanwhile, so that none of these stands behind."""
    depth: dict[str, int] = {}
    found = []
    for step in steps:
        waits = max((depth[each] for each in step.after if each in depth), default=-1)
        depth[step.id] = waits + 1
        found.append(step)
    return tuple(sorted(found, key=lambda step: depth[step.id]))


def _warnings(request: CleanupRequest, state: CleanupState, going: list[Resource]) -> Iterator[str]:
    yield from state.problems
    if any(each.kind is Kind.ROLE for each in going):
        seen = ", ".join(state.held.regions)
        yield f"Roles are of the whole account; whether another region than {seen} uses one was not looked at."
    if state.held.reading or state.held.listing:
        yield "Not everything was looked into yet: what is not known stays, and may go in a later plan."
    others = sum(not is_ours(each, state.held, request.owner) for each in going)
    if others:
        were = "thing was" if others == 1 else "things were"
        yield f"{others} {were} not made by this console for you: ask whoever uses them before."
    unpriced = sum(state.prices.get(each.key, 0.0) is None for each in going)
    if unpriced:
        yield f"What {unpriced} of them cost is not known, so neither is what this saves."


def _gaps(held: Holdings) -> Iterator[str]:
    told = Counter((gap.kind, gap.why) for gap in held.gaps)
    for (kind, why), _ in told.items():
        where = ", ".join(dict.fromkeys(gap.region for gap in held.gaps if gap.kind is kind and gap.region))
        yield f"{kind.capitalize()}s{f' in {where}' if where else ''} could not be seen: {why}"

"""From endpoints and notebook instances, their tags and the schedules to leases. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.leases.leased import Leased
from services.leases.models import Due, KeptBy, Lease, Schedule, Subject, kind_held
from services.leases.shots import PROTECTED
from services.plans.estimates import total_of
from services.plans.leasing import BY, ENDS, REASON, THEN, WAYS, LeaseKind, key_of, moment, schedule_name
from services.resources import Holdings, Kind, Resource

UPDATED = "It was updated since: extend its lease, or it is resumed with its former configuration."
LATE = timedelta(minutes=20)  # after its end, an endpoint that is still there was not ended by its schedule
_GONE = frozenset({"Deleting"})
_UNSETTLED = frozenset({"Creating", "Updating", "SystemUpdating", "Pending", "InMaintenance"})


def of_resource(
    resource: Resource, schedules: Mapping[str, Schedule], price: Callable[[str], float | None], now: datetime
) -> Lease | None:
    """The lease of an endpoint of the holdings, None where it has none. `price` is of one instance, an hour."""
    costs = [
        None if (each := price(machine.instance_type)) is None else each * machine.count
        for machine in resource.machines if machine.count and machine.instance_type
    ]  # fmt: skip
    hourly = total_of(costs) if resource.described else None
    return _lease(
        resource.name, resource.tags or {}, schedules, now, status=resource.status, region=resource.key.region,
        created=resource.created, usd_per_hour=hourly,
    )  # fmt: skip


def of_detail(detail: Subject, schedules: Mapping[str, Schedule], now: datetime) -> Lease | None:
    """The lease of an endpoint or a notebook instance as its page knows it; None too where it is done with."""
    found = _lease(
        detail.name, dict(detail.tags), schedules, now, status=detail.status, region=detail.arn.split(":")[3],
        created=detail.created, usd_per_hour=detail.usd_per_hour, kind=kind_held(detail),
    )  # fmt: skip
    if isinstance(detail, Leased):
        return None if found is None or detail.over(found.ends, now) else found
    remembers = schedules[detail.name].remembers if found and found.enforced_by is KeptBy.SCHEDULER else ""
    if found is not None and remembers and remembers.lower() != detail.config_name.lower():
        return replace(found, problem=UPDATED)
    return found


def by_key(schedules: Iterable[Schedule]) -> dict[str, Schedule]:
    """The schedule that ends each thing, by its key (an endpoint's exact name), with what its lease remembers."""
    every = {each.name: each for each in schedules}
    found = {each.key: each for each in every.values() if each.key}
    return {
        name: replace(each, remembers=every[part].remembers) if (part := f"{each.name}.remember") in every else each
        for name, each in found.items()
        if each.name == schedule_name(name)
    }


def leases_of(held: Holdings, schedules: Sequence[Schedule], price: Callable[[str], float | None]) -> tuple[Lease, ...]:
    """Every lease of the holdings, the one that ends first at the top."""
    by_name = by_key(schedules)
    found = (of_resource(each, by_name, price, held.at) for each in held.of(Kind.ENDPOINT))
    return tuple(sorted((each for each in found if each is not None), key=lambda each: (each.ends, each.name)))


def _lease(
    name: str, tags: Mapping[str, str], schedules: Mapping[str, Schedule], now: datetime, *, status: str, region: str,
    created: datetime | None, usd_per_hour: float | None, kind: LeaseKind = LeaseKind.ENDPOINT,
) -> Lease | None:  # fmt: skip
    schedule, ways = schedules.get(key_of(kind, name)), WAYS[kind]
    told = moment(tags[ENDS]) if ENDS in tags else None
    ends = told or (schedule.ends if schedule is not None and schedule.enabled else None)
    if ends is None or status in _GONE:
        return None
    made_here, protected = tags.get("sagedeck:made-by") == "sagedeck", tags.get(PROTECTED, "false") != "false"
    then = tags.get(THEN, ways[0])
    kept, problem = _kept(ends, schedule, now, made_here=made_here, protected=protected)
    return Lease(
        name=name, ends=ends, kind=kind, owner=tags.get("sagedeck:owner", "") or tags.get(BY, ""),
        reason=tags.get(REASON, ""), then=then if then in ways else ways[0], by=tags.get(BY, ""),
        enforced_by=kept, schedule=schedule.name if schedule else "", status=status, region=region, created=created,
        usd_per_hour=usd_per_hour, made_here=made_here, protected=protected, problem=problem,
    )  # fmt: skip


def _kept(
    ends: datetime, schedule: Schedule | None, now: datetime, *, made_here: bool, protected: bool
) -> tuple[KeptBy, str]:
    """Who keeps to a lease, and what is wrong about that."""
    if protected:
        return KeptBy.NOBODY, "A tag protects it: it is not ended while that stands."
    if schedule is not None and schedule.enabled and schedule.ends == ends:
        return KeptBy.SCHEDULER, ""
    rest = KeptBy.REAP if made_here else KeptBy.NOBODY
    if schedule is not None and schedule.enabled:
        return rest, "AWS has another end for it: extend it again, so that both are the same."
    if now - ends > LATE:
        return rest, "It has ended and still runs."
    return rest, "" if made_here else "This console did not make it, and AWS has no schedule for it."


def due(leases: Iterable[Lease], now: datetime, *, everything: bool = False) -> tuple[Due, ...]:
    """The leases that have ended, each with why `reap` leaves it alone, if it does; `everything`: whoever made it."""
    return tuple(Due(each, _why_not(each, everything)) for each in leases if each.ends <= now)


def _why_not(lease: Lease, everything: bool) -> str:
    if lease.protected:
        return "A tag protects it."
    if not lease.made_here and not everything:
        return "This console did not make it; --all takes it too."
    return f"It is {lease.status} now." if lease.status in _UNSETTLED else ""

"""Whether the account may have that many more instances: its quota less what its endpoints hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from services.catalog.quotas import ALL_ENDPOINTS, ENDPOINT, SERVERLESS_CONCURRENCY, SERVERLESS_ENDPOINTS, Quota
from services.deploy import Serverless
from services.deploy.scaling import most_instances
from services.errors import SagedeckError, Unreachable
from services.preflight.checks.price import bills_by_the_hour
from services.preflight.looking import InUse, Look
from services.preflight.models import Fix, Line, Part, Topic, Verdict
from services.preflight.offers import MOST_DEARER, other_types
from services.preflight.side_by_side import begin
from services.preflight.words import count, money

_SHARE = 0.9  # of the time that is left is waited for what is in use; a quota of 0 says enough without
_TRIED = 4  # other types that are asked about where the one asked for has no quota


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for of one quota. `now`: at once; `later`: at most, once it has grown; `needed`: not a fallback."""

    quota: str
    what: str
    now: int
    later: int
    needed: bool
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What is asked for of a quota, how much of it there is, and what is in use or why that is not known."""

    wanted: Wanted
    quota: Quota
    used: InUse | SagedeckError

    @property
    def what(self) -> str:
        """What is counted, in words."""
        return self.wanted.what or "instances over all endpoints"

    def held(self, instance_type: str) -> int:
        """Instances of a type that are in use, as far as is known."""
        return self.used.count(instance_type) if isinstance(self.used, InUse) else 0


def lines(look: Look) -> Iterator[Line]:
    """A line for each instance type that is asked for, fallbacks included, and for what is counted over all of them."""
    wanted = _wanted(look)
    if not wanted:
        return
    looking = begin(look.in_use)
    asked = [begin(partial(look.rooms.quotas.named, each.quota, fresh=True)) for each in wanted]
    quotas = [each.result() for each in asked]
    try:
        used: InUse | SagedeckError = looking.result(timeout=look.left() * _SHARE)
    except SagedeckError as error:
        used = error
    except TimeoutError:
        used = Unreachable("The endpoints could not be listed in time.")
    for each, quota in zip(_necessary(wanted, quotas, used), quotas, strict=True):
        line = _line(look, Seen(each, quota, used))
        if line is not None:
            yield line


def _necessary(wanted: tuple[Wanted, ...], quotas: list[Quota], used: InUse | SagedeckError) -> list[Wanted]:
    """A type that others may stand in for is needed all the same where none of the others may be had."""
    if isinstance(used, SagedeckError):
        return list(wanted)
    short = {
        each.what
        for each, quota in zip(wanted, quotas, strict=True)
        if quota.applied and (quota.limit or 0.0) - used.count(each.what) < each.now
    }
    return [
        replace(each, needed=each.needed or any(short >= set(part.request.instance_types) for part in each.parts))
        for each in wanted
    ]


def _wanted(look: Look) -> tuple[Wanted, ...]:
    types: dict[str, Wanted] = {}
    serverless = [part for part in look.parts if isinstance(part.request.mode, Serverless)]
    for part in look.parts:
        request = part.request
        if not bills_by_the_hour(request):
            continue
        for position, kind in enumerate((request.instance_type, *request.fallbacks)):
            before = types.get(kind, Wanted(f"{kind} for {ENDPOINT}", kind, 0, 0, needed=False))
            types[kind] = replace(
                before,
                now=before.now + request.count,
                later=before.later + most_instances(request),
                needed=before.needed or not (position or request.fallbacks),
                parts=(*before.parts, part),
            )
    found = list(types.values())
    if found:
        own = [part.request for part in look.parts if bills_by_the_hour(part.request)]
        now, later = sum(each.count for each in own), sum(most_instances(each) for each in own)
        found.append(Wanted(ALL_ENDPOINTS, "", now, later, needed=True))
    if serverless:
        asked = sum(part.request.mode.concurrency for part in serverless if isinstance(part.request.mode, Serverless))
        many = len(serverless)
        found.append(Wanted(SERVERLESS_ENDPOINTS, "serverless endpoints", many, many, needed=True))
        found.append(Wanted(SERVERLESS_CONCURRENCY, "serverless requests at a time", asked, asked, needed=True))
    return tuple(found)


def _line(look: Look, seen: Seen) -> Line | None:
    """The line of a quota; None for the sum over all endpoints where that is not what stands in the way."""
    if isinstance(seen.used, SagedeckError):
        verdict, words, detail = _blind(seen, seen.used)
    else:
        verdict, words, detail = _counted(seen, seen.used)
    if not seen.wanted.what and verdict is not Verdict.STOP:
        return None
    fixes = _changes(look, seen) if verdict is Verdict.STOP else []
    if verdict in (Verdict.STOP, Verdict.WARNING) and seen.quota.code:
        fixes.append(Fix(words="Ask AWS for more", url=look.rooms.quotas.request_url(seen.quota.code)))
    return Line(topic=Topic.QUOTA, verdict=verdict, words=words, detail=detail.strip(), fixes=tuple(fixes))


def _blind(seen: Seen, error: SagedeckError) -> tuple[Verdict, str, str]:
    """What a quota tells where nobody knows what is in use: one that is too small for this alone is enough."""
    wanted, quota = seen.wanted, seen.quota
    allowed = "an unknown number" if quota.limit is None else f"{int(quota.limit):,}"
    words = f"{seen.what}: {wanted.now} wanted, {allowed} allowed; how much is in use could not be seen."
    sure = wanted.needed and quota.applied and (quota.limit or 0.0) < wanted.now
    return Verdict.STOP if sure else Verdict.UNKNOWN, words, f"{error.what} {error.why}"


def _counted(seen: Seen, used: InUse) -> tuple[Verdict, str, str]:
    wanted, quota = seen.wanted, seen.quota
    held, least = _in_use(wanted, used), "at least " if used.unseen else ""
    detail = f"Source: {quota.source}."
    if used.unseen:
        detail += f" {count(used.unseen, 'endpoint')} could not be looked at in time."
    if quota.limit is None:
        words = f"{seen.what}: {wanted.now} wanted, {least}{held:,} in use; the quota is not known."
        return Verdict.UNKNOWN, words, detail
    left = max(0, int(quota.limit) - held)
    words = f"{seen.what}: {wanted.now} wanted, {left:,} left ({int(quota.limit):,} allowed, {least}{held:,} in use)."
    verdict, more = _verdict(wanted, quota, left, used)
    return verdict, words, f"{more} {detail}"


def _in_use(wanted: Wanted, used: InUse) -> int:
    if wanted.quota == SERVERLESS_ENDPOINTS:
        return used.serverless[0]
    if wanted.quota == SERVERLESS_CONCURRENCY:
        return used.serverless[1]
    return used.count(wanted.what)


def _verdict(wanted: Wanted, quota: Quota, left: int, used: InUse) -> tuple[Verdict, str]:
    if left < wanted.now:
        if not quota.applied:
            return Verdict.WARNING, "The account's own quota could not be read and may be higher."
        if not wanted.needed:
            return Verdict.WARNING, "This type is one of several that may be taken."
        return Verdict.STOP, "SageMaker would refuse it."
    if used.unseen:
        return Verdict.UNKNOWN, "It is enough as far as could be seen."
    if left < wanted.later:
        return Verdict.WARNING, f"It may grow to {wanted.later}, and could not."
    return (Verdict.OK, "") if quota.applied else (Verdict.UNKNOWN, "The account's own quota could not be read.")


def _changes(look: Look, seen: Seen) -> list[Fix]:
    """Another type of about this price that the account may have; a few are asked about."""
    if len(seen.wanted.parts) != 1:
        return []
    (part,) = seen.wanted.parts
    request = part.request
    asked = look.rooms.catalog.price(request.instance_type).usd_per_hour or 0.0
    near = [row for row in other_types(look, request) if row[1] <= asked * MOST_DEARER]
    near = sorted(near, key=lambda row: abs(row[1] - asked))[:_TRIED]
    allowed = [begin(partial(look.rooms.quotas.limit, kind, fresh=True)) for kind, _ in near]
    for (kind, usd), quota in zip(near, allowed, strict=True):
        found = quota.result()
        if found.applied and (found.limit or 0.0) - seen.held(kind) >= request.count:
            words = f"Use {kind}, {money(usd * request.count)} an hour"
            return [Fix(words=words, change=part.whole(replace(request, instance_type=kind)))]
    return []

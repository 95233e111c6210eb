"""Decides what goes and what stays, with the reason. Pure: the same resources and request give the same answer.

Whatever is not known keeps a thing: tags that were not read, a description that is missing, a list that could not be
read and may hold a user of it. What stays keeps all that it uses, however far.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from services.cleanup.request import COMPANIONS, HOLDS_FILES, CleanupRequest, asked_for, fits, is_ours, protected_by
from services.endpoints.memory import ENDPOINT as PAUSED
from services.resources import Holdings, Key, Kind, Resource
from services.resources.describing import DESCRIBINGS

ORDER = (
    Kind.SCALABLE_TARGET, Kind.ALARM, Kind.COMPONENT, Kind.ENDPOINT, Kind.TRAINING_JOB, Kind.TRANSFORM_JOB,
    Kind.AUTOML_JOB, Kind.PROCESSING_JOB, Kind.NOTEBOOK, Kind.SCHEDULE, Kind.ENDPOINT_CONFIG, Kind.MODEL, Kind.TOPIC,
    Kind.LOG_GROUP, Kind.APP, Kind.SPACE, Kind.USER_PROFILE, Kind.DOMAIN, Kind.FILE_SYSTEM, Kind.PREFIX, Kind.BUCKET,
    Kind.LIFECYCLE, Kind.COLLECTION, Kind.LIBRARY, Kind.ROLE,
)  # fmt: skip
"""What goes first at first; within a kind, what others of it use goes later."""
_RANK = {kind: number for number, kind in enumerate(ORDER)}
USERS: Mapping[Kind, tuple[Kind, ...]] = {
    Kind.ENDPOINT: (Kind.COMPONENT,),
    Kind.ENDPOINT_CONFIG: (Kind.ENDPOINT,),
    Kind.MODEL: (Kind.ENDPOINT_CONFIG, Kind.COMPONENT, Kind.TRANSFORM_JOB),
    Kind.COMPONENT: (Kind.COMPONENT,),
    Kind.TOPIC: (Kind.ENDPOINT_CONFIG, Kind.ALARM),
    Kind.SPACE: (Kind.APP,),
    Kind.USER_PROFILE: (Kind.SPACE, Kind.APP),
    Kind.DOMAIN: (Kind.USER_PROFILE, Kind.SPACE, Kind.APP),
    Kind.FILE_SYSTEM: (Kind.DOMAIN,),
    Kind.LIFECYCLE: (Kind.NOTEBOOK, Kind.DOMAIN, Kind.USER_PROFILE, Kind.SPACE),
    Kind.ROLE: (
        Kind.MODEL, Kind.ENDPOINT_CONFIG, Kind.NOTEBOOK, Kind.DOMAIN, Kind.USER_PROFILE, Kind.TRAINING_JOB,
        Kind.PROCESSING_JOB, Kind.AUTOML_JOB,
    ),
}  # fmt: skip
"""The kinds that may use a kind: where one of these was not seen, nobody can say that nothing uses it."""
LISTS_TELL = frozenset({(Kind.ENDPOINT, Kind.COMPONENT), (Kind.DOMAIN, Kind.APP), (Kind.DOMAIN, Kind.SPACE)})
"""(used, user) whose lists alone tell what each uses, so that nothing has to be described for it."""


@dataclass(frozen=True, slots=True)
class Fate:
    """Whether a resource goes, and why or why not; `may`, `unknown` as in `picture.Item`."""

    goes: bool
    why: str = ""
    may: bool = True
    unknown: bool = False


@dataclass(slots=True)
class _Choosing:
    """The decision while it is made."""

    request: CleanupRequest
    held: Holdings
    ours: frozenset[Key]
    fates: dict[Key, Fate] = field(default_factory=dict)
    unseen: dict[tuple[Kind, str], str] = field(default_factory=dict)

    def goes(self, key: Key) -> bool:
        fate = self.fates.get(key)
        return fate is not None and fate.goes


def choose(request: CleanupRequest, held: Holdings, orphans: Collection[Key] = ()) -> dict[Key, Fate]:
    """The fate of every resource that was asked for, in the order of removal."""
    asked = sorted((each for each in held.resources if asked_for(each, request, orphans, held.at)), key=_position(held))
    ours = frozenset(each.key for each in asked if is_ours(each, held, request.owner))
    choosing = _Choosing(request, held, ours)
    for each in asked:
        choosing.fates[each.key] = _by_itself(each, choosing)
    while _keep_what_is_used(choosing):
        pass
    _cap(choosing)
    while _keep_what_is_used(choosing):
        pass
    return choosing.fates


def looked_into(resource: Resource) -> bool:
    """Whether all is known of a resource that its kind can tell."""
    return resource.described or resource.kind not in DESCRIBINGS


def hard_users(held: Holdings, key: Key) -> tuple[Key, ...]:
    """What cannot do without it. What only belongs to it, its companions, keeps it from nothing, nor does an app that
    could not be started: nothing of it runs.
    """
    hard = key.kind in _TOLD_OR_TAKEN_ON
    users = held.users.get(key, ())
    return tuple(
        user
        for user in users
        if (hard or user.kind not in COMPANIONS) and not (user in held.by_key and never_began(held.by_key[user]))
    )


def never_began(resource: Resource) -> bool:
    """Whether it is an app that failed: AWS lists it for a while, deletes it by itself, and lets go all it used."""
    return resource.kind is Kind.APP and resource.status == "Failed"


def bearers(resource: Resource) -> tuple[Key, ...]:
    """What a companion belongs to; for anything else, nothing."""
    if resource.kind not in COMPANIONS:
        return ()
    return tuple(key for key in resource.uses if key.kind not in _TOLD_OR_TAKEN_ON)


_TOLD_OR_TAKEN_ON = frozenset({Kind.TOPIC, Kind.ROLE})  # what a companion uses, rather than belongs to


def _position(held: Holdings) -> Callable[[Resource], tuple[int, bool, str, str]]:
    def of(resource: Resource) -> tuple[int, bool, str, str]:
        within = any(user.kind is resource.kind for user in held.users.get(resource.key, ()))
        return _RANK[resource.kind], within, resource.key.region, resource.name

    return of


def _by_itself(resource: Resource, choosing: _Choosing) -> Fate:
    """Its fate as far as it follows from itself."""
    request, key = choosing.request, resource.key
    tag = protected_by(resource, request)
    if tag:
        return Fate(False, f"Its tag {tag} protects it.", may=False)
    if fits(resource.name, request.keep):
        return Fate(False, "You keep it by its name.", may=False)
    if never_began(resource):
        return Fate(False, "It could not be started: nothing of it runs, and AWS forgets it by itself.", may=False)
    if not looked_into(resource):
        return Fate(False, resource.problem or "It was not looked into yet.", may=False, unknown=True)
    if key in request.without:
        return Fate(False, "You left it out.")
    if resource.tags is None and key not in request.also and not _tells_whose(resource, choosing):
        return Fate(False, "Its tags are not known, and so not whose it is.", may=request.others, unknown=True)
    if request.older_than and resource.created is None:
        return Fate(False, "Its age is not known.", may=False, unknown=True)
    if not request.others and key not in choosing.ours:
        return Fate(False, _whose(resource, choosing), may=False)
    if resource.kind in HOLDS_FILES and key not in request.also and resource.kind not in request.kinds:
        return Fate(False, "It holds files, which cannot be made again: tick it, or ask for its kind, to remove it.")
    return _unless_unseen(resource, choosing)


def _whose(resource: Resource, choosing: _Choosing) -> str:
    domains = [each for each in choosing.held.users.get(resource.key, ()) if each.kind is Kind.DOMAIN]
    if resource.kind is Kind.FILE_SYSTEM and any(each in choosing.ours for each in domains):
        return f"It holds the files of the domain {domains[0].name}: removing Studio takes them along."
    return f"It is {resource.owner}'s." if resource.owner else "This console did not make it for you."


def _tells_whose(resource: Resource, choosing: _Choosing) -> bool:
    """Whether it is known whose it is though it has no tags of its own: that which bears it says so."""
    above = [choosing.held.by_key.get(key) for key in bearers(resource)]
    return bool(above) and all(each is not None and each.tags is not None for each in above)


def _unless_unseen(resource: Resource, choosing: _Choosing) -> Fate:
    """It goes, unless a kind that may use it was not seen as a whole."""
    why = ""
    for kind in USERS.get(resource.kind, ()):
        told = (resource.kind, kind) in LISTS_TELL
        why = why or _unseen(choosing, kind, "" if resource.kind is Kind.ROLE else resource.key.region, told)
    return Fate(False, f"{why}, so it may be in use.", may=False, unknown=True) if why else Fate(True)


def _unseen(choosing: _Choosing, kind: Kind, region: str, lists_tell: bool) -> str:
    """Why not every resource of a kind was seen, in a region or ("") in all; "" when each was."""
    known = (kind, f"{region} {lists_tell}")
    if known in choosing.unseen:
        return choosing.unseen[known]
    held, why = choosing.held, ""
    gap = next((one for one in held.gaps if one.kind is kind and (not region or one.region in ("", region))), None)
    left = sum(not looked_into(each) for each in held.of(kind) if not region or each.key.region == region)
    if gap is not None:
        why = f"{kind.capitalize()}s could not all be seen ({gap.why.rstrip('.')})"
    elif held.listing:
        why = "What there is is still being listed"
    elif left and not lists_tell:
        why = f"{left} {kind}{'s were' if left > 1 else ' was'} not looked into yet"
    choosing.unseen[known] = why
    return why


def _keep_what_is_used(choosing: _Choosing) -> bool:
    """Keep what something that stays uses, and what belongs to something that stays; whether anything changed."""
    changed, held = False, choosing.held
    for key, fate in choosing.fates.items():
        if not fate.goes:
            continue
        resource = held.by_key[key]
        staying = [user for user in hard_users(held, key) if not choosing.goes(user)]
        above = [] if key in choosing.request.also else bearers(resource)
        borne = [one for one in above if one in held.by_key and not choosing.goes(one)]
        if staying:
            choosing.fates[key] = Fate(False, _used_by(staying, choosing), may=False)
        elif borne:
            words = f"It belongs to the {borne[0].kind} {borne[0].name}, which stays."
            choosing.fates[key] = Fate(False, words)
        changed = changed or bool(staying or borne)
    return changed


def _used_by(users: list[Key], choosing: _Choosing) -> str:
    first = users[0]
    more = f" and {len(users) - 1} more" if len(users) > 1 else ""
    reason = choosing.fates.get(first)
    whose = f" ({reason.why.rstrip('.')})" if reason and reason.why and len(reason.why) < 60 else ""
    return f"In use by the {first.kind} {first.name}{more}, which stay{'' if more else 's'}{whose}."


def _cap(choosing: _Choosing) -> None:
    """No more than so many go in one run, whole chains of what uses what first: what stays uses nothing that goes."""
    going = [key for key, fate in choosing.fates.items() if fate.goes]
    most = max(choosing.request.most, 0)
    if len(going) <= most:
        return
    taken: dict[Key, None] = {}
    for key in going:
        _take(key, taken, choosing)
    for key in list(taken)[most:]:
        words = f"One run removes {choosing.request.most} at most: it goes in the next."
        choosing.fates[key] = replace(choosing.fates[key], goes=False, why=words)


def _take(key: Key, taken: dict[Key, None], choosing: _Choosing) -> None:
    """Take a thing once all that uses it is taken, then what waits only for it, and what belongs to it."""
    held = choosing.held
    waits = (user for user in hard_users(held, key) if choosing.goes(user))
    if key in taken or not choosing.goes(key) or any(user not in taken for user in waits):
        return
    taken[key] = None
    belongs = (user for user in held.users.get(key, ()) if user.kind in COMPANIONS)
    for other in (*belongs, *held.by_key[key].uses):
        _take(other, taken, choosing)


def why_it_goes(resource: Resource, held: Holdings) -> str:
    """The proof that nothing which stays uses it, in words."""
    users = hard_users(held, resource.key)
    paused = (resource.tags or {}).get(PAUSED, "")
    if paused and not users:
        return f"The paused endpoint {paused} can then not be resumed any more."
    if users:
        kinds = Counter(str(user.kind) for user in users)
        if len(users) == 1:
            return f"In use only by the {users[0].kind} {users[0].name}, which goes before it."
        return f"In use only by {', '.join(_times(*one) for one in kinds.items())}, which go before it."
    if any(key in held.by_key for key in bearers(resource)):
        return f"It belongs to the {bearers(resource)[0].kind} {bearers(resource)[0].name}, which goes."
    if resource.kind is Kind.ENDPOINT:
        return "No component runs on it; it ends, with all that it costs."
    if resource.kind in USERS or resource.kind in COMPANIONS:
        return "Nothing uses it, of all that was listed and looked into."
    return "It ends, with all that it costs."


def _times(kind: str, count: int) -> str:
    return f"{count} {kind}s" if count > 1 else f"1 {kind}"


def unreferred(held: Holdings) -> frozenset[Key]:
    """What nothing refers to: configurations, models, topics and the like that nothing uses, and what belongs to
    something that is not there. A configuration that remembers a paused endpoint is none, nor is what belongs to that.
    """
    paused = {
        Key(Kind.ENDPOINT, each.tags[PAUSED], each.key.region)
        for each in held.of(Kind.ENDPOINT_CONFIG)
        if each.tags and each.tags.get(PAUSED)
    }
    return frozenset(each.key for each in held.resources if _is_orphan(each, held, paused))


def _is_orphan(resource: Resource, held: Holdings, paused: Collection[Key]) -> bool:
    if resource.kind in COMPANIONS:
        above = bearers(resource)
        return bool(above) and not any(key in held.by_key or key in paused for key in above)
    if resource.kind in _ORPHANS and not (resource.tags or {}).get(PAUSED):
        return not held.users.get(resource.key)
    return False


_ORPHANS = frozenset({Kind.ENDPOINT_CONFIG, Kind.MODEL, Kind.TOPIC, Kind.FILE_SYSTEM, Kind.LIFECYCLE})

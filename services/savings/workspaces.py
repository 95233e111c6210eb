"""Notebook instances and Studio: what runs though nobody works in it, and what costs while it is stopped. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.resources import Holdings, Key, Kind, Resource
from services.resources.models import PROTECTED
from services.savings.models import Finding, Proposal, Unjudged, Way, What
from services.savings.orphans import incomplete

Monthly = Callable[[Resource], float | None]
SAME = timedelta(seconds=90)
NO_ACTIVITY = "AWS tells no activity of a notebook instance: known is only for how long it has run."
CHECKED = "Studio's last activity is that of its own health check: nothing tells when a person worked in it."


@dataclass(frozen=True, slots=True)
class LastUsed:
    """What DescribeApp tells: `person` is also moved by Studio's `check`, so that it may say nothing of a person."""

    person: datetime | None
    check: datetime | None

    @property
    def only_checked(self) -> bool:
        """Whether the last activity is the health check's."""
        return None not in (self.person, self.check) and abs(self.check - self.person) <= SAME  # type: ignore[operator]


def judged(
    held: Holdings, used: Mapping[Key, LastUsed], days: int, running: Monthly, stored: Monthly
) -> Iterator[Finding | Unjudged]:
    """What of notebooks and Studio is idle. `running` and `stored` tell what machines and storage cost a month."""
    since = timedelta(days=days)
    for each in held.of(Kind.NOTEBOOK, Kind.APP, Kind.SPACE):
        if (each.tags or {}).get(PROTECTED, "false").lower() != "false":
            continue
        if each.kind is Kind.NOTEBOOK:
            found = _notebook(each, held.at, since, running, stored)
        elif each.kind is Kind.APP:
            found = _app(each, used, held.at, since, running)
        else:
            found = _space(held, each, since, stored)
        if found is not None:
            yield found


def _notebook(
    each: Resource, now: datetime, since: timedelta, running: Monthly, stored: Monthly
) -> Finding | Unjudged | None:
    moment = each.changed or each.created
    if moment is None or each.status not in ("InService", "Stopped"):
        return None
    for_days = (now - moment).days
    if now - moment < since:
        words = f"It is {each.status} for {for_days} days, less than {since.days}."
        return Unjudged(each.key, What.IDLE, words, young=True)
    if each.status == "InService":
        proof = [f"It runs since {moment:%d %b %Y}, {for_days} days, without having been stopped.", NO_ACTIVITY]
        proof += [f"{key.name} may stop it when nobody works; what that does is not looked at." for key in _rules(each)]
        words = f"Stop {each.name}: its files stay, its machine costs nothing."
        return _idle(each, f"{each.name} runs for {for_days} days ({each.about}).", proof, running, Way.STOP, words)
    if not each.volume_gb:
        return None
    proof = [f"Stopped since {moment:%d %b %Y}; its volume of {each.volume_gb:g} GB bills all the same."]
    words = "Clean it up if its files are not needed: the volume goes with it."
    title = f"{each.name} is stopped for {for_days} days and still costs."
    return _idle(each, title, proof, stored, Way.CLEAN_UP, words, "The files on its volume are lost.")


def _rules(each: Resource) -> list[Key]:
    return [key for key in each.uses if key.kind is Kind.LIFECYCLE]


def _app(
    each: Resource, used: Mapping[Key, LastUsed], now: datetime, since: timedelta, running: Monthly
) -> Finding | Unjudged | None:
    if each.status != "InService" or not each.machines:
        return None
    if each.created is not None and now - each.created < since:
        return Unjudged(each.key, What.IDLE, f"It runs for less than {since.days} days.", young=True)
    last = used.get(each.key)
    if last is None or last.person is None:
        return Unjudged(each.key, What.IDLE, "Studio has not told when somebody last worked in it.")
    silent = now - last.person
    if silent < since:
        return Unjudged(each.key, What.IDLE, CHECKED) if last.only_checked else None
    machine = each.machines[0].instance_type
    proof = [f"Studio: LastUserActivityTimestamp is {last.person:%d %b %Y %H:%M} UTC, {silent.days} days ago."]
    words = "End the app: files of its space stay, its machine costs nothing."
    title = f"Nobody worked in {each.name.split('/', 1)[1]} for {silent.days} days ({machine})."
    return _idle(each, title, proof, running, Way.CLEAN_UP, words, "What is only in its memory is lost.")


def _space(held: Holdings, each: Resource, since: timedelta, stored: Monthly) -> Finding | Unjudged | None:
    """A space whose volume bills while no app runs in it."""
    if not each.volume_gb or any(key.kind is Kind.APP for key in held.users.get(each.key, ())):
        return None
    reason = incomplete(held, Kind.APP, each.key.region, described=False)
    if reason:
        return Unjudged(each.key, What.IDLE, f"Not proved yet. {reason}")
    moment = each.changed or each.created
    if moment is None or held.at - moment < since:
        return None
    proof = [
        f"No app runs in it by {held.at:%H:%M:%S} UTC, and it was last changed on {moment:%d %b %Y}.",
        f"Its volume of {each.volume_gb:g} GB bills all the same.",
    ]
    title = f"The space {each.name.split('/', 1)[1]} is empty and still costs."
    words = "Clean it up if its files are not needed: the volume goes with it."
    return _idle(each, title, proof, stored, Way.CLEAN_UP, words, "The files on its volume are lost.")


def _idle(
    each: Resource, title: str, proof: list[str], monthly: Monthly, way: Way, words: str, caution: str = ""
) -> Finding:
    usd = monthly(each)
    after = None if usd is None else 0.0
    return Finding(
        key=each.key,
        what=What.IDLE,
        title=title,
        proof=tuple(proof),
        usd_per_month=usd,
        proposal=Proposal(way=way, words=words, before=usd, after=after, caution=caution),
        made=each.created,
        owner=each.owner,
        made_here=each.made_here,
    )

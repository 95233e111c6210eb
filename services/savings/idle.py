"""Endpoints nobody calls. Pure: what is not measured is not called idle, and what is too young is said to be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.endpoints import EndpointDetail
from services.resources import Key, Kind
from services.savings.figures import DAY, HOUR, Figures
from services.savings.models import HOURS_OF_MONTH, Finding, Proposal, Unjudged, Way, What

ENOUGH = 0.9  # of the periods, that the machines have to have published in


def judged(
    detail: EndpointDetail, figures: Figures | None, now: datetime, days: int, region: str
) -> Iterator[Finding | Unjudged]:
    """Whether an endpoint, or a component on it, is idle; nothing where it is used or costs nothing while it waits."""
    if not detail.ready or detail.usd_per_hour == 0:
        return
    key, age = Key(Kind.ENDPOINT, detail.name, region), (now - detail.created).total_seconds()
    if age < days * DAY:
        old = f"{age / DAY:.1f} days" if age >= DAY else f"{age / HOUR:.0f} hours"
        yield Unjudged(key, What.IDLE, f"It is {old} old: too young to have been idle for {days} days.", young=True)
        return
    if figures is None:
        yield Unjudged(key, What.IDLE, "CloudWatch was not asked about it yet.")
        return
    silent = [name for name, line in figures.requests.items() if not any(line)]
    if len(silent) < len(figures.requests):
        if detail.components:
            yield from (_component(detail, name, figures, days, region) for name in silent)
        return
    if figures.waited:
        return
    doubt = _doubt(figures)
    if doubt:
        yield Unjudged(key, What.IDLE, doubt)
        return
    yield _finding(detail, figures, days, key)


def _doubt(figures: Figures) -> str:
    """Why no requests do not prove that there were none."""
    periods = len(figures.window.times)
    if not figures.witnessed:
        return "CloudWatch has no figure of it, not even of its machines: nothing tells whether it is used."
    if figures.witnessed < ENOUGH * periods:
        hours = figures.window.period / HOUR
        return f"CloudWatch has figures for {figures.witnessed * hours:.0f} of {periods * hours:.0f} hours alone."
    return ""


def _finding(detail: EndpointDetail, figures: Figures, days: int, key: Key) -> Finding:
    monthly = None if detail.usd_per_hour is None else detail.usd_per_hour * HOURS_OF_MONTH
    what = "InvocationsProcessed" if detail.asynchronous else "Invocations"
    hours = figures.witnessed * figures.window.period / HOUR
    proof = [f"CloudWatch: no {what} in {days} days, while its machines published CPU in {hours:.0f} hours of them."]
    if detail.asynchronous:
        proof.append("Nothing waited in its queue: ApproximateBacklogSize stayed 0 or was not told.")
    if detail.components:
        proof.append(f"None of its components was called: {', '.join(detail.components)}.")
    pause = Proposal(
        way=Way.PAUSE,
        words=f"Pause {detail.name}: it costs nothing then, and is resumed as it was.",
        before=monthly,
        after=None if monthly is None else 0.0,
        checks=(f"Price: {detail.price_source or 'not known'}.",),
        caution="A call to a paused endpoint fails; resuming takes as long as it took to start.",
    )
    return Finding(
        key=key,
        what=What.IDLE,
        title=f"Nobody called {detail.name} for {days} days; it holds {detail.hardware}.",
        proof=tuple(proof),
        usd_per_month=monthly,
        proposal=pause,
        made=detail.created,
        owner=detail.owner,
        made_here=detail.made_here,
        use=figures.all_requests,
        use_of="requests",
    )


def _component(detail: EndpointDetail, name: str, figures: Figures, days: int, region: str) -> Finding | Unjudged:
    key = Key(Kind.COMPONENT, name, region)
    doubt = _doubt(figures)
    if doubt:
        return Unjudged(key, What.IDLE, doubt)
    proof = (
        f"CloudWatch: no Invocations of the component in {days} days, others on {detail.name} were called.",
        "The instances are the endpoint's: money goes only where it then needs fewer of them.",
    )
    return Finding(
        key=key,
        what=What.IDLE,
        title=f"Nobody called the component {name} on {detail.name} for {days} days.",
        proof=proof,
        usd_per_month=None,
        proposal=Proposal(
            way=Way.CLEAN_UP,
            words=f"Remove {name} from {detail.name}; its room is free for others then.",
            caution="Its model stays.",
        ),
        owner=detail.owner,
        made_here=detail.made_here,
        use=tuple(figures.requests[name]),
        use_of="requests",
    )

"""Endpoints that are larger than their traffic: fewer or smaller instances, scaling, serverless. Pure.

Nothing is proposed that was not checked: a figure, a price, a quota or a list that is missing ends a proposal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from services.endpoints import EndpointDetail, Variant
from services.resources import Key, Kind
from services.savings import bills
from services.savings.figures import DAY, Figures, Load, percentile
from services.savings.idle import ENOUGH
from services.savings.machines import WANTED, Facts, fewer, smaller
from services.savings.models import HOURS_OF_MONTH, Finding, Proposal, Unjudged, Way, What

LOW = 40.0  # percent; a processor (or GPU) under it in 95 % of the hours is larger than it has to be
SPARSE = 0.25  # of the hours with any request
WORTH = 1.0  # USD a month, under which nobody is told
LEAST_DAYS = 1
LEAST_OF_A_BILL = 72  # hours of figures, before a month's bill is told from them
GAIN = 0.15  # of the price, under which scaling is not worth its trouble


@dataclass(frozen=True, slots=True)
class Around:
    """What is known besides figures. `scales`: whether a variant scales by itself, None where that is not known."""

    facts: Facts
    scales: Callable[[str], bool | None]
    second: Callable[[int], float | None]


def judged(
    detail: EndpointDetail, figures: Figures, now: datetime, around: Around, region: str
) -> Finding | Unjudged | None:
    """The best proposal for an endpoint that is used; None where it has the size it needs, or none was found."""
    if detail.status != "InService" or detail.components or detail.serverless:
        return None  # instances of components follow their copies
    key, began = Key(Kind.ENDPOINT, detail.name, region), max(detail.created, detail.modified)
    if (now - began).total_seconds() < LEAST_DAYS * DAY:
        why = "It was made or changed less than a day ago: too young to know what it needs."
        return Unjudged(key, What.OVERSIZED, why, young=True)
    figures = figures.since(began.timestamp())
    needed = len(figures.window.times) * ENOUGH
    pairs = [(each, figures.loads[each.name]) for each in detail.variants if each.name in figures.loads]
    blind = [each.name for each, load in pairs if _missing(load, needed)]
    if blind or not pairs:
        return Unjudged(key, What.OVERSIZED, f"CloudWatch lacks figures of the machines of {', '.join(blind) or 'it'}.")
    found = [each for variant, load in pairs for each in _proposals(detail, variant, load, figures, around)]
    found = sorted((each for each in found if (each.saves or 0.0) >= WORTH), key=lambda one: -(one.saves or 0.0))
    return _finding(detail, key, pairs, found, figures.active) if found else None


def _missing(load: Load, needed: float) -> bool:
    return any(load.known(what) < needed for what in load.lines)


def _finding(
    detail: EndpointDetail, key: Key, pairs: list[tuple[Variant, Load]], found: list[Proposal], active: float
) -> Finding:
    best = found[0]
    load = next((load for variant, load in pairs if variant.name == best.variant), pairs[0][1])
    return Finding(
        key=key,
        what=What.OVERSIZED,
        title=f"{detail.name} {_why(best, detail, active)}.",
        proof=tuple(_used(load)),
        usd_per_month=best.saves,
        proposal=best,
        others=tuple(found[1:]),
        made=detail.created,
        owner=detail.owner,
        made_here=detail.made_here,
        use=load.busiest,
        use_of="percent in use",
    )


def _why(best: Proposal, detail: EndpointDetail, active: float) -> str:
    if best.way is Way.AUTOSCALE:
        return f"needs all of {detail.hardware} in some hours only"
    if best.way is Way.ADVICE:
        return f"is called in {active:.0%} of the hours only and holds {detail.hardware} in all of them"
    return f"uses little of {detail.hardware}"


def _used(load: Load) -> Iterator[str]:
    for what, words in (("cpu", "CPU"), ("memory", "Memory"), ("gpu", "GPU"), ("gpu_memory", "GPU memory")):
        usual, most = load.p95(what), load.peak(what)
        if usual is not None and most is not None:
            yield f"{words} of {load.variant}: {usual:.0f} % or less in 95 % of the hours, {most:.0f} % at most."


def _proposals(
    detail: EndpointDetail, variant: Variant, load: Load, figures: Figures, around: Around
) -> Iterator[Proposal]:
    usual = max((value for value in (load.p95("cpu"), load.p95("gpu")) if value is not None), default=100.0)
    price = around.facts.price(variant.instance_type).usd_per_hour
    if price is None:
        return
    scales = around.scales(variant.name)
    alone = len(detail.variants) == 1 and figures.hours >= LEAST_OF_A_BILL
    for each in (
        _fewer(variant, usual, price, scales, around) if usual < LOW else None,
        smaller(detail, variant, load, around.facts) if usual < LOW else None,
        _autoscaled(detail, variant, load, figures, price, scales, around) if alone else None,
        _serverless(detail, variant, load, figures, price, around) if alone else None,
        _to_zero(detail, variant, figures, price, scales, around) if alone else None,
    ):
        if each is not None:
            yield each


def _price_check(variant: Variant, around: Around) -> str:
    return f"Price: {around.facts.price(variant.instance_type).source}."


def _fewer(variant: Variant, usual: float, price: float, scales: bool | None, around: Around) -> Proposal | None:
    count = fewer(variant.desired, usual)
    if scales is not False or count >= variant.desired:
        return None
    then = usual * variant.desired / count
    kind = variant.instance_type
    return Proposal(
        way=Way.SCALE,
        words=f"Run {variant.name} on {count} instead of {variant.desired} × {kind}.",
        before=variant.desired * price * HOURS_OF_MONTH,
        after=count * price * HOURS_OF_MONTH,
        checks=(
            f"Load: {usual:.0f} % of {variant.desired} instances in 95 % of the hours, about {then:.0f} % of {count}.",
            "Memory: each instance holds the whole model already.",
            "Nothing scales the variant by itself.",
            "Quota: fewer instances need none.",
            _price_check(variant, around),
        ),
        caution="One instance stands in one availability zone alone." if count == 1 else "",
        variant=variant.name,
        count=count,
    )


def _autoscaled(
    detail: EndpointDetail, variant: Variant, load: Load, figures: Figures, price: float, scales: bool | None,
    around: Around,
) -> Proposal | None:  # fmt: skip
    """Several instances that are needed in some hours only."""
    busy, peak = load.busiest, max(figures.all_requests, default=0.0)
    if scales is not False or variant.desired < 2 or detail.asynchronous or not peak:
        return None
    if variant.instance_type.startswith("ml.t"):
        return None  # burstable types do not scale by themselves
    now = variant.desired * price * HOURS_OF_MONTH
    after, most = bills.scaled(busy, variant.desired, price)
    loaded = max((value for value in busy if value is not None), default=0.0)
    steady = fewer(variant.desired, percentile(busy, 0.95) or 100.0) * price * HOURS_OF_MONTH
    if most < 2 or not loaded or after > steady * (1 - GAIN):
        return None  # as many instances as are nearly always needed do as well
    minutes = figures.window.period / 60
    target = peak / minutes / variant.desired * min(1.0, WANTED / loaded)
    return Proposal(
        way=Way.AUTOSCALE,
        words=f"Let {variant.name} move between 1 and {variant.desired} instances by itself.",
        before=now,
        after=after,
        checks=(
            f"Load hour by hour, held at {WANTED:.0f} %: {after / price / HOURS_OF_MONTH:.1f} instances on average.",
            f"Requests: {peak / minutes:,.0f} a minute at most; an instance is to answer about {target:,.0f}.",
            "Nothing scales the variant by itself.",
            "Quota: never more than run now.",
            _price_check(variant, around),
        ),
        caution="A new instance takes minutes to start; at the beginning of a rush answers take longer.",
        variant=variant.name,
        count=variant.desired,
        target=max(1.0, round(target, 1)),
    )


def _serverless(
    detail: EndpointDetail, variant: Variant, load: Load, figures: Figures, price: float, around: Around
) -> Proposal | None:
    spec, peak = around.facts.spec(variant.instance_type), load.peak("memory")
    if spec is None or spec.gpu_count or spec.accelerators or detail.asynchronous or figures.active > SPARSE:
        return None
    found = None if peak is None else bills.serverless(figures, peak / 100 * spec.memory_gib, around.second)
    before = variant.desired * price * HOURS_OF_MONTH
    if found is None or found.usd_per_month >= before or not figures.total:
        return None
    return Proposal(
        way=Way.ADVICE,
        words=f"Deploy it anew as serverless with {found.memory_mb // 1024} GB: nothing is due while nobody calls.",
        before=before,
        after=found.usd_per_month,
        checks=(
            f"Traffic: requests in {figures.active:.0%} of the hours, {found.seconds:,.0f} s of model time a month.",
            f"Memory: {(peak or 0.0) / 100 * spec.memory_gib:.1f} GiB were used at most.",
            "It uses no GPU, and has one variant.",
            _price_check(variant, around),
        ),
        caution="The first call after a pause waits for a cold start. Data sent is billed besides, and an image may "
        "have 10 GB at most: the deploy form checks that.",
        variant=variant.name,
    )


def _to_zero(
    detail: EndpointDetail, variant: Variant, figures: Figures, price: float, scales: bool | None, around: Around
) -> Proposal | None:
    """Only asynchronous endpoints can wake from zero by what waits in their queue."""
    if not detail.asynchronous or scales is not False or not 0 < figures.active <= SPARSE:
        return None
    hours = figures.window.period / 3600
    after = bills.to_zero(figures.active, price, period_hours=hours) * variant.desired
    return Proposal(
        way=Way.ADVICE,
        words="Deploy it anew with scaling from 0: it runs only while something waits.",
        before=variant.desired * price * HOURS_OF_MONTH,
        after=after,
        checks=(
            f"Traffic: requests in {figures.active:.0%} of the hours; reckoned with half an hour more after each.",
            "It is asynchronous: what comes while nothing runs waits in its queue.",
            "Nothing scales the variant by itself.",
            _price_check(variant, around),
        ),
        caution="A request that finds nothing running waits until an instance has started.",
        variant=variant.name,
    )

"""What it will cost: by the hour, the day, the month; and at most, where it may grow by itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import facts
from services.catalog import Price
from services.deploy import Components, DeployRequest, Serverless
from services.preflight.looking import Look
from services.preflight.models import Line, Part, Topic, Verdict
from services.preflight.words import listed, money, prices


def lines(look: Look) -> Iterator[Line]:
    """One line for the sum of what bills by the hour, one for each part that does not."""
    hourly = [part for part in look.parts if _bills(part.request)]
    if hourly:
        yield _sum(look, hourly)
    for part in look.parts:
        if isinstance(part.request.mode, Serverless):
            yield _serverless(look, part, part.request.mode)
        elif part not in hourly:
            words = "It costs nothing by itself: the endpoint it is put onto is paid for already."
            yield Line(topic=Topic.PRICE, verdict=Verdict.OK, words=words, about=part.about)


def _bills(request: DeployRequest) -> bool:
    onto = isinstance(request.mode, Components) and request.mode.onto
    return not (onto or isinstance(request.mode, Serverless))


def _sum(look: Look, parts: list[Part]) -> Line:
    asked = [(part.request, look.rooms.catalog.price(part.request.instance_type)) for part in parts]
    sources = "; ".join(dict.fromkeys(price.source for _, price in asked))
    unknown = [price for _, price in asked if price.usd_per_hour is None]
    if unknown:
        types = listed(list(dict.fromkeys(price.instance_type for price in unknown)))
        words = f"The price of {types} in {unknown[0].region} is not known. It is not free."
        return Line(topic=Topic.PRICE, verdict=Verdict.UNKNOWN, words=words, detail=sources)
    total = sum(price.total(request.count) or 0.0 for request, price in asked)
    ceiling, dearest = _ceiling(look, parts)
    detail = [f"Source: {sources}."]
    if dearest:
        detail.append(dearest)
    if ceiling is None:
        detail.append("What it may grow to has no known price.")
    elif ceiling > total * 1.001:
        detail.append(f"At most {prices(ceiling)}.")
    verdict = Verdict.OK if ceiling is not None else Verdict.UNKNOWN
    return Line(topic=Topic.PRICE, verdict=verdict, words=f"{prices(total)}.", detail=" ".join(detail))


def _ceiling(look: Look, parts: list[Part]) -> tuple[float | None, str]:
    """USD an hour if everything grows to its cap on its dearest type; and which types that is about."""
    total, types = 0.0, []
    for part in parts:
        request = part.request
        offered = [look.rooms.catalog.price(each) for each in (request.instance_type, *request.fallbacks)]
        dearest = _dearest(offered)
        if dearest is None:
            return None, ""
        total += dearest * most_instances(request)
        types += list(request.fallbacks)
    return total, f"It may start on {listed(list(dict.fromkeys(types)))} instead." if types else ""


def _dearest(offered: list[Price]) -> float | None:
    known = [price.usd_per_hour for price in offered if price.usd_per_hour is not None]
    return max(known) if len(known) == len(offered) else None


def most_instances(request: DeployRequest) -> int:
    """How many instances a request may come to hold by itself. Copies of components share instances."""
    scaling = request.scaling
    if scaling is None or isinstance(request.mode, Components):
        return request.count
    return max(request.count, scaling.maximum)


def _serverless(look: Look, part: Part, mode: Serverless) -> Line:
    gigabytes = max(1, mode.memory_mb // 1024)
    rate = _rates().get((look.rooms.identity.region, f"ServerlessInf:Mem-{gigabytes}GB"))
    if mode.provisioned:
        words = f"The price of {mode.provisioned} provisioned at a time is not known here. It bills while idle."
        return Line(topic=Topic.PRICE, verdict=Verdict.UNKNOWN, words=words, about=part.about)
    if rate is None:
        words = "It bills by the second of work; the price in this region is not known. It is not free."
        return Line(topic=Topic.PRICE, verdict=Verdict.UNKNOWN, words=words, about=part.about)
    words = f"Nothing while idle; {money(rate * 3600)} for an hour of work."
    detail = f"{gigabytes} GB at ${rate:.5f} a second, price list of 2026-11-20. Data in and out is extra."
    return Line(topic=Topic.PRICE, verdict=Verdict.OK, words=words, detail=detail, about=part.about)


@cache
def _rates() -> dict[tuple[str, str], float]:
    return {(row["region"], row["usage"]): float(row["usd"]) for row in facts.rows("rates.csv")}

"""What it will cost: by the hour, the day, the month; and at most, where it may grow by itself."""

from __future__ import annotations

from collections.abc import Iterator

from services.catalog import Price
from services.deploy import Components, DeployRequest, Serverless
from services.deploy.scaling import most_instances
from services.preflight.looking import Look
from services.preflight.models import Line, Part, Topic, Verdict
from services.preflight.words import listed, money, prices


def lines(look: Look) -> Iterator[Line]:
    """One line for the sum of what bills by the hour, one for each part that does not."""
    hourly = [part for part in look.parts if bills_by_the_hour(part.request)]
    if hourly:
        yield _sum(look, hourly)
    for part in look.parts:
        if isinstance(part.request.mode, Serverless):
            yield _serverless(look, part, part.request.mode)
        elif not bills_by_the_hour(part.request):
            words = "It costs nothing by itself: the endpoint it is put onto is paid for already."
            yield Line(topic=Topic.PRICE, verdict=Verdict.OK, words=words, about=part.about)


def bills_by_the_hour(request: DeployRequest) -> bool:
    """Whether a request starts instances of its own."""
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
    ceiling, instead = _ceiling(look, parts)
    detail = [f"Source: {sources}.", *([instead] if instead else [])]
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
        dearest = _dearest([look.rooms.catalog.price(each) for each in (request.instance_type, *request.fallbacks)])
        if dearest is None:
            return None, ""
        total += dearest * most_instances(request)
        types += list(request.fallbacks)
    return total, f"It may start on {listed(list(dict.fromkeys(types)))} instead." if types else ""


def _dearest(offered: list[Price]) -> float | None:
    known = [price.usd_per_hour for price in offered if price.usd_per_hour is not None]
    return max(known) if len(known) == len(offered) else None


def _serverless(look: Look, part: Part, mode: Serverless) -> Line:
    second = look.rooms.catalog.serverless_second(mode.memory_mb)
    ready = look.rooms.catalog.serverless_second(mode.memory_mb, provisioned=True).usd
    if mode.provisioned and ready is None:
        words = f"The price of {mode.provisioned} kept ready is not known here. It bills while idle, and is not free."
    elif second.usd is None:
        words = "It bills by the second of work; the price in this region is not known. It is not free."
    else:
        idle = f"{prices((ready or 0.0) * 3600 * mode.provisioned)} while idle" if mode.provisioned else ""
        words = f"{idle or 'Nothing while idle'}; {money(second.usd * 3600)} for an hour of work."
        detail = f"{mode.memory_mb} MB at ${second.usd:.5f} a second, {second.source}. Data in and out is extra."
        return Line(topic=Topic.PRICE, verdict=Verdict.OK, words=words, detail=detail, about=part.about)
    return Line(topic=Topic.PRICE, verdict=Verdict.UNKNOWN, words=words, about=part.about)

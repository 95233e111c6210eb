"""What the chosen way of answering can and cannot do, and what happens where there is no capacity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.deploy import Asynchronous, Components, CustomSource, HubSource, PipelineSource, RealTime, Serverless
from services.deploy.hub import weights_gib
from services.preflight.looking import Look
from services.preflight.models import Fix, Line, Part, Topic, Verdict
from services.preflight.offers import MOST_DEARER, other_types
from services.preflight.words import listed, money, of_gib

# SageMaker's developer guide: payloads, timeouts, and what serverless endpoints do not support.
_MODES = {
    RealTime: "Answers at once: bodies to 6 MB, answers within 60 s, streams to 8 minutes.",
    Asynchronous: "Answers through S3: requests to 1 GB, up to an hour each.",
    Components: "Answers at once, on instances it shares: bodies to 6 MB, answers within 60 s, streams to 8 minutes.",
    Serverless: "Answers at once: bodies to 4 MB, answers within 60 s; after a pause the first one takes longer.",
}
# Families that are often short: the newest and the largest GPUs.
_SCARCE = ("ml.p4", "ml.p5", "ml.p6", "ml.trn", "ml.g5.48", "ml.g6.48", "ml.g6e", "ml.g7")


def lines(look: Look, part: Part) -> Iterator[Line]:
    """What the mode can do; what it cannot is a problem of the request, but for memory, which is told here."""
    mode, model = part.request.mode, look.model(part.request)
    yield Line(topic=Topic.LIMITS, verdict=Verdict.OK, words=_MODES[type(mode)], about=part.about)
    source = part.request.source
    if isinstance(mode, Serverless) and not isinstance(source, CustomSource | PipelineSource):
        hub = source if isinstance(source, HubSource) else HubSource(hub_id=model.name.replace(" ", "-"))
        weights = weights_gib(hub)
        if weights * 1024 > mode.memory_mb:
            has = of_gib(mode.memory_mb / 1024)
            words = f"The weights alone take about {of_gib(weights)}, told from the name; {has} of memory is given."
            yield Line(topic=Topic.LIMITS, verdict=Verdict.WARNING, words=words, about=part.about)


def capacity_lines(look: Look, part: Part) -> Iterator[Line]:
    """Whether there is another type to start on where the first has no capacity; nobody can see capacity itself."""
    request = part.request
    if not request.instance_type or (isinstance(request.mode, Components) and request.mode.onto):
        return
    if request.fallbacks:
        words = f"Where {request.instance_type} has no capacity, it starts on {listed(request.fallbacks)}."
        yield Line(topic=Topic.CAPACITY, verdict=Verdict.OK, words=words, about=part.about)
        return
    fixes = _sibling(look, part)
    scarce = request.instance_type.startswith(_SCARCE)
    words = (
        f"{request.instance_type} has no fallback: without capacity the endpoint fails, and another type can be tried."
    )
    if scarce:
        words = f"{request.instance_type} is often short, and there is no fallback."
    verdict = Verdict.WARNING if scarce else Verdict.OK
    detail = "AWS does not tell beforehand whether it has capacity."
    yield Line(topic=Topic.CAPACITY, verdict=verdict, words=words, detail=detail, fixes=fixes, about=part.about)


def _sibling(look: Look, part: Part) -> tuple[Fix, ...]:
    """The next dearer type of the model as a fallback; dearer ones start where cheaper ones do not fit."""
    request = part.request
    asked = look.rooms.catalog.price(request.instance_type).usd_per_hour
    if asked is None or isinstance(request.mode, Components):
        return ()
    near = [row for row in other_types(look, request) if asked <= row[1] <= asked * MOST_DEARER]
    for kind, usd in near:
        changed = replace(request, fallbacks=(kind,))
        if look.rooms.deploy.problems(changed) == look.rooms.deploy.problems(request):
            words = f"Add {kind} as a fallback, {money(usd * request.count)} an hour"
            return (Fix(words=words, change=part.whole(changed)),)
    return ()

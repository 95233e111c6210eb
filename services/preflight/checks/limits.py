"""What the chosen way of answering can and cannot do, and what happens where there is no capacity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.deploy import (
    Asynchronous,
    Components,
    DeployRequest,
    HostedModel,
    HubSource,
    RealTime,
    Scaling,
    Server,
    Serverless,
)
from services.preflight.looking import Look
from services.preflight.models import Fix, Line, Part, Topic, Verdict
from services.preflight.offers import MOST_DEARER, other_types
from services.preflight.weights import need
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
    """What stands in the way of the mode; else what it can do."""
    request = part.request
    model = look.model(request)
    words = [*_serverless(request, model), *_scaling(request)]
    fix = Fix(words="Answer from an instance", change=_on_an_instance(look, part, model))
    fixes = (fix,) if isinstance(request.mode, Serverless) and fix.change else ()
    for each in words:
        yield Line(topic=Topic.LIMITS, verdict=Verdict.STOP, words=each, fixes=fixes, about=part.about)
    if not words:
        yield Line(topic=Topic.LIMITS, verdict=Verdict.OK, words=_MODES[type(request.mode)], about=part.about)


def _serverless(request: DeployRequest, model: HostedModel) -> list[str]:
    mode, advanced = request.mode, request.advanced
    if not isinstance(mode, Serverless):
        return []
    found = []
    if model.min_gpu_gib or _needs_gpu(request):
        found.append("The model needs a GPU, and an endpoint without machines of its own has none.")
    else:
        wanted = need(_name(request, model))
        if wanted and wanted.weights * 1024 > mode.memory_mb:
            has = of_gib(mode.memory_mb / 1024)
            found.append(f"The weights alone take about {of_gib(wanted.weights)}; {has} of memory is given.")
    if advanced.subnets:
        found.append("An endpoint without machines of its own cannot be put into a VPC.")
    if advanced.isolated:
        found.append("An endpoint without machines of its own cannot be isolated from the network.")
    if advanced.capture:
        found.append("An endpoint without machines of its own cannot capture data.")
    return found


def _needs_gpu(request: DeployRequest) -> bool:
    return isinstance(request.source, HubSource) and request.source.server is not Server.TEI


def _name(request: DeployRequest, model: HostedModel) -> str:
    return request.source.hub_id if isinstance(request.source, HubSource) else model.name


def _scaling(request: DeployRequest) -> list[str]:
    scaling: Scaling | None = request.scaling
    if scaling is None:
        return []
    sleeps = isinstance(request.mode, Asynchronous | Components)
    if scaling.minimum == 0 and not sleeps:
        return ["Only asynchronous endpoints and inference components can go down to nothing; the least is 1 here."]
    if not scaling.minimum <= max(request.count, scaling.minimum) <= max(scaling.maximum, scaling.minimum):
        return [f"It begins with {request.count} and may not grow over {scaling.maximum}."]
    return []


def _on_an_instance(look: Look, part: Part, model: HostedModel) -> DeployRequest | None:
    offers = other_types(look, part.request)
    if not offers or not model.instances:
        return None
    changed = replace(part.request, mode=RealTime(), instance_type=offers[0][0], count=1)
    whole = part.whole(changed)
    return whole if isinstance(whole, DeployRequest) else None


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
    near = [
        (kind, price.usd_per_hour)
        for kind, price in other_types(look, request)
        if price.usd_per_hour is not None and asked <= price.usd_per_hour <= asked * MOST_DEARER
    ]
    if not near:
        return ()
    kind, usd = near[0]
    changed = part.whole(replace(request, fallbacks=(kind,)))
    return (Fix(words=f"Add {kind} as a fallback, {money(usd * request.count)} an hour", change=changed),)

"""Whether the model fits the instance's memory: weights and cache for the asked context, against what the type has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.catalog import InstanceSpec
from services.deploy import Components, CustomSource, DeployRequest, HubSource, Server, Serverless
from services.preflight.looking import Look, or_none
from services.preflight.models import Fix, Line, Part, Topic, Verdict
from services.preflight.offers import other_types
from services.preflight.places import s3_place
from services.preflight.weights import GIB, USABLE, Need, need
from services.preflight.words import money, of_gib

# Where the containers are told how many tokens a request may have: TGI, LMI (DJL), vLLM.
_TOKENS = ("MAX_TOTAL_TOKENS", "OPTION_MAX_MODEL_LEN", "SM_VLLM_MAX_MODEL_LEN", "SGLANG_CONTEXT_LENGTH")
_QUANTIZED = ("HF_MODEL_QUANTIZE", "QUANTIZE", "OPTION_QUANTIZE", "SM_VLLM_QUANTIZATION")


def lines(look: Look, part: Part) -> Iterator[Line]:
    """One line with both figures; an estimate never stops by itself, unless the weights alone are too large."""
    request = part.request
    if isinstance(request.mode, Serverless):
        return  # its limits are told with the mode's
    for kind in (request.instance_type, *request.fallbacks):
        spec = look.rooms.catalog.instance(kind)
        if spec is None:
            words = f"What {kind or 'the instance'} has is not known, so nobody can say whether the model fits."
            yield Line(topic=Topic.MEMORY, verdict=Verdict.UNKNOWN, words=words, about=part.about)
            continue
        yield _line(look, part, spec)


def _line(look: Look, part: Part, spec: InstanceSpec) -> Line:
    request, model = part.request, or_none(lambda: look.model(part.request))
    published = bool(model and spec.instance_type in model.instances)
    wanted = _need(look, request, spec)
    has = _memory(spec, request)
    where = f"{spec.instance_type} has {of_gib(has)}" + (" of GPU memory" if spec.gpu_count else "")
    if wanted is None:
        if published:
            words = f"{model.name if model else 'The model'} is published for {spec.instance_type}; {where}."
            return Line(topic=Topic.MEMORY, verdict=Verdict.OK, words=words, about=part.about)
        words = f"How much memory the model needs is not known; {where}."
        return Line(topic=Topic.MEMORY, verdict=Verdict.UNKNOWN, words=words, about=part.about)
    words = f"Needs about {of_gib(wanted.total)}, {where}."
    detail = _detail(wanted)
    if wanted.total <= has:
        return Line(topic=Topic.MEMORY, verdict=Verdict.OK, words=words, detail=detail, about=part.about)
    if published:
        detail += " The model is published for this type all the same: it may take fewer tokens than it could."
        return Line(topic=Topic.MEMORY, verdict=Verdict.WARNING, words=words, detail=detail, about=part.about)
    sure = not wanted.estimated and wanted.weights > has
    verdict = Verdict.STOP if sure else Verdict.WARNING
    fixes = _larger(look, part, wanted) if spec.instance_type == request.instance_type else ()
    return Line(topic=Topic.MEMORY, verdict=verdict, words=words, detail=detail, fixes=fixes, about=part.about)


def _detail(wanted: Need) -> str:
    guess = ", estimated from the name" if wanted.estimated else ""
    cache = f", {of_gib(wanted.cache)} of cache for {wanted.tokens:,} tokens" if wanted.cache else ""
    return (
        f"{of_gib(wanted.weights)} of weights{guess}{cache}, {of_gib(wanted.working)} to work with; "
        f"{round((1 - USABLE) * 100)} % is kept free."
    )


def _memory(spec: InstanceSpec, request: DeployRequest) -> float:
    """GiB the model may take on this type: of the GPUs it is spread over, else of the instance."""
    if not spec.gpu_count:
        return spec.memory_gib
    return spec.gpu_memory_gib * _gpus(request, spec) / spec.gpu_count


def _gpus(request: DeployRequest, spec: InstanceSpec) -> int:
    wanted = request.source.gpus if isinstance(request.source, HubSource) else 0
    if isinstance(request.mode, Components):
        wanted = request.mode.accelerators
    return min(wanted or spec.gpu_count, spec.gpu_count)


def _need(look: Look, request: DeployRequest, spec: InstanceSpec) -> Need | None:
    source, given = request.source, _environment(look, request)
    tokens = next((int(given[key]) for key in _TOKENS if given.get(key, "").isdigit()), 0)
    quantization = next((given[key] for key in _QUANTIZED if given.get(key)), "")
    gpus = max(1, _gpus(request, spec))
    if isinstance(source, CustomSource):
        return _of_artifact(look, source)
    if not isinstance(source, HubSource):
        return _of_catalog(look, request, tokens, quantization, gpus)
    found = need(
        source.hub_id,
        weights_gib=source.weights_gib,
        quantization=source.quantization or quantization,
        tokens=source.most_total_tokens or tokens,
        gpus=gpus,
    )
    return replace(found, cache=0.0) if found and source.server is Server.TEI else found


def _of_catalog(look: Look, request: DeployRequest, tokens: int, quantization: str, gpus: int) -> Need | None:
    model = or_none(lambda: look.model(request))
    if model is None:
        return None
    for name in (model.name, model.id):
        found = need(name, quantization=quantization, tokens=tokens, gpus=gpus)
        if found is not None:
            return replace(found, cache=0.0) if "embedding" in model.task else found
    return None


def _of_artifact(look: Look, source: CustomSource) -> Need | None:
    """An artefact is at least as large in memory as it is in S3."""
    place = s3_place(source.artifact)
    found = or_none(lambda: look.objects(*place)) if place else None
    return Need(found.size / GIB, 0.0, 0.5, 0, estimated=False) if found and found.size else None


def _environment(look: Look, request: DeployRequest) -> dict[str, str]:
    container = None if isinstance(request.source, HubSource) else or_none(lambda: look.container(request))
    return {**dict(container.environment if container else ()), **dict(request.environment)}


def _larger(look: Look, part: Part, wanted: Need) -> tuple[Fix, ...]:
    """The cheapest type that is large enough."""
    request = part.request
    own = look.rooms.catalog.instance(request.instance_type)
    for kind, price in other_types(look, replace(request, instance_type="")):
        spec = look.rooms.catalog.instance(kind)
        if spec is None or (own is not None and (spec.architecture, bool(spec.gpu_count)) != _kind(own)):
            continue
        if _memory(spec, request) >= wanted.total:
            words = f"Use {kind}, {money((price.usd_per_hour or 0.0) * request.count)} an hour"
            changed = replace(
                request, instance_type=kind, fallbacks=tuple(each for each in request.fallbacks if each != kind)
            )
            return (Fix(words=words, change=part.whole(changed)),)
    return ()


def _kind(spec: InstanceSpec) -> tuple[str, bool]:
    return spec.architecture, bool(spec.gpu_count)

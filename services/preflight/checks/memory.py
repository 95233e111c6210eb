"""Whether the model fits the instance's memory: weights and cache for the asked context, against what the type has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.catalog import InstanceSpec
from services.deploy import Components, CustomSource, DeployRequest, HubSource, PipelineSource, Server, Serverless
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
        if spec.accelerators and not spec.gpu_count:
            words = f"{kind} has {spec.accelerators} × {spec.accelerator}; whether the model fits them is not known."
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
    tokens = f"{wanted.tokens:,} tokens" + ("" if wanted.asked else ", as none were named")
    cache = f", {of_gib(wanted.cache)} of cache for {tokens}" if wanted.cache else ""
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
    source = request.source
    if isinstance(source, CustomSource | PipelineSource):
        return _of_artifact(look, source)
    given = _environment(look, request)
    tokens = next((int(given[key]) for key in _TOKENS if given.get(key, "").isdigit()), 0)
    quantization = next((given[key] for key in _QUANTIZED if given.get(key)), "")
    hub = source if isinstance(source, HubSource) else _like_hub(look, request, quantization)
    return need(hub, tokens=tokens, gpus=max(1, _gpus(request, spec))) if hub else None


def _like_hub(look: Look, request: DeployRequest, quantization: str) -> HubSource | None:
    """A model of the catalogue by its name, which tells its size as names of the hub do."""
    model = or_none(lambda: look.model(request))
    if model is None:
        return None
    server = Server.TEI if "embedding" in model.task else Server.LMI
    return HubSource(hub_id=model.name.replace(" ", "-"), server=server, quantization=quantization)


def _of_artifact(look: Look, source: CustomSource | PipelineSource) -> Need | None:
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
    for kind, usd in other_types(look, request):
        spec = look.rooms.catalog.instance(kind)
        if spec is not None and _memory(spec, request) >= wanted.total and _of_a_kind(spec, own):
            words = f"Use {kind}, {money(usd * request.count)} an hour"
            return (Fix(words=words, change=part.whole(replace(request, instance_type=kind))),)
    return ()


def _of_a_kind(spec: InstanceSpec, own: InstanceSpec | None) -> bool:
    return own is None or bool(spec.gpu_count) == bool(own.gpu_count)

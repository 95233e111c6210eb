"""What is wrong with how the endpoint answers, and with what such an endpoint does not have."""

from __future__ import annotations

from collections.abc import Iterator

from services.catalog import instance
from services.deploy import grammar
from services.deploy.models import DeployRequest, HostedModel, Place, Problem
from services.deploy.modes import Asynchronous, Components, Serverless
from services.deploy.sources import HubSource, Server

# botocore's service model
MEMORY_SIZES = (1024, 2048, 3072, 4096, 5120, 6144)
MOST_SERVERLESS, MOST_ASYNCHRONOUS = 200, 1000
LEAST_CPUS, LEAST_MEMORY_MB = 0.25, 128
MOST_ACCELERATORS, MOST_CPUS, MOST_MEMORY_MB = 16, 1024, 32 * 1024 * 1024  # beyond what any instance has


def mode_problems(request: DeployRequest, model: HostedModel, place: Place | None) -> Iterator[Problem]:
    """Problems of `mode` and of what it excludes."""
    match request.mode:
        case Asynchronous() as mode:
            yield from _asynchronous(mode, place)
        case Serverless() as mode:
            yield from _serverless(request, model, mode)
        case Components() as mode:
            yield from _components(request, model, mode)


def _asynchronous(mode: Asynchronous, place: Place | None) -> Iterator[Problem]:
    if wrong := grammar.s3_problem(mode.output):
        yield Problem("mode.output", wrong)
    if mode.failure and (wrong := grammar.s3_problem(mode.failure)):
        yield Problem("mode.failure", wrong)
    if not 0 <= mode.concurrency <= MOST_ASYNCHRONOUS:
        words = f"{mode.concurrency} requests at a time cannot be: 1 to {MOST_ASYNCHRONOUS}; 0 lets SageMaker choose."
        yield Problem("mode.concurrency", words)
    if mode.include_answer and not (mode.success or mode.error):
        yield Problem("mode.include_answer", "Answers can be sent in a notice only where a topic is told.")
    if wrong := grammar.key_problem(mode.kms_key, place):
        yield Problem("mode.kms_key", wrong)


def _serverless(request: DeployRequest, model: HostedModel, mode: Serverless) -> Iterator[Problem]:
    if mode.memory_mb not in MEMORY_SIZES:
        yield Problem("mode.memory_mb", f"{mode.memory_mb} MB cannot be: {', '.join(map(str, MEMORY_SIZES))}.")
    if not 1 <= mode.concurrency <= MOST_SERVERLESS:
        yield Problem("mode.concurrency", f"{mode.concurrency} requests at a time cannot be: 1 to {MOST_SERVERLESS}.")
    if not 0 <= mode.provisioned <= mode.concurrency:
        words = f"{mode.provisioned} kept ready cannot be: 0 to {mode.concurrency}, the concurrency."
        yield Problem("mode.provisioned", words)
    if model.needs_gpu:
        yield Problem("mode", f"A serverless endpoint has no GPU, and {model.name} needs one.")
    without = "A serverless endpoint does not support"
    advanced = request.advanced
    if advanced.subnets or advanced.security_groups:
        yield Problem("advanced.subnets", f"{without} a VPC.")
    if advanced.isolated:
        yield Problem("advanced.isolated", f"{without} network isolation.")
    if advanced.capture:
        yield Problem("advanced.capture", f"{without} data capture.")
    if advanced.startup_seconds or advanced.download_seconds:
        field = "advanced.startup_seconds" if advanced.startup_seconds else "advanced.download_seconds"
        yield Problem(field, f"{without} timeouts of its own.")
    if advanced.inference_ami:
        yield Problem("advanced.inference_ami", f"{without} a choice of its host's image.")


def _components(request: DeployRequest, model: HostedModel, mode: Components) -> Iterator[Problem]:
    if mode.onto and not mode.name:
        yield Problem("mode.name", "The component needs a name: the endpoint has its own already.")
    elif wrong := grammar.name_problem(request.component_name, "component") if mode.name else "":
        yield Problem("mode.name", wrong)
    elif mode.onto and mode.name.lower() == request.endpoint_name.lower():
        yield Problem("mode.name", "The component and its model need another name than the endpoint that is there.")
    if mode.copies < 1:
        yield Problem("mode.copies", f"{mode.copies} copies cannot be: 1 at least; scaling can take them to 0 later.")
    sizes = tuple(_sizes(mode))
    yield from sizes
    if (model.needs_gpu or model.min_gpu_gib) and mode.accelerators == 0:
        yield Problem("mode.accelerators", f"{model.name} needs a GPU, and a copy gets only those it asks for.")
    source = request.source
    if isinstance(source, HubSource) and source.server is Server.TEI and mode.accelerators > 1:
        yield Problem("mode.accelerators", "TEI runs on one GPU, or on none.")
    if not mode.onto and not sizes:
        yield from _room(request, mode)


def _sizes(mode: Components) -> Iterator[Problem]:
    """What a copy asks for, against what SageMaker takes and any instance could have."""
    if not 0 <= mode.accelerators <= MOST_ACCELERATORS:
        words = f"{mode.accelerators} accelerators cannot be: 1 to {MOST_ACCELERATORS}; 0 leaves it out."
        yield Problem("mode.accelerators", words)
    if mode.cpus != 0 and not LEAST_CPUS <= mode.cpus <= MOST_CPUS:
        words = f"{grammar.written(mode.cpus)} CPU cores cannot be: {LEAST_CPUS} to {MOST_CPUS}; 0 leaves it out."
        yield Problem("mode.cpus", words)
    if not LEAST_MEMORY_MB <= mode.memory_mb <= MOST_MEMORY_MB:
        words = f"{mode.memory_mb} MB cannot be: {LEAST_MEMORY_MB} to {MOST_MEMORY_MB}."
        yield Problem("mode.memory_mb", words)


def _room(request: DeployRequest, mode: Components) -> Iterator[Problem]:
    """Each copy fits on an instance of every type, and all of them on the instances that there are."""
    for kind in request.instance_types:
        known = instance(kind)
        if known is None:
            continue
        has = {
            "mode.accelerators": (mode.accelerators, known.gpu_count or known.accelerators, "accelerators"),
            "mode.cpus": (mode.cpus, known.vcpu, "CPU cores"),
            "mode.memory_mb": (mode.memory_mb, int(known.memory_gib * 1024), "MB of memory"),
        }
        fits = [int(there / each) for each, there, _ in has.values() if each > 0]
        for field, (each, there, what) in has.items():
            if each > there:
                yield Problem(field, f"A copy asks for {each:g} {what}; {kind} has {there:g}.")
        if all(fits) and fits and request.count * min(fits) < mode.copies:
            words = f"{mode.copies} copies need more than {request.count} × {kind}: {min(fits)} fit on each."
            yield Problem("mode.copies", words)

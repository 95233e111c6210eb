"""What is wrong with the instances: types, counts, and what falls back to what."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.catalog import InstanceSpec, has_gpu, instance
from services.deploy import grammar
from services.deploy.hub import OLD_GPUS, gpus_used, server_name
from services.deploy.models import DeployRequest, HostedModel, Problem
from services.deploy.modes import Components, Serverless
from services.deploy.scaling_limits import MOST_INSTANCES
from services.deploy.sources import HubSource, Server

MOST_POOLS = 5  # botocore's service model: InstancePools
MOST_VOLUME_GB = 512
# EC2's types with an instance store: their name says so with a d, and these families have it without one.
_LOCAL_DISK = re.compile(r"ml\.([a-z]+\d+[a-z]*d[a-z]*|g5|g6|g6e|g7|g7e|gr6|p5|p5e|p5en|p6-b\d+|trn\d+[a-z]*)\..+")


def local_disk(instance_type: str) -> bool:
    """Whether the type has a disk of its own, in place of a volume whose size can be chosen."""
    return bool(_LOCAL_DISK.fullmatch(instance_type))


def machine_problems(request: DeployRequest, model: HostedModel) -> Iterator[Problem]:
    """Problems of `instance_type`, `count` and `fallbacks`."""
    if isinstance(request.mode, Serverless) or (isinstance(request.mode, Components) and request.mode.onto):
        yield from _no_machine(request)
        return
    yield from _type(request, model)
    yield from _fallbacks(request, model)
    if request.count < 1:  # too many is what the cap is for
        yield Problem("count", f"{request.count} instances cannot be: 1 to {MOST_INSTANCES}.")
    yield from _gpus(request)
    yield from _volume(request)
    known = instance(request.instance_type)
    if request.advanced.inference_ami and known and not (known.gpu_count or known.accelerators):
        words = f"InferenceAmiVersion is a choice of drivers, and {request.instance_type} has no accelerator."
        yield Problem("advanced.inference_ami", words)


def _no_machine(request: DeployRequest) -> Iterator[Problem]:
    why = "A serverless endpoint has no instances"
    if not isinstance(request.mode, Serverless):
        why = "The component takes a place on instances that run already"
    if request.instance_type:
        yield Problem("instance_type", f"{why}: leave the type out.")
    if request.fallbacks:
        yield Problem("fallbacks", f"{why}: nothing can be fallen back to.")
    if request.count != 1:
        yield Problem("count", f"{why}: leave the count at 1.")
    if request.advanced.volume_gb:
        yield Problem("advanced.volume_gb", f"{why}: it has no volume of its own.")


def _type(request: DeployRequest, model: HostedModel) -> Iterator[Problem]:
    kind = request.instance_type
    if model.subscription:
        return
    if model.instances and kind not in model.instances:
        runs = ", ".join(model.instances)
        yield Problem("instance_type", f"{model.name} does not run on {kind or 'no instance type'}; it runs on {runs}.")
    elif not kind:
        yield Problem("instance_type", "The endpoint needs an instance type.")
    elif not grammar.INSTANCE_TYPE.fullmatch(kind):
        yield Problem("instance_type", f"{kind} is no instance type: it looks like ml.g5.xlarge.")
    elif model.needs_gpu and not has_gpu(kind):
        what = server_name(request.source.server) if isinstance(request.source, HubSource) else model.name
        yield Problem("instance_type", f"{what} runs on GPUs of NVIDIA only, and {kind} has none.")
    elif isinstance(request.source, HubSource) and (known := instance(kind)) and known.architecture != "x86_64":
        yield Problem(
            "instance_type", f"{kind} has a processor of {known.architecture}; the image is built for x86_64."
        )
    elif isinstance(request.source, HubSource) and kind.startswith(OLD_GPUS):
        what = server_name(request.source.server)
        yield Problem("instance_type", f"The GPU of {kind} is too old for {what}'s image: choose ml.g4dn or newer.")


def _fallbacks(request: DeployRequest, model: HostedModel) -> Iterator[Problem]:
    if not request.fallbacks:
        return
    types, first = request.instance_types, instance(request.instance_type)
    if len(types) != len(set(types)):
        yield Problem("fallbacks", "An instance type is given twice.")
    if len(types) > MOST_POOLS:
        yield Problem(
            "fallbacks", f"{len(types)} instance types are given; {MOST_POOLS} are allowed, the first included."
        )
    for kind in request.fallbacks:
        if not grammar.INSTANCE_TYPE.fullmatch(kind):
            yield Problem("fallbacks", f"{kind or 'An empty text'} is no instance type: it looks like ml.g5.xlarge.")
        elif model.instances and kind not in model.instances:
            yield Problem("fallbacks", f"{model.name} does not run on {kind}.")
        elif wrong := _unlike(first, instance(kind)):
            yield Problem("fallbacks", wrong)


def _unlike(first: InstanceSpec | None, other: InstanceSpec | None) -> str:
    """Why the same container does not run on both; "" where it does, or a type is newer than the list."""
    if first is None or other is None:
        return ""
    names = f"{other.instance_type} cannot stand in for {first.instance_type}"
    if first.architecture != other.architecture:
        return f"{names}: its processor ({other.architecture}) needs another image."
    if bool(first.gpu_count) != bool(other.gpu_count):
        return f"{names}: one has GPUs and the other has none, so they need different images."
    if other.gpu_count < first.gpu_count:
        return f"{names}: it has {other.gpu_count} GPUs, and the weights are spread over {first.gpu_count}."
    return ""


def _gpus(request: DeployRequest) -> Iterator[Problem]:
    """Weights are spread over no more GPUs than there are."""
    source, known = request.source, instance(request.instance_type)
    if not isinstance(source, HubSource) or not source.gpus or known is None:
        return
    if source.server is Server.TEI:
        yield Problem("source.gpus", "TEI runs on one GPU, or on none.")
    elif source.gpus > known.gpu_count:
        words = f"{source.gpus} GPUs are asked for; {request.instance_type} has {known.gpu_count}."
        yield Problem("source.gpus", words)
    elif isinstance(request.mode, Components) and gpus_used(request) != request.mode.accelerators:
        words = f"A copy gets {request.mode.accelerators} accelerators, and the weights are spread over {source.gpus}."
        yield Problem("source.gpus", words)


def _volume(request: DeployRequest) -> Iterator[Problem]:
    size = request.advanced.volume_gb
    if not size:
        return
    if not 1 <= size <= MOST_VOLUME_GB:
        yield Problem("advanced.volume_gb", f"{size} GB cannot be: 1 to {MOST_VOLUME_GB}.")
    fixed = [kind for kind in request.instance_types if local_disk(kind)]
    if fixed:
        words = f"VolumeSizeInGB is not allowed for {' and '.join(fixed)}: the type has a disk of its own."
        yield Problem("advanced.volume_gb", words)

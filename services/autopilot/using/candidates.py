"""A candidate as something to deploy: its containers in their order, with the variables that make it say all it can.

What each variable means: AWS's developer guide, "Configure inference output in generated containers"; which features a
serverless endpoint lacks: "Deploy models with Amazon SageMaker Serverless Inference" (both read 2026-11-20).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.access import RoleChoice
from services.autopilot.models import Candidate, CandidateContainer, Job, ProblemKind
from services.catalog import Task
from services.deploy import DeployRequest, Mode, PipelineContainer, PipelineSource, RealTime, Serverless
from services.endpoints import EndpointDetail

OUTPUTS = ("predicted_label", "probability", "probabilities", "labels")
_SUPPORTED = "SAGEMAKER_INFERENCE_SUPPORTED"
_INPUT, _OUTPUT = "SAGEMAKER_INFERENCE_INPUT", "SAGEMAKER_INFERENCE_OUTPUT"
_STEP, _FEATURES = "AUTOML_TRANSFORM_MODE", "feature-transform"  # the container that prepares and predicts nothing
_GPU_IMAGE = re.compile(r"gpu|-cu\d{2,3}\b")

CPU, GPU = "CPU", "GPU"
GIB = 1024**3
# What AWS's own Autopilot examples host on, by memory; a model needs some times its archive once it is unpacked.
_MACHINES = (("ml.m5.xlarge", 16), ("ml.m5.2xlarge", 32), ("ml.m5.4xlarge", 64), ("ml.m5.12xlarge", 192))
_GPU_MACHINES = {ProblemKind.LANGUAGE: "ml.g5.2xlarge"}
_UNPACKED, _RUNTIME_GIB = 4.0, 4.0
LARGEST_SERVERLESS = 5 * GIB  # the disk a serverless container has
_TASKS = {
    ProblemKind.TABULAR: Task.TABULAR,
    ProblemKind.TEXT: Task.TEXT_CLASSIFICATION,
    ProblemKind.IMAGE: Task.IMAGE_CLASSIFICATION,
    ProblemKind.FORECAST: Task.FORECASTING,
    ProblemKind.LANGUAGE: Task.CHAT,
}


@dataclass(frozen=True, slots=True)
class Used:
    """An endpoint that serves this job. `candidate`: its name, "" where nothing tells which it is."""

    detail: EndpointDetail
    candidate: str = ""
    automatic: bool = False

    @property
    def name(self) -> str:
        """The endpoint's."""
        return self.detail.name


def usable(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Those that were trained to the end and say what runs them."""
    return tuple(each for each in candidates if containers_of(each))


def containers_of(candidate: Candidate, *, gpu: bool = False) -> tuple[CandidateContainer, ...]:
    """The containers for processors, or for GPUs where the candidate has such; those of the list otherwise."""
    by_kind = dict(candidate.accelerated)
    return by_kind.get(GPU if gpu else CPU) or candidate.containers or by_kind.get(CPU) or by_kind.get(GPU) or ()


def telling(containers: Sequence[CandidateContainer], keys: Sequence[str] = OUTPUTS) -> tuple[CandidateContainer, ...]:
    """The containers asked for `keys`, as far as each supports them; what one says the next one is told to expect.

    A regression supports none but its prediction, and stays as it is; so does a container that only prepares.
    """
    told, before = [], ""
    for each in containers:
        environment = dict(each.environment)
        supported = [key.strip() for key in environment.get(_SUPPORTED, "").split(",") if key.strip()]
        said = "" if environment.get(_STEP) == _FEATURES else ",".join(key for key in keys if key in supported)
        if said and (before or _INPUT in environment):
            environment[_INPUT] = before or said
        if said:
            environment[_OUTPUT] = said
        told.append(replace(each, environment=tuple(environment.items())))
        before = said
    return tuple(told)


def outputs_of(containers: Sequence[CandidateContainer]) -> tuple[str, ...]:
    """The keys a row of containers answers with, in their order."""
    environments = [dict(each.environment) for each in containers]
    last = next((each[_OUTPUT] for each in reversed(environments) if each.get(_OUTPUT)), "")
    return tuple(key.strip() for key in last.split(",") if key.strip()) or OUTPUTS[:1]


def source_of(job: Job, candidate: Candidate, *, gpu: bool = False) -> PipelineSource:
    """What is to run, as a deployment takes it."""
    containers = telling(containers_of(candidate, gpu=gpu))
    return PipelineSource(
        containers=tuple(
            PipelineContainer(image=each.image, artifact=each.model_data, environment=each.environment)
            for each in containers
        ),
        job=job.name,
        candidate=candidate.name,
        task=_TASKS[job.kind].value,
    )


def needs_gpu(candidate: Candidate) -> bool:
    """Whether even its containers for processors are made for GPUs."""
    return any(_GPU_IMAGE.search(each.image.partition("/")[2]) for each in containers_of(candidate))


def serverless_problem(candidate: Candidate) -> str:
    """Why a candidate cannot run without machines; "" it can, as far as is known."""
    containers = containers_of(candidate)
    if len(containers) > 1:
        return (
            f"{candidate.name} is a pipeline of {len(containers)} containers, and a serverless endpoint runs one. "
            "Candidates trained in ensembling mode are one container."
        )
    if needs_gpu(candidate):
        return f"{candidate.name} needs a GPU, and a serverless endpoint has none."
    if candidate.model_bytes and candidate.model_bytes > LARGEST_SERVERLESS:
        size = f"{candidate.model_bytes / GIB:.1f} GiB"
        return f"The model of {candidate.name} has {size}; a serverless container has 5 GB of disk."
    return ""


def suggested_memory(candidate: Candidate) -> int:
    """MB of memory to begin with for a serverless endpoint; ensembles load all their members."""
    size = (candidate.model_bytes or 0) * _UNPACKED / 1024**2
    return next((mb for mb in (4096, 5120, 6144) if size + 2048 <= mb), 6144)


def suggested_type(job: Job, candidate: Candidate) -> str:
    """The instance type a form begins with: the smallest usual one whose memory holds the unpacked model."""
    if needs_gpu(candidate):
        return _GPU_MACHINES.get(job.kind, "ml.g4dn.xlarge")
    wanted = (candidate.model_bytes or 0) * _UNPACKED / GIB + _RUNTIME_GIB
    return next((kind for kind, gib in _MACHINES if gib >= wanted), _MACHINES[-1][0])


def request_for(
    job: Job,
    candidate: Candidate,
    *,
    name: str,
    role: RoleChoice,
    owner: str,
    instance_type: str = "",
    mode: Mode | None = None,
    count: int = 1,
    gpu: bool = False,
    lease: tuple[float, str, str] = (0.0, "delete", ""),
) -> DeployRequest:
    """A candidate on an endpoint of that name. `lease`: hours (0 never), "delete" or "pause", why."""
    mode = mode or RealTime()
    alone = isinstance(mode, Serverless)
    return DeployRequest(
        source=source_of(job, candidate, gpu=gpu),
        endpoint_name=name,
        instance_type="" if alone else instance_type or suggested_type(job, candidate),
        role=role,
        owner=owner,
        mode=mode,
        count=1 if alone else count,
        lease_hours=lease[0],
        lease_then=lease[1],
        lease_reason=lease[2],
    )


def endpoints_of(job: Job, candidates: Iterable[Candidate], details: Iterable[EndpointDetail]) -> tuple[Used, ...]:
    """The endpoints that serve this job, newest first: by their tags or models, or because the job deployed them."""
    by_data = {each.model_data: found.name for found in candidates for each in _every(found) if each.model_data}
    by_data |= {each.model_data: job.best.name for each in _every(job.best) if each.model_data} if job.best else {}
    found = []
    for detail in details:
        loaded = next((by_data[each.artifact] for each in detail.models if each.artifact in by_data), "")
        automatic = bool(job.deployed_as) and detail.name == job.deployed_as
        named = detail.tag("candidate") if detail.tag("autopilot-job") == job.name else ""
        if loaded or automatic or named:
            best = job.best.name if automatic and job.best else ""
            found.append(Used(detail, loaded or named or best, automatic))
    return tuple(sorted(found, key=lambda used: used.detail.created, reverse=True))


def keys_of(used: Used, candidates: Iterable[Candidate]) -> tuple[str, ...]:
    """What an endpoint answers with: as this console deployed it, else as its model's variables say."""
    own = next((each for each in candidates if each.name == used.candidate), None)
    if own is not None and used.detail.tag("candidate"):
        return outputs_of(telling(containers_of(own)))
    environments = [dict(each.environment) for each in used.detail.models]
    return outputs_of([CandidateContainer("", "", tuple(each.items())) for each in environments])


def _every(candidate: Candidate) -> tuple[CandidateContainer, ...]:
    return (*candidate.containers, *(each for _, containers in candidate.accelerated for each in containers))

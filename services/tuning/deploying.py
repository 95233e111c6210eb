"""The result of a training as a deployment: the base model's container with what was trained, and no second licence."""

from __future__ import annotations

from services.access import RoleChoice
from services.catalog import CatalogModel, Container
from services.deploy import Advanced, CustomSource, DeployRequest
from services.errors import InvalidRequest
from services.tuning.models import JobStatus, TrainingJob

FROM, BY = "tuned-from", "training-job"  # tags of the endpoint
_WEIGHTS = "/opt/ml/model"  # where SageMaker puts what was trained
_MODEL_KEYS = ("HF_MODEL_ID", "OPTION_MODEL_ID", "SM_VLLM_MODEL", "SM_SGLANG_MODEL_PATH", "MODEL_ID")
_FETCHES = ("HF_MODEL_REVISION", "OPTION_REVISION", "HF_MODEL_QUANTIZE_FROM")
_SECONDS = (60, 3600)  # what a deployment takes for either of its two waits


def deploy_request(
    job: TrainingJob, model: CatalogModel, container: Container, *, endpoint_name: str, instance_type: str,
    role: RoleChoice, owner: str, count: int = 1, lease_hours: float = 0.0,
) -> DeployRequest:  # fmt: skip
    """The request that deploys what a job trained. Raises InvalidRequest where there is nothing to deploy."""
    if job.status is not JobStatus.COMPLETED and not (job.status is JobStatus.STOPPED and job.artifact):
        raise InvalidRequest(
            f"{job.name} has no result to deploy.", f"It is {job.status.value}.", "Wait for it, or start another one."
        )
    if not job.artifact:
        raise InvalidRequest(f"{job.name} names no result.", "AWS tells none.", "Look at what it left in S3.")
    environment = {name: value for name, value in container.environment if name not in _FETCHES}
    for name in _MODEL_KEYS:
        if name in environment:
            environment[name] = _WEIGHTS
    if "tgi" in container.image or "djl-inference" in container.image:
        environment["HF_MODEL_ID"] = _WEIGHTS
    return DeployRequest(
        source=CustomSource(
            image=container.image,
            artifact=job.artifact,
            family=container.family,
            origin=f"the container of {model.id} with what {job.name} trained",
        ),
        endpoint_name=endpoint_name,
        instance_type=instance_type,
        role=role,
        owner=owner,
        count=count,
        environment=tuple(sorted(environment.items())),
        tags=((FROM, model.id), (BY, job.name)),
        advanced=Advanced(
            isolated=container.network_isolation or None,
            startup_seconds=_within(container.startup),
            download_seconds=_within(container.download),
            inference_ami=container.inference_ami,
        ),
        lease_hours=lease_hours,
    )


def _within(seconds: int) -> int:
    return min(max(seconds, _SECONDS[0]), _SECONDS[1]) if seconds else 0

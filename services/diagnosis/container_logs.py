"""Where SageMaker keeps what its containers write, and the end of it.

Log groups: "Log groups and streams that Amazon SageMaker AI sends to Amazon CloudWatch Logs", developer guide, 2026-11.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Whose container it is."""

    ENDPOINT = "endpoint"
    COMPONENT = "inference component"
    TRAINING = "training job"
    PROCESSING = "processing job"
    TRANSFORM = "transform job"
    AUTOML = "AutoML job"


_OWN_GROUP = {Place.ENDPOINT: "Endpoints", Place.COMPONENT: "InferenceComponents"}
_SHARED_GROUPS = {
    Place.TRAINING: ("TrainingJobs",),
    Place.PROCESSING: ("ProcessingJobs",),
    Place.TRANSFORM: ("TransformJobs",),
    Place.AUTOML: ("TrainingJobs", "ProcessingJobs"),  # the jobs it starts have names that begin with its own
}


@dataclass(frozen=True, slots=True)
class LoggedLine:
    """One line, as the container wrote it, and the stream it is in."""

    stream: str
    text: str


@dataclass(frozen=True, slots=True)
class ContainerLog:
    """The last lines of the newest streams, oldest first; where there are none, why: a sentence."""

    group: str
    lines: tuple[LoggedLine, ...] = ()
    absent: str = ""


def groups(place: Place, name: str) -> tuple[tuple[str, str], ...]:
    """The log groups to look into, each with what its streams' names begin with ("": all are of this one)."""
    if place in _OWN_GROUP:
        return ((f"/aws/sagemaker/{_OWN_GROUP[place]}/{name}", ""),)
    begins = name if place is Place.AUTOML else f"{name}/"
    return tuple((f"/aws/sagemaker/{group}", begins) for group in _SHARED_GROUPS[place])

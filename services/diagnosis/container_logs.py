"""Whose container's log is looked into, and the end of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from services.logs import LogGroup, component, endpoint, processing_job, training_job, transform_job


class Place(StrEnum):
    """Whose container it is."""

    ENDPOINT = "endpoint"
    COMPONENT = "inference component"
    TRAINING = "training job"
    PROCESSING = "processing job"
    TRANSFORM = "transform job"
    AUTOML = "AutoML job"


_GROUPS: dict[Place, tuple[Callable[[str], LogGroup], ...]] = {
    Place.ENDPOINT: (endpoint,),
    Place.COMPONENT: (component,),
    Place.TRAINING: (training_job,),
    Place.PROCESSING: (processing_job,),
    Place.TRANSFORM: (transform_job,),
    Place.AUTOML: (training_job, processing_job),
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


def groups(place: Place, name: str) -> tuple[LogGroup, ...]:
    """The log groups to look into. The jobs that an AutoML job starts have names that begin with its own."""
    found = tuple(group(name) for group in _GROUPS[place])
    return tuple(LogGroup(each.name, name) for each in found) if place is Place.AUTOML else found

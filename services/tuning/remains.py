"""What a training has left in S3, wherever it put something, and what keeping that costs. Looks; removes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.catalog.rates import Rate
from services.errors import SagedeckError
from services.objects import ObjectsService
from services.tuning.models import TrainingJob


@dataclass(frozen=True, slots=True)
class Pile:
    """What lies below one prefix. `problem`: why it could not be counted, "" it was; then count and size are 0."""

    what: str
    place: str
    count: int = 0
    size: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Remains:
    """All of a job. `usd_a_month` None is unknown: no price, or not everything could be counted."""

    piles: tuple[Pile, ...]
    usd_a_month: float | None
    source: str = ""

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(each.size for each in self.piles)


def remains(job: TrainingJob, objects: ObjectsService, stored: Rate) -> Remains:
    """What lies where the job wrote, and where this console put its text. One to a few list calls a place."""
    piles = tuple(_counted(what, place, objects.stored) for what, place in _places(job))
    usd = None if any(each.problem for each in piles) else stored.of_bytes(sum(each.size for each in piles))
    return Remains(piles, usd, stored.source)


def _places(job: TrainingJob) -> Iterator[tuple[str, str]]:
    if job.output:
        yield "The result and what it wrote", f"{job.output.rstrip('/')}/{job.name}/output/"
    if job.checkpoints:
        yield "Checkpoints", job.checkpoints
    for channel, uri in job.inputs:
        if channel == "training" and job.made_here and f"/tuning/{job.name}/" in uri:
            yield "The text that was sent", uri


def _counted(what: str, place: str, stored: Callable[[str], tuple[int, int]]) -> Pile:
    try:
        count, size = stored(place)
    except SagedeckError as error:
        return Pile(what, place, problem=error.what)
    return Pile(what, place, count, size)

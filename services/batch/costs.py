"""What a transform job is likely to cost, and what it has cost. An estimate says that it is one; unknown is None."""

from __future__ import annotations

from dataclasses import dataclass

from services.batch.models import JobStatus, Spent, TransformJob
from services.batch.preview import InputPreview
from services.catalog import Price

# Seconds until the container answers, of which most are billed; as most transform jobs of a few records take.
STARTING_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What a job may cost. USD; None is unknown. `basis` says what the likely figure rests on."""

    usd_per_hour: float | None
    usd_likely: float | None
    seconds_likely: float | None
    usd_most: float | None
    basis: str


UNKNOWN = Ceiling(None, None, None, None, "")


def ceiling(price: Price, count: int, preview: InputPreview | None, a_second: float | None) -> Ceiling:
    """What a job may cost, from how many records there are and how many such a model answers in a second, roughly.

    SageMaker ends no transform job by the clock, so there is no most.
    """
    per_hour = price.total(count)
    endless = "SageMaker sets a transform job no limit of time: it runs until it has answered all, or is stopped."
    rows = preview.rows if preview else None
    if rows is None and preview and preview.objects:
        rows = float(preview.objects)
    if rows is None or not a_second:
        return Ceiling(per_hour, None, None, None, f"How long it takes cannot be told. {endless}")
    seconds = STARTING_SECONDS + rows / (a_second * max(1, count))
    likely = None if per_hour is None else per_hour * seconds / 3600
    basis = (
        f"A guess: about {rows:,.0f} records at {a_second:g} a second and instance, as such a model answers, and "
        f"{STARTING_SECONDS / 60:.0f} minutes to start. {endless}"
    )
    return Ceiling(per_hour, likely, seconds, None, basis)


def spent(job: TransformJob, price: Price | None, now: float, share_done: float | None = None) -> Spent:
    """What a job has cost until now or until its end; `share_done` (0 to 1) of its objects tells what it comes to."""
    if job.request is None or price is None:
        return Spent(None, None, "what it runs on is not known")
    per_hour = price.total(job.request.count)
    runs = job.status.moving
    if per_hour is None:
        return Spent(None, None if runs else 0.0, price.source)
    seconds = job.billed_seconds(now)
    usd = per_hour * seconds / 3600
    likely = usd / share_done if runs and share_done and job.status is JobStatus.IN_PROGRESS else None
    return Spent(usd, per_hour if runs and job.started else 0.0, price.source, likely)

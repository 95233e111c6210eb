"""How far a training is and what it has cost. Pure: from the job as described, and the time.

The stages are SecondaryStatus's. Typical times are estimates of AWS's pace; the longest, Training, is the request's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.tuning.models import JobStatus, TrainingJob

WORDS = {
    "Starting": "Getting a machine",
    "Pending": "Waiting for a machine",
    "LaunchingMLInstances": "Getting a machine",
    "PreparingTrainingStack": "Preparing the machine",
    "Downloading": "Fetching the text and the base weights",
    "DownloadingTrainingImage": "Fetching the container",
    "Training": "Training",
    "Uploading": "Writing the result",
    "Updating": "Updating",
    "Restarting": "Beginning anew",
    "Interrupted": "Interrupted: the spare capacity was taken away",
    "Stopping": "Stopping",
    "Stopped": "Stopped",
    "MaxRuntimeExceeded": "Stopped: its time was over",
    "MaxWaitTimeExceeded": "Stopped: it waited too long for spare capacity",
    "Completed": "Done",
    "Failed": "Failed",
}
TYPICAL = {"Starting": 150.0, "Downloading": 240.0, "DownloadingTrainingImage": 240.0, "Uploading": 120.0}
ENDS = ("Completed", "Failed", "Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded")
_ORDER = ("Starting", "Downloading", "Training", "Uploading")


@dataclass(frozen=True, slots=True)
class Part:
    """A stage as it is shown. seconds: taken so far, None not begun; typical: an estimate, None not known."""

    name: str
    state: str  # "done", "running", "waiting", "skipped", "failed"
    seconds: float | None = None
    typical: float | None = None
    said: str = ""

    @property
    def words(self) -> str:
        """The stage as a person reads it."""
        return WORDS.get(self.name, self.name)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is.

    elapsed, most     seconds since it was made, and of training at most; 0 not known
    billed            seconds that are paid for so far; final once it ended
    usd               what that is, None where a price is not known; `most_usd` when all its time is used
    saved             share of the time that was not billed because of spare capacity, None not known yet
    """

    parts: tuple[Part, ...]
    elapsed: float
    most: int
    billed: float
    usd: float | None
    most_usd: float | None
    usd_per_hour: float | None
    saved: float | None = None


def progress(job: TrainingJob, now: datetime, hourly: float | None, *, pace: float = 1.0) -> Progress:
    """How far it is. `hourly`: USD an hour of one instance on demand; `pace`: how much faster than AWS it goes."""
    ended = job.ended or (job.changed if not job.status.moving else None)
    begun = job.created or now
    billed = float(job.billable_seconds) if job.billable_seconds is not None else _seconds(job.started, ended or now)
    each = None if hourly is None else hourly * job.count
    saved = None
    if job.spot and job.training_seconds and job.billable_seconds is not None:
        saved = max(0.0, 1 - job.billable_seconds / job.training_seconds)
    return Progress(
        parts=_parts(job, now, pace),
        elapsed=_seconds(begun, ended or now),
        most=job.most_seconds,
        billed=billed,
        usd=None if each is None else each * billed / 3600,
        most_usd=None if each is None or not job.most_seconds else each * job.most_seconds / 3600,
        usd_per_hour=(0.0 if each is None or not job.status.moving else each) if each is not None else None,
        saved=saved,
    )


def _parts(job: TrainingJob, now: datetime, pace: float) -> tuple[Part, ...]:
    found = []
    for stage in job.stages:
        if stage.status in ENDS:
            continue
        over = stage.ended is not None or not job.status.moving
        seconds = _seconds(stage.started, stage.ended or (now if not over else stage.started))
        found.append(
            Part(stage.status, "done" if over else "running", seconds, _typical(stage.status, pace), stage.words)
        )
    if job.status is JobStatus.FAILED and found:
        found[-1] = replace(found[-1], state="failed")
    seen = {part.name for part in found}
    if job.stages and job.stages[-1].status == "Interrupted":  # it begins again
        seen = set()
    rest = "waiting" if job.status is JobStatus.IN_PROGRESS else "skipped"
    last = max((_ORDER.index(name) for name in seen if name in _ORDER), default=-1)
    for name in _ORDER[last + 1 :]:
        if job.status is not JobStatus.COMPLETED:
            found.append(Part(name, rest, None, _typical(name, pace)))
    return tuple(found)


def _typical(name: str, pace: float) -> float | None:
    return TYPICAL[name] / pace if name in TYPICAL else None


def _seconds(since: datetime | None, until: datetime | None) -> float:
    return 0.0 if since is None or until is None else max(0.0, (until - since).total_seconds())

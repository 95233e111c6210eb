"""How far a job is, from what AWS tells of it: stages, times against typical ones, the best candidate so far. Pure.

The stages and their order are AutoMLJobSecondaryStatus's. AWS does not tell when each began: what is known are the
beginning and end of the job and of its candidates, and the job's last change. Typical times are estimates, of a table
of a few thousand rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.autopilot.models import Candidate, Job, JobStatus, ProblemKind
from services.autopilot.watching.metrics import minimized, objective_of

TYPICAL = {  # seconds, estimates; of training, those of one candidate
    "Starting": 120.0,
    "AnalyzingData": 300.0,
    "FeatureEngineering": 300.0,
    "PreTraining": 240.0,
    "ModelTuning": 120.0,
    "TrainingModels": 120.0,
    "GeneratingExplainabilityReport": 420.0,
    "GeneratingModelInsightsReport": 240.0,
    "DeployingModel": 420.0,
}
WORDS = {
    "Starting": "Starting",
    "AnalyzingData": "Looking at the data",
    "FeatureEngineering": "Preparing the columns",
    "PreTraining": "Before training",
    "ModelTuning": "Tuning candidates",
    "TrainingModels": "Training candidates",
    "GeneratingExplainabilityReport": "Explaining the best",
    "GeneratingModelInsightsReport": "Measuring the best",
    "DeployingModel": "Deploying the best",
    "Completed": "Done",
    "Failed": "Failed",
    "Stopping": "Stopping",
    "Stopped": "Stopped",
    "MaxCandidatesReached": "Done: as many candidates as were asked for",
    "MaxAutoMLJobRuntimeReached": "Done: its time was over",
    "CandidateDefinitionsGenerated": "Done: only the candidates' definitions were asked for",
    "ExplainabilityError": "Done, but the best could not be explained",
    "ModelInsightsError": "Done, but the best could not be measured",
    "ModelDeploymentError": "Done, but the best could not be deployed",
}
TRAINING = ("ModelTuning", "TrainingModels")
REPORTS = ("GeneratingExplainabilityReport", "GeneratingModelInsightsReport")
_TUNED = ("Starting", "AnalyzingData", "FeatureEngineering", "ModelTuning", *REPORTS)
_BLENDED = ("Starting", "AnalyzingData", "PreTraining", "TrainingModels", *REPORTS)
_SINGLE = ("Starting", "PreTraining", "TrainingModels", "GeneratingModelInsightsReport")
_ENSEMBLE = 10  # trials of an ensemble, as AWS documents it


class State(StrEnum):
    """How a stage stands."""

    DONE = "done"
    RUNNING = "running"
    WAITING = "waiting"
    NOT_REACHED = "skipped"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. `seconds` it took or has taken, None where AWS does not tell; `typical` seconds, an estimate."""

    name: str
    state: State
    seconds: float | None = None
    typical: float | None = None

    @property
    def words(self) -> str:
        """The stage as a person reads it."""
        return WORDS.get(self.name, self.name)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is.

    elapsed    seconds since it was made, until its end
    typical    seconds of all its stages, an estimate
    share      of the typical time, 0 to 1; 1 once it has completed, 0 where it ended before
    most       MaxAutoMLJobRuntimeInSeconds; None where nothing limits it
    trained    candidates that are finished, and how many are in work; `expected` is None where nothing tells
    """

    stages: tuple[Stage, ...]
    elapsed: float
    typical: float
    share: float
    most: int | None
    trained: int
    in_work: int
    failed: int
    expected: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """A candidate as it came: when, its value, and the best value until then."""

    at: datetime
    name: str
    value: float
    best: float


def progress(job: Job, candidates: Sequence[Candidate], now: datetime, *, pace: float = 1.0) -> Progress:
    """How far a job is; `pace` is how many times as fast as AWS the other side works."""
    names = stages_of(job)
    done = [each for each in candidates if each.status == "Completed"]
    expected = _expected(job, candidates)
    typical = {name: _typical(name, expected) / pace for name in names}
    here = names.index(job.stage) if job.stage in names else None
    stages = tuple(
        Stage(name, _state(job, place, here), _seconds(job, name, place == here, candidates, now), typical[name])
        for place, name in enumerate(names)
    )
    elapsed = ((job.ended or now) - job.created).total_seconds() if job.created else 0.0
    return Progress(
        stages=stages,
        elapsed=max(0.0, elapsed),
        typical=sum(typical.values()),
        share=_share(job, stages, len(done), expected),
        most=job.most_seconds,
        trained=len(done),
        in_work=sum(each.status == "InProgress" for each in candidates),
        failed=sum(each.status == "Failed" for each in candidates),
        expected=expected,
    )


def stages_of(job: Job) -> tuple[str, ...]:
    """The stages a job goes through, in order. What AUTO stands for is not told: a stage tells, once it is there."""
    if job.kind is ProblemKind.FORECAST:
        names: tuple[str, ...] = _BLENDED
    elif job.kind is not ProblemKind.TABULAR:
        names = _SINGLE
    else:
        tuned = job.mode == "HYPERPARAMETER_TUNING" or job.stage in ("FeatureEngineering", "ModelTuning")
        names = _TUNED if tuned else _BLENDED
    if job.deployed_as or job.stage == "DeployingModel":
        names = (*names, "DeployingModel")
    moving = job.status in (JobStatus.IN_PROGRESS, JobStatus.UNKNOWN)
    return names if job.stage in names or not moving or not job.stage else (*names, job.stage)


def best_so_far(candidates: Iterable[Candidate], metric: str) -> tuple[Step, ...]:
    """The candidates with a value of the metric in the order they were finished, with the best until then."""
    valued = []
    for each in candidates:
        value = value_of(each, metric)
        at = each.ended or each.created
        if value is not None and at is not None and each.status == "Completed":
            valued.append((at, each.name, value))
    steps: list[Step] = []
    choose = min if minimized(metric) else max
    for at, name, value in sorted(valued):
        steps.append(Step(at, name, value, choose(value, steps[-1].best) if steps else value))
    return tuple(steps)


def value_of(candidate: Candidate, metric: str, which: str = "Validation") -> float | None:
    """A candidate's value of a metric, None where it has none. The objective's is that of its final metric."""
    final = candidate.objective
    if final is not None and final.name == metric and which == "Validation":
        return final.value
    return next((each.value for each in candidate.measures if (each.name, each.which) == (metric, which)), None)


def best_of(job: Job, candidates: Sequence[Candidate]) -> Candidate | None:
    """The best candidate: as AWS names it, else the one with the best objective so far, else the only one."""
    named = next((each for each in candidates if job.best is not None and each.name == job.best.name), None)
    if named is not None or job.best is not None:
        return named or job.best
    metric = objective_of(job)
    steps = best_so_far(candidates, metric) if metric else ()
    if steps:
        top = steps[-1].best
        name = next(step.name for step in steps if step.value == top)
        return next(each for each in candidates if each.name == name)
    done = [each for each in candidates if each.status == "Completed"]
    return done[0] if len(done) == 1 else None


def _expected(job: Job, candidates: Sequence[Candidate]) -> int | None:
    if job.kind is not ProblemKind.TABULAR:
        return max(1, len(candidates))
    if job.most_candidates:
        return job.most_candidates
    return max(_ENSEMBLE, len(candidates)) if job.stage not in ("FeatureEngineering", "ModelTuning") else None


def _typical(stage: str, expected: int | None) -> float:
    return TYPICAL.get(stage, 60.0) * (min(expected or _ENSEMBLE, 100) if stage in TRAINING else 1)


def _state(job: Job, place: int, here: int | None) -> State:
    if job.status is JobStatus.COMPLETED:
        return State.DONE
    if here is None:  # it ended before, or what it does now is not a stage that is known
        return State.NOT_REACHED if not job.status.moving else State.WAITING
    return State.DONE if place < here else State.RUNNING if place == here else State.WAITING


def _seconds(
    job: Job, stage: str, running: bool, candidates: Sequence[Candidate], now: datetime
) -> float | None:  # fmt: skip
    """Of training, from the first candidate's beginning to the last one's end; of what runs, since the last change."""
    if stage in TRAINING:
        begun = [each.created for each in candidates if each.created]
        ended = [each.ended for each in candidates if each.ended]
        if begun and (running or ended):
            return max(0.0, ((now if running else max(ended)) - min(begun)).total_seconds())
    if running and job.status.moving and job.changed:
        return max(0.0, (now - job.changed).total_seconds())
    return None


def _share(job: Job, stages: Sequence[Stage], trained: int, expected: int | None) -> float:
    if not job.status.moving:
        return 1.0 if job.status is JobStatus.COMPLETED else 0.0
    total = sum(each.typical or 0.0 for each in stages) or 1.0
    passed = sum(each.typical or 0.0 for each in stages if each.state is State.DONE)
    for each in stages:
        if each.state is State.RUNNING and each.typical:
            part = trained / expected if each.name in TRAINING and expected else (each.seconds or 0.0) / each.typical
            passed += min(0.95, part) * each.typical
    return min(0.99, passed / total)

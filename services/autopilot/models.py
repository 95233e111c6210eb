"""AutoML jobs and their candidates as SageMaker describes them, without boto's dicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ProblemKind(StrEnum):
    """What a job is about: the member of CreateAutoMLJobV2's AutoMLProblemTypeConfig that it uses."""

    TABULAR = "TabularJobConfig"
    TEXT = "TextClassificationJobConfig"
    IMAGE = "ImageClassificationJobConfig"
    FORECAST = "TimeSeriesForecastingJobConfig"
    LANGUAGE = "TextGenerationJobConfig"


class TabularProblem(StrEnum):
    """The problem types of a table, in the words of the API's ProblemType."""

    REGRESSION = "Regression"
    BINARY = "BinaryClassification"
    MULTICLASS = "MulticlassClassification"


class JobStatus(StrEnum):
    """AutoMLJobStatus; a status not known here is kept as UNKNOWN."""

    IN_PROGRESS = "InProgress"
    STOPPING = "Stopping"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPED = "Stopped"
    UNKNOWN = "Unknown"

    @property
    def moving(self) -> bool:
        """Whether it will still change by itself."""
        return self in (JobStatus.IN_PROGRESS, JobStatus.STOPPING)


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric of a candidate. `which`: Train, Validation or Test; `name`: StandardMetricName where there is one."""

    name: str
    value: float
    which: str = "Validation"


@dataclass(frozen=True, slots=True)
class CandidateStep:
    """A job that a candidate came from: `kind` is AWS::SageMaker::TrainingJob, ::TransformJob or ::ProcessingJob."""

    kind: str
    name: str
    arn: str = ""


@dataclass(frozen=True, slots=True)
class CandidateContainer:
    """One container of a candidate's inference pipeline, in the order they are put behind one another."""

    image: str
    model_data: str = ""
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One trained candidate.

    objective     name and value of the final objective metric; None while it is not known
    accelerated   containers by processor kind ("CPU", "GPU"), as in InferenceContainerDefinitions
    explainability, insights, backtest   S3 prefixes of its reports; "" where there is none
    """

    name: str
    status: str = ""
    objective: Measure | None = None
    measures: tuple[Measure, ...] = ()
    steps: tuple[CandidateStep, ...] = ()
    containers: tuple[CandidateContainer, ...] = ()
    accelerated: tuple[tuple[str, tuple[CandidateContainer, ...]], ...] = ()
    created: datetime | None = None
    ended: datetime | None = None
    failure: str = ""
    explainability: str = ""
    insights: str = ""
    backtest: str = ""
    model_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One AutoML job as described. Optional members AWS leaves out are "" or None, never made up.

    problem       for a table: the resolved problem type (ResolvedAttributes), else the asked one; "" inferred later
    objective     the metric candidates are ranked by
    inputs        S3 addresses of its data channels, as (channel type, address) pairs
    output        the S3 prefix it writes under
    stage         AutoMLJobSecondaryStatus
    partial       PartialFailureReasons
    notebooks     (what, S3 address) of the notebooks and reports of the whole job
    most_seconds  MaxAutoMLJobRuntimeInSeconds; None where it was not asked
    mode          of a table: AUTO, ENSEMBLING or HYPERPARAMETER_TUNING, as asked
    """

    name: str
    arn: str = ""
    status: JobStatus = JobStatus.UNKNOWN
    stage: str = ""
    kind: ProblemKind = ProblemKind.TABULAR
    problem: str = ""
    objective: str = ""
    target: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    output: str = ""
    role: str = ""
    created: datetime | None = None
    changed: datetime | None = None
    ended: datetime | None = None
    failure: str = ""
    partial: tuple[str, ...] = ()
    best: Candidate | None = None
    notebooks: tuple[tuple[str, str], ...] = ()
    most_seconds: int | None = None
    most_candidates: int | None = None
    deployed_as: str = ""
    mode: str = ""

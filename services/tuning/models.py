"""What a fine-tuning is asked with, what the planner has to know of the world, and a training job as it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from services.access import RoleChoice, RoleState
from services.catalog import CatalogModel, Price, Rate, TrainingContainer, TrainingSpec
from services.tuning.templates import Template

LONGEST_NAME = 63  # characters of a training job's name: CreateTrainingJob


class Format(StrEnum):
    """The three kinds of text JumpStart's scripts learn from."""

    INSTRUCTION = "instruction"
    DOMAIN = "domain"
    CHAT = "chat"


class JobStatus(StrEnum):
    """TrainingJobStatus; one not known here is kept as UNKNOWN."""

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
class LocalText:
    """A file of this machine that is sent. `name` gives the ending it has in S3."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningRequest:
    """One fine-tuning of a JumpStart model.

    text             what is learned: a file that is sent, or an address in S3 (one object, or a prefix ending in "/")
    validation       a prefix in S3 of its own; "" lets the script split
    template         prompt and completion of instruction tuning; None where it lies beside the text already, or is
                     not needed
    bucket           where what is sent and what comes out lies, under tuning/JOB/
    output           another prefix for what comes out; "" is below the bucket
    hyperparameters  those that differ from the model's own, as (name, value) pairs
    volume_gb        0 is the model's own
    most_seconds     the training is stopped after so long
    spot             with spare capacity; `wait_seconds` is how long it may take with all waiting (>= most_seconds)
    checkpoints      a prefix in S3 that is written while it trains; "" none
    kms_volume, kms_output   keys of the volume and of the result
    isolated, encrypt_between   None is the model's own
    tags             further tags, as (key, value) pairs
    """

    model_id: str
    job_name: str
    format: Format
    text: LocalText | str
    instance_type: str
    bucket: str
    role: RoleChoice
    owner: str = ""
    accept_eula: bool = False
    validation: str = ""
    template: Template | None = None
    output: str = ""
    hyperparameters: tuple[tuple[str, str], ...] = ()
    count: int = 1
    volume_gb: int = 0
    most_seconds: int = 6 * 3600
    spot: bool = False
    wait_seconds: int = 0
    checkpoints: str = ""
    kms_volume: str = ""
    kms_output: str = ""
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    isolated: bool | None = None
    encrypt_between: bool | None = None
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def place(self) -> str:
        """The prefix of all that this job puts into its bucket: s3://bucket/tuning/JOB/."""
        return f"s3://{self.bucket}/tuning/{self.job_name}/"

    @property
    def output_prefix(self) -> str:
        """Where SageMaker writes JOB/output/…"""
        return self.output or f"s3://{self.bucket}/tuning/"

    @property
    def training_prefix(self) -> str:
        """The prefix of the training channel."""
        own = isinstance(self.text, str) and self.text.endswith("/")
        return str(self.text) if own else f"{self.place}train/"


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningState:
    """What is known of the world.

    spec, container   what the model's specification says; the container None where it cannot be told
    bucket_there      whether the request's bucket exists
    name_taken        a training job of this name exists
    beside            whether a template.json lies in the prefix that is trained on
    price             of one instance while training; `volume` of a gigabyte and month
    quota             instances of this type that may train at once, None not known; `quota_name` as AWS calls it
    """

    model: CatalogModel
    spec: TrainingSpec
    role: RoleState
    price: Price
    container: TrainingContainer | None = None
    bucket_there: bool = True
    name_taken: bool = False
    beside: bool = False
    volume: Rate | None = None
    quota: float | None = None
    quota_name: str = ""

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a SageMaker resource here."""
        return f"arn:{self.role.partition}:sagemaker:{self.role.region}:{self.role.account}:{kind}/{name.lower()}"


@dataclass(frozen=True, slots=True)
class Stage:
    """A secondary status the job was in. `ended` None: it still is."""

    status: str
    started: datetime
    ended: datetime | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """The last value of a metric that the log tells."""

    name: str
    value: float
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingJob:
    """A training job. Listed: name, status and times only (`described` False); what AWS leaves out is "" or None.

    model_id           the JumpStart model it was made from, by its tags; "" another training job
    billable_seconds   those that are paid for, once it ended; of spot fewer than `training_seconds`
    artifact           where the result lies, "" there is none (yet)
    metrics            (name, regular expression) of what is read out of its log
    """

    name: str
    arn: str = ""
    status: JobStatus = JobStatus.UNKNOWN
    stage: str = ""
    created: datetime | None = None
    changed: datetime | None = None
    started: datetime | None = None
    ended: datetime | None = None
    described: bool = False
    failure: str = ""
    stages: tuple[Stage, ...] = ()
    figures: tuple[Figure, ...] = ()
    image: str = ""
    instance_type: str = ""
    count: int = 1
    volume_gb: int = 0
    spot: bool = False
    most_seconds: int = 0
    wait_seconds: int = 0
    training_seconds: int | None = None
    billable_seconds: int | None = None
    inputs: tuple[tuple[str, str], ...] = ()
    output: str = ""
    checkpoints: str = ""
    artifact: str = ""
    role: str = ""
    hyperparameters: tuple[tuple[str, str], ...] = ()
    metrics: tuple[tuple[str, str], ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def model_id(self) -> str:
        """The JumpStart model it was made from."""
        return str(self.tags.get("sagedeck:model-id", ""))

    @property
    def made_here(self) -> bool:
        """Whether this console made it."""
        return self.tags.get("sagedeck:made-by") == "sagedeck"


def suggest_job_name(model_id: str, now: datetime) -> str:
    """A name with the time in it, at most 63 characters: tune-{model}-{date}-{time}."""
    stamp = now.strftime("%Y%m%d-%H%M%S")
    short = model_id.lower().replace("huggingface-llm-", "").replace("textgeneration", "")
    middle = re.sub(r"[^a-z0-9]+", "-", short)[: LONGEST_NAME - len(stamp) - 6].strip("-")
    return f"tune-{middle}-{stamp}"

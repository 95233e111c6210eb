"""What a transform job is asked for and what is known of one, without boto's dicts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from services.access import RoleChoice
from services.objects import Uri
from services.plans import freeze

LONGEST_NAME = 63


class JobStatus(StrEnum):
    """TransformJobStatus; one that is not known here is kept as UNKNOWN."""

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
class Problem:
    """What is wrong with one field of a request (its name there), in a sentence."""

    field: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformRequest:
    """A transform job to be made; what is "" or None is left to SageMaker.

    model           name of a model of SageMaker; with `package` or `role` the one that the plan makes
    package         ARN of a model package that a model is made of first; needs `role`
    copy_of         name of the model whose containers a model with another `role` is made of
    role            the role of such a model; a transform job itself uses the role of its model
    input, output   S3 addresses: a prefix, or with `input_kind` ManifestFile a manifest; where answers go
    upload          a file of this machine that is sent to `input` first
    split           "", None, Line, RecordIO or TFRecord; `assemble` "", None or Line; `compression` "" or Gzip
    strategy        "", MultiRecord or SingleRecord
    max_payload_mb  of one request, 0 to 100; 0 streams in chunks
    join            writes each record beside its answer
    input_filter, output_filter   JSONPath of what is sent of a record, and of what is written
    timeout_seconds, retries      of one request to the model: 1 to 3600, 0 to 3
    """

    name: str
    model: str
    input: str | Uri
    output: str | Uri
    instance_type: str
    count: int = 1
    input_kind: str = "S3Prefix"
    content_type: str = ""
    accept: str = ""
    compression: str = ""
    split: str = ""
    assemble: str = ""
    strategy: str = ""
    max_payload_mb: int | None = None
    max_concurrent: int | None = None
    join: bool = False
    input_filter: str = ""
    output_filter: str = ""
    output_kms_key: str = ""
    volume_kms_key: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    timeout_seconds: int | None = None
    retries: int | None = None
    package: str = ""
    copy_of: str = ""
    role: RoleChoice | None = None
    upload: str = ""
    owner: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "input", str(self.input))
        object.__setattr__(self, "output", str(self.output))

    @property
    def source(self) -> str:
        """The address of the input, as text."""
        return str(self.input)

    @property
    def target(self) -> str:
        """The address of the output, as text."""
        return str(self.output)

    @property
    def splits(self) -> bool:
        """Whether objects are split into records."""
        return self.split not in ("", "None")


@dataclass(frozen=True, slots=True)
class TransformJob:
    """One transform job. `request` is what it was asked for, None where only the list is known; times are UTC."""

    name: str
    status: JobStatus
    created: datetime
    arn: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    failure: str = ""
    request: TransformRequest | None = None
    automl_job: str = ""

    def elapsed(self, now: float) -> float:
        """Seconds since it was asked for, until it ended."""
        return max(0.0, (self.ended.timestamp() if self.ended else now) - self.created.timestamp())

    def billed_seconds(self, now: float) -> float:
        """Seconds that are billed of each of its instances: from when they ran until it ended."""
        if self.started is None:
            return 0.0
        return max(0.0, (self.ended.timestamp() if self.ended else now) - self.started.timestamp())


@dataclass(frozen=True, slots=True)
class Spent:
    """What a job has cost (`usd`) and costs an hour while it runs. USD; None is unknown. `basis` says how it is known.

    usd_likely   what it comes to in all, where it runs and that can be told
    """

    usd: float | None
    usd_per_hour: float | None
    basis: str
    usd_likely: float | None = None


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model that may be used: of the account, or a model package (then `package` is its ARN)."""

    name: str
    created: datetime | None = None
    package: str = ""


@dataclass(frozen=True, slots=True)
class HostedModel:
    """What is known of a model. `containers` are as CreateModel takes them, the secrets of an environment included."""

    name: str
    arn: str = ""
    role_arn: str = ""
    containers: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    network: Mapping[str, Any] = field(default_factory=dict)
    isolated: bool = False
    tags: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "containers", freeze(self.containers))
        object.__setattr__(self, "network", freeze(self.network))

    @property
    def image(self) -> str:
        """The image of its first container."""
        return str(self.containers[0].get("Image", "")) if self.containers else ""

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of its first container."""
        return self.containers[0].get("Environment") or {} if self.containers else {}

    @property
    def artifact(self) -> str:
        """Where the weights of its first container lie."""
        if not self.containers:
            return ""
        return _artifact(self.containers[0])

    @property
    def artifacts(self) -> tuple[str, ...]:
        """Where what its containers fetch lies; of a pipeline, each one's."""
        return tuple(filter(None, (_artifact(each) for each in self.containers)))


def _artifact(container: Mapping[str, Any]) -> str:
    located = (container.get("ModelDataSource") or {}).get("S3DataSource") or {}
    return str(container.get("ModelDataUrl") or located.get("S3Uri", ""))


def suggested_name(model: str, now: float) -> str:
    """A job's name from the model's and the time, within SageMaker's limits."""
    stem = re.sub(r"-+", "-", re.sub(r"[^a-zA-Z0-9-]", "-", model)).strip("-")
    stem = re.sub(r"(-\d{8}-\d{6})+$", "", stem) or "batch"  # the time the model was made at
    when = datetime.fromtimestamp(now, UTC).strftime("%m%d-%H%M%S")
    return f"{stem[: LONGEST_NAME - len(when) - 1].strip('-')}-{when}"

"""What a person asks of Autopilot: everything that CreateAutoMLJobV2 can be told, typed and frozen.

Names, seconds and random parts stand in the request, so that the same request always makes the same plan. What each
field may hold is in `fields.py`, what goes together in `problems.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.access import RoleChoice
from services.autopilot.models import ProblemKind

CSV, PARQUET = "text/csv;header=present", "x-application/vnd.amazon+parquet"
ANY_IMAGE, PNG, JPEG = "image/*", "image/png", "image/jpeg"
NO_COMPRESSION, GZIP = "None", "Gzip"
LONGEST_NAME = 32


class Held(StrEnum):
    """How an S3 address names data, in the words of the API's S3DataType."""

    PREFIX = "S3Prefix"
    MANIFEST = "ManifestFile"
    AUGMENTED = "AugmentedManifestFile"


class Mode(StrEnum):
    """How a table is trained on; AUTO: ensembling below 100 MB, tuning above."""

    AUTO = "AUTO"
    ENSEMBLING = "ENSEMBLING"
    TUNING = "HYPERPARAMETER_TUNING"


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of this machine; the plan uploads it, or a repaired copy of it, as `name` ("" as its path calls it)."""

    path: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Data:
    """Data that lies in S3 already.

    content_type   CSV, PARQUET, ANY_IMAGE, PNG or JPEG; "" is told from what lies there, or from its name
    compression    NO_COMPRESSION or GZIP; "" is told likewise
    """

    uri: str
    held: Held = Held.PREFIX
    content_type: str = ""
    compression: str = ""


Source = LocalFile | S3Data


@dataclass(frozen=True, slots=True, kw_only=True)
class Tabular:
    """Regression or classification of a table.

    problem_type      "Regression", "BinaryClassification", "MulticlassClassification"; "" Autopilot infers it
    algorithms        () is all of the mode
    features          columns to learn from; () is all but target and weight
    types             (column, "numeric" | "categorical" | "text" | "datetime" | "sequence"); others are inferred
    definitions_only  describes candidates and trains none
    """

    target: str = ""
    problem_type: str = ""
    mode: str = Mode.AUTO
    algorithms: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    types: tuple[tuple[str, str], ...] = ()
    sample_weight: str = ""
    definitions_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextClasses:
    """Classes of texts: the column of the text, and that of its label."""

    content: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageClasses:
    """Classes of images: folders named after their label, or a manifest that tells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """How missing values of a column are filled.

    where   "frontfill", "middlefill", "backfill" or "futurefill"
    how     "zero", "value", "nan", "mean", "median", "min", "max"; of frontfill "none"
    value   the number to fill with where `how` is "value"
    """

    column: str
    where: str
    how: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What comes next in series of numbers.

    frequency     "15min", "1H", "D", "W", "M", "Y"
    horizon       steps of that frequency; None is not told yet, which is no request
    quantiles     ("p10", "p50", "p90"); () is just these
    aggregation   "sum", "avg", "first", "min", "max" of the target; "" is sum
    holidays      country code, "DE"; "" none
    features      further columns; () is all
    types         as in Tabular, but for "sequence"
    """

    target: str = ""
    timestamp: str = ""
    item: str = ""
    grouping: tuple[str, ...] = ()
    frequency: str = "D"
    horizon: int | None = None
    quantiles: tuple[str, ...] = ()
    filling: tuple[Filling, ...] = ()
    aggregation: str = ""
    holidays: str = ""
    algorithms: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    types: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageTuning:
    """Fine-tuning of a language model on pairs of instruction and answer. None and "" leave AWS's own."""

    base_model: str = ""
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    warmup_steps: int | None = None
    accept_eula: bool = False


Settings = Tabular | TextClasses | ImageClasses | Forecast | LanguageTuning
KIND_OF: dict[type, ProblemKind] = {
    Tabular: ProblemKind.TABULAR,
    TextClasses: ProblemKind.TEXT,
    ImageClasses: ProblemKind.IMAGE,
    Forecast: ProblemKind.FORECAST,
    LanguageTuning: ProblemKind.LANGUAGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When it ends at the latest. None leaves AWS's own."""

    job_seconds: int | None = None
    training_seconds: int | None = None
    candidates: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """Keys (id, alias or ARN), network and encryption between containers."""

    output_key: str = ""
    volume_key: str = ""
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    encrypt_traffic: bool = False


@dataclass(frozen=True, slots=True)
class AutoDeploy:
    """The best candidate becomes an endpoint by itself; "" lets Autopilot name it."""

    endpoint_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutopilotRequest:
    """One AutoML job.

    validation            a set of its own to validate on; without it a part of the training data is kept back
    validation_fraction   that part; None is 0.2
    output                s3://bucket/prefix/; "" is autopilot/<name>/output/ in the console's bucket
    make_bucket           makes the bucket of `output` where it is not there; the console's own is always made
    objective             the metric candidates are ranked by; "" is the problem's default
    repairs               codes of the doctor's repairs to apply beside the safe ones that are needed
    emr_role              lets Autopilot move to EMR Serverless with this role's ARN where the data are large
    project               becomes the tag sagedeck:project
    wait                  the plan's last step waits until the job has ended
    """

    name: str
    training: Source
    settings: Settings
    role: RoleChoice
    validation: Source | None = None
    validation_fraction: float | None = None
    output: str = ""
    make_bucket: bool = False
    objective: str = ""
    limits: Limits = field(default_factory=Limits)
    security: Security = field(default_factory=Security)
    deploy: AutoDeploy | None = None
    emr_role: str = ""
    repairs: tuple[str, ...] = ()
    project: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    owner: str = ""
    wait: bool = False

    @property
    def kind(self) -> ProblemKind:
        """Which member of AutoMLProblemTypeConfig it uses."""
        return KIND_OF[type(self.settings)]

    @property
    def target(self) -> str:
        """The column to be predicted; "" where there is none."""
        match self.settings:
            case Tabular(target=target) | Forecast(target=target):
                return target
            case TextClasses(label=label):
                return label
            case _:
                return ""

    @property
    def weight(self) -> str:
        """The column of sample weights, "" none."""
        return self.settings.sample_weight if isinstance(self.settings, Tabular) else ""

    @property
    def sources(self) -> tuple[tuple[str, Source], ...]:
        """The channels: ("training", source), and ("validation", source) where there is one."""
        more = (("validation", self.validation),) if self.validation is not None else ()
        return (("training", self.training), *more)


def suggest_name(about: str, now: datetime) -> str:
    """A job name of at most 32 characters with the time in it: "churn-20261120-101500"."""
    stamp = now.strftime("%Y%m%d-%H%M%S")
    stem = re.sub(r"\.(csv|tsv|txt|parquet|gz|json|manifest)\b", "", about.rstrip("/").rpartition("/")[2].lower())
    head = re.sub(r"[^a-z0-9]+", "-", stem)[: LONGEST_NAME - len(stamp) - 1].strip("-")
    return f"{head or 'autopilot'}-{stamp}"

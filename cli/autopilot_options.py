"""What `sagedeck autopilot launch` can be told; `autopilot_request` makes a request of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer


class KindName(StrEnum):
    """What a job is about."""

    TABLE = "table"
    TEXT = "text"
    IMAGE = "image"
    FORECAST = "forecast"
    LANGUAGE = "language"


class HeldName(StrEnum):
    """How an S3 address names data."""

    PREFIX = "prefix"
    MANIFEST = "manifest"
    AUGMENTED = "augmented"


def _option(help: str, *names: str, panel: str = "") -> Any:
    return typer.Option(*names, help=help, rich_help_panel=panel or None)


_TABLE, _TEXT, _SERIES, _LANGUAGE = "A table", "Texts", "A forecast", "A language model"
_LIMITS, _MORE = "When it ends, what it costs", "Output, keys, network"
Words = list[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Every option that says what is trained, on what, and for how long."""

    target: Annotated[str, _option("Column to predict; without a header its index. Of texts: the label.")] = ""
    name: Annotated[str, _option("Job name; made of the file's and the time when left out.")] = ""
    kind: Annotated[KindName, _option("What it is about.")] = KindName.TABLE
    validation: Annotated[str, _option("A file or S3 address to validate on.")] = ""
    validation_fraction: Annotated[float | None, _option("Part kept back for that; 0.2 when left out.")] = None
    held: Annotated[HeldName, _option("What an S3 address names.")] = HeldName.PREFIX
    content_type: Annotated[str, _option("Of S3 data; told from them when left out.")] = ""
    repair: Annotated[Words, _option("Code of a repair to make beside the safe ones; may be repeated.")] = None
    role: Annotated[str, _option("ARN of an execution role; found or created when left out.")] = ""

    problem: Annotated[str, _option("Regression, BinaryClassification or MulticlassClassification.", panel=_TABLE)] = ""
    objective: Annotated[str, _option("Metric candidates are ranked by; with --problem.", panel=_TABLE)] = ""
    mode: Annotated[str, _option("AUTO, ENSEMBLING or HYPERPARAMETER_TUNING.", panel=_TABLE)] = "AUTO"
    algorithm: Annotated[Words, _option("One of the mode's; may be repeated. Forecasts too.", panel=_TABLE)] = None
    feature: Annotated[Words, _option("Column to learn from; may be repeated. All when left out.", panel=_TABLE)] = None
    type: Annotated[Words, _option("COLUMN=numeric, categorical, text, datetime or sequence.", panel=_TABLE)] = None
    weight: Annotated[str, _option("Column of sample weights.", panel=_TABLE)] = ""
    definitions_only: Annotated[
        bool, _option("Describe candidates, train none.", "--definitions-only", panel=_TABLE)
    ] = False

    content: Annotated[str, _option("text: column of the text.", panel=_TEXT)] = ""

    time: Annotated[str, _option("forecast: column of the time.", panel=_SERIES)] = ""
    item: Annotated[str, _option("forecast: column that names the series.", panel=_SERIES)] = ""
    group: Annotated[Words, _option("forecast: further columns that part the series.", panel=_SERIES)] = None
    frequency: Annotated[str, _option("forecast: 15min, 1H, D, W, M or Y.", panel=_SERIES)] = "D"
    horizon: Annotated[int | None, _option("forecast: steps ahead.", panel=_SERIES)] = None
    quantile: Annotated[Words, _option("forecast: p10; may be repeated.", panel=_SERIES)] = None
    fill: Annotated[Words, _option("forecast: COLUMN:middlefill:zero, or …:value:NUMBER.", panel=_SERIES)] = None
    aggregation: Annotated[str, _option("forecast: sum, avg, first, min or max.", panel=_SERIES)] = ""
    holidays: Annotated[str, _option("forecast: country whose holidays count, such as DE.", panel=_SERIES)] = ""

    base_model: Annotated[str, _option("language: the model; Falcon7BInstruct when left out.", panel=_LANGUAGE)] = ""
    epochs: Annotated[int | None, _option("language: 1 to 10.", panel=_LANGUAGE)] = None
    batch_size: Annotated[int | None, _option("language: 1 to 64.", panel=_LANGUAGE)] = None
    learning_rate: Annotated[float | None, _option("language: 0 to 1.", panel=_LANGUAGE)] = None
    warmup_steps: Annotated[int | None, _option("language: 0 to 250.", panel=_LANGUAGE)] = None
    accept_eula: Annotated[
        bool, _option("language: I have read and accept the licence.", "--accept-eula", panel=_LANGUAGE)
    ] = False

    job_seconds: Annotated[int, _option("The whole job at most; 0 leaves AWS's 30 days.", panel=_LIMITS)] = 7200
    training_seconds: Annotated[int | None, _option("Each training at most.", panel=_LIMITS)] = None
    candidates: Annotated[int | None, _option("Candidates at most.", panel=_LIMITS)] = None
    deploy: Annotated[bool, _option("Deploy the best candidate at the end.", "--deploy", panel=_LIMITS)] = False
    endpoint_name: Annotated[str, _option("Of that endpoint; generated when left out.", panel=_LIMITS)] = ""

    output: Annotated[str, _option("s3://bucket/prefix/; in the console's bucket when left out.", panel=_MORE)] = ""
    make_bucket: Annotated[bool, _option("Make the output's bucket.", "--make-bucket", panel=_MORE)] = False
    output_kms_key: Annotated[str, _option("Encrypts the output.", panel=_MORE)] = ""
    volume_kms_key: Annotated[str, _option("Encrypts the machines' storage.", panel=_MORE)] = ""
    subnet: Annotated[Words, _option("Subnet of a VPC; may be repeated.", panel=_MORE)] = None
    security_group: Annotated[Words, _option("With --subnet; may be repeated.", panel=_MORE)] = None
    encrypt_traffic: Annotated[
        bool, _option("Encrypt traffic between containers.", "--encrypt-traffic", panel=_MORE)
    ] = False
    emr_role: Annotated[str, _option("Role of EMR Serverless, for large data.", panel=_MORE)] = ""
    project: Annotated[str, _option("Project; becomes a tag.", panel=_MORE)] = ""
    tag: Annotated[Words, _option("KEY=VALUE; may be repeated.", panel=_MORE)] = None

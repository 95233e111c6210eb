"""The fields of each problem kind: a table, a text, a forecast, a language model. Images have none of their own.

Limits and enums are botocore's (sagemaker 2017-07-24) and the developer guide's.
"""

from __future__ import annotations

from typing import Any

from services.autopilot.models import ProblemKind
from services.autopilot.requesting.field import FORECAST, LANGUAGE, LARGE, TABULAR, TEXT, Field
from services.autopilot.requesting.known import AGGREGATIONS, BASE_MODELS, MOST_HORIZON, PROBLEM_TYPES, TYPES
from services.autopilot.requesting.request import Mode

_FREQUENCY = r"(1?Y|([1-9]|1[01])?M|[1-4]?W|[1-6]?D|([1-9]|1\d|2[0-3])?H|([1-9]|[1-5]\d)min)"


def _column(name: str, label: str, api: str, kinds: tuple[ProblemKind, ...], words: str, **more: Any) -> Field:
    return Field(name=name, label=label, api=(api,), kinds=kinds, least=1, most=256, words=words, **more)


TABLES: tuple[Field, ...] = (
    Field(
        name="settings.target",
        label="Target",
        api=("{}.TargetAttributeName",),
        kinds=(TABULAR,),
        required=True,
        least=1,
        words="The column to be predicted.",
    ),
    Field(
        name="settings.problem_type",
        label="Problem type",
        api=("{}.ProblemType",),
        kinds=(TABULAR,),
        choices=PROBLEM_TYPES,
        default="inferred from the target",
        words="Given together with an objective, or not at all.",
    ),
    Field(
        name="settings.mode",
        label="Mode",
        api=("{}.Mode",),
        kinds=(TABULAR,),
        choices=tuple(Mode),
        default="AUTO",
        words="AUTO ensembles below 100 MB and tunes above.",
    ),
    Field(
        name="settings.algorithms",
        label="Algorithms",
        api=("{}.CandidateGenerationConfig.AlgorithmsConfig[].AutoMLAlgorithms[]",),
        kinds=(TABULAR, FORECAST),
        entries=11,
        default="all of the mode",
        words="A part of those the mode has.",
        advanced=True,
    ),
    Field(
        name="settings.features",
        label="Columns to learn from",
        api=("{}.FeatureSpecificationS3Uri",),
        kinds=LARGE,
        entries=100_000,
        default="all but the target",
        words="Kept in a small file beside the data.",
    ),
    Field(
        name="settings.types",
        label="Types of columns",
        api=("{}.FeatureSpecificationS3Uri",),
        kinds=LARGE,
        entries=100_000,
        choices=TYPES,
        default="inferred",
        words="Sequences (series in one cell) only where a table is tuned.",
        advanced=True,
    ),
    _column(
        "settings.sample_weight", "Sample weight", "{}.SampleWeightAttributeName", (TABULAR,),
        "A column of numbers, none negative, that says how much a row counts. Ensembling only.",
        pattern=r"[a-zA-Z0-9_-]+", advanced=True,
    ),
    Field(
        name="settings.definitions_only",
        label="Describe candidates only",
        api=("{}.GenerateCandidateDefinitionsOnly",),
        kinds=(TABULAR,),
        words="Writes the notebook of candidates and trains none. Not for ensembling.",
        advanced=True,
    ),
    _column("settings.content", "Column of the text", "{}.ContentColumn", (TEXT,), "What is to be sorted into classes.",
            required=True),
    _column("settings.label", "Column of the label", "{}.TargetLabelColumn", (TEXT,), "The class of each text.",
            required=True),
)  # fmt: skip
_SERIES = "{}.TimeSeriesConfig"
FORECASTS: tuple[Field, ...] = (
    _column("settings.target", "Target", f"{_SERIES}.TargetAttributeName", (FORECAST,), "The number to be forecast.",
            required=True),
    _column("settings.timestamp", "Time", f"{_SERIES}.TimestampAttributeName", (FORECAST,),
            "When each number was recorded.", required=True),
    _column("settings.item", "Item", f"{_SERIES}.ItemIdentifierAttributeName", (FORECAST,),
            "Which series a row belongs to.", required=True),
    _column("settings.grouping", "Grouped with", f"{_SERIES}.GroupingAttributeNames[]", (FORECAST,),
            "Columns that together with the item make a series.", entries=5, advanced=True),
    Field(
        name="settings.frequency", label="Frequency", api=("{}.ForecastFrequency",), kinds=(FORECAST,), required=True,
        most=5, pattern=_FREQUENCY, example="15min, 1H, D, 2W, M or Y",
        words="Minutes 1-59, hours 1-23, days 1-6, weeks 1-4, months 1-11, or a year.",
    ),
    Field(
        name="settings.horizon", label="Horizon", api=("{}.ForecastHorizon",), kinds=(FORECAST,), required=True,
        least=1, most=MOST_HORIZON, unit="steps",
        words="Steps to forecast: at most 500, and a quarter of those in the data.",
    ),
    Field(
        name="settings.quantiles", label="Quantiles", api=("{}.ForecastQuantiles[]",), kinds=(FORECAST,), entries=5,
        pattern=r"p[1-9]\d?", default="p10, p50, p90", example="p10",
        words="How sure a forecast is to be undercut: p1 to p99.",
    ),
    Field(
        name="settings.filling", label="Fill what is missing", api=("{}.Transformations.Filling",), kinds=(FORECAST,),
        entries=300, default="zero in the target's middle and end", words="By column, place and method.", advanced=True,
    ),
    Field(
        name="settings.aggregation", label="Gather by", api=("{}.Transformations.Aggregation",), kinds=(FORECAST,),
        choices=AGGREGATIONS, default="sum", advanced=True,
        words="How several numbers of one step become one: the target's only.",
    ),
    Field(
        name="settings.holidays", label="Holidays of", api=("{}.HolidayConfig[].CountryCode",), kinds=(FORECAST,),
        pattern=r"[A-Z]{2}", example="DE", words="A country whose holidays are taken into account.", advanced=True,
    ),
)  # fmt: skip
_TUNED = "{}.TextGenerationHyperParameters"
LANGUAGES: tuple[Field, ...] = (
    Field(
        name="settings.base_model", label="Base model", api=("{}.BaseModelName",), kinds=(LANGUAGE,),
        choices=tuple(BASE_MODELS), default="Falcon7BInstruct", words="The model that is fine-tuned.",
    ),
    Field(
        name="settings.epochs", label="Epochs", api=(_TUNED,), kinds=(LANGUAGE,), least=1, most=10,
        words="How often it goes through the data.",
    ),
    Field(
        name="settings.batch_size", label="Batch size", api=(_TUNED,), kinds=(LANGUAGE,), least=1, most=64,
        words="Examples a step.",
    ),
    Field(
        name="settings.learning_rate", label="Learning rate", api=(_TUNED,), kinds=(LANGUAGE,), least=0, most=1,
        words="How large a step is.",
    ),
    Field(
        name="settings.warmup_steps", label="Warm-up steps", api=(_TUNED,), kinds=(LANGUAGE,), least=0, most=250,
        words="Steps until the learning rate is reached.",
    ),
    Field(
        name="settings.accept_eula", label="Accept the licence", api=("{}.ModelAccessConfig.AcceptEula",),
        kinds=(LANGUAGE,), words="Some base models come under a licence that has to be accepted.",
    ),
)  # fmt: skip

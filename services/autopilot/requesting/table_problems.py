"""What is wrong with a request in the light of its data: columns that are not there, too many rows, too large."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from services.autopilot.launching.seen import Seen
from services.autopilot.models import ProblemKind
from services.autopilot.requesting.column_problems import column_problems
from services.autopilot.requesting.known import (
    BASE_MODELS,
    DEFAULT_BASE_MODEL,
    MOST_BYTES,
    MOST_PARQUET_BYTES,
    MOST_SERIES_BYTES,
    TUNED_BYTES,
)
from services.autopilot.requesting.request import (
    GZIP,
    PARQUET,
    AutopilotRequest,
    Forecast,
    LanguageTuning,
    Mode,
    Tabular,
    TextClasses,
)
from services.deploy import Problem

_NAMED = 12  # columns that a sentence lists
_LANGUAGE = ("input", "output")  # developer guide, autopilot-llms-finetuning-data-format


def table_problems(request: AutopilotRequest, seen: Mapping[str, Seen]) -> Iterator[Problem]:
    """Problems of the data themselves, and of what the request says about them."""
    for channel, each in seen.items():
        yield from each.problems
        yield from _size(channel, each, request)
    training = seen.get("training")
    if training is None or training.verdict is None:
        return
    yield from _columns(request, training.columns)
    yield from column_problems(request.settings, training.facts, whole=training.rows is not None)
    yield from _counts(request, seen)
    validation = seen.get("validation")
    if validation is not None and validation.verdict is not None:
        yield from _same(training, validation)


def _size(channel: str, each: Seen, request: AutopilotRequest) -> Iterator[Problem]:
    most = MOST_SERIES_BYTES if request.kind is ProblemKind.FORECAST else MOST_BYTES
    if each.size is None:
        return
    if each.size > most:
        yield Problem(channel, f"The data have {each.size / 1e9:,.1f} GB; Autopilot takes {most / 1e9:,.0f} GB.")
    if each.content_type == PARQUET and each.objects == 1 and each.size > MOST_PARQUET_BYTES:
        most = MOST_PARQUET_BYTES
        words = f"One Parquet file may have {most / 1e9:.0f} GB; it has {each.size / 1e9:,.1f}. Divide it."
        yield Problem(channel, words)
    if each.compression == GZIP and request.kind is not ProblemKind.TABULAR:
        yield Problem(channel, "Gzip is taken for tables only; unpack the data first.")


def _wanted(request: AutopilotRequest) -> Iterator[tuple[str, str]]:
    """(field, column) of every column a request names."""
    match request.settings:
        case Tabular() as table:
            yield "settings.target", table.target
            yield "settings.sample_weight", table.sample_weight
        case TextClasses(content=content, label=label):
            yield from (("settings.content", content), ("settings.label", label))
        case Forecast() as forecast:
            for name in ("target", "timestamp", "item"):
                yield f"settings.{name}", getattr(forecast, name)
            yield from (("settings.grouping", each) for each in forecast.grouping)
            yield from (("settings.filling", each.column) for each in forecast.filling)
    if isinstance(request.settings, Tabular | Forecast):
        yield from (("settings.features", each) for each in request.settings.features)
        yield from (("settings.types", name) for name, _ in request.settings.types)


def _columns(request: AutopilotRequest, columns: Sequence[str]) -> Iterator[Problem]:
    for field, column in _wanted(request):
        if column and column not in columns:
            yield Problem(field, f"The data have no column {column}; they have {_listed(columns)}.")
    if isinstance(request.settings, LanguageTuning) and set(columns) != set(_LANGUAGE):
        words = f"A language model is tuned on exactly two columns, input and output; there are {_listed(columns)}."
        yield Problem("training", words)


def _listed(columns: Sequence[str]) -> str:
    more = len(columns) - _NAMED
    return ", ".join(columns[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _counts(request: AutopilotRequest, seen: Mapping[str, Seen]) -> Iterator[Problem]:
    training = seen["training"]
    settings = request.settings
    if isinstance(settings, Tabular) and settings.sample_weight and settings.mode == Mode.AUTO:
        tuned = (training.size or 0) > TUNED_BYTES
        words = "Above 100 MB the mode AUTO tunes, where weights do not count; choose ENSEMBLING."
        yield from [Problem("settings.mode", words)] * tuned
    if isinstance(settings, Forecast) and settings.horizon and training.rows is not None:
        most = training.rows // 4
        words = f"{training.rows:,} rows allow a horizon of {most:,} steps at most, a quarter of what is known."
        yield from [Problem("settings.horizon", words)] * (settings.horizon > most)
    if isinstance(settings, LanguageTuning):
        yield from _language_rows(settings, seen)


def _language_rows(settings: LanguageTuning, seen: Mapping[str, Seen]) -> Iterator[Problem]:
    model = BASE_MODELS.get(settings.base_model or DEFAULT_BASE_MODEL)
    rows = sum(each.rows or 0 for each in seen.values())
    if model is not None and rows > model.rows:
        words = f"{model.name} is tuned on {model.rows:,} rows at most, training and validation together; there are"
        yield Problem("training", f"{words} {rows:,}.")


def _same(training: Seen, validation: Seen) -> Iterator[Problem]:
    if validation.content_type != training.content_type:
        words = f"The training data are {training.content_type}, the validation data {validation.content_type}."
        yield Problem("validation", f"{words} They have to be alike.")
    if set(validation.columns) != set(training.columns):
        apart = sorted(set(validation.columns) ^ set(training.columns))
        yield Problem("validation", f"Training and validation data differ in the columns {_listed(apart)}.")

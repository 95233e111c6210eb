"""What does not go together in the settings of each problem kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.autopilot.requesting.known import (
    ALGORITHMS,
    BASE_MODELS,
    DEFAULT_BASE_MODEL,
    FILLINGS,
    PROBLEM_TYPES,
    TYPES,
    metrics_of,
)
from services.autopilot.requesting.request import AutopilotRequest, Forecast, LanguageTuning, Mode, Tabular, TextClasses
from services.deploy import Problem

_MOST_FILLED = 50  # botocore: FillingTransformations


def kind_problems(request: AutopilotRequest) -> Iterator[Problem]:
    """Problems of `settings` and of the objective that goes with them."""
    match request.settings:
        case Tabular() as settings:
            yield from _tabular(request, settings)
        case Forecast() as settings:
            yield from _forecast(settings)
        case TextClasses(content=content, label=label):
            if content and content == label:
                yield Problem("settings.content", f"{content} cannot be both the text and its label.")
            yield from _objective(request)
        case LanguageTuning() as settings:
            yield from _language(request, settings)
        case _:
            yield from _objective(request)


def _objective(request: AutopilotRequest, problem_type: str = "") -> Iterator[Problem]:
    known = metrics_of(request.kind, problem_type)
    if request.objective and request.objective not in known:
        what = f" for {problem_type}" if problem_type else ""
        yield Problem("objective", f"{request.objective} cannot be the objective{what}: {', '.join(known)}.")


def _tabular(request: AutopilotRequest, settings: Tabular) -> Iterator[Problem]:
    typed = settings.problem_type
    if request.objective and not typed:
        words = "An objective needs the problem type beside it; choose one, or leave both to Autopilot."
        yield Problem("settings.problem_type", words)
    elif typed and not request.objective:
        known = metrics_of(request.kind, typed)
        yield Problem("objective", f"A problem type needs an objective beside it: {', '.join(known)}.")
    if typed in ("", *PROBLEM_TYPES):
        yield from _objective(request, typed)
    yield from _algorithms(settings.mode, settings.algorithms)
    yield from _weighted(settings)
    if settings.definitions_only and settings.mode == Mode.ENSEMBLING:
        words = "Ensembling writes no definitions of candidates; choose tuning, or let it train."
        yield Problem("settings.definitions_only", words)
    if settings.definitions_only and request.deploy is not None:
        yield Problem("deploy", "Candidates that are only described cannot be deployed.")
    own = [name for name in (settings.target, settings.sample_weight) if name]
    yield from _columns(settings.features, settings.types, own, settings.mode == Mode.TUNING)


def _algorithms(mode: str, algorithms: tuple[str, ...]) -> Iterator[Problem]:
    if not algorithms:
        return
    if mode == Mode.AUTO:
        words = "Algorithms can be chosen with ENSEMBLING or HYPERPARAMETER_TUNING only, not with AUTO."
        yield Problem("settings.algorithms", words)
        return
    known = ALGORITHMS.get(mode, ())
    strange = [each for each in algorithms if each not in known]
    if strange and known:
        words = f"{mode} has no {', '.join(strange)}; it has {', '.join(known)}."
        yield Problem("settings.algorithms", words)
    if len(set(algorithms)) != len(algorithms):
        yield Problem("settings.algorithms", "An algorithm is given twice.")


def _weighted(settings: Tabular) -> Iterator[Problem]:
    if not settings.sample_weight:
        return
    if settings.sample_weight == settings.target:
        yield Problem("settings.sample_weight", f"{settings.target} cannot be both the target and the weight.")
    if settings.mode == Mode.TUNING:
        yield Problem("settings.sample_weight", "Weights count with ensembling only; choose it, or leave them out.")


def _columns(
    features: tuple[str, ...], types: tuple[tuple[str, str], ...], own: Iterable[str], sequences: bool
) -> Iterator[Problem]:
    """Of the file of features: it names no column that has another part already."""
    for field, names in (("settings.features", features), ("settings.types", tuple(name for name, _ in types))):
        taken = sorted(set(own) & set(names))
        if taken:
            yield Problem(field, f"{', '.join(taken)} has another part already and cannot be learned from.")
        if len(set(names)) != len(names):
            yield Problem(field, "A column is given twice.")
        if "" in names:
            yield Problem(field, "A column without a name is given.")
    strange = sorted({kind for _, kind in types} - set(TYPES))
    if strange:
        yield Problem("settings.types", f"{', '.join(strange)} is no type of a column: {', '.join(TYPES)}.")
    if not sequences and any(kind == "sequence" for _, kind in types):
        yield Problem("settings.types", "Sequences are read only where a table is tuned (HYPERPARAMETER_TUNING).")
    beside = sorted({name for name, _ in types} - set(features)) if features else []
    if beside:
        yield Problem("settings.types", f"{', '.join(beside)} has a type but is not among the columns to learn from.")


def _forecast(settings: Forecast) -> Iterator[Problem]:
    parts = [("target", settings.target), ("timestamp", settings.timestamp), ("item", settings.item)]
    parts += [("grouping", each) for each in settings.grouping]
    own: list[str] = []
    for name, column in parts:
        if column and column in own:
            words = f"{column} has two parts: target, time, item and grouping are different columns."
            yield Problem(f"settings.{name}", words)
        own.append(column)
    yield from _columns(settings.features, settings.types, [each for each in own if each], False)
    yield from _filling(settings)


def _filling(settings: Forecast) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for each in settings.filling:
        wrong = ""
        if (each.column, each.where) in seen:
            wrong = f"{each.column} is given two ways of {each.where}."
        elif not each.column:
            wrong = "A filling names no column."
        elif each.where not in FILLINGS:
            wrong = f"{each.where or 'Nothing'} is no place to fill: {', '.join(FILLINGS)}."
        elif each.how not in FILLINGS[each.where]:
            wrong = f"{each.where} fills with {', '.join(FILLINGS[each.where])}, not with {each.how or 'nothing'}."
        elif each.column == settings.target and each.where == "futurefill":
            wrong = "The target's future is what is forecast; it cannot be filled."
        elif each.column != settings.target and (each.where == "frontfill" or each.how == "nan"):
            wrong = f"{each.where} with {each.how} is for the target only."
        elif (each.how == "value") != bool(each.value):
            wrong = f"{each.where} of {each.column}: a number is given where it fills with a value, and only there."
        elif each.value and not _is_number(each.value):
            wrong = f"{each.value} is no number to fill {each.column} with, as AWS takes it (no decimal point)."
        seen.add((each.column, each.where))
        if wrong:
            yield Problem("settings.filling", wrong)
    if len({each.column for each in settings.filling}) > _MOST_FILLED:
        yield Problem("settings.filling", f"At most {_MOST_FILLED} columns can be filled.")


def _is_number(text: str) -> bool:
    """botocore's FillingTransformationValue has letters, digits, _ and - only: 2 and -1, but not 0.5."""
    return text.removeprefix("-").isdecimal() and text.isascii() and len(text) <= 256


def _language(request: AutopilotRequest, settings: LanguageTuning) -> Iterator[Problem]:
    if request.objective:
        yield Problem("objective", "A language model is tuned without an objective; leave it out.")
    model = BASE_MODELS.get(settings.base_model or DEFAULT_BASE_MODEL)
    if model is not None and model.eula and not settings.accept_eula:
        words = f"{model.name} comes under a licence that has to be read and accepted; it is never ticked for you."
        yield Problem("settings.accept_eula", words)

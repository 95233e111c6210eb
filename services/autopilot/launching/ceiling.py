"""The most an AutoML job can cost, from its limits and the price of the machines, and what it is likely to.

AWS chooses the machines and does not publish which: those reckoned with are assumed (facts/autopilot_machines.json),
rather too large, as a ceiling wants. What a job is likely to take is a rule of thumb after the size of its data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.autopilot.launching.seen import Seen
from services.autopilot.models import ProblemKind
from services.autopilot.requesting.known import (
    BASE_MODELS,
    DEFAULT_BASE_MODEL,
    LARGE_BYTES,
    MACHINES,
    MOST_SECONDS,
    TUNED_BYTES,
)
from services.autopilot.requesting.request import AutopilotRequest, LanguageTuning, Mode, Tabular
from services.catalog import Price, Use

Machine = Callable[[str, Use], Price]
_HOUR = 3600.0
_ANALYSED = 1200.0  # seconds that analysis and reports take at least
_CELL_BYTES = 8  # of a table that was not counted: a guess
_EPOCHS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """What a job may cost. USD; None is unknown, never zero.

    usd_most, usd_likely       of the whole job
    seconds_most               how long it may run
    usd_per_hour_after         what it leaves running costs: the endpoint of an automatic deployment, 0.0 without one
    instance_type              the dearest machine reckoned with
    basis                      how it was reckoned, sentences for a person
    besides                    what is not in it, a sentence each
    """

    usd_most: float | None
    usd_likely: float | None
    seconds_most: int
    usd_per_hour_after: float | None = 0.0
    instance_type: str = ""
    basis: str = ""
    besides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Work:
    """How one way of training works: machines of `type`, `side_by_side`, `trials` in all, each of some seconds."""

    type: str
    side_by_side: int
    trials: int
    seconds: float
    cells_a_second: float


def ceiling(request: AutopilotRequest, seen: Mapping[str, Seen], machine: Machine) -> Ceiling:
    """Reckon it for a request, with prices here; without `seen` only the most is known."""
    ways = [_costs(request, seen, each, machine) for each in _ways(request, seen)]
    dearest = max(ways, key=lambda each: (each.usd_most is None, each.usd_most or 0.0))
    after, told = _afterwards(request, machine)
    besides = [*_besides(request, seen), *told]
    unknown = bool(request.emr_role) and _may_be_large(request, seen)
    return Ceiling(
        usd_most=None if unknown else dearest.usd_most,
        usd_likely=None if unknown else dearest.usd_likely,
        seconds_most=dearest.seconds_most,
        usd_per_hour_after=after,
        instance_type=dearest.instance_type,
        basis=dearest.basis,
        besides=tuple(besides),
    )


def _ways(request: AutopilotRequest, seen: Mapping[str, Seen]) -> list[_Work]:
    """The ways it may be trained; several where the mode follows from a size that is not known."""
    training: Mapping[str, Any] = MACHINES["training"]
    settings = request.settings
    if isinstance(settings, LanguageTuning):
        model = BASE_MODELS.get(settings.base_model or DEFAULT_BASE_MODEL)
        return [_Work(**training[model.size if model else "large"])]
    if not isinstance(settings, Tabular):
        return [_Work(**training[request.kind.value])]
    modes = [settings.mode] if settings.mode in training else [Mode.ENSEMBLING, Mode.TUNING]
    size = seen["training"].size if "training" in seen else None
    if len(modes) > 1 and size is not None:
        modes = [Mode.ENSEMBLING if size <= TUNED_BYTES else Mode.TUNING]
    return [_Work(**training[mode]) for mode in modes]


def _costs(request: AutopilotRequest, seen: Mapping[str, Seen], work: _Work, machine: Machine) -> Ceiling:
    limits = request.limits
    only_described = isinstance(request.settings, Tabular) and request.settings.definitions_only
    whole = float(limits.job_seconds or MOST_SECONDS)
    trials = 0 if only_described else limits.candidates or work.trials
    each = float(min(limits.training_seconds or _training_limit(request), whole))
    trained = min(trials * each, work.side_by_side * whole)
    more = MACHINES["analysis"]["hours_more"] * _HOUR
    analysed = whole if limits.job_seconds else min(whole, trained / work.side_by_side + more)
    training = machine(work.type, Use.TRAINING)
    analysis = machine(MACHINES["analysis"]["type"], Use.PROCESSING)
    most = _usd(trained, training, analysed, analysis)
    likely = None
    cells = _cells(request, seen)
    if cells is not None:
        one = min(each, work.seconds + cells / work.cells_a_second)
        guessed = _usd(min(trials * one, trained), training, min(_ANALYSED, analysed), analysis)
        likely = None if guessed is None or most is None else min(guessed, most)
    return Ceiling(
        usd_most=most,
        usd_likely=likely,
        seconds_most=int(min(whole, analysed)),
        instance_type=training.instance_type,
        basis=_words(request, work, trained, training, analysis),
    )


def _training_limit(request: AutopilotRequest) -> float:
    hours: float = MACHINES["language_hours"]
    return hours * _HOUR if request.kind is ProblemKind.LANGUAGE else float(MOST_SECONDS)


def _usd(trained: float, training: Price, analysed: float, analysis: Price) -> float | None:
    prices = training.usd_per_hour, analysis.usd_per_hour
    if prices[0] is None or prices[1] is None:
        return None
    return round((trained * prices[0] + analysed * prices[1]) / _HOUR, 2)


def _cells(request: AutopilotRequest, seen: Mapping[str, Seen]) -> float | None:
    """What training time grows with: cells of a table or series, examples of all else."""
    training = seen.get("training")
    if training is None:
        return None
    if request.kind is ProblemKind.IMAGE:
        return float(training.objects)
    rows: float | None = training.rows
    if rows is None and training.size is not None and training.columns:
        rows = training.size / (_CELL_BYTES * len(training.columns))
    if rows is None:
        return None
    if isinstance(request.settings, LanguageTuning):
        return rows * (request.settings.epochs or _EPOCHS)
    return rows if request.kind is ProblemKind.TEXT else rows * len(training.columns)


def _words(request: AutopilotRequest, work: _Work, trained: float, training: Price, analysis: Price) -> str:
    hours = trained / _HOUR
    told = f"{hours:,.1f} hours of {work.type} ({training.source})"
    if work.side_by_side > 1:
        told += f", up to {work.side_by_side} side by side"
    found = [f"Reckoned with {told}, beside one {analysis.instance_type}."]
    found.append("AWS chooses the machines and does not publish which: these are assumed.")
    if request.limits.job_seconds is None and request.limits.training_seconds is None:
        found.append("No time limit is set, so that AWS ends it after 30 days only; a limit lowers this.")
    return " ".join(found)


def _afterwards(request: AutopilotRequest, machine: Machine) -> tuple[float | None, list[str]]:
    """What the endpoint of an automatic deployment costs an hour, and that in words."""
    if request.deploy is None:
        return 0.0, []
    kind: str | None = MACHINES["endpoint"].get(request.kind.value)
    price = machine(kind, Use.HOSTING).usd_per_hour if kind else None
    if price is None:
        return None, ["The endpoint costs until it is deleted; its machine, and so its price, is not known before."]
    return price, [f"The endpoint then costs about ${price:.2f} an hour until it is deleted (a {kind} is assumed)."]


def _besides(request: AutopilotRequest, seen: Mapping[str, Seen]) -> list[str]:
    found = ["What the job writes to S3 is kept, and costs, until it is deleted."]
    if request.emr_role and _may_be_large(request, seen):
        found.append("EMR Serverless bills what it uses by itself; neither is known how much, nor its price here.")
    return found


def _may_be_large(request: AutopilotRequest, seen: Mapping[str, Seen]) -> bool:
    size = seen["training"].size if "training" in seen else None
    return size is None or size > LARGE_BYTES.get(request.kind, 0)

"""The candidates of a job ranked, narrowed and laid beside each other. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.autopilot.models import Candidate, Job
from services.autopilot.watching.following import value_of
from services.autopilot.watching.metrics import minimized, objective_of

MOST_COMPARED, FEWEST_COMPARED = 4, 2
# What a candidate's name begins with, in AutoGluon's names and in Autopilot's; the sandbox names what stands in.
_ALGORITHMS = {
    "WeightedEnsemble": "ensemble",
    "LightGBM": "lightgbm",
    "CatBoost": "catboost",
    "XGBoost": "xgboost",
    "RandomForest": "randomforest",
    "ExtraTrees": "extra-trees",
    "NeuralNetTorch": "nn-torch",
    "NeuralNetFastAI": "fastai",
    "LinearLearner": "linear-learner",
    "LinearModel": "linear-learner",
    "MLP": "mlp",
    "KNeighbors": "neighbours",
    "CNN-QR": "cnn-qr",
    "DeepAR": "deepar",
    "Prophet": "prophet",
    "NPTS": "npts",
    "ARIMA": "arima",
    "ETS": "ets",
}
_STANDS_FOR = re.compile(r"-for-([A-Za-z-]+?)(?:-t\d+|-\d{3})?$")


@dataclass(frozen=True, slots=True)
class Query:
    """What of a leaderboard is looked for. Empty members ask for nothing in particular.

    metric     sorted by it, "" is the job's objective; which: Train, Validation or Test
    ascending  None: the best first
    """

    text: str = ""
    status: str = ""
    algorithm: str = ""
    metric: str = ""
    which: str = "Validation"
    ascending: bool | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A candidate on the leaderboard: `rank` by the job's objective among all that have a value, from 1; None without.

    `behind` the best, as a share of its value: 0.02 is two per cent worse; None where that says nothing.
    """

    candidate: Candidate
    rank: int | None
    value: float | None
    behind: float | None


@dataclass(frozen=True, slots=True)
class Compared:
    """One metric of candidates laid beside each other: a value each, None where it has none; the best's places."""

    metric: str
    which: str
    values: tuple[float | None, ...]
    best: tuple[int, ...]


def algorithm(candidate: Candidate) -> str:
    """What a candidate was trained with, in Autopilot's words, as far as its name tells; "" where it does not."""
    name = candidate.name
    found = _STANDS_FOR.search(name)
    for said in (found.group(1) if found else "", name):
        for begins, called in _ALGORITHMS.items():
            if said.lower().startswith(begins.lower()):
                return called
    inside = [called for begins, called in _ALGORITHMS.items() if f"-{begins.lower()}-" in name.lower()]
    return inside[0] if inside else ""


def metrics_of(candidates: Iterable[Candidate], which: str = "Validation") -> tuple[str, ...]:
    """The metrics that any of them has, in the order they are told."""
    names: dict[str, None] = {}
    for each in candidates:
        if each.objective is not None and which == "Validation":
            names[each.objective.name] = None
        names |= {measure.name: None for measure in each.measures if measure.which == which}
    return tuple(names)


def leaderboard(job: Job, candidates: Sequence[Candidate], query: Query | None = None) -> tuple[Place, ...]:
    """The candidates that a query finds, ranked by the job's objective and sorted as it asks; without a value last."""
    query = query or Query()
    objective = objective_of(job)
    ranks = _ranks(candidates, objective)
    top = next((value_of(each, objective) for each in candidates if ranks.get(each.name) == 1), None)
    places = [_place(each, ranks.get(each.name), objective, top) for each in candidates if _found(each, query)]
    metric = query.metric or objective
    ascending = minimized(metric) if query.ascending is None else query.ascending

    def order(place: Place) -> tuple[bool, float, str]:
        value = value_of(place.candidate, metric, query.which)
        return (value is None, (value or 0.0) * (1 if ascending else -1), place.candidate.name)

    return tuple(sorted(places, key=order))


def compared(candidates: Sequence[Candidate]) -> tuple[Compared, ...]:
    """Every metric of 2 to 4 candidates, that of validation first. Raises ValueError for fewer or more."""
    if not FEWEST_COMPARED <= len(candidates) <= MOST_COMPARED:
        raise ValueError(f"{FEWEST_COMPARED} to {MOST_COMPARED} candidates are laid beside each other")
    rows = []
    for which in ("Validation", "Test", "Train"):
        for metric in metrics_of(candidates, which):
            values = tuple(value_of(each, metric, which) for each in candidates)
            known = [value for value in values if value is not None]
            top = (min if minimized(metric) else max)(known)
            best = tuple(place for place, value in enumerate(values) if value == top) if len(known) > 1 else ()
            rows.append(Compared(metric, which, values, best))
    return tuple(rows)


def _ranks(candidates: Sequence[Candidate], objective: str) -> dict[str, int]:
    valued = [(value, each.name) for each in candidates if (value := value_of(each, objective)) is not None]
    valued.sort(key=lambda pair: pair[0], reverse=not minimized(objective))
    return {name: number for number, (_, name) in enumerate(valued, 1)}


def _place(candidate: Candidate, rank: int | None, objective: str, top: float | None) -> Place:
    value = value_of(candidate, objective)
    behind = abs(value - top) / abs(top) if value is not None and top else None
    return Place(candidate, rank, value, behind)


def _found(candidate: Candidate, query: Query) -> bool:
    if query.status and candidate.status != query.status:
        return False
    if query.algorithm and algorithm(candidate) != query.algorithm:
        return False
    return all(word in candidate.name.casefold() for word in query.text.casefold().split())

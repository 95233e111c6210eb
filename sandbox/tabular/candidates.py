"""The candidates of a tabular job: for each of Autopilot's algorithms an estimator of scikit-learn. Worker only.

A candidate's name says first what is trained and then what that stands in for: HistGradientBoosting-for-CatBoost-t3.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

from sandbox.tabular.models import REGRESSION

ENSEMBLING = ("lightgbm", "linear-learner", "xgboost", "randomforest", "extra-trees", "catboost", "nn-torch", "fastai")
TUNING = ("xgboost", "linear-learner", "mlp")
MOST_TRIALS = 12  # of a tuning job here, whatever it asks for
_SMALL = 20_000  # rows up to which neighbours and networks are tried
_REPLACED = {  # what an estimator of another kind stands in for; the others bear their own names
    "lightgbm": "LightGBM",
    "xgboost": "XGBoost",
    "catboost": "CatBoost",
    "linear-learner": "LinearLearner",
    "nn-torch": "NeuralNetTorch",
    "fastai": "NeuralNetFastAI",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """`estimator` makes a new one that is given the numbers of the categorical columns; `trees`: how columns are shaped
    for it; `said`: for people, what is trained, with its settings, and in place of what.
    """

    name: str
    algorithm: str
    trees: bool
    estimator: Callable[[list[int]], Any]
    said: str


def trials(job: str, mode: str, problem: str, rows: int, algorithms: Sequence[str], most: int) -> list[Trial]:
    """Return what will be tried, in order; `most`: MaxCandidates, 0 for no limit given."""
    if mode == "HYPERPARAMETER_TUNING":
        return _tuned(job, problem, [a for a in TUNING if a in algorithms or not algorithms], most)
    wanted = [a for a in ENSEMBLING if a in algorithms or not algorithms]
    if not algorithms and rows <= _SMALL:
        wanted.append("knn")
    if rows > _SMALL:
        wanted = [a for a in wanted if a not in ("nn-torch", "fastai")] or wanted
    kept = wanted[: most - 1 if most > 1 else most or None]
    return [_trial(f"{_called(a, problem)}-t{n}", a, problem, {}) for n, a in enumerate(kept, 1)]


def _tuned(job: str, problem: str, algorithms: Sequence[str], most: int) -> list[Trial]:
    chance = random.Random(job)
    found = []
    for number in range(min(most or MOST_TRIALS, MOST_TRIALS)):
        algorithm = algorithms[number % len(algorithms)]
        name = f"{job[:20]}-{_called(algorithm, problem)}-{number + 1:03d}"
        found.append(_trial(name, algorithm, problem, _drawn(algorithm, chance, number)))
    return found


def _drawn(algorithm: str, chance: random.Random, number: int) -> dict[str, Any]:
    if algorithm == "xgboost":
        if number == 0:
            return {}
        return {
            "learning_rate": round(10 ** chance.uniform(-1.6, -0.6), 4),
            "max_leaf_nodes": chance.choice((7, 15, 31)),
        }
    if algorithm == "linear-learner":
        return {"strength": round(10 ** chance.uniform(-2, 1.5), 4)}
    return {
        "hidden_layer_sizes": chance.choice(((32,), (64,), (64, 32))),
        "alpha": round(10 ** chance.uniform(-4, -1), 5),
    }


def _trial(name: str, algorithm: str, problem: str, drawn: dict[str, Any]) -> Trial:
    regression = problem == REGRESSION
    make = _MAKERS[algorithm]
    trees = make in (_boosted, _forest, _extra)
    settings = {**_SETTINGS.get(algorithm, {}), **drawn}

    def estimator(categories: list[int]) -> Any:
        return make(regression, settings, categories)

    described = " ".join(repr(estimator([])).split())
    return Trial(name, algorithm, trees, estimator, f"{described} of scikit-learn, in place of Autopilot's {algorithm}")


def _called(algorithm: str, problem: str) -> str:
    """Return what is trained, and what it stands in for if that is something else."""
    made = _MAKERS[algorithm](problem == REGRESSION, {}, [])
    trained = type(getattr(made, "regressor", made)).__name__.removesuffix("Classifier").removesuffix("Regressor")
    return f"{trained}-for-{_REPLACED[algorithm]}" if algorithm in _REPLACED else trained


_SETTINGS: dict[str, dict[str, Any]] = {  # so that what stands in for several is not the same each time
    "xgboost": {"max_leaf_nodes": 15, "l2_regularization": 1.0},
    "catboost": {"learning_rate": 0.07, "max_iter": 120, "min_samples_leaf": 10},
    "fastai": {"hidden_layer_sizes": (32,), "alpha": 0.01},
    "nn-torch": {"hidden_layer_sizes": (64, 32), "alpha": 0.001},
}


def _boosted(regression: bool, settings: dict[str, Any], categories: list[int]) -> Any:
    made = HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier
    return made(random_state=0, categorical_features=categories or None, **settings)


def _forest(regression: bool, settings: dict[str, Any], categories: list[int]) -> Any:
    made = RandomForestRegressor if regression else RandomForestClassifier
    return made(n_estimators=100, min_samples_leaf=2, max_leaf_nodes=2000, random_state=0)


def _extra(regression: bool, settings: dict[str, Any], categories: list[int]) -> Any:
    made = ExtraTreesRegressor if regression else ExtraTreesClassifier
    return made(n_estimators=100, min_samples_leaf=2, max_leaf_nodes=2000, random_state=0)


def _linear(regression: bool, settings: dict[str, Any], categories: list[int]) -> Any:
    strength = settings.get("strength", 1.0)
    return Ridge(alpha=1 / strength) if regression else LogisticRegression(C=strength, max_iter=300)


def _network(regression: bool, settings: dict[str, Any], categories: list[int]) -> Any:
    shared: dict[str, Any] = {"max_iter": 80, "early_stopping": True, "random_state": 0, **settings}
    if regression:
        return TransformedTargetRegressor(MLPRegressor(**shared), transformer=StandardScaler())
    return MLPClassifier(**shared)


def _neighbours(regression: bool, settings: dict[str, Any], categories: list[int]) -> Any:
    made = KNeighborsRegressor if regression else KNeighborsClassifier
    return made(n_neighbors=15, weights="distance")


_MAKERS: dict[str, Callable[[bool, dict[str, Any], list[int]], Any]] = {
    "lightgbm": _boosted,
    "xgboost": _boosted,
    "catboost": _boosted,
    "randomforest": _forest,
    "extra-trees": _extra,
    "linear-learner": _linear,
    "mlp": _network,
    "nn-torch": _network,
    "fastai": _network,
    "knn": _neighbours,
}

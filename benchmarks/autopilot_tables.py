"""The tables that `benchmarks.autopilot` trains on: of scikit-learn, and made in code."""

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sklearn import datasets

from sandbox.demo.experiments import churn

Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Data:
    """A table of texts whose last column is the target."""

    problem: str
    metric: str
    header: list[str]
    rows: Rows


def _numbers(problem: str, metric: str, features: Any, target: Any) -> Data:
    header = [f"x{n}" for n in range(features.shape[1])] + ["target"]
    return Data(problem, metric, header, [[*map(repr, map(float, x)), str(y)] for x, y in zip(features, target)])  # noqa: B905


def _cancer() -> Data:
    read = datasets.load_breast_cancer()
    return _numbers("BinaryClassification", "F1", read.data, read.target)


def _digits() -> Data:
    read = datasets.load_digits()
    return _numbers("MulticlassClassification", "Accuracy", read.data[:1500], read.target[:1500])


def _friedman() -> Data:
    features, target = datasets.make_friedman1(1500, n_features=10, noise=1.0, random_state=0)
    return _numbers("Regression", "MSE", features, target)


def _linear() -> Data:
    """As scikit-learn's diabetes table is, mostly straight with much noise; of 442 rows Autopilot takes none."""
    features, target = datasets.make_regression(1500, n_features=10, n_informative=6, noise=60.0, random_state=0)
    return _numbers("Regression", "RMSE", features, target)


def _classes() -> Data:
    features, target = datasets.make_classification(
        1500, n_features=20, n_informative=8, n_classes=4, n_clusters_per_class=2, random_state=0
    )
    return _numbers("MulticlassClassification", "F1macro", features, target)


def _telephone() -> Data:
    header, *rows = list(csv.reader(io.StringIO(churn(1500))))
    return Data("BinaryClassification", "AUC", header, rows)


def _houses() -> Data:
    """Words beside numbers, some missing, and an interaction of both."""
    chance, rows = random.Random(5), []
    towns = {"Ulm": 1.0, "Bonn": 1.4, "Kiel": 0.8, "Trier": 0.9, "Jena": 1.1}
    for _ in range(1500):
        area, town, age = chance.uniform(25, 220), chance.choice(list(towns)), chance.randint(0, 90)
        price = area * 2000 * towns[town] * (1.2 if age < 10 else 1 - age / 300) + chance.gauss(0, 25_000)
        rows.append([f"{area:.1f}", town, "" if chance.random() < 0.05 else str(age), f"{price:.0f}"])
    return Data("Regression", "MAE", ["area", "town", "age", "price"], rows)


DATA: dict[str, Callable[[], Data]] = {
    "breast-cancer": _cancer,
    "churn": _telephone,
    "digits": _digits,
    "four-classes": _classes,
    "diabetes-like": _linear,
    "friedman": _friedman,
    "houses": _houses,
}

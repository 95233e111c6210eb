"""Metrics under Autopilot's names, and the report of a model's quality as Model Monitor writes it. Worker only."""

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
from sklearn import metrics as measured

import facts
from sandbox.tabular.models import BINARY, REGRESSION

DEFAULT = {BINARY: "F1", "MulticlassClassification": "Accuracy", REGRESSION: "MSE"}
_POINTS = 200  # of a curve


def objective(metrics: Mapping[str, float], name: str) -> float:
    """Return the metric so that more is better."""
    return -metrics[name] if name in _minimized() else metrics[name]


@cache
def _minimized() -> frozenset[str]:
    return frozenset(json.loads(facts.path("autopilot.json").read_text(encoding="utf-8"))["minimize"])


def of(problem: str, labels: Sequence[str], truth: Any, scores: Any, only: Collection[str] = ()) -> dict[str, float]:
    """Return every metric of the problem, or `only` those; `truth` holds class numbers, or values; `scores` is what a
    model answers.
    """
    makers = _of_values(truth, scores) if problem == REGRESSION else _of_classes(problem, labels, truth, scores)
    return {name: float(make()) for name, make in makers.items() if not only or name in only}


def _of_values(truth: Any, said: Any) -> dict[str, Callable[[], Any]]:
    return {
        "MSE": lambda: measured.mean_squared_error(truth, said),
        "RMSE": lambda: math.sqrt(measured.mean_squared_error(truth, said)),
        "MAE": lambda: measured.mean_absolute_error(truth, said),
        "R2": lambda: measured.r2_score(truth, said),
    }


def _of_classes(problem: str, labels: Sequence[str], truth: Any, scores: Any) -> dict[str, Callable[[], Any]]:
    said, there = scores.argmax(axis=1), np.unique(truth)
    macro: dict[str, Any] = {"average": "macro", "labels": there, "zero_division": 0}
    found: dict[str, Callable[[], Any]] = {
        "Accuracy": lambda: measured.accuracy_score(truth, said),
        "BalancedAccuracy": lambda: measured.recall_score(truth, said, **macro),
        "LogLoss": lambda: measured.log_loss(truth, scores, labels=list(range(len(labels)))),
    }
    if problem != BINARY:
        return found | {
            "F1macro": lambda: measured.f1_score(truth, said, **macro),
            "PrecisionMacro": lambda: measured.precision_score(truth, said, **macro),
            "RecallMacro": lambda: measured.recall_score(truth, said, **macro),
        }
    found |= {
        "F1": lambda: measured.f1_score(truth, said, zero_division=0),
        "Precision": lambda: measured.precision_score(truth, said, zero_division=0),
        "Recall": lambda: measured.recall_score(truth, said, zero_division=0),
    }
    return found | ({"AUC": lambda: measured.roc_auc_score(truth, scores[:, 1])} if len(there) == 2 else {})


def insights(
    problem: str,
    labels: Sequence[str],
    truth: Any,
    scores: Any,
    spread: Mapping[str, float] = MappingProxyType({}),
    on: str = "Validation",
) -> dict[str, Any]:
    """Return the model quality report (Model Monitor's statistics.json) of the validation set.

    spread   of metrics under Autopilot's names over the folds of a cross-validation, told as standard deviations
    on       what it is measured on
    """
    found = of(problem, labels, truth, scores)
    head: dict[str, Any] = {"version": 0.0, "dataset": {"item_count": len(truth), "evaluation_set": on}}

    def told(named: Mapping[str, str]) -> dict[str, Any]:
        return {short: _value(found[name], spread.get(name)) for short, name in named.items() if name in found}

    if problem == REGRESSION:
        constant = of(problem, labels, truth, np.full(len(truth), float(np.mean(truth))))
        named = {"mae": "MAE", "mse": "MSE", "rmse": "RMSE", "r2": "R2"}
        least = {f"{short}_best_constant_predictor": _value(constant[name]) for short, name in named.items()}
        return head | {"regression_metrics": told(named) | least | {"residuals": _residuals(truth, scores)}}
    said, usual = scores.argmax(axis=1), np.full(len(truth), np.bincount(truth.astype(int)).argmax())
    shared = {"confusion_matrix": _confusion(labels, truth, said), **told({"accuracy": "Accuracy"})}
    if problem != BINARY:
        least = {"accuracy_best_constant_classifier": _value(float(np.mean(truth == usual)))}
        least |= _weighed(truth, usual, "_best_constant_classifier")
        return head | {"multiclass_classification_metrics": shared | _weighed(truth, said, "") | least}
    named = {"recall": "Recall", "precision": "Precision", "f1": "F1", "auc": "AUC"}
    return head | {
        "binary_classification_metrics": shared
        | told(named)
        | _rates(truth, said)
        | {f"{name}_best_constant_classifier": value for name, value in _constant(truth, usual).items()}
        | _curves(truth, scores[:, 1])
        | {"positive_label": labels[1]}
    }


def _value(value: float, spread: float | None = None) -> dict[str, Any]:
    return {"value": value, "standard_deviation": "NaN" if spread is None else spread}


def _weighed(truth: Any, said: Any, of_what: str) -> dict[str, Any]:
    how: dict[str, Any] = {"average": "weighted", "labels": np.unique(truth), "zero_division": 0}
    found = {
        "weighted_recall": measured.recall_score(truth, said, **how),
        "weighted_precision": measured.precision_score(truth, said, **how),
        "weighted_f0_5": measured.fbeta_score(truth, said, beta=0.5, **how),
        "weighted_f1": measured.f1_score(truth, said, **how),
        "weighted_f2": measured.fbeta_score(truth, said, beta=2, **how),
    }
    return {f"{name}{of_what}": _value(float(value)) for name, value in found.items()}


def _rates(truth: Any, said: Any) -> dict[str, Any]:
    (true_no, false_yes), (false_no, true_yes) = measured.confusion_matrix(truth, said, labels=[0, 1]).tolist()
    yes, no = (true_yes + false_no) or 1, (true_no + false_yes) or 1
    found = {
        "true_positive_rate": true_yes / yes,
        "true_negative_rate": true_no / no,
        "false_positive_rate": false_yes / no,
        "false_negative_rate": false_no / yes,
        "f0_5": measured.fbeta_score(truth, said, beta=0.5, zero_division=0),
        "f2": measured.fbeta_score(truth, said, beta=2, zero_division=0),
    }
    return {name: _value(float(value)) for name, value in found.items()}


def _constant(truth: Any, usual: Any) -> dict[str, Any]:
    found = {
        "recall": measured.recall_score(truth, usual, zero_division=0),
        "precision": measured.precision_score(truth, usual, zero_division=0),
        "accuracy": float(np.mean(truth == usual)),
        "f1": measured.f1_score(truth, usual, zero_division=0),
    }
    return {name: _value(float(value)) for name, value in found.items()}


def _confusion(labels: Sequence[str], truth: Any, said: Any) -> dict[str, dict[str, int]]:
    counted = measured.confusion_matrix(truth, said, labels=list(range(len(labels))))
    return {row: dict(zip(labels, map(int, line), strict=True)) for row, line in zip(labels, counted, strict=True)}


def _curves(truth: Any, positive: Any) -> dict[str, Any]:
    if len(np.unique(truth)) < 2:
        return {}
    false, true, _ = measured.roc_curve(truth, positive)
    precision, recall, _ = measured.precision_recall_curve(truth, positive)
    return {
        "receiver_operating_characteristic_curve": {
            "false_positive_rates": _thinned(false),
            "true_positive_rates": _thinned(true),
        },
        "precision_recall_curve": {"precisions": _thinned(precision), "recalls": _thinned(recall)},
    }


def _residuals(truth: Any, said: Any) -> dict[str, Any]:
    return {"actual": _thinned(np.asarray(truth)), "predicted": _thinned(np.asarray(said))}


def _thinned(values: Any) -> list[float]:
    if len(values) > _POINTS:
        values = values[np.linspace(0, len(values) - 1, _POINTS).astype(int)]
    return [round(float(value), 6) for value in values]

"""Metrics of candidates: which way is better, and how a person reads them.

Names and directions from facts/autopilot.json (AutoMLMetricEnum and AutoMLMetricExtendedEnum, 2026-11-20).
"""

from __future__ import annotations

import json
from functools import cache

import facts
from services.autopilot.models import Job, ProblemKind

# Measured by the container or in training, and never an objective.
_LOSSES = frozenset({"ValidationLoss", "TrainingLoss"})
_SHARES = frozenset(
    {
        "Accuracy", "BalancedAccuracy", "F1", "F1macro", "AUC", "Precision", "PrecisionMacro", "Recall", "RecallMacro",
        "Rouge1", "Rouge2", "RougeL", "RougeLSum", "R2",
    }
)  # fmt: skip
WORDS = {
    "BalancedAccuracy": "Balanced accuracy",
    "F1macro": "F1, mean of classes",
    "PrecisionMacro": "Precision, mean of classes",
    "RecallMacro": "Recall, mean of classes",
    "LogLoss": "Log loss",
    "InferenceLatency": "Seconds a row",
    "AverageWeightedQuantileLoss": "Weighted quantile loss, mean",
    "ValidationLoss": "Validation loss",
    "TrainingLoss": "Training loss",
}
_DEFAULTS = {"Regression": "MSE", "BinaryClassification": "F1", "MulticlassClassification": "Accuracy"}
_OF_KINDS = {
    ProblemKind.TEXT: "Accuracy",
    ProblemKind.IMAGE: "Accuracy",
    ProblemKind.FORECAST: "AverageWeightedQuantileLoss",
}


@cache
def _minimized() -> frozenset[str]:
    read = json.loads(facts.path("autopilot.json").read_text(encoding="utf-8"))
    return frozenset(read["minimize"]) | _LOSSES


def minimized(metric: str) -> bool:
    """Whether less of a metric is better."""
    return metric in _minimized()


def is_share(metric: str) -> bool:
    """Whether 1 is the best that a metric can be."""
    return metric in _SHARES


def words(metric: str) -> str:
    """A metric as a person reads it."""
    return WORDS.get(metric, metric)


def objective_of(job: Job) -> str:
    """What the candidates of a job are ranked by: as resolved or asked, else AWS's default; "" where none is known."""
    if job.objective:
        return job.objective
    if job.best is not None and job.best.objective is not None:
        return job.best.objective.name
    return _OF_KINDS.get(job.kind) or _DEFAULTS.get(job.problem, "")

"""Jobs and candidates as AWS describes them, and what is made of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.autopilot import Candidate, Job, JobStatus, Measure, ProblemKind

BEGUN = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """A moment after the job was begun."""
    return BEGUN + timedelta(seconds=seconds)


def job(**more: Any) -> Job:
    """A job on a table that is training."""
    known: dict[str, Any] = {
        "name": "churn", "status": JobStatus.IN_PROGRESS, "stage": "TrainingModels", "kind": ProblemKind.TABULAR,
        "objective": "F1", "problem": "BinaryClassification", "output": "s3://lab/out", "created": BEGUN,
        "changed": after(600),
    }  # fmt: skip
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:automl-job/{more.get('name', 'churn')}"
    return Job(**known | {"arn": arn} | more)


def trained(name: str, value: float, at: float = 0.0, metric: str = "F1", **more: Any) -> Candidate:
    """A candidate that took a minute, with its objective and the same on training rows."""
    known: dict[str, Any] = {
        "status": "Completed", "objective": Measure(metric, value), "created": after(at), "ended": after(at + 60),
        "measures": (Measure(metric, value), Measure("LogLoss", 1 - value), Measure(metric, value + 0.05, "Train")),
    }  # fmt: skip
    return Candidate(name=name, **known | more)


CANDIDATE_ROW: dict[str, Any] = {
    "CandidateName": "WeightedEnsemble-L3-FULL-t9",
    "FinalAutoMLJobObjectiveMetric": {
        "Type": "Maximize", "MetricName": "F1", "Value": 0.912, "StandardMetricName": "F1"
    },
    "ObjectiveStatus": "Succeeded",
    "CandidateSteps": [
        {"CandidateStepType": "AWS::SageMaker::TrainingJob", "CandidateStepName": "t9", "CandidateStepArn": "arn:x"}
    ],
    "CandidateStatus": "Completed",
    "InferenceContainers": [
        {"Image": "one", "ModelDataUrl": "s3://lab/one", "Environment": {"A": "1"}},
        {"Image": "two"},
    ],
    "InferenceContainerDefinitions": {"CPU": [{"Image": "one"}]},
    "CreationTime": BEGUN,
    "EndTime": after(60),
    "CandidateProperties": {
        "CandidateArtifactLocations": {"Explainability": "s3://lab/e", "ModelInsights": "s3://lab/m"},
        "CandidateMetrics": [
            {"MetricName": "F1", "Value": 0.912, "Set": "Validation", "StandardMetricName": "F1"},
            {"StandardMetricName": "InferenceLatency", "Value": 0.05, "Set": "Validation"},
            {"MetricName": "F1", "Set": "Train"},
        ],
    },
}  # fmt: skip

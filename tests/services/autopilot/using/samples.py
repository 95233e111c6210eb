"""Schemas and candidates for tests of pure functions."""

from __future__ import annotations

from services.autopilot import Candidate, CandidateContainer
from services.autopilot.models import ProblemKind
from services.autopilot.using.schema import Schema, schema_of
from services.autopilot.using.training_facts import Training

COLUMNS = ("age", "plan", "joined", "note", "Churn?")
ROWS = [
    [str(20 + place % 50), ("basic", "pro", "max")[place % 3], f"2024-0{1 + place % 9}-15",
     f"called us about bill number {place}", ("no", "yes")[place % 2]]
    for place in range(200)
]  # fmt: skip
_ALL = "predicted_label,probability,probabilities,labels"


def churn() -> Schema:
    """A binary problem with a column of each kind."""
    training = Training(name="churn", problem="BinaryClassification", target="Churn?")
    return schema_of(training, COLUMNS, ROWS, source="s3://lab/churn/train.csv")


def prices() -> Schema:
    """A regression."""
    training = Training(name="prices", problem="Regression", target="price")
    rows = [[f"{place / 10 + 30:.1f}", ("Ulm", "Bonn")[place % 2], f"{place * 1000.5}"] for place in range(100)]
    return schema_of(training, ("area", "town", "price"), rows)


def demand() -> Schema:
    """A forecast."""
    training = Training(
        name="demand", kind=ProblemKind.FORECAST, target="sold", item="item", moment="day", horizon=7, frequency="1D",
        quantiles=("p10", "p50", "p90"),
    )  # fmt: skip
    rows = [["tea", f"2025-01-{day:02d}", str(day)] for day in range(1, 29)]
    return schema_of(training, ("item", "day", "sold"), rows)


def ensemble() -> Candidate:
    """One container that supports everything and is told to say its label alone."""
    environment = (("SAGEMAKER_INFERENCE_OUTPUT", "predicted_label"), ("SAGEMAKER_INFERENCE_SUPPORTED", _ALL))
    return Candidate("Ensemble-t1", containers=(CandidateContainer("image:cpu", "s3://lab/one.tar.gz", environment),))


def pipeline() -> Candidate:
    """Prepare, predict, name the labels: the row of a tuned classification, as AWS's developer guide has it."""
    told = (("SAGEMAKER_INFERENCE_OUTPUT", "predicted_label"), ("SAGEMAKER_INFERENCE_SUPPORTED", _ALL))
    return Candidate(
        "Tuned-001",
        containers=(
            CandidateContainer("sklearn", "s3://lab/1.tar.gz", (("AUTOML_TRANSFORM_MODE", "feature-transform"),)),
            CandidateContainer("xgboost", "s3://lab/2.tar.gz", told),
            CandidateContainer("sklearn", "s3://lab/3.tar.gz", (
                ("AUTOML_TRANSFORM_MODE", "inverse-label-transform"),
                ("SAGEMAKER_INFERENCE_INPUT", "predicted_label"), *told,
            )),
        ),
    )  # fmt: skip

"""What AWS tells of jobs, with members left out, unknown words and shapes nobody expected."""

from __future__ import annotations

import pytest

from services.autopilot import JobStatus, ProblemKind
from services.autopilot.watching.described import candidate, described, listed
from tests.services.autopilot.watching.samples import BEGUN, CANDIDATE_ROW


def test_a_list_of_jobs_may_leave_everything_out() -> None:
    found = listed({})
    assert (found.name, found.status, found.created, found.partial) == ("", JobStatus.UNKNOWN, None, ())


@pytest.mark.parametrize("row", [{}, {"AutoMLProblemTypeConfig": None}, {"BestCandidate": None, "Tags": None}])
def test_a_description_may_leave_everything_out(row: dict[str, object]) -> None:
    found = described(row)
    assert (found.kind, found.best, found.objective, found.inputs) == (ProblemKind.TABULAR, None, "", ())


def test_a_status_and_a_stage_that_nobody_knows_are_kept() -> None:
    found = listed({"AutoMLJobName": "a", "AutoMLJobStatus": "Paused", "AutoMLJobSecondaryStatus": "Daydreaming"})
    assert (found.status, found.stage) == (JobStatus.UNKNOWN, "Daydreaming")
    assert not found.status.moving


def test_what_was_resolved_wins_over_what_was_asked() -> None:
    found = described(
        {
            "AutoMLJobName": "a",
            "AutoMLProblemTypeConfig": {"TabularJobConfig": {"TargetAttributeName": "y", "Mode": "AUTO"}},
            "ResolvedAttributes": {
                "AutoMLJobObjective": {"MetricName": "F1"},
                "CompletionCriteria": {"MaxCandidates": 7, "MaxAutoMLJobRuntimeInSeconds": 3600},
                "AutoMLProblemTypeResolvedAttributes": {
                    "TabularResolvedAttributes": {"ProblemType": "BinaryClassification"}
                },
            },
            "AutoMLJobArtifacts": {"DataExplorationNotebookLocation": "s3://lab/n.ipynb"},
            "AutoMLJobInputDataConfig": [
                {"ChannelType": "training", "DataSource": {"S3DataSource": {"S3Uri": "s3://lab/in"}}},
                {"ChannelType": "validation"},
            ],
            "BestCandidate": CANDIDATE_ROW,
        }
    )
    assert (found.target, found.problem, found.objective, found.mode) == ("y", "BinaryClassification", "F1", "AUTO")
    assert (found.most_candidates, found.most_seconds) == (7, 3600)
    assert found.inputs == (("training", "s3://lab/in"),)
    assert found.notebooks == (("Notebook: data exploration", "s3://lab/n.ipynb"),)
    assert found.best is not None
    assert found.best.name == "WeightedEnsemble-L3-FULL-t9"


@pytest.mark.parametrize(
    ("config", "kind", "target"),
    [
        ({"TextClassificationJobConfig": {"TargetLabelColumn": "label"}}, ProblemKind.TEXT, "label"),
        ({"ImageClassificationJobConfig": {}}, ProblemKind.IMAGE, ""),
        ({"TimeSeriesForecastingJobConfig": {"TimeSeriesConfig": {"TargetAttributeName": "sold"}}},
         ProblemKind.FORECAST, "sold"),
        ({"TextGenerationJobConfig": {}}, ProblemKind.LANGUAGE, ""),
        ({"SomethingNewJobConfig": {}}, ProblemKind.TABULAR, ""),
    ],
)  # fmt: skip
def test_every_kind_of_problem_is_told_with_its_target(
    config: dict[str, object], kind: ProblemKind, target: str
) -> None:  # fmt: skip
    found = described({"AutoMLProblemTypeConfig": config})
    assert (found.kind, found.target) == (kind, target)


def test_a_candidate_keeps_the_order_of_its_containers_and_only_metrics_that_have_a_value() -> None:
    found = candidate(CANDIDATE_ROW)
    assert [each.image for each in found.containers] == ["one", "two"]
    assert found.containers[0].environment == (("A", "1"),)
    assert found.accelerated[0][0] == "CPU"
    assert [(each.name, each.which) for each in found.measures] == [
        ("F1", "Validation"),
        ("InferenceLatency", "Validation"),
    ]
    assert (found.explainability, found.backtest) == ("s3://lab/e", "")
    assert (found.created, found.failure) == (BEGUN, "")


def test_a_candidate_in_training_has_no_objective() -> None:
    assert candidate({"CandidateName": "a", "FinalAutoMLJobObjectiveMetric": None}).objective is None

"""Autopilot jobs from the request to predictions of the model they train."""

import csv
import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.sagemaker.jobs.automl_work import Told
from sandbox.tabular import predictor_of
from tests.sandbox.conftest import Running
from tests.sandbox.sagemaker.jobs.conftest import Asked
from tests.sandbox.tabular import tables


def _run(sandbox: Running, name: str = "job", seconds: float = 60.0) -> dict[str, Any]:
    """Let the clock run for so long, and describe the job."""
    sandbox.app.world.advance(seconds)
    found: dict[str, Any] = sandbox.client("sagemaker").describe_auto_ml_job_v2(AutoMLJobName=name)
    return found


def _key(uri: str) -> str:
    return uri.removeprefix("s3://lab/")


def test_a_job_trains_candidates_that_predict_far_better_than_chance(sandbox: Running, asked: Asked) -> None:
    sagemaker, s3 = sandbox.client("sagemaker"), sandbox.client("s3")
    sagemaker.create_auto_ml_job_v2(**asked())
    found = _run(sandbox)
    assert (found["AutoMLJobStatus"], found["AutoMLJobSecondaryStatus"]) == ("Completed", "Completed")
    resolved = found["ResolvedAttributes"]["AutoMLProblemTypeResolvedAttributes"]["TabularResolvedAttributes"]
    assert resolved == {"ProblemType": "BinaryClassification"}
    candidates = sagemaker.list_candidates_for_auto_ml_job(AutoMLJobName="job")["Candidates"]
    assert len(candidates) == 3
    assert {each["CandidateName"] for each in candidates} == {
        "HistGradientBoosting-for-LightGBM-t1",
        "LogisticRegression-for-LinearLearner-t2",
        "WeightedEnsemble-t3",
    }
    best = found["BestCandidate"]
    values = [each["FinalAutoMLJobObjectiveMetric"]["Value"] for each in candidates]
    assert best["FinalAutoMLJobObjectiveMetric"]["Value"] == max(values) > 0.8
    located = best["CandidateProperties"]["CandidateArtifactLocations"]
    report = s3.get_object(Bucket="lab", Key=_key(located["ModelInsights"]) + "/statistics.json")["Body"].read()
    assert json.loads(report)["sandbox"].startswith("Measured by the Sagedeck sandbox, of: ")
    quality = json.loads(report)["binary_classification_metrics"]
    assert sum(sum(row.values()) for row in quality["confusion_matrix"].values()) == 600  # each left out once
    assert len(quality["receiver_operating_characteristic_curve"]["true_positive_rates"]) > 2
    explained = s3.get_object(Bucket="lab", Key=_key(located["Explainability"]) + "/analysis.json")["Body"].read()
    assert "instead of SHAP values" in json.loads(explained)["sandbox"]
    impact = json.loads(explained)["explanations"]["kernel_shap"]["label0"]["global_shap_values"]
    assert max(impact, key=impact.get) in ("Int'l Plan", "minutes")
    _, rows = tables.churn(seed=9)
    said, kind = predictor_of(sandbox.app.world).answer(
        best["InferenceContainers"][0]["ModelDataUrl"],
        tables.as_csv((), [row[:-1] for row in rows]),
        "text/csv",
        "",
        best["InferenceContainers"][0]["Environment"],
    )
    assert kind.startswith("text/csv")
    right = sum(line[0] == row[-1] for line, row in zip(csv.reader(io.StringIO(said.decode())), rows, strict=True))
    assert right / len(rows) > 0.85


@pytest.mark.usefixtures("nearby")
def test_notebooks_and_logs_say_what_is_really_trained(sandbox: Running, asked: Asked) -> None:
    tabular = {
        "TargetAttributeName": "Churn?",
        "Mode": "ENSEMBLING",
        "CompletionCriteria": {"MaxCandidates": 1},
        "CandidateGenerationConfig": {"AlgorithmsConfig": [{"AutoMLAlgorithms": ["catboost"]}]},
    }
    sandbox.client("sagemaker").create_auto_ml_job_v2(**asked(config={"TabularJobConfig": tabular}))
    job, name = _run(sandbox), "HistGradientBoosting-for-CatBoost-t1"
    assert job["BestCandidate"]["CandidateName"] == name
    located, texts = job["AutoMLJobArtifacts"], {}
    for member in ("CandidateDefinitionNotebookLocation", "DataExplorationNotebookLocation"):
        notebook = json.loads(sandbox.client("s3").get_object(Bucket="lab", Key=_key(located[member]))["Body"].read())
        assert notebook["nbformat"] == 4
        texts[member] = "".join(notebook["cells"][0]["source"])
    said = "of scikit-learn, in place of Autopilot's catboost"
    planned = texts["CandidateDefinitionNotebookLocation"]
    assert f"| {name} | HistGradientBoostingClassifier(" in planned
    assert said in planned
    assert "Written by the Sagedeck sandbox" in texts["DataExplorationNotebookLocation"]
    assert "600 rows, of which 600 are trained on" in texts["DataExplorationNotebookLocation"]
    events = sandbox.client("logs").filter_log_events(logGroupName="/aws/sagemaker/TrainingJobs")["events"]
    assert [said in each["message"] for each in events] == [True]


@pytest.mark.usefixtures("told")
def test_stages_come_in_awss_order_and_candidates_one_by_one(sandbox: Running, asked: Asked) -> None:
    sagemaker = sandbox.client("sagemaker")
    sagemaker.create_auto_ml_job_v2(**asked())
    seen: list[str] = []
    counts: list[int] = []
    for _ in range(60):
        found = _run(sandbox, seconds=0.5)
        if not seen or seen[-1] != found["AutoMLJobSecondaryStatus"]:
            seen.append(found["AutoMLJobSecondaryStatus"])
        candidates = sagemaker.list_candidates_for_auto_ml_job(AutoMLJobName="job", StatusEquals="Completed")
        counts.append(len(candidates["Candidates"]))
    assert seen == [
        "Starting", "AnalyzingData", "PreTraining", "TrainingModels", "GeneratingExplainabilityReport",
        "GeneratingModelInsightsReport", "Completed",
    ]  # fmt: skip
    assert counts == sorted(counts)
    assert {0, 1, 2, 3} == set(counts)


@pytest.mark.usefixtures("nearby")
def test_data_that_cannot_be_trained_on_fails_the_job_in_words(sandbox: Running, asked: Asked) -> None:
    sandbox.client("sagemaker").create_auto_ml_job_v2(**asked("short"))
    found = _run(sandbox)
    assert found["AutoMLJobStatus"] == found["AutoMLJobSecondaryStatus"] == "Failed"
    assert "minimum of 500" in found["FailureReason"]
    assert "BestCandidate" not in found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"OutputDataConfig": {"S3OutputPath": "s3://elsewhere/out"}}, "does not exist"),
        ({"AutoMLJobObjective": {"MetricName": "F1"}}, "ProblemType and AutoMLJobObjective"),
        ({"ModelDeployConfig": {"AutoGenerateEndpointName": True, "EndpointName": "e"}}, "must not be specified"),
        ({"DataSplitConfig": {"ValidationFraction": 1.0}}, "ValidationFraction"),
        ({"RoleArn": "arn:aws:iam::123456789012:role/Nobody"}, "Could not assume role"),
    ],
)
def test_what_does_not_go_together_is_refused(
    sandbox: Running, asked: Asked, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(ClientError, match=words) as refused:
        sandbox.client("sagemaker").create_auto_ml_job_v2(**(asked() | change))
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_an_input_that_is_not_there_is_refused(sandbox: Running, asked: Asked) -> None:
    with pytest.raises(ClientError, match="No S3 objects found under S3 URL"):
        sandbox.client("sagemaker").create_auto_ml_job_v2(**asked("nothing"))


def test_a_worker_that_is_not_done_is_not_looked_at_all_the_time_while_the_clock_is_put_forward(
    sandbox: Running, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, looks = sandbox.app.world, 0

    def begun(region: str, job: Any) -> Told:
        nonlocal looks
        looks += 1
        return Told([])

    runs = world.service("sagemaker").parts["sandbox.sagemaker.jobs.service:Jobs"].automl.runs
    monkeypatch.setattr(runs, "of", begun)
    monkeypatch.setattr(world.clock, "speed", 60.0)
    sandbox.client("sagemaker").create_auto_ml_job_v2(**asked())
    assert _run(sandbox, seconds=7 * 86400)["AutoMLJobSecondaryStatus"] == "AnalyzingData"
    assert 0 < looks < 50


@pytest.mark.usefixtures("told")
def test_a_stopped_job_ends_stopped(sandbox: Running, asked: Asked) -> None:
    sagemaker = sandbox.client("sagemaker")
    sagemaker.create_auto_ml_job_v2(**asked())
    sagemaker.stop_auto_ml_job(AutoMLJobName="job")
    assert _run(sandbox, seconds=0)["AutoMLJobStatus"] == "Stopping"
    assert _run(sandbox)["AutoMLJobStatus"] == "Stopped"
    with pytest.raises(ClientError, match="in status Stopped"):
        sagemaker.stop_auto_ml_job(AutoMLJobName="job")


def test_a_job_nobody_made_is_not_found_in_awss_words(sandbox: Running) -> None:
    with pytest.raises(ClientError, match="can't find an AutoML job called nobody") as refused:
        sandbox.client("sagemaker").describe_auto_ml_job_v2(AutoMLJobName="nobody")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFound"

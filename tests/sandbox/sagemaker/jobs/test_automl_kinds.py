"""Autopilot beyond the plain table: other problems, the older form, tuning, automatic deployment, restarts."""

import io
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from PIL import Image

from sandbox.clock import Clock
from sandbox.faults import Fault, Kind
from sandbox.objects import split
from sandbox.sagemaker.jobs.automl_work import KIND
from sandbox.tabular import predictor_of
from sandbox.world import World
from tests.sandbox.conftest import Running
from tests.sandbox.sagemaker.jobs.conftest import Asked
from tests.sandbox.tabular import tables


def _run(sandbox: Running, seconds: float = 60.0) -> dict[str, Any]:
    sandbox.app.world.advance(seconds)
    found: dict[str, Any] = sandbox.client("sagemaker").describe_auto_ml_job_v2(AutoMLJobName="job")
    return found


def _answer(sandbox: Running, job: dict[str, Any], body: bytes, kind: str, **changed: str) -> bytes:
    container = job["BestCandidate"]["InferenceContainers"][0]
    environment = {**container.get("Environment", {}), **changed}
    return predictor_of(sandbox.app.world).answer(container["ModelDataUrl"], body, kind, "", environment)[0]


@pytest.mark.usefixtures("nearby")
def test_a_regression_is_recognised_and_predicts_values(sandbox: Running, asked: Asked) -> None:
    config = {"TargetAttributeName": "price", "CompletionCriteria": {"MaxCandidates": 1}}
    sandbox.client("sagemaker").create_auto_ml_job_v2(**asked("prices", {"TabularJobConfig": config}))
    job = _run(sandbox)
    metric = job["BestCandidate"]["FinalAutoMLJobObjectiveMetric"]
    assert (metric["MetricName"], metric["Type"]) == ("MSE", "Minimize")
    measured = job["BestCandidate"]["CandidateProperties"]["CandidateMetrics"]
    named = {each["StandardMetricName"]: each["Value"] for each in measured if each["Set"] == "Validation"}
    assert named["R2"] > 0.9
    assert named["RMSE"] ** 2 == pytest.approx(named["MSE"])
    small, large = _answer(sandbox, job, b"40,Ulm\n180,Kiel\n", "text/csv").split()
    assert float(small) < 80_000 < 180_000 < float(large)


@pytest.mark.usefixtures("nearby")
def test_text_is_classified_by_its_words(sandbox: Running, asked: Asked) -> None:
    config = {"TextClassificationJobConfig": {"ContentColumn": "review", "TargetLabelColumn": "label"}}
    sandbox.client("sagemaker").create_auto_ml_job_v2(**asked("reviews", config))
    job = _run(sandbox)
    assert job["AutoMLJobStatus"] == "Completed"
    body = b'"the room was lovely"\n"food, it was awful"\n'
    assert _answer(sandbox, job, body, "text/csv").split() == [b"good", b"bad"]


@pytest.mark.usefixtures("nearby")
def test_a_series_is_forecast_with_quantiles(sandbox: Running, asked: Asked) -> None:
    made = tables.demand()
    sandbox.client("s3").put_object(Bucket="lab", Key="demand/train.csv", Body=tables.as_csv(*made))
    series = {"TargetAttributeName": "sold", "TimestampAttributeName": "day", "ItemIdentifierAttributeName": "item"}
    config = {"ForecastFrequency": "D", "ForecastHorizon": 7, "TimeSeriesConfig": series}
    sandbox.client("sagemaker").create_auto_ml_job_v2(**asked("demand", {"TimeSeriesForecastingJobConfig": config}))
    job = _run(sandbox)
    named = {each["StandardMetricName"]: each["Value"]
             for each in job["BestCandidate"]["CandidateProperties"]["CandidateMetrics"]}  # fmt: skip
    assert {"RMSE", "MAPE", "WAPE", "MASE", "AverageWeightedQuantileLoss"} == set(named)
    assert named["WAPE"] < 0.1
    lines = _answer(sandbox, job, tables.as_csv(*made), "text/csv").decode().splitlines()
    assert lines[0] == "item,day,mean,p10,p50,p90"
    assert len(lines) == 1 + 2 * 7
    for line in lines[1:]:
        low, middle, high = map(float, line.split(",")[3:])
        assert low <= middle <= high


@pytest.mark.usefixtures("nearby")
def test_images_are_told_apart_by_what_they_look_like(sandbox: Running, asked: Asked) -> None:
    s3 = sandbox.client("s3")
    for number in range(20):
        for label, colour in (("red", (200 + number, 10, 10)), ("blue", (10, 10, 200 + number))):
            s3.put_object(Bucket="lab", Key=f"images/{label}/{number}.png", Body=_png(colour))
    sandbox.client("sagemaker").create_auto_ml_job_v2(**asked("images", {"ImageClassificationJobConfig": {}}))
    job = _run(sandbox)
    assert job["AutoMLJobStatus"] == "Completed"
    assert _answer(sandbox, job, _png((230, 20, 20)), "image/png").strip() == b"red"


def _png(colour: tuple[int, int, int]) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (32, 32), colour).save(written, "PNG")
    return written.getvalue()


def test_fine_tuning_a_language_model_is_simulated_and_says_so(sandbox: Running, asked: Asked) -> None:
    config = {"BaseModelName": "Llama2-7B"}
    with pytest.raises(ClientError, match="end-user license agreement"):
        sandbox.client("sagemaker").create_auto_ml_job_v2(**asked("reviews", {"TextGenerationJobConfig": config}))
    config |= {"ModelAccessConfig": {"AcceptEula": True}}  # type: ignore[dict-item]
    sandbox.client("sagemaker").create_auto_ml_job_v2(**asked("reviews", {"TextGenerationJobConfig": config}))
    job = _run(sandbox)
    assert job["AutoMLJobStatus"] == "Completed"
    uri = job["BestCandidate"]["InferenceContainers"][0]["ModelDataUrl"]
    assert sandbox.app.world.objects.size(*split(uri))
    assert job["BestCandidate"]["CandidateName"].startswith("Simulated-")
    assert job["BestCandidate"]["CandidateProperties"]["CandidateMetrics"] == []
    [event] = sandbox.client("logs").filter_log_events(logGroupName="/aws/sagemaker/TrainingJobs")["events"]
    assert "does not fine-tune language models" in event["message"]


@pytest.mark.usefixtures("nearby")
def test_the_older_form_asks_for_the_same_and_tunes(sandbox: Running, asked: Asked) -> None:
    sagemaker, second = sandbox.client("sagemaker"), asked()
    sagemaker.create_auto_ml_job(
        AutoMLJobName="job",
        InputDataConfig=[{"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://lab/churn/"}},
                          "TargetAttributeName": "Churn?"}],
        OutputDataConfig=second["OutputDataConfig"],
        AutoMLJobConfig={"CompletionCriteria": {"MaxCandidates": 3}},
        AutoMLJobObjective={"MetricName": "AUC"},
        ProblemType="BinaryClassification",
        RoleArn=second["RoleArn"],
    )  # fmt: skip
    assert _run(sandbox)["AutoMLJobStatus"] == "Completed"
    job = sagemaker.describe_auto_ml_job(AutoMLJobName="job")
    assert job["InputDataConfig"][0]["TargetAttributeName"] == "Churn?"
    assert job["ResolvedAttributes"]["ProblemType"] == "BinaryClassification"
    assert job["BestCandidate"]["FinalAutoMLJobObjectiveMetric"]["MetricName"] == "AUC"
    assert len(job["BestCandidate"]["InferenceContainers"]) == 3  # prepare, predict, name the classes


@pytest.mark.usefixtures("told")
def test_a_job_made_by_the_newer_form_is_not_described_by_the_older(sandbox: Running, asked: Asked) -> None:
    sandbox.client("sagemaker").create_auto_ml_job_v2(**asked())
    with pytest.raises(ClientError, match="DescribeAutoMLJobV2"):
        sandbox.client("sagemaker").describe_auto_ml_job(AutoMLJobName="job")


@pytest.mark.usefixtures("told")
def test_a_deployment_that_fails_leaves_a_completed_job_that_says_so(sandbox: Running, asked: Asked) -> None:
    sandbox.app.world.faults.set(Fault(Kind.QUOTA_ZERO, operation="CreateEndpoint"))
    sandbox.client("sagemaker").create_auto_ml_job_v2(**asked(ModelDeployConfig={"AutoGenerateEndpointName": True}))
    job = _run(sandbox)
    assert (job["AutoMLJobStatus"], job["AutoMLJobSecondaryStatus"]) == ("Completed", "ModelDeploymentError")
    assert "service limit" in job["PartialFailureReasons"][0]["PartialFailureMessage"]


@pytest.mark.usefixtures("told")
def test_a_job_ends_with_what_it_has_when_its_time_is_over(sandbox: Running, asked: Asked) -> None:
    criteria = {"MaxCandidates": 6, "MaxAutoMLJobRuntimeInSeconds": 500}
    tabular = {"TargetAttributeName": "Churn?", "Mode": "ENSEMBLING", "CompletionCriteria": criteria}
    sandbox.client("sagemaker").create_auto_ml_job_v2(**asked(config={"TabularJobConfig": tabular}))
    job = _run(sandbox)
    assert (job["AutoMLJobStatus"], job["AutoMLJobSecondaryStatus"]) == ("Completed", "MaxAutoMLJobRuntimeReached")
    assert job["BestCandidate"]["CandidateStatus"] == "Completed"


@pytest.mark.usefixtures("told")
def test_too_many_jobs_at_once_are_refused(sandbox: Running, asked: Asked) -> None:
    sagemaker = sandbox.client("sagemaker")
    for number in range(4):
        sagemaker.create_auto_ml_job_v2(**asked() | {"AutoMLJobName": f"job-{number}"})
    with pytest.raises(ClientError, match="concurrent AutoML jobs") as refused:
        sagemaker.create_auto_ml_job_v2(**asked())
    assert refused.value.response["Error"]["Code"] == "ResourceLimitExceeded"
    listed = sagemaker.list_auto_ml_jobs(StatusEquals="InProgress")["AutoMLJobSummaries"]
    assert len(listed) == 4
    for number in range(4):
        sagemaker.stop_auto_ml_job(AutoMLJobName=f"job-{number}")


@pytest.mark.usefixtures("nearby")
def test_a_job_under_way_goes_on_after_a_restart(tmp_path: Path) -> None:
    before = _world_with_job(tmp_path)  # moto's objects are the process's: both worlds see them
    before.advance(2.0)  # analysing
    before.records.flush()
    after = World(Clock(speed=0), tmp_path / "state.sqlite")
    _put_data(after)
    assert after.records.shelf(KIND, "us-east-1")["job"]["status"] == "InProgress"
    after.advance(60.0)
    job = after.call("sagemaker", "DescribeAutoMLJobV2", {"AutoMLJobName": "job"}, "us-east-1")
    assert job["AutoMLJobStatus"] == "Completed", job.get("FailureReason")
    assert job["BestCandidate"]["CandidateStatus"] == "Completed"
    for world in (before, after):
        world.reset()
        predictor_of(world).close()
        world.close()


def _world_with_job(home: Path) -> World:
    world = World(Clock(speed=0), home / "state.sqlite")
    world.roles.require = lambda *_: None  # type: ignore[method-assign]
    _put_data(world)
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://restart/churn/"}}
    tabular = {
        "TargetAttributeName": "Churn?",
        "Mode": "ENSEMBLING",
        "CandidateGenerationConfig": {"AlgorithmsConfig": [{"AutoMLAlgorithms": ["linear-learner"]}]},
    }
    request = {
        "AutoMLJobName": "job",
        "AutoMLJobInputDataConfig": [{"DataSource": source}],
        "OutputDataConfig": {"S3OutputPath": "s3://restart/out"},
        "AutoMLProblemTypeConfig": {"TabularJobConfig": tabular},
        "RoleArn": "arn:aws:iam::123456789012:role/Sage",
    }
    world.call("sagemaker", "CreateAutoMLJobV2", request, "us-east-1")
    return world


def _put_data(world: World) -> None:
    backend = world.moto.backend("s3", "123456789012", "aws")
    if "restart" not in backend.buckets:
        backend.create_bucket("restart", "us-east-1")
    world.objects.write("restart", "churn/train.csv", tables.as_csv(*tables.churn()))

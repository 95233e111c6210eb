"""Training jobs: their course by the clock, what they leave, and what is refused."""

import io
import itertools
import json
import tarfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.faults import Fault, Kind
from tests.sandbox.conftest import Running

Train = Callable[..., dict[str, Any]]
_IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/huggingface-pytorch-training:2.0.0-gpu-py310"


@pytest.fixture
def train(sandbox: Running, bucket: str, role: str) -> Train:
    """Create a training job `t` on the bucket's reviews, changed as asked."""

    def made(**change: Any) -> dict[str, Any]:
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/reviews/"}}
        request = {
            "TrainingJobName": "t",
            "RoleArn": role,
            "AlgorithmSpecification": {
                "TrainingImage": _IMAGE,
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "eval-loss", "Regex": "'eval_loss': ([0-9.]+)"}],
            },
            "InputDataConfig": [{"ChannelName": "training", "DataSource": source}],
            "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/models"},
            "ResourceConfig": {"InstanceType": "ml.g5.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
            "StoppingCondition": {"MaxRuntimeInSeconds": 36000},
            "HyperParameters": {"epochs": "2"},
        } | change
        answer: dict[str, Any] = sandbox.client("sagemaker").create_training_job(**request)
        return answer

    return made


def _after(sandbox: Running, seconds: float = 120.0) -> dict[str, Any]:
    sandbox.app.world.advance(seconds)
    found: dict[str, Any] = sandbox.client("sagemaker").describe_training_job(TrainingJobName="t")
    return found


def test_a_job_goes_through_awss_states_and_leaves_an_artifact_that_says_what_it_is(
    sandbox: Running, train: Train
) -> None:
    train()
    found = _after(sandbox)
    assert (found["TrainingJobStatus"], found["SecondaryStatus"]) == ("Completed", "Completed")
    transitions = found["SecondaryStatusTransitions"]
    assert [each["Status"] for each in transitions] == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    for before, after in itertools.pairwise(transitions):
        assert before["EndTime"] == after["StartTime"]
    uri = found["ModelArtifacts"]["S3ModelArtifacts"]
    assert uri == "s3://lab/models/t/output/model.tar.gz"
    packed = sandbox.client("s3").get_object(Bucket="lab", Key="models/t/output/model.tar.gz")["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        member = tar.extractfile("sandbox.json")
        assert member
        assert "simulated" in json.load(member)


def test_losses_fall_in_the_log_in_the_metrics_and_at_the_end(sandbox: Running, train: Train) -> None:
    train()
    found = _after(sandbox)
    assert found["FinalMetricDataList"][0]["MetricName"] == "eval-loss"
    logs = sandbox.client("logs")
    stream = logs.describe_log_streams(
        logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix="t/algo-1"
    )["logStreams"][0]["logStreamName"]  # fmt: skip
    events = logs.get_log_events(
        logGroupName="/aws/sagemaker/TrainingJobs", logStreamName=stream, startFromHead=True
    )["events"]  # fmt: skip
    lines = [event["message"] for event in events]
    assert "simulated by the Sagedeck sandbox" in lines[0]
    losses = [float(line.split("'eval_loss': ")[1].split(",")[0]) for line in lines if "'eval_loss'" in line]
    assert len(losses) == 20
    assert losses[0] > losses[-1] + 0.5
    assert found["FinalMetricDataList"][0]["Value"] == pytest.approx(losses[-1])


def test_spot_bills_less_and_must_wait_long_enough(sandbox: Running, train: Train) -> None:
    with pytest.raises(ClientError, match="greater than or equal to MaxRuntimeInSeconds"):
        train(EnableManagedSpotTraining=True)
    with pytest.raises(ClientError, match="only supported when EnableManagedSpotTraining"):
        train(StoppingCondition={"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60})
    train(
        EnableManagedSpotTraining=True,
        StoppingCondition={"MaxRuntimeInSeconds": 36000, "MaxWaitTimeInSeconds": 72000},
    )
    found = _after(sandbox)
    assert 0 < found["BillableTimeInSeconds"] < found["TrainingTimeInSeconds"] / 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"HyperParameters": {"SANDBOX_START_ERROR": "CUDA out of memory"}}, "AlgorithmError: CUDA out of memory"),
        ({"Environment": {"SANDBOX_START_ERROR": "ClientError: bad rows"}}, "ClientError: bad rows"),
        ({"OutputDataConfig": {"S3OutputPath": "s3://nowhere/x"}}, "ClientError: Data upload failed"),
    ],
)
def test_a_failure_is_told_in_awss_words(sandbox: Running, train: Train, change: dict[str, Any], words: str) -> None:
    train(**change)
    found = _after(sandbox)
    assert (found["TrainingJobStatus"], found["SecondaryStatus"]) == ("Failed", "Failed")
    assert found["FailureReason"].startswith(words)


def test_missing_data_fails_the_download(sandbox: Running, train: Train) -> None:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://lab/none/"}}
    train(InputDataConfig=[{"ChannelName": "training", "DataSource": source}])
    found = _after(sandbox)
    assert "No S3 objects found" in found["FailureReason"]
    assert [each["Status"] for each in found["SecondaryStatusTransitions"]][-2:] == ["Downloading", "Failed"]


def test_no_capacity_fails_on_demand_and_keeps_spot_waiting_until_its_time_is_over(
    sandbox: Running, train: Train
) -> None:
    sandbox.app.world.faults.set(Fault(Kind.NO_CAPACITY, resource="ml.g5.2xlarge"))
    train()
    assert _after(sandbox)["FailureReason"].startswith("CapacityError")
    sandbox.client("sagemaker").delete_training_job(TrainingJobName="t")
    condition = {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 3600}
    train(EnableManagedSpotTraining=True, StoppingCondition=condition)
    assert _after(sandbox)["SecondaryStatus"] == "MaxWaitTimeExceeded"


def test_quota_licence_and_name_are_checked(sandbox: Running, train: Train) -> None:
    with pytest.raises(ClientError, match=r"'ml\.p5\.48xlarge for training job usage' is 0 Instances"):
        train(ResourceConfig={"InstanceType": "ml.p5.48xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30})
    gated = {
        "S3DataType": "S3Prefix",
        "S3Uri": "s3://jumpstart-private-cache-prod-us-east-1/meta-training/train-llama/",
    }
    channel = {"ChannelName": "model", "DataSource": {"S3DataSource": gated}}
    with pytest.raises(ClientError, match="AcceptEula"):
        train(InputDataConfig=[channel])
    gated["ModelAccessConfig"] = {"AcceptEula": True}  # type: ignore[assignment]
    train(InputDataConfig=[channel])
    with pytest.raises(ClientError, match="Training job names must be unique") as refused:
        train()
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"
    assert _after(sandbox)["TrainingJobStatus"] == "Completed"


def test_a_stopped_job_keeps_what_was_trained_and_a_running_one_cannot_go(sandbox: Running, train: Train) -> None:
    sagemaker = sandbox.client("sagemaker")
    train()
    assert _after(sandbox, 8)["SecondaryStatus"] == "Training"
    with pytest.raises(ClientError) as refused:
        sagemaker.delete_training_job(TrainingJobName="t")
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"
    sagemaker.stop_training_job(TrainingJobName="t")
    assert _after(sandbox, 0)["TrainingJobStatus"] == "Stopping"
    stopped = _after(sandbox)
    assert stopped["TrainingJobStatus"] == "Stopped"
    assert stopped["ModelArtifacts"]["S3ModelArtifacts"]
    with pytest.raises(ClientError, match="is in status Stopped"):
        sagemaker.stop_training_job(TrainingJobName="t")


def test_what_runs_too_long_is_ended(sandbox: Running, train: Train) -> None:
    train(StoppingCondition={"MaxRuntimeInSeconds": 300})
    found = _after(sandbox)
    assert (found["TrainingJobStatus"], found["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")


def test_jobs_are_listed_tagged_and_cost_while_they_run(sandbox: Running, train: Train) -> None:
    sagemaker = sandbox.client("sagemaker")
    arn = train(Tags=[{"Key": "owner", "Value": "ada"}])["TrainingJobArn"]
    running = list(sandbox.app.world.service("sagemaker").running("us-east-1"))
    assert [(each.kind, each.instance_type, each.instances) for each in running] == [("Training", "ml.g5.2xlarge", 1)]
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "owner", "Value": "ada"}]
    assert _after(sandbox)["TrainingJobStatus"] == "Completed"
    assert list(sandbox.app.world.service("sagemaker").running("us-east-1")) == []
    listed = sagemaker.list_training_jobs(StatusEquals="Completed", NameContains="T")["TrainingJobSummaries"]
    assert [each["TrainingJobName"] for each in listed] == ["t"]


def test_a_job_nobody_made_is_not_found(sandbox: Running) -> None:
    with pytest.raises(ClientError, match="Requested resource not found"):
        sandbox.client("sagemaker").describe_training_job(TrainingJobName="nobody")


def test_a_slow_start_is_so_many_seconds_longer_as_for_an_endpoint(sandbox: Running, train: Train) -> None:
    with sandbox.app.world.lock:
        sandbox.app.world.faults.set(Fault(Kind.SLOW_START, resource="t", value=600))
    train()
    assert _after(sandbox, 11.9)["SecondaryStatus"] == "Starting"  # 720 seconds at the pace of 60
    assert _after(sandbox, 0.2)["SecondaryStatus"] != "Starting"

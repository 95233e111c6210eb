"""Transform jobs: what is sent, what is written, and what goes wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.sagemaker.jobs import transform_records
from tests.sandbox.conftest import IMAGE, Running, put_artifact

Transform = Callable[..., None]
AUGMENTED = {"S3DataSource": {"S3DataType": "AugmentedManifestFile", "S3Uri": "s3://lab/in/list.jsonl"}}


@pytest.fixture
def transform(sandbox: Running, bucket: str, role: str) -> Transform:
    """Create a model that echoes and a transform job `b` over s3://lab/in/, changed as asked."""
    put_artifact(sandbox)
    sagemaker = sandbox.client("sagemaker")
    container = {"Image": IMAGE, "Environment": {"SANDBOX_FAMILY": "echo"}, "ModelDataUrl": "s3://models/a.tar.gz"}
    sagemaker.create_model(ModelName="echo", ExecutionRoleArn=role, PrimaryContainer=container)
    for key in ("in/a.csv", "in/deep/b.csv"):
        sandbox.client("s3").put_object(Bucket=bucket, Key=key, Body=b"1,2,3\n4,5,6\n")

    def made(source: dict[str, Any] | None = None, output: dict[str, Any] | None = None, **change: Any) -> None:
        where = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/in/"}}
        request = {
            "TransformJobName": "b",
            "ModelName": "echo",
            "TransformInput": {"DataSource": where, "ContentType": "text/csv", "SplitType": "Line"} | (source or {}),
            "TransformOutput": {"S3OutputPath": f"s3://{bucket}/outputs", "AssembleWith": "Line"} | (output or {}),
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        } | change
        sagemaker.create_transform_job(**request)

    return made


def _after(sandbox: Running, seconds: float = 60.0) -> dict[str, Any]:
    sandbox.app.world.advance(seconds)
    found: dict[str, Any] = sandbox.client("sagemaker").describe_transform_job(TransformJobName="b")
    return found


def _written(sandbox: Running, key: str) -> bytes:
    content: bytes = sandbox.client("s3").get_object(Bucket="lab", Key=f"outputs/{key}")["Body"].read()
    return content


def test_each_object_of_the_prefix_gets_its_output(sandbox: Running, transform: Transform) -> None:
    transform()
    assert _after(sandbox, 0)["TransformJobStatus"] == "InProgress"
    found = _after(sandbox)
    assert found["TransformJobStatus"] == "Completed"
    assert found["TransformStartTime"] < found["TransformEndTime"]
    assert _written(sandbox, "a.csv.out") == _written(sandbox, "deep/b.csv.out") == b"1,2,3\n4,5,6\n"


def test_input_is_filtered_joined_to_the_answer_and_filtered_again(sandbox: Running, transform: Transform) -> None:
    transform(DataProcessing={"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"})
    assert _after(sandbox)["TransformJobStatus"] == "Completed"
    assert _written(sandbox, "a.csv.out") == b"1,3\n4,6\n"


def test_an_object_sent_whole_comes_back_whole(sandbox: Running, transform: Transform) -> None:
    transform({"SplitType": "None"}, {"AssembleWith": "None"})
    assert _after(sandbox)["TransformJobStatus"] == "Completed"
    assert _written(sandbox, "a.csv.out") == b"1,2,3\n4,5,6\n"


def test_a_model_that_fails_fails_the_job_and_is_told_in_the_data_log(sandbox: Running, transform: Transform) -> None:
    transform(Environment={"SANDBOX_MODEL_ERROR": "500:out of memory"})
    found = _after(sandbox)
    assert (found["TransformJobStatus"], found["FailureReason"]) == (
        "Failed",
        "ClientError: See job logs for more information",
    )
    logs = sandbox.client("logs")
    events = logs.filter_log_events(logGroupName="/aws/sagemaker/TransformJobs")["events"]
    assert any("lab/in/a.csv: Bad HTTP status received from algorithm: 500" in each["message"] for each in events)


def test_a_record_above_the_payload_gives_no_output(sandbox: Running, transform: Transform) -> None:
    sandbox.client("s3").put_object(Bucket="lab", Key="in/a.csv", Body=b"x" * 1_100_000)
    transform(MaxPayloadInMB=1)
    assert _after(sandbox)["TransformJobStatus"] == "Failed"
    assert _written(sandbox, "deep/b.csv.out") == b"1,2,3\n4,5,6\n"
    with pytest.raises(ClientError):
        _written(sandbox, "a.csv.out")


def test_no_input_fails_in_awss_words(sandbox: Running, transform: Transform) -> None:
    where = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://lab/none/"}}
    transform({"DataSource": where})
    assert "No S3 objects found" in _after(sandbox)["FailureReason"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": {"SplitType": "RecordIO"}}, "SplitType RecordIO"),
        ({"source": {"DataSource": AUGMENTED}}, "AugmentedManifestFile"),
        ({"ModelName": "nobody"}, "Could not find model"),
        ({"MaxPayloadInMB": 60, "MaxConcurrentTransforms": 2}, "must not exceed 100 MB"),
        ({"DataProcessing": {"InputFilter": "features[0]"}}, "must begin with"),
        ({"output": {"AssembleWith": "None"}, "DataProcessing": {"JoinSource": "Input"}}, "AssembleWith and SplitType"),
    ],
)
def test_what_does_not_go_together_is_refused(
    sandbox: Running, transform: Transform, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(ClientError, match=words):
        transform(**change)


def test_a_job_is_stopped_listed_and_then_over(sandbox: Running, transform: Transform) -> None:
    sagemaker = sandbox.client("sagemaker")
    transform()
    sagemaker.stop_transform_job(TransformJobName="b")
    assert _after(sandbox, 0)["TransformJobStatus"] == "Stopping"
    assert _after(sandbox)["TransformJobStatus"] == "Stopped"
    with pytest.raises(ClientError, match="in status Stopped"):
        sagemaker.stop_transform_job(TransformJobName="b")
    assert [each["TransformJobName"] for each in sagemaker.list_transform_jobs()["TransformJobSummaries"]] == ["b"]


@pytest.mark.parametrize(
    ("text", "value", "picked"),
    [
        ("$", [1, 2], [1, 2]),
        ("$[0]", [1, 2], 1),
        ("$[-1]", [1, 2], 2),
        ("$[1:]", [1, 2, 3], [2, 3]),
        ("$[0:2]", [1, 2, 3], [1, 2]),
        ("$.a.b", {"a": {"b": 3}}, 3),
        ("$['id', 'out']", {"id": 1, "in": 2, "out": 3}, {"id": 1, "out": 3}),
        ("$['a b'][0]", {"a b": [4]}, 4),
    ],
)
def test_a_jsonpath_picks_what_aws_documents(text: str, value: Any, picked: Any) -> None:
    assert transform_records.path(text)(value) == picked


def test_batches_hold_as_many_records_as_fit() -> None:
    records = [b"aa"] * 5
    assert list(map(len, transform_records.batches(records, "MultiRecord", 6))) == [2, 2, 1]
    assert list(map(len, transform_records.batches(records, "SingleRecord", 6))) == [1] * 5
    with pytest.raises(transform_records.BadRecord):
        list(transform_records.batches([b"a" * 9], "MultiRecord", 6))

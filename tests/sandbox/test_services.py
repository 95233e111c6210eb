"""What goes on to moto: S3, STS, metrics and logs; and what nobody has."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.conftest import IMAGE, Running
from tests.sandbox.server import ask
from tests.sandbox.test_endpoints import ARN, refusal

SIGNED_S3 = "AWS4-HMAC-SHA256 Credential=testing/20261120/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"


def test_sts_says_who_is_asking(sandbox: Running) -> None:
    assert sandbox.client("sts").get_caller_identity()["Account"] == "123456789012"


def test_objects_are_put_listed_read_and_deleted(sandbox: Running) -> None:
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="my.bucket")
    key = "folder/ü b%2F+.txt"
    s3.put_object(Bucket="my.bucket", Key=key, Body=b"hello", Metadata={"made_by": "test"})
    got = s3.get_object(Bucket="my.bucket", Key=key)
    assert (got["Body"].read(), got["Metadata"]) == (b"hello", {"made_by": "test"})
    assert [row["Key"] for row in s3.list_objects_v2(Bucket="my.bucket")["Contents"]] == [key]
    s3.delete_object(Bucket="my.bucket", Key=key)
    assert s3.list_objects_v2(Bucket="my.bucket")["KeyCount"] == 0
    assert refusal(s3.get_object, Bucket="my.bucket", Key=key)[0] == "NoSuchKey"
    assert refusal(s3.head_bucket, Bucket="absent")[0] == "404"


def test_a_large_upload_comes_back_whole(sandbox: Running) -> None:
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="large")
    sent = bytes(range(256)) * 4096 * 20
    s3.upload_fileobj(io.BytesIO(sent), "large", "model.tar.gz")
    back = io.BytesIO()
    s3.download_fileobj("large", "model.tar.gz", back)
    assert back.getvalue() == sent


def test_a_bucket_may_be_in_the_host_name(sandbox: Running) -> None:
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="my.bucket")
    s3.put_object(Bucket="my.bucket", Key="a/b.txt", Body=b"hello")
    port = sandbox.url.rpartition(":")[2]
    for host in (f"my.bucket.localhost:{port}", f"my.bucket.s3.localhost:{port}"):
        status, _, body = ask(f"{sandbox.url}/a/b.txt", authorization=SIGNED_S3, host=host)
        assert (status, body) == (200, b"hello")


def test_a_bucket_may_be_named_like_a_route(sandbox: Running) -> None:
    s3 = sandbox.client("s3")
    for bucket in ("endpoints", "api"):
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="json/invocations", Body=b"mine")
        assert s3.get_object(Bucket=bucket, Key="json/invocations")["Body"].read() == b"mine"


def test_invocations_become_metrics(sandbox: Running, deploy: Callable[..., None]) -> None:
    deploy("chat")
    sandbox.app.world.advance(6)
    hosted = sandbox.app.world.hosting.find("chat", "us-east-1", "123456789012")
    assert hosted is not None
    for number in range(1, 101):
        sandbox.app.world.meters.invoked(
            hosted,
            status=424 if number == 1 else 200,
            model_microseconds=number * 1000.0,
            overhead_microseconds=500.0,
            log_line=f"POST /invocations {number}",
        )
    dimensions = [{"Name": "VariantName", "Value": "AllTraffic"}, {"Name": "EndpointName", "Value": "chat"}]
    wanted = {
        "calls": ("Invocations", "Sum", 100.0),
        "errors": ("InvocationModelErrors", "Sum", 1.0),
        "median": ("ModelLatency", "p50", 50_000.0),
        "tail": ("ModelLatency", "p99", 99_000.0),
        "mean": ("OverheadLatency", "Average", 500.0),
    }
    queries = [
        {
            "Id": name,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/SageMaker", "MetricName": metric, "Dimensions": dimensions},
                "Period": 60,
                "Stat": statistic,
            },
        }
        for name, (metric, statistic, _) in wanted.items()
    ]
    now = datetime.fromtimestamp(sandbox.app.world.clock.now(), UTC)
    answer = sandbox.client("cloudwatch").get_metric_data(
        MetricDataQueries=queries, StartTime=now - timedelta(seconds=1), EndTime=now + timedelta(seconds=60)
    )
    values = {result["Id"]: result["Values"] for result in answer["MetricDataResults"]}
    assert values == {name: [value] for name, (_, _, value) in wanted.items()}
    listed = sandbox.client("cloudwatch").list_metrics(Namespace="AWS/SageMaker")["Metrics"]
    assert len(listed) == 8


def test_an_endpoint_writes_its_log(sandbox: Running, deploy: Callable[..., None]) -> None:
    logs = sandbox.client("logs")
    deploy("chat")
    assert logs.describe_log_groups()["logGroups"] == []
    sandbox.app.world.advance(6)
    group = "/aws/sagemaker/Endpoints/chat"
    (stream,) = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert stream["logStreamName"].startswith("AllTraffic/i-")
    hosted = sandbox.app.world.hosting.find("chat", "us-east-1", "123456789012")
    assert hosted is not None
    sandbox.app.world.meters.invoked(
        hosted, status=200, model_microseconds=1.0, overhead_microseconds=1.0, log_line="POST /invocations 200"
    )
    messages = [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]
    assert messages[0] == f"Starting container {IMAGE}"
    assert messages[-1] == "POST /invocations 200"


def test_what_the_sandbox_lacks_is_said_in_the_shape_of_each_protocol(sandbox: Running) -> None:
    for service, operation, parameters in (
        ("sagemaker", "list_edge_packaging_jobs", {}),
        ("cloudwatch", "describe_anomaly_detectors", {}),
        ("iam", "get_organizations_access_report", {"JobId": "a" * 36}),
        ("bedrock", "list_foundation_models", {}),
    ):
        code, said = refusal(getattr(sandbox.client(service), operation), **parameters)
        assert code == "NotImplemented", service
        assert said.startswith("The Sagedeck sandbox does not have the operation "), said


def test_a_service_nobody_has_is_said_to_be_missing(sandbox: Running) -> None:
    authorization = SIGNED_S3.replace("/s3/", "/teleport/")
    status, headers, body = ask(sandbox.url, authorization=authorization)
    assert status == 501
    assert headers["x-amzn-errortype"] == "NotImplemented"
    assert b"Traceback" not in body


def test_auto_scaling_and_inference_components_can_be_asked_for(sandbox: Running) -> None:
    scaling = sandbox.client("application-autoscaling")
    assert scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"] == []
    assert sandbox.client("sagemaker").list_inference_components()["InferenceComponents"] == []


def test_other_json_services_check_their_requests_too(sandbox: Running) -> None:
    create = sandbox.client("logs").create_log_group
    code, said = refusal(create, logGroupName="no spaces")
    assert code == "InvalidParameterException"
    assert "Value 'no spaces' at 'logGroupName' failed to satisfy constraint" in said


def test_a_container_that_cannot_start_says_why_in_its_log(sandbox: Running, role: str) -> None:
    sagemaker = sandbox.client("sagemaker")
    container = {"Image": IMAGE, "Environment": {"SANDBOX_START_ERROR": "CUDA out of memory"}}
    sagemaker.create_model(ModelName="bad", ExecutionRoleArn=role, PrimaryContainer=container)
    variant = {"VariantName": "A", "ModelName": "bad", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="bad", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="bad", EndpointConfigName="bad")
    sandbox.app.world.advance(6)
    events = sandbox.client("logs").filter_log_events(logGroupName="/aws/sagemaker/Endpoints/bad")["events"]
    assert [event["message"] for event in events] == [f"Starting container {IMAGE}", "CUDA out of memory"]
    assert "PendingDeploymentSummary" not in sagemaker.describe_endpoint(EndpointName="bad")
    found = sandbox.app.world.hosting.find("bad", "us-east-1", "123456789012")
    assert found is not None
    assert found.status == "Failed"


def test_tags_change_through_the_tagging_api(sandbox: Running, deploy: Callable[..., None]) -> None:
    deploy("chat")
    tagging, arn = sandbox.client("resourcegroupstaggingapi"), f"{ARN}:endpoint/chat"
    tagging.tag_resources(ResourceARNList=[arn], Tags={"team": "a", "owner": "me"})
    tagging.untag_resources(ResourceARNList=[arn], TagKeys=["team"])
    tags = sandbox.client("sagemaker").list_tags(ResourceArn=arn)["Tags"]
    assert tags == [{"Key": "owner", "Value": "me"}]


@pytest.mark.parametrize(
    "name", ["Upper", "under_score", "ab", "a..b", "-start", "end-", "192.168.5.4", "xn--x", "a" * 64]
)
def test_bucket_names_s3_would_not_take_are_refused(sandbox: Running, name: str) -> None:
    status, _, body = ask(f"{sandbox.url}/{name}", "PUT", b"", authorization=SIGNED_S3)
    assert status == 400
    assert b"<Code>InvalidBucketName</Code>" in body


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({"authorization": "rubbish"}, b"", "IncompleteSignature"),
        ({"authorization": SIGNED_S3.replace("s3", "iam")}, b"Action=Nope&Version=2010-05-08", "InvalidAction"),
        ({"authorization": SIGNED_S3.replace("s3", "iam")}, b"", "MissingAction"),
        (
            {"authorization": SIGNED_S3.replace("s3", "logs"), "x_amz_target": "Logs_20140328.X"},
            b"{",
            "UnknownOperationException",
        ),
        (
            {"authorization": SIGNED_S3.replace("s3", "sagemaker"), "x_amz_target": "SageMaker.ListModels"},
            b"[" * 100_000,
            "SerializationException",
        ),
    ],
)
def test_garbled_requests_get_an_answer_in_aws_shape(
    sandbox: Running, headers: dict[str, str], body: bytes, code: str
) -> None:
    kind = "application/x-amz-json-1.1" if "x_amz_target" in headers else "application/x-www-form-urlencoded"
    status, answered, said = ask(sandbox.url, "POST", body, content_type=kind, **headers)
    assert 400 <= status < 600
    assert answered["x-amzn-errortype"] == code
    assert b"Traceback" not in said


def test_motos_own_pages_are_not_shown(sandbox: Running) -> None:
    assert ask(f"{sandbox.url}/moto-api/")[0] == 404

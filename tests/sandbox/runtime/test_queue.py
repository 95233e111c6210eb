"""InvokeEndpointAsync by real boto3: through S3, with room for a few at once, and what is told of each end."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.clock import Clock
from sandbox.world import World
from tests.sandbox.runtime.whole import BUCKET, Whole

QUESTION = {"inputs": "hello"}


def send(whole: Whole, endpoint: str = "q", location: str = "", **more: Any) -> Any:
    location = location or whole.put("in.json", QUESTION)
    runtime = whole.client("sagemaker-runtime")
    return runtime.invoke_endpoint_async(
        EndpointName=endpoint, InputLocation=location, ContentType="application/json", **more
    )


def test_an_answer_lies_where_the_call_said(whole: Whole) -> None:
    whole.queue("q")
    sent = send(whole)
    assert sent["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert sent["OutputLocation"] == f"s3://{BUCKET}/out/{sent['InferenceId']}.out"
    assert sent["FailureLocation"] == f"s3://{BUCKET}/failed/{sent['InferenceId']}-error.out"
    assert whole.keys("out/") == []
    whole.world.advance(10)
    assert json.loads(whole.get(sent["OutputLocation"])) == [{"generated_text": "echo: hello"}]
    assert whole.keys("failed/") == []


def test_what_the_caller_names_is_kept(whole: Whole) -> None:
    whole.queue("q")
    assert send(whole, InferenceId="mine-1")["InferenceId"] == "mine-1"
    named = send(whole, Filename="answer.json", S3OutputPathExtension="day/1")
    assert named["OutputLocation"] == f"s3://{BUCKET}/out/day/1/answer.json"


def test_a_body_may_be_sent_along(whole: Whole) -> None:
    whole.queue("q")
    runtime = whole.client("sagemaker-runtime")
    sent = runtime.invoke_endpoint_async(EndpointName="q", Body=json.dumps(QUESTION), ContentType="application/json")
    whole.world.advance(10)
    assert b"echo: hello" in whole.get(sent["OutputLocation"])
    with pytest.raises(ClientError, match="128000"):
        runtime.invoke_endpoint_async(EndpointName="q", Body=b"x" * 128_001, ContentType="application/json")
    with pytest.raises(ClientError, match="exactly one of InputLocation and Body"):
        runtime.invoke_endpoint_async(EndpointName="q", Body=b"x", InputLocation=f"s3://{BUCKET}/in.json")


def test_a_containers_error_goes_to_the_failure_path(whole: Whole) -> None:
    whole.queue("q")
    sent = send(whole, location=whole.put("wrong.json", {"wrong": 1}))
    whole.world.advance(10)
    assert whole.keys("out/") == []
    assert b"Received client error (422) from primary" in whole.get(sent["FailureLocation"])


def test_an_input_that_is_not_there_fails_when_it_is_read(whole: Whole) -> None:
    whole.queue("q")
    sent = send(whole, location=f"s3://{BUCKET}/nowhere.json")
    whole.world.advance(10)
    assert b"Unable to download" in whole.get(sent["FailureLocation"])


def test_with_no_instance_requests_wait_until_there_is_one(whole: Whole) -> None:
    whole.queue("q", count=0)
    sent = [send(whole) for _ in range(3)]
    whole.world.advance(120)
    assert whole.keys("out/") == []
    assert whole.world.meters.waiting("us-east-1", "q") == 3
    whole.scale("q", 1)
    whole.world.advance(10)
    assert len(whole.keys("out/")) == len({each["OutputLocation"] for each in sent}) == 3
    assert whole.world.meters.waiting("us-east-1", "q") == 0


def test_an_instance_answers_only_so_many_at_once(whole: Whole) -> None:
    whole.queue("q", at_once=1)
    slow = whole.put("slow.json", {"inputs": "word " * 400, "parameters": {"max_new_tokens": 400}})
    for _ in range(3):
        send(whole, location=slow)
    service = whole.world.service("sagemaker-runtime")
    sizes = [service.size("us-east-1", "q")]
    while service.size("us-east-1", "q"):
        whole.world.advance(0.05)
        sizes.append(service.size("us-east-1", "q"))
    assert sorted(set(sizes), reverse=True) == [3, 2, 1, 0]


def test_a_request_expires_that_waits_longer_than_its_time(whole: Whole) -> None:
    whole.queue("q", count=0)
    sent = send(whole, RequestTTLSeconds=60)
    whole.world.advance(3)
    assert b"expired" in whole.get(sent["FailureLocation"])
    assert whole.world.service("sagemaker-runtime").size("us-east-1", "q") == 0


def test_an_answer_that_takes_longer_than_allowed_fails(whole: Whole) -> None:
    whole.queue("q")
    slow = whole.put("slow.json", {"inputs": "word " * 400, "parameters": {"max_new_tokens": 400}})
    sent = send(whole, location=slow, InvocationTimeoutSeconds=1)
    whole.world.advance(30)
    assert b"Your invocation timed out" in whole.get(sent["FailureLocation"])


def test_both_ends_are_told_to_their_topics(whole: Whole) -> None:
    sns, sqs = whole.client("sns"), whole.client("sqs")
    topics = {name: sns.create_topic(Name=name)["TopicArn"] for name in ("good", "bad")}
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    for arn in topics.values():
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:told")
        sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="ann@example.com")
    included = {"IncludeInferenceResponseIn": ["SUCCESS_NOTIFICATION_TOPIC"]}
    notification = {"SuccessTopic": topics["good"], "ErrorTopic": topics["bad"], **included}
    whole.queue("q", NotificationConfig=notification)
    sent = send(whole)
    send(whole, location=f"s3://{BUCKET}/nowhere.json", InferenceId="lost")
    whole.world.advance(10)
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    told = {each["inferenceId"]: each for each in (json.loads(json.loads(m["Body"])["Message"]) for m in messages)}
    good, bad = told[sent["InferenceId"]], told["lost"]
    assert good["invocationStatus"] == "Completed"
    assert good["responseParameters"] == {"contentType": "application/json", "outputLocation": sent["OutputLocation"]}
    assert json.loads(good["responseBody"]["content"]) == [{"generated_text": "echo: hello"}]
    assert (good["eventSource"], good["eventName"]) == ("aws:sagemaker", "InferenceResult")
    assert (bad["invocationStatus"], bad["requestParameters"]["endpointName"]) == ("Failed", "q")
    assert "Unable to download" in bad["failureReason"]
    assert "responseBody" not in bad
    assert [mail["to"] for mail in whole.world.topics.mailed(topics["bad"])] == ["ann@example.com"]


def test_neither_kind_of_endpoint_takes_the_others_calls(whole: Whole) -> None:
    whole.queue("q")
    whole.model("sync")
    whole.endpoint(
        "sync", {"VariantName": "A", "ModelName": "sync", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}
    )
    runtime = whole.client("sagemaker-runtime")
    with pytest.raises(ClientError, match="asynchronous") as caught:
        runtime.invoke_endpoint(EndpointName="q", Body=b"{}")
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    with pytest.raises(ClientError, match="not an asynchronous endpoint"):
        send(whole, "sync")


def test_a_deleted_endpoints_requests_go_with_it(whole: Whole) -> None:
    whole.queue("q", count=0)
    send(whole)
    whole.client("sagemaker").delete_endpoint(EndpointName="q")
    whole.world.advance(30)
    assert whole.world.service("sagemaker-runtime").size("us-east-1", "q") == 0
    assert len(whole.world.records.shelf("sagemaker-runtime/async", "us-east-1")) == 0


def test_what_waits_outlives_a_restart(whole: Whole, tmp_path: Any) -> None:
    whole.queue("q", count=0)
    send(whole)
    held = whole.world.records.shelf("sagemaker-runtime/async", "us-east-1")
    world = World(Clock(speed=0), tmp_path / "state.sqlite")
    for number, record in held.items():
        world.records.shelf("sagemaker-runtime/async", "us-east-1")[number] = dict(record)
    world.close()
    again = World(Clock(speed=0), tmp_path / "state.sqlite")
    assert again.service("sagemaker-runtime").size("us-east-1", "q") == 1
    again.close()

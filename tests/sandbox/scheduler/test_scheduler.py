"""Schedules are kept as AWS keeps them, and really do what they are for."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.faults import Fault, Kind
from tests.sandbox.conftest import Running

OFF = {"Mode": "OFF"}
DELETE = "arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint"


@pytest.fixture
def reaper(sandbox: Running) -> str:
    """The ARN of a role that EventBridge Scheduler can assume, and that may delete endpoints."""
    iam = sandbox.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policy = {"Effect": "Allow", "Action": ["sagemaker:DeleteEndpoint", "sns:Publish", "sqs:*"], "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    arn = iam.create_role(RoleName="Reaper", AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
    document = {"Version": "2012-10-17", "Statement": [policy]}
    iam.put_role_policy(RoleName="Reaper", PolicyName="reap", PolicyDocument=json.dumps(document))
    return str(arn)


def _at(sandbox: Running, seconds: float) -> str:
    return f"at({datetime.fromtimestamp(sandbox.app.world.clock.now() + seconds, UTC).strftime('%Y-%m-%dT%H:%M:%S')})"


def _lease(sandbox: Running, reaper: str, seconds: float = 3600, **more: Any) -> Any:
    client = sandbox.client("scheduler")
    target = {"Arn": DELETE, "RoleArn": reaper, "Input": json.dumps({"EndpointName": "chat"})}
    client.create_schedule(
        Name="lease",
        ScheduleExpression=_at(sandbox, seconds),
        FlexibleTimeWindow=OFF,
        Target={**target, **more.pop("Target", {})},
        **more,
    )
    return client


def _runs(sandbox: Running) -> list[tuple[str, str]]:
    runs = sandbox.app.world.service("scheduler").runs("us-east-1")
    return [(run["outcome"], run.get("code", "")) for run in runs]


def _endpoints(sandbox: Running) -> list[str]:
    return [each["EndpointName"] for each in sandbox.client("sagemaker").list_endpoints()["Endpoints"]]


def test_a_lease_removes_its_endpoint_and_then_itself(
    sandbox: Running, reaper: str, deploy: Callable[..., None]
) -> None:
    deploy("chat")
    deploy("chat-2")
    sandbox.app.world.advance(60)
    client = _lease(sandbox, reaper, ActionAfterCompletion="DELETE")
    sandbox.app.world.advance(3500)
    assert sorted(_endpoints(sandbox)) == ["chat", "chat-2"]
    sandbox.app.world.advance(200)
    assert _endpoints(sandbox) == ["chat-2"]
    assert _runs(sandbox) == [("done", "")]
    with pytest.raises(ClientError, match="Schedule lease does not exist"):
        client.get_schedule(Name="lease")
    by_role = [
        event
        for event in sandbox.client("cloudtrail").lookup_events()["Events"]
        if event["EventName"] == "DeleteEndpoint"
    ]
    assert json.loads(by_role[0]["CloudTrailEvent"])["userIdentity"]["type"] == "AssumedRole"


def test_a_lease_that_is_extended_waits(sandbox: Running, reaper: str, deploy: Callable[..., None]) -> None:
    deploy("chat")
    sandbox.app.world.advance(60)
    client = _lease(sandbox, reaper)
    told = client.get_schedule(Name="lease")
    client.update_schedule(
        Name="lease", ScheduleExpression=_at(sandbox, 7200), FlexibleTimeWindow=OFF, Target=told["Target"]
    )
    sandbox.app.world.advance(4000)
    assert _endpoints(sandbox) == ["chat"]
    sandbox.app.world.advance(4000)
    assert _endpoints(sandbox) == []
    assert client.get_schedule(Name="lease")["CreationDate"] == told["CreationDate"]


def test_what_is_disabled_or_deleted_does_nothing(sandbox: Running, reaper: str, deploy: Callable[..., None]) -> None:
    deploy("chat")
    client = _lease(sandbox, reaper, State="DISABLED")
    sandbox.app.world.advance(4000)
    client.delete_schedule(Name="lease")
    client = _lease(sandbox, reaper)
    client.delete_schedule(Name="lease")
    sandbox.app.world.advance(4000)
    assert _endpoints(sandbox) == ["chat"]
    assert _runs(sandbox) == []


def test_a_role_must_trust_the_scheduler(sandbox: Running, role: str) -> None:
    with pytest.raises(ClientError) as refused:
        _lease(sandbox, role)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert "must allow AWS EventBridge Scheduler to assume the role" in refused.value.response["Error"]["Message"]


def test_a_role_without_the_permission_removes_nothing(
    sandbox: Running, reaper: str, deploy: Callable[..., None]
) -> None:
    deploy("chat")
    sandbox.app.world.advance(60)
    _lease(sandbox, reaper)
    sandbox.client("iam").delete_role_policy(RoleName="Reaper", PolicyName="reap")
    sandbox.app.world.advance(4000)
    assert _endpoints(sandbox) == ["chat"]
    assert _runs(sandbox) == [("dropped", "AccessDeniedException")]


def test_a_throttled_call_is_tried_again(sandbox: Running, reaper: str, deploy: Callable[..., None]) -> None:
    deploy("chat")
    sandbox.app.world.advance(60)
    _lease(sandbox, reaper)
    with sandbox.app.world.lock:
        sandbox.app.world.faults.set(Fault(Kind.THROTTLING, "sagemaker", "DeleteEndpoint", left=2))
    sandbox.app.world.advance(4000)
    assert _runs(sandbox) == [
        ("retried", "ThrottlingException"),
        ("retried", "ThrottlingException"),
        ("done", ""),
    ]
    assert _endpoints(sandbox) == []


def test_what_fails_for_good_goes_to_the_dead_letter_queue(sandbox: Running, reaper: str) -> None:
    sqs = sandbox.client("sqs")
    queue = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    _lease(sandbox, reaper, Target={"DeadLetterConfig": {"Arn": arn}})
    sandbox.app.world.advance(4000)
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    told = json.loads(message["Body"])
    assert told["errorCode"] == "ValidationException"
    assert "Could not find endpoint" in told["errorMessage"]


@pytest.mark.parametrize("operation", ["getQueueURL", "receiveMessage", "pollForJobs", "batchGetItem", "validateThing"])
def test_what_only_reads_is_refused(sandbox: Running, reaper: str, operation: str) -> None:
    with pytest.raises(ClientError) as refused:
        _lease(sandbox, reaper, Target={"Arn": f"arn:aws:scheduler:::aws-sdk:sqs:{operation}", "Input": "{}"})
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert "only reads" in refused.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("arn:aws:scheduler:::aws-sdk:ec2:stopInstances", '{"InstanceIds": ["i-1"]}'),
        ("arn:aws:scheduler:::aws-sdk:sagemaker:createHub", '{"HubName": "mine", "HubDescription": "mine"}'),
        ("arn:aws:lambda:us-east-1:123456789012:function:f", "{}"),
    ],
)
def test_what_the_sandbox_cannot_carry_out_is_dropped(sandbox: Running, reaper: str, target: str, text: str) -> None:
    _lease(sandbox, reaper, Target={"Arn": target, "Input": text})
    sandbox.app.world.advance(4000)
    assert _runs(sandbox) == [("dropped", "NotImplemented")]


def test_retries_end_where_the_policy_says(sandbox: Running, reaper: str, deploy: Callable[..., None]) -> None:
    deploy("chat")
    sandbox.app.world.advance(60)
    policy = {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 86400}
    _lease(sandbox, reaper, Target={"RetryPolicy": policy}, ActionAfterCompletion="DELETE")
    with sandbox.app.world.lock:
        sandbox.app.world.faults.set(Fault(Kind.SERVER_ERROR, "sagemaker", "DeleteEndpoint"))
    sandbox.app.world.advance(40000)
    assert [outcome for outcome, _ in _runs(sandbox)] == ["retried", "dropped"]
    with sandbox.app.world.lock:
        sandbox.app.world.faults.remove()
    assert sandbox.client("scheduler").list_schedules()["Schedules"] == []


def test_a_rate_publishes_until_its_end(sandbox: Running, reaper: str) -> None:
    topic = sandbox.client("sns").create_topic(Name="hello")["TopicArn"]
    sandbox.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="ada@example.com")
    now = sandbox.app.world.clock.now()
    sandbox.client("scheduler").create_schedule(
        Name="hourly",
        ScheduleExpression="rate(1 hour)",
        EndDate=datetime.fromtimestamp(now + 3.5 * 3600, UTC),
        FlexibleTimeWindow=OFF,
        Target={"Arn": topic, "RoleArn": reaper, "Input": "at <aws.scheduler.scheduled-time>"},
    )
    sandbox.app.world.advance(10 * 3600)
    mails = sandbox.app.world.topics.mailed(topic)
    assert len(mails) == 4
    assert mails[0]["message"].startswith("at 20")


def test_of_what_schedules_did_the_newest_is_remembered(
    sandbox: Running, reaper: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.scheduler.running.KEPT", 3)
    target = {"Arn": DELETE, "RoleArn": reaper, "Input": '{"EndpointName": "none"}'}
    sandbox.client("scheduler").create_schedule(
        Name="often", ScheduleExpression="rate(1 minute)", FlexibleTimeWindow=OFF, Target=target
    )
    began = sandbox.app.world.clock.now()
    sandbox.app.world.advance(301)
    runs = sandbox.app.world.service("scheduler").runs("us-east-1")
    assert [round(run["at"] - began) for run in runs] == [180, 240, 300]


def test_groups_hold_schedules_and_take_them_along(sandbox: Running, reaper: str) -> None:
    client = sandbox.client("scheduler")
    client.create_schedule_group(Name="leases", Tags=[{"Key": "owner", "Value": "ada"}])
    with pytest.raises(ClientError, match="ConflictException"):
        client.create_schedule_group(Name="leases")
    _lease(sandbox, reaper, GroupName="leases")
    _lease(sandbox, reaper)
    with pytest.raises(ClientError, match="Schedule lease already exists"):
        _lease(sandbox, reaper)
    with pytest.raises(ClientError, match="Schedule group none does not exist"):
        _lease(sandbox, reaper, GroupName="none")
    (row,) = client.list_schedules(GroupName="leases")["Schedules"]
    assert row["Arn"].endswith(":schedule/leases/lease")
    assert len(client.list_schedules()["Schedules"]) == 2
    arn = client.get_schedule_group(Name="leases")["Arn"]
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "owner", "Value": "ada"}]
    client.delete_schedule_group(Name="leases")
    assert [each["GroupName"] for each in client.list_schedules()["Schedules"]] == ["default"]
    assert [each["Name"] for each in client.list_schedule_groups()["ScheduleGroups"]] == ["default"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ScheduleExpression": "at(tomorrow)"}, "Invalid Schedule Expression"),
        ({"ScheduleExpressionTimezone": "Mars/Base"}, "Invalid ScheduleExpressionTimezone"),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "MaximumWindowInMinutes"),
        ({"Target": {"Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:listEndpoints"}}, "Provided Arn"),
        ({"Target": {"Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:burnEndpoint"}}, "Provided Arn"),
        ({"Target": {"Input": "{}"}}, "Invalid RequestJson provided"),
        ({"Target": {"Input": "no json"}}, "Invalid RequestJson provided"),
    ],
)
def test_what_could_never_work_is_refused(sandbox: Running, reaper: str, change: dict[str, Any], words: str) -> None:
    target = {"Arn": DELETE, "RoleArn": reaper, "Input": json.dumps({"EndpointName": "chat"})}
    asked: dict[str, Any] = {
        "Name": "lease",
        "ScheduleExpression": "rate(1 day)",
        "FlexibleTimeWindow": OFF,
        **change,
        "Target": {**target, **change.get("Target", {})},
    }
    with pytest.raises(ClientError, match=words):
        sandbox.client("scheduler").create_schedule(**asked)


def test_what_was_missed_while_the_sandbox_was_off_is_not_made_up_for_without_end(
    sandbox: Running, reaper: str
) -> None:
    topic = sandbox.client("sns").create_topic(Name="hello")["TopicArn"]
    sandbox.client("scheduler").create_schedule(
        Name="often",
        ScheduleExpression="rate(1 minute)",
        FlexibleTimeWindow=OFF,
        Target={"Arn": topic, "RoleArn": reaper, "Input": "hello"},
    )
    world = sandbox.app.world
    with world.lock:
        world.clock.put_forward(world.clock.now() + 86400)  # nobody was there to stop at each appointment
        world.agenda.run_due()
    assert 60 <= len(_runs(sandbox)) <= 63

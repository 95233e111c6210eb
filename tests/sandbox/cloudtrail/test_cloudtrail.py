"""The event history tells what was really called, by whom, and nothing secret."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.clock import Clock
from sandbox.cloudtrail import trail as trails
from sandbox.cloudtrail.identity import identity
from sandbox.cloudtrail.masking import HIDDEN, masked
from sandbox.world import World
from tests.sandbox.conftest import TRUST, Running


def _history(sandbox: Running, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.client("cloudtrail").lookup_events(**asked)["Events"]
    return found


def _named(name: str) -> list[dict[str, str]]:
    return [{"AttributeKey": "EventName", "AttributeValue": name}]


def test_a_call_is_in_the_history_with_its_parameters(sandbox: Running) -> None:
    sandbox.client("service-quotas").list_service_quotas(ServiceCode="sagemaker", MaxResults=1)
    (event,) = _history(sandbox, LookupAttributes=_named("ListServiceQuotas"))
    told = json.loads(event["CloudTrailEvent"])
    assert event["EventSource"] == told["eventSource"] == "servicequotas.amazonaws.com"
    assert told["requestParameters"] == {"serviceCode": "sagemaker", "maxResults": 1}
    assert (event["ReadOnly"], told["readOnly"], told["awsRegion"]) == ("true", True, "us-east-1")
    assert told["userIdentity"]["type"] == "Root"
    assert event["AccessKeyId"] == "testing"


def test_a_user_of_the_sandbox_is_told_by_name(sandbox: Running) -> None:
    iam = sandbox.client("iam")
    iam.create_user(UserName="ada")
    key = iam.create_access_key(UserName="ada")["AccessKey"]
    theirs = boto3.client(
        "iam",
        endpoint_url=sandbox.url,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    theirs.create_role(RoleName="Mine", AssumeRolePolicyDocument=json.dumps(TRUST))
    by_name = [{"AttributeKey": "Username", "AttributeValue": "ada"}]
    (event,) = _history(sandbox, LookupAttributes=by_name)
    assert event["EventName"] == "CreateRole"
    assert {"ResourceType": "AWS::IAM::Role", "ResourceName": "Mine"} in event["Resources"]
    assert json.loads(event["CloudTrailEvent"])["userIdentity"]["userName"] == "ada"


def test_a_refused_call_is_there_with_its_code(sandbox: Running) -> None:
    with pytest.raises(ClientError):
        sandbox.client("iam").get_role(RoleName="Nobody")
    (event,) = _history(sandbox, LookupAttributes=_named("GetRole"))
    assert json.loads(event["CloudTrailEvent"])["errorCode"] == "NoSuchEntity"


def test_an_event_tells_what_was_made_and_by_which_request(sandbox: Running, role: str) -> None:
    answer = sandbox.client("sagemaker").create_notebook_instance(
        NotebookInstanceName="papers", InstanceType="ml.t3.medium", RoleArn=role
    )
    (event,) = _history(sandbox, LookupAttributes=_named("CreateNotebookInstance"))
    told = json.loads(event["CloudTrailEvent"])
    assert told["responseElements"] == {"notebookInstanceArn": answer["NotebookInstanceArn"]}
    assert told["requestID"] == answer["ResponseMetadata"]["RequestId"]
    assert event["Resources"] == [{"ResourceType": "AWS::SageMaker::NotebookInstance", "ResourceName": "papers"}]


def test_a_url_that_opens_something_is_not_kept(sandbox: Running, role: str) -> None:
    client = sandbox.client("sagemaker")
    client.create_notebook_instance(NotebookInstanceName="papers", InstanceType="ml.t3.medium", RoleArn=role)
    sandbox.app.world.advance(60)
    url = client.create_presigned_notebook_instance_url(NotebookInstanceName="papers")["AuthorizedUrl"]
    events = _history(sandbox)
    assert events[0]["EventName"] == "CreatePresignedNotebookInstanceUrl"
    assert url.rpartition("/")[2] not in json.dumps([event["CloudTrailEvent"] for event in events])


def test_buckets_are_there_and_objects_are_not(sandbox: Running) -> None:
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="papers")
    s3.put_object(Bucket="papers", Key="a.txt", Body=b"secret")
    sources = [{"AttributeKey": "EventSource", "AttributeValue": "s3.amazonaws.com"}]
    assert [e["EventName"] for e in _history(sandbox, LookupAttributes=sources)] == ["CreateBucket"]


def test_what_aws_counts_as_data_events_is_not_there(sandbox: Running) -> None:
    cloudwatch = sandbox.client("cloudwatch")
    cloudwatch.put_metric_data(Namespace="n", MetricData=[{"MetricName": "m", "Value": 1.0}])
    cloudwatch.list_metrics(Namespace="n")
    assert [event["EventName"] for event in _history(sandbox)] == ["ListMetrics"]


def test_the_newest_come_first_in_pages_and_within_the_time_asked_for(sandbox: Running) -> None:
    sns = sandbox.client("sns")
    world = sandbox.app.world
    begin = world.clock.now()
    for number in range(5):
        sns.create_topic(Name=f"topic-{number}")
        world.advance(60)
    cloudtrail = sandbox.client("cloudtrail")
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=_named("CreateTopic"), PaginationConfig={"PageSize": 2}
    )
    rows = [json.loads(e["CloudTrailEvent"])["requestParameters"]["name"] for page in pages for e in page["Events"]]
    assert rows == [f"topic-{number}" for number in (4, 3, 2, 1, 0)]
    some = _history(sandbox, LookupAttributes=_named("CreateTopic"), StartTime=begin + 50, EndTime=begin + 130)
    assert len(some) == 2
    with pytest.raises(ClientError, match="InvalidTimeRangeException"):
        cloudtrail.lookup_events(StartTime=begin + 10, EndTime=begin)
    with pytest.raises(ClientError, match="InvalidNextTokenException"):
        cloudtrail.lookup_events(NextToken="no token")


def test_looking_puts_nothing_on_two_pages(sandbox: Running) -> None:
    for number in range(6):
        sandbox.client("sns").create_topic(Name=f"topic-{number}")
    pages = sandbox.client("cloudtrail").get_paginator("lookup_events").paginate(PaginationConfig={"PageSize": 2})
    names = [event["EventId"] for page in pages for event in page["Events"]]
    assert len(names) == len(set(names)) == 6


def test_events_are_forgotten_after_ninety_days() -> None:
    world = World(Clock(speed=0))
    world.trail.note("sns", "CreateTopic", {"Name": "old"}, "us-east-1", identity("", "us-east-1"))
    world.clock.put_forward(world.clock.now() + 89 * 86400)
    assert len(world.call("cloudtrail", "LookupEvents", {}, "us-east-1")["Events"]) == 1
    world.clock.put_forward(world.clock.now() + 2 * 86400)
    assert world.call("cloudtrail", "LookupEvents", {}, "us-east-1")["Events"] == []
    world.close()


def test_other_regions_have_histories_of_their_own(sandbox: Running) -> None:
    sandbox.client("sns", "eu-west-1").create_topic(Name="there")
    assert not _history(sandbox, LookupAttributes=_named("CreateTopic"))
    there = sandbox.client("cloudtrail", "eu-west-1").lookup_events(LookupAttributes=_named("CreateTopic"))
    assert len(there["Events"]) == 1


def test_reading_never_displaces_what_changed_something(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trails, "KEPT", {"cloudtrail/change": 3, "cloudtrail/read": 2})
    sns = sandbox.client("sns")
    sns.create_topic(Name="kept")
    for _ in range(5):
        sns.list_topics()
    assert len(_history(sandbox, LookupAttributes=_named("CreateTopic"))) == 1
    assert [e["EventName"] for e in _history(sandbox)] == ["LookupEvents", "ListTopics", "CreateTopic"]


def test_secrets_are_hidden_and_limits_are_not() -> None:
    asked = {
        "PrimaryContainer": {
            "Environment": {"HF_TOKEN": "hf_test", "MAX_TOTAL_TOKENS": "4096", "OPENAI_API_KEY": "k", "TASK": "x"},
        },
        "Password": "hunter2",
        "ClientToken": "c-1",
        "NextToken": "n-1",
        "SecretString": "s",
        "KmsKeyId": "key-1",
        "Tags": [{"Key": "owner", "Value": "ada"}],
        "ZipFile": b"123",
    }
    kept = masked(asked)
    assert kept["primaryContainer"]["environment"] == {
        "HF_TOKEN": HIDDEN,
        "MAX_TOTAL_TOKENS": "4096",
        "OPENAI_API_KEY": HIDDEN,
        "TASK": "x",
    }
    assert (kept["password"], kept["secretString"]) == (HIDDEN, HIDDEN)
    assert (kept["clientToken"], kept["nextToken"], kept["kmsKeyId"]) == ("c-1", "n-1", "key-1")
    assert kept["tags"] == [{"key": "owner", "value": "ada"}]
    assert kept["zipFile"] == "<3 bytes>"


def test_long_parameters_are_cut(sandbox: Running) -> None:
    tags = [{"Key": f"key-{number}", "Value": "x" * 200} for number in range(40)]
    sandbox.client("sns").create_topic(Name="long", Tags=tags)
    (event,) = _history(sandbox, LookupAttributes=_named("CreateTopic"))
    assert len(event["CloudTrailEvent"]) < 2 * trails.LARGEST

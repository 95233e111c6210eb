"""The tagging API through boto3, over SageMaker's own resources, scalable targets and what moto holds."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import Running

ENDPOINT = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/"
TEAM = [{"Key": "team", "Value": "a"}]


def _listed(sandbox: Running, **asked: Any) -> dict[str, dict[str, str]]:
    pages = sandbox.client("resourcegroupstaggingapi").get_paginator("get_resources").paginate(**asked)
    return {
        each["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in each["Tags"]}
        for page in pages
        for each in page["ResourceTagMappingList"]
    }


def test_what_is_tagged_is_found_by_tag_type_and_arn(sandbox: Running, deploy: Callable[..., None]) -> None:
    deploy("one", Tags=TEAM)
    deploy("two", Tags=[*TEAM, {"Key": "owner", "Value": "ann"}])
    deploy("bare")
    everything = _listed(sandbox)
    assert everything == {
        ENDPOINT + "one": {"team": "a"},
        ENDPOINT + "two": {"team": "a", "owner": "ann"},
    }
    assert set(_listed(sandbox, TagFilters=[{"Key": "owner"}])) == {ENDPOINT + "two"}
    both = [{"Key": "team", "Values": ["a", "b"]}, {"Key": "owner", "Values": ["bob"]}]
    assert not _listed(sandbox, TagFilters=both)
    assert _listed(sandbox, ResourceTypeFilters=["sagemaker:endpoint"]) == everything
    assert _listed(sandbox, ResourceTypeFilters=["sagemaker"]) == everything
    assert not _listed(sandbox, ResourceTypeFilters=["sagemaker:model", "s3"])
    found = sandbox.client("resourcegroupstaggingapi").get_resources(ResourceARNList=[ENDPOINT + "one", ENDPOINT + "x"])
    assert [each["ResourceARN"] for each in found["ResourceTagMappingList"]] == [ENDPOINT + "one"]


def test_resources_come_in_pages_each_once(sandbox: Running, deploy: Callable[..., None]) -> None:
    for number in range(5):
        deploy(f"e-{number}", Tags=TEAM)
    client = sandbox.client("resourcegroupstaggingapi")
    first = client.get_resources(ResourcesPerPage=2)
    second = client.get_resources(ResourcesPerPage=2, PaginationToken=first["PaginationToken"])
    third = client.get_resources(ResourcesPerPage=2, PaginationToken=second["PaginationToken"])
    arns = [each["ResourceARN"] for page in (first, second, third) for each in page["ResourceTagMappingList"]]
    assert sorted(arns) == [f"{ENDPOINT}e-{number}" for number in range(5)]
    assert third["PaginationToken"] == ""


def test_a_page_of_so_many_tags_cuts_no_resource(sandbox: Running) -> None:
    logs, tags = sandbox.client("logs"), {"a": "1", "b": "2", "c": "3"}
    for number in range(40):
        logs.create_log_group(logGroupName=f"lines-{number}", tags=tags)
    pages = sandbox.client("resourcegroupstaggingapi").get_paginator("get_resources").paginate(TagsPerPage=100)
    found = [[each["ResourceARN"] for each in page["ResourceTagMappingList"]] for page in pages]
    assert [len(page) for page in found] == [33, 7]
    assert len({arn for page in found for arn in page}) == 40


def test_keys_and_values_are_listed(sandbox: Running, deploy: Callable[..., None]) -> None:
    deploy("one", Tags=[*TEAM, {"Key": "owner", "Value": "ann"}])
    deploy("two", Tags=[{"Key": "owner", "Value": "bob"}])
    client = sandbox.client("resourcegroupstaggingapi")
    assert client.get_tag_keys()["TagKeys"] == ["owner", "team"]
    assert client.get_tag_values(Key="owner")["TagValues"] == ["ann", "bob"]
    assert client.get_tag_values(Key="nothing")["TagValues"] == []


def test_tags_are_put_and_taken_wherever_they_are_kept(sandbox: Running, deploy: Callable[..., None]) -> None:
    deploy("one")
    sandbox.app.world.advance(60)
    sandbox.client("s3").create_bucket(Bucket="kept")
    topic = sandbox.client("sns").create_topic(Name="told")["TopicArn"]
    target = sandbox.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="sagemaker",
        ResourceId="endpoint/one/variant/AllTraffic",
        ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        MinCapacity=1,
        MaxCapacity=2,
    )["ScalableTargetARN"]
    arns = [ENDPOINT + "one", "arn:aws:s3:::kept", topic, target]
    client = sandbox.client("resourcegroupstaggingapi")
    assert client.tag_resources(ResourceARNList=arns, Tags={"a": "1", "b": "2"})["FailedResourcesMap"] == {}
    assert _listed(sandbox, TagFilters=[{"Key": "a"}]) == {key: {"a": "1", "b": "2"} for key in arns}
    tags = sandbox.client("sagemaker").list_tags(ResourceArn=ENDPOINT + "one")["Tags"]
    assert {"Key": "a", "Value": "1"} in tags
    assert client.untag_resources(ResourceARNList=arns, TagKeys=["a"])["FailedResourcesMap"] == {}
    assert not _listed(sandbox, TagFilters=[{"Key": "a"}])
    assert _listed(sandbox, TagFilters=[{"Key": "b"}]) == {key: {"b": "2"} for key in arns}


def test_what_cannot_be_tagged_is_told_and_the_rest_is_tagged(sandbox: Running, deploy: Callable[..., None]) -> None:
    deploy("one")
    gone, strange = ENDPOINT + "gone", "arn:aws:unknown:us-east-1:123456789012:thing/x"
    client = sandbox.client("resourcegroupstaggingapi")
    failed = client.tag_resources(ResourceARNList=[ENDPOINT + "one", gone, strange], Tags={"a": "1"})
    assert failed["FailedResourcesMap"][gone]["ErrorCode"] == "InvalidParameterException"
    assert failed["FailedResourcesMap"][strange]["ErrorCode"] == "InternalServiceException"
    assert set(_listed(sandbox)) == {ENDPOINT + "one"}


@pytest.mark.parametrize(
    "asked",
    [
        {"ResourceARNList": [ENDPOINT + "x"], "TagsPerPage": 100},
        {"ResourceARNList": [ENDPOINT + "x"], "TagFilters": [{"Key": "a"}]},
        {"TagsPerPage": 150},
        {"TagsPerPage": 1000},
        {"ResourcesPerPage": 0},
        {"ResourcesPerPage": 101},
        {"ResourcesPerPage": 10, "TagsPerPage": 100},
    ],
)
def test_what_aws_does_not_take_together_is_refused(sandbox: Running, asked: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as refused:
        sandbox.client("resourcegroupstaggingapi").get_resources(**asked)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"


def test_a_token_nobody_handed_out_is_refused(sandbox: Running) -> None:
    with pytest.raises(ClientError) as refused:
        sandbox.client("resourcegroupstaggingapi").get_resources(PaginationToken="elsewhere")
    assert refused.value.response["Error"]["Code"] == "PaginationTokenExpiredException"


def test_another_region_sees_nothing(sandbox: Running, deploy: Callable[..., None]) -> None:
    deploy("one", Tags=TEAM)
    answer = sandbox.client("resourcegroupstaggingapi", "eu-west-1").get_resources()
    assert answer["ResourceTagMappingList"] == []


def test_log_groups_alarms_and_schedule_groups_take_part(sandbox: Running) -> None:
    sandbox.client("logs").create_log_group(logGroupName="lines", tags={"team": "a"})
    sandbox.client("cloudwatch").put_metric_alarm(
        AlarmName="loud",
        MetricName="m",
        Namespace="n",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        Tags=TEAM,
    )
    group = sandbox.client("scheduler").create_schedule_group(Name="nightly", Tags=TEAM)["ScheduleGroupArn"]
    lines = "arn:aws:logs:us-east-1:123456789012:log-group:lines"
    loud = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:loud"
    assert set(_listed(sandbox, TagFilters=[{"Key": "team", "Values": ["a"]}])) == {lines, loud, group}
    assert set(_listed(sandbox, ResourceTypeFilters=["logs:log-group"])) == {lines}
    assert set(_listed(sandbox, ResourceTypeFilters=["cloudwatch:alarm"])) == {loud}
    client = sandbox.client("resourcegroupstaggingapi")
    assert client.tag_resources(ResourceARNList=[lines, loud, group], Tags={"b": "1"})["FailedResourcesMap"] == {}
    assert client.untag_resources(ResourceARNList=[lines, loud, group], TagKeys=["team"])["FailedResourcesMap"] == {}
    assert _listed(sandbox) == {each: {"b": "1"} for each in (lines, loud, group)}

"""Service Quotas as boto3 sees them, and as the sandbox's other services ask."""

import json
from itertools import pairwise

import pytest
from botocore.exceptions import ClientError

from sandbox.faults import Fault, Kind
from tests.sandbox.conftest import Running

G5 = "L-1928E07B"  # ml.g5.xlarge for endpoint usage
P5 = "L-16AF71F1"  # ml.p5.48xlarge for endpoint usage


def test_every_quota_is_listed_once_over_many_pages(sandbox: Running) -> None:
    pages = list(
        sandbox.client("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker")
    )
    listed = [quota for page in pages for quota in page["Quotas"]]
    assert len(pages) == (len(listed) + 99) // 100
    assert len({quota["QuotaCode"] for quota in listed}) == len(listed) > 2000
    by_name = {quota["QuotaName"]: quota for quota in listed}
    assert by_name["ml.g5.xlarge for endpoint usage"]["QuotaCode"] == G5
    assert by_name["ml.g5.xlarge for endpoint usage"]["Value"] >= 2000
    assert by_name["ml.p5.48xlarge for endpoint usage"]["Value"] == 0
    assert by_name["ml.g5.48xlarge for endpoint usage"]["Value"] == 2


def test_the_default_of_a_new_account_is_not_what_this_account_has(sandbox: Running) -> None:
    client = sandbox.client("service-quotas", "eu-west-1")
    default = client.get_aws_default_service_quota(ServiceCode="sagemaker", QuotaCode=G5)["Quota"]
    held = client.get_service_quota(ServiceCode="sagemaker", QuotaCode=G5)["Quota"]
    assert (default["Value"], held["Value"]) == (0, 5000)
    assert held["QuotaArn"] == f"arn:aws:servicequotas:eu-west-1:123456789012:sagemaker/{G5}"
    listed = client.list_aws_default_service_quotas(ServiceCode="sagemaker", MaxResults=2)
    assert len(listed["Quotas"]) == 2


def test_an_increase_is_pending_then_opened_then_approved_and_counts_from_then_on(sandbox: Running) -> None:
    client, world = sandbox.client("service-quotas"), sandbox.app.world
    asked = client.request_service_quota_increase(ServiceCode="sagemaker", QuotaCode=P5, DesiredValue=3)
    name = asked["RequestedQuota"]["Id"]
    seen = [asked["RequestedQuota"]["Status"]]
    for aws_seconds in (180, 3600, 3600):
        world.advance(world.clock.lasts(aws_seconds))
        seen.append(client.get_requested_service_quota_change(RequestId=name)["RequestedQuota"]["Status"])
    assert [seen[0], *(after for before, after in pairwise(seen) if after != before)] == [
        "PENDING", "CASE_OPENED", "APPROVED"
    ]  # fmt: skip
    assert client.get_service_quota(ServiceCode="sagemaker", QuotaCode=P5)["Quota"]["Value"] == 3
    assert world.service("service-quotas").limit("ml.p5.48xlarge for endpoint usage", "us-east-1") == 3
    assert world.service("service-quotas").limit("ml.p5.48xlarge for endpoint usage", "us-west-2") == 0
    history = client.list_requested_service_quota_change_history_by_quota(ServiceCode="sagemaker", QuotaCode=P5)
    assert [each["Id"] for each in history["RequestedQuotas"]] == [name]
    assert not client.list_requested_service_quota_change_history(Status="PENDING")["RequestedQuotas"]
    requester = json.loads(asked["RequestedQuota"]["Requester"])
    assert requester == {"accountId": "123456789012", "callerArn": "arn:aws:iam::123456789012:root"}
    more = client.request_service_quota_increase(ServiceCode="sagemaker", QuotaCode=P5, DesiredValue=4)
    assert more["RequestedQuota"]["Status"] == "PENDING", "the one before is not open any more"


def test_a_second_open_request_and_one_for_no_more_than_there_is_are_refused(sandbox: Running) -> None:
    client = sandbox.client("service-quotas")
    with pytest.raises(ClientError, match="greater than the current quota value") as refused:
        client.request_service_quota_increase(ServiceCode="sagemaker", QuotaCode=G5, DesiredValue=5000)
    assert refused.value.response["Error"]["Code"] == "IllegalArgumentException"
    client.request_service_quota_increase(ServiceCode="sagemaker", QuotaCode=P5, DesiredValue=1)
    with pytest.raises(ClientError, match="Only one open service quota increase request") as refused:
        client.request_service_quota_increase(ServiceCode="sagemaker", QuotaCode=P5, DesiredValue=2)
    assert refused.value.response["Error"]["Code"] == "ResourceAlreadyExistsException"


def test_the_fault_makes_the_asked_quotas_zero_and_no_other(sandbox: Running) -> None:
    client, world = sandbox.client("service-quotas"), sandbox.app.world
    world.faults.set(Fault(Kind.QUOTA_ZERO, resource="ml.g5.*"))
    limit = world.service("service-quotas").limit
    assert limit("ml.g5.xlarge for endpoint usage", "us-east-1") == 0
    assert limit("ml.m5.xlarge for endpoint usage", "us-east-1") == 5000
    assert client.get_service_quota(ServiceCode="sagemaker", QuotaCode=G5)["Quota"]["Value"] == 0
    world.faults.remove()
    world.faults.set(Fault(Kind.QUOTA_ZERO, operation="CreateEndpoint", resource="ml.g5.*"))
    assert limit("ml.g5.xlarge for endpoint usage", "us-east-1") == 5000, "that operation is refused, no more"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"ServiceCode": "sagemaker", "QuotaCode": "L-00000000"}, "NoSuchResourceException"),
        ({"ServiceCode": "unheard-of", "QuotaCode": G5}, "NoSuchResourceException"),
        ({"ServiceCode": "sagemaker", "QuotaCode": "7"}, "IllegalArgumentException"),
    ],
)
def test_what_does_not_exist_is_refused(sandbox: Running, asked: dict[str, str], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        sandbox.client("service-quotas").get_service_quota(**asked)
    assert refused.value.response["Error"]["Code"] == code


def test_a_token_nobody_handed_out_is_refused(sandbox: Running) -> None:
    with pytest.raises(ClientError) as refused:
        sandbox.client("service-quotas").list_services(NextToken="elsewhere")
    assert refused.value.response["Error"]["Code"] == "InvalidPaginationTokenException"


def test_other_services_quotas_are_motos(sandbox: Running) -> None:
    client = sandbox.client("service-quotas")
    assert len(client.list_aws_default_service_quotas(ServiceCode="vpc")["Quotas"]) == 25
    assert {"sagemaker", "vpc"} <= {each["ServiceCode"] for each in client.list_services()["Services"]}


def test_serverless_concurrency_is_smaller_in_smaller_regions(sandbox: Running) -> None:
    limit = sandbox.app.world.service("service-quotas").limit
    name = "Maximum total concurrency that can be allocated across all serverless endpoints"
    assert (limit(name, "us-east-1"), limit(name, "eu-west-3")) == (1000, 500)

"""What AWS answers, in our own words; each call checked against botocore's model by its stub."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from services.clients import Clients, Hidden, Keys, Source, open_session
from services.errors import PermissionDenied
from services.preflight.found import Bucket, FoundImage, Held, HeldByEndpoint, Key, Network, Objects
from services.preflight.gateway import PreflightGateway

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ARN = "arn:aws:sagemaker:us-east-1:123456789012"


@contextmanager
def stubbed(service: str) -> Iterator[tuple[PreflightGateway, Stubber]]:
    """A gateway whose client of a service answers as told; every answer has to be asked for."""
    source = Source(region="us-east-1", keys=Keys("testing", Hidden("testing")))
    clients = Clients(open_session(source), source)
    with Stubber(clients.get(service)) as stub:
        yield PreflightGateway(clients), stub
        stub.assert_no_pending_responses()


def endpoint(name: str, status: str) -> dict[str, Any]:
    return {
        "EndpointName": name, "EndpointArn": f"{ARN}:endpoint/{name}", "CreationTime": NOW, "LastModifiedTime": NOW,
        "EndpointStatus": status,
    }  # fmt: skip


def described(stub: Stubber, variants: list[dict[str, Any]], specs: list[dict[str, Any]]) -> None:
    row = endpoint("one", "InService") | {"EndpointConfigName": "config", "ProductionVariants": variants}
    stub.add_response("describe_endpoint", row, {"EndpointName": "one"})
    config = {
        "EndpointConfigName": "config", "EndpointConfigArn": f"{ARN}:endpoint-config/config", "CreationTime": NOW,
        "ProductionVariants": specs,
    }  # fmt: skip
    stub.add_response("describe_endpoint_config", config, {"EndpointConfigName": "config"})


def test_endpoints_that_hold_no_instances_are_left_out() -> None:
    with stubbed("sagemaker") as (gateway, stub):
        rows = [endpoint("one", "InService"), endpoint("two", "Failed"), endpoint("three", "Creating")]
        stub.add_response("list_endpoints", {"Endpoints": rows}, {"MaxResults": 100})
        assert [each.name for each in gateway.endpoints()] == ["one", "three"]


def test_an_endpoint_on_its_way_to_more_holds_what_it_was_asked_for() -> None:
    with stubbed("sagemaker") as (gateway, stub):
        live = [{"VariantName": "A", "CurrentInstanceCount": 1, "DesiredInstanceCount": 3}]
        spec = [{"VariantName": "A", "ModelName": "m", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}]
        described(stub, live, spec)
        assert gateway.held_by("one") == HeldByEndpoint((Held("ml.g5.xlarge", 3),), 0, 0)


def test_pools_and_serverless_variants_are_counted_by_their_own_kind() -> None:
    with stubbed("sagemaker") as (gateway, stub):
        pools = [{"InstanceType": "ml.g5.xlarge", "CurrentInstanceCount": 2}]
        live = [{"VariantName": "A", "CurrentInstanceCount": 2, "InstancePools": pools}]
        specs: list[dict[str, Any]] = [
            {"VariantName": "A", "ModelName": "m", "InitialInstanceCount": 2,
             "InstancePools": [{"InstanceType": "ml.g5.xlarge", "Priority": 1}]},
            {"VariantName": "B", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 7}},
        ]  # fmt: skip
        described(stub, live, specs)
        assert gateway.held_by("one") == HeldByEndpoint((Held("ml.g5.xlarge", 2),), 1, 7)


def test_an_endpoint_that_is_gone_by_now_holds_nothing() -> None:
    with stubbed("sagemaker") as (gateway, stub):
        stub.add_client_error("describe_endpoint", "ValidationException", 'Could not find endpoint "one".')
        assert gateway.held_by("one") == HeldByEndpoint((), 0, 0)


@pytest.mark.parametrize(
    ("reference", "sent"), [("v1", {"imageTag": "v1"}), ("sha256:00", {"imageDigest": "sha256:00"})]
)
def test_an_image_is_asked_for_by_tag_or_digest(reference: str, sent: dict[str, str]) -> None:
    with stubbed("ecr") as (gateway, stub):
        asked = {"repositoryName": "mine", "imageIds": [sent]}
        stub.add_response("describe_images", {"imageDetails": [{"imageSizeInBytes": 5}]}, asked)
        assert gateway.image("mine", reference) == FoundImage(5)


def test_an_image_that_is_not_there_is_none_and_a_refusal_is_no_absence() -> None:
    with stubbed("ecr") as (gateway, stub):
        stub.add_client_error("describe_images", "ImageNotFoundException")
        assert gateway.image("mine", "v1") is None
        stub.add_client_error(
            "describe_images", "AccessDeniedException", "User is not authorized to perform: ecr:DescribeImages on it"
        )
        with pytest.raises(PermissionDenied) as refused:
            gateway.image("mine", "v1")
        assert refused.value.action == "ecr:DescribeImages"


def test_objects_are_counted_below_a_prefix_and_looked_at_by_key() -> None:
    with stubbed("s3") as (gateway, stub):
        page = {"Contents": [{"Key": "a/1", "Size": 3}, {"Key": "a/2", "Size": 4}], "IsTruncated": True}
        stub.add_response("list_objects_v2", page, {"Bucket": "mine", "Prefix": "a/", "MaxKeys": 1000})
        assert gateway.objects("mine", "a/") == Objects(2, 7, complete=False)
        stub.add_response("head_object", {"ContentLength": 9}, {"Bucket": "mine", "Key": "a.tar.gz"})
        assert gateway.objects("mine", "a.tar.gz") == Objects(1, 9)
        stub.add_client_error("head_object", "404", "Not Found", 404)
        assert gateway.objects("mine", "b.tar.gz") == Objects(0, 0)


def test_a_bucket_tells_its_region_also_where_it_refuses() -> None:
    region = {"HTTPHeaders": {"x-amz-bucket-region": "eu-west-1"}}
    with stubbed("s3") as (gateway, stub):
        stub.add_response("head_bucket", {"BucketRegion": "us-east-1"}, {"Bucket": "mine"})
        assert gateway.bucket("mine") == Bucket("us-east-1")
        stub.add_client_error("head_bucket", "404", "Not Found", 404)
        assert gateway.bucket("gone") is None
        stub.add_client_error("head_bucket", "403", "Forbidden", 403, response_meta=region)
        assert gateway.bucket("theirs") == Bucket("eu-west-1", readable=False)


def test_subnets_and_groups_that_are_not_there_are_left_out() -> None:
    with stubbed("ec2") as (gateway, stub):
        rows = [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "AvailableIpAddressCount": 7}]
        bound = {"Filters": [{"Name": "subnet-id", "Values": ["subnet-1", "subnet-2"]}]}
        stub.add_response("describe_subnets", {"Subnets": rows}, bound)
        assert gateway.networks(("subnet-1", "subnet-2")) == {"subnet-1": Network("vpc-1", 7)}
        bound = {"Filters": [{"Name": "group-id", "Values": ["sg-1"]}]}
        stub.add_response(
            "describe_security_groups", {"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1"}]}, bound
        )
        assert gateway.groups(("sg-1",)) == {"sg-1": "vpc-1"}


def test_keys_and_topics_are_there_or_not() -> None:
    with stubbed("kms") as (gateway, stub):
        found = {"KeyId": "0", "Arn": "arn:aws:kms:us-east-1:123456789012:key/0", "KeyState": "Disabled"}
        stub.add_response("describe_key", {"KeyMetadata": found}, {"KeyId": "alias/mine"})
        assert gateway.key("alias/mine") == Key("arn:aws:kms:us-east-1:123456789012:key/0", "Disabled")
        stub.add_client_error("describe_key", "NotFoundException")
        assert gateway.key("alias/gone") is None
    with stubbed("sns") as (gateway, stub):
        stub.add_response("get_topic_attributes", {"Attributes": {}}, {"TopicArn": "arn:aws:sns:us-east-1:1:there"})
        assert gateway.topic("arn:aws:sns:us-east-1:1:there")
        stub.add_client_error("get_topic_attributes", "NotFound")
        assert not gateway.topic("arn:aws:sns:us-east-1:1:gone")

"""What is asked of AWS: pages by their tokens, configurations once, tags by each service's own call."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.errors import NotFound, PermissionDenied, Throttled
from services.pace import Pace
from services.resources import Key, Kind, Machine, Resource
from services.resources.gateway import TAG_STREAMS, ResourcesGateway
from services.resources.listing import GLOBAL_LISTINGS, LISTINGS, Listing
from tests.services.catalog.stubbed import StubbedClients
from tests.services.resources.fakes import PLACE, REGION, key, listed

WHEN = datetime(2026, 11, 20, tzinfo=UTC)
HEAD = f"arn:aws:sagemaker:{REGION}:123456789012"


@pytest.fixture
def clients() -> StubbedClients:
    return StubbedClients("sagemaker", "s3", "iam", "logs", "sns", "cloudwatch", "resourcegroupstaggingapi", "account",
                          "ec2")  # fmt: skip


def gateway(clients: StubbedClients) -> ResourcesGateway:
    return ResourcesGateway(clients, PLACE, Pace(1e6, sleep=lambda _: None))


def listing(rows: str) -> Listing:
    return next(each for each in (*LISTINGS, *GLOBAL_LISTINGS) if each.rows == rows)


def model(name: str) -> dict[str, object]:
    return {"ModelName": name, "ModelArn": f"{HEAD}:model/{name}", "CreationTime": WHEN}


def test_a_page_is_asked_for_with_the_token_of_the_one_before(clients: StubbedClients) -> None:
    clients.answer("sagemaker", "list_models", {"Models": [model("a")], "NextToken": "t"}, {"MaxResults": 100})
    clients.answer("sagemaker", "list_models", {"Models": [model("b")]}, {"MaxResults": 100, "NextToken": "t"})
    with clients.active():
        reading = gateway(clients)
        first, token = reading.page(listing("Models"))
        second, end = reading.page(listing("Models"), token)
    assert [each.name for each in (*first, *second)] == ["a", "b"]
    assert (token, end) == ("t", "")


def test_a_list_refused_as_too_fast_says_so_and_a_denied_one_says_that(clients: StubbedClients) -> None:
    clients.refuse("sagemaker", "list_models", "ThrottlingException", "Rate exceeded")
    clients.refuse("sagemaker", "list_models", "AccessDeniedException", "not authorized to perform")
    with clients.active():
        with pytest.raises(Throttled):
            gateway(clients).page(listing("Models"))
        with pytest.raises(PermissionDenied):
            gateway(clients).page(listing("Models"))


def test_an_endpoints_configuration_is_read_once_for_both(clients: StubbedClients) -> None:
    variant = {"VariantName": "v", "CurrentInstanceCount": 2}
    clients.answer("sagemaker", "describe_endpoint", {
        "EndpointName": "e", "EndpointArn": f"{HEAD}:endpoint/e", "EndpointConfigName": "c", "CreationTime": WHEN,
        "EndpointStatus": "InService", "LastModifiedTime": WHEN, "ProductionVariants": [variant],
    }, {"EndpointName": "e"})  # fmt: skip
    clients.answer("sagemaker", "describe_endpoint_config", {
        "EndpointConfigName": "c", "EndpointConfigArn": f"{HEAD}:endpoint-config/c", "CreationTime": WHEN,
        "ProductionVariants": [{"VariantName": "v", "ModelName": "m", "InstanceType": "ml.g5.xlarge"}],
    }, {"EndpointConfigName": "c"})  # fmt: skip
    with clients.active():
        reading = gateway(clients)
        endpoint = reading.described(listed(Kind.ENDPOINT, "e"))
        config = reading.described(listed(Kind.ENDPOINT_CONFIG, "c"))
    assert endpoint.machines == (Machine("ml.g5.xlarge", 2, "v"),)
    assert config.uses == (key(Kind.MODEL, "m"),)


@pytest.mark.parametrize(
    ("kind", "service", "operation", "code", "message", "name"),
    [
        (Kind.MODEL, "sagemaker", "describe_model", "ValidationException", 'Could not find model "m".', "m"),
        (Kind.NOTEBOOK, "sagemaker", "describe_notebook_instance", "ValidationException", "RecordNotFound", "n"),
        (Kind.DOMAIN, "sagemaker", "describe_domain", "ResourceNotFound", "Domain does not exist.", "d-x"),
        (Kind.TOPIC, "sns", "get_topic_attributes", "NotFound", "Topic does not exist", "arn:aws:sns:r:1:t"),
        (Kind.ROLE, "iam", "get_role", "NoSuchEntity", "The role cannot be found.", "R"),
    ],
)
def test_what_is_gone_is_told_from_what_cannot_be_read(
    clients: StubbedClients, kind: Kind, service: str, operation: str, code: str, message: str, name: str
) -> None:
    clients.refuse(service, operation, code, message)
    clients.refuse(service, operation, "AccessDeniedException", "not authorized to perform")
    with clients.active():
        with pytest.raises(NotFound):
            gateway(clients).described(listed(kind, name))
        with pytest.raises(PermissionDenied):
            gateway(clients).described(listed(kind, name))


def test_a_buckets_tags_come_from_its_own_call_and_it_may_have_none(clients: StubbedClients) -> None:
    bucket = Resource(key=key(Kind.BUCKET, "b"), arn="arn:aws:s3:::b")
    rows = [{"Key": "team", "Value": "risk"}]
    clients.answer("s3", "get_bucket_tagging", {"TagSet": rows}, {"Bucket": "b"})
    clients.refuse("s3", "get_bucket_tagging", "NoSuchTagSet", "The TagSet does not exist")
    with clients.active():
        assert gateway(clients).with_tags(bucket).tags == {"team": "risk"}
        assert gateway(clients).with_tags(bucket).tags == {}


def test_what_aws_lists_but_tells_no_tags_of_is_not_asked_again_for_ever(clients: StubbedClients) -> None:
    arn = f"arn:aws:sagemaker:{REGION}:123456789012:app/d-1/s/jupyterlab/default"
    clients.refuse("sagemaker", "list_tags", "ValidationException", f'Could not find app "{arn}".')
    with clients.active():
        assert gateway(clients).with_tags(Resource(key=key(Kind.APP, "d-1/s/JupyterLab/default"), arn=arn)).tags == {}


def test_a_log_groups_tags_come_as_a_map_and_a_topics_as_pairs(clients: StubbedClients) -> None:
    group = Resource(key=key(Kind.LOG_GROUP, "g"), arn=f"arn:aws:logs:{REGION}:123456789012:log-group:g")
    arn = f"arn:aws:sns:{REGION}:123456789012:t"
    clients.answer("logs", "list_tags_for_resource", {"tags": {"a": "b"}}, {"resourceArn": group.arn})
    clients.answer("sns", "list_tags_for_resource", {"Tags": [{"Key": "a", "Value": "b"}]}, {"ResourceArn": arn})
    with clients.active():
        assert gateway(clients).with_tags(group).tags == {"a": "b"}
        assert gateway(clients).with_tags(Resource(key=Key(Kind.TOPIC, arn, REGION), arn=arn)).tags == {"a": "b"}


def test_a_bucket_of_more_than_a_page_has_the_size_that_cloudwatch_noted(clients: StubbedClients) -> None:
    points = [{"Timestamp": WHEN, "Average": 5e9, "Unit": "Bytes"}]
    for size in (points, []):
        clients.answer("s3", "list_objects_v2", {"IsTruncated": True, "Contents": []}, {"Bucket": "b"})
        clients.answer("cloudwatch", "get_metric_statistics", {"Datapoints": size}, None)
    bucket = Resource(key=key(Kind.BUCKET, "b"), arn="arn:aws:s3:::b")
    with clients.active():
        assert gateway(clients).described(bucket).stored == 5_000_000_000
        assert gateway(clients).described(bucket).stored is None


def test_the_tags_of_a_kind_come_by_pages(clients: StubbedClients) -> None:
    row = {"ResourceARN": f"{HEAD}:model/a", "Tags": [{"Key": "team", "Value": "risk"}]}
    clients.answer("resourcegroupstaggingapi", "get_resources",
                   {"ResourceTagMappingList": [row], "PaginationToken": "more"}, None)  # fmt: skip
    with clients.active():
        tags, token = gateway(clients).tags(TAG_STREAMS[2])
    assert (dict(tags), token) == ({f"{HEAD}:model/a": {"team": "risk"}}, "more")


def test_regions_come_from_the_account_or_else_from_ec2_or_are_not_known(clients: StubbedClients) -> None:
    enabled = {"Regions": [{"RegionName": "eu-west-1"}, {"RegionName": REGION}]}
    clients.answer("account", "list_regions", enabled, None)
    for _ in range(2):
        clients.refuse("account", "list_regions", "AccessDeniedException", "not authorized to perform")
    clients.answer("ec2", "describe_regions", {"Regions": [{"RegionName": REGION}]}, None)
    clients.refuse("ec2", "describe_regions", "UnauthorizedOperation", "not authorized to perform")
    with clients.active():
        found = [gateway(clients).regions() for _ in range(3)]
    assert found == [("eu-west-1", REGION), (REGION,), ()]

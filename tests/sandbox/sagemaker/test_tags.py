"""Tags of what is held here, and of what parts hold."""

import pytest

from sandbox.operations import Elsewhere
from tests.sandbox.sagemaker.calls import ARN, REGION, ROLE, SageMaker, roomy, variant


def pairs(*keys: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": key.upper()} for key in keys]


@pytest.fixture
def tagged(aws: SageMaker) -> SageMaker:
    aws.model()
    aws.endpoint("e", roomy(), ExecutionRoleArn=ROLE)
    aws.component("one")
    return aws


@pytest.mark.parametrize("resource", ["model/m", "endpoint-config/e", "endpoint/e", "inference-component/one"])
def test_each_kind_can_be_tagged(tagged: SageMaker, resource: str) -> None:
    arn = f"{ARN}:{resource}"
    assert tagged("AddTags", ResourceArn=arn, Tags=pairs("a", "b"))["Tags"] == pairs("a", "b")
    tagged("DeleteTags", ResourceArn=arn, TagKeys=["a"])
    assert tagged("ListTags", ResourceArn=arn)["Tags"] == pairs("b")
    assert dict(tagged.service.tags.all(REGION)) == {arn: {"b": "B"}}


def test_no_more_than_fifty_tags_stay(tagged: SageMaker) -> None:
    arn = f"{ARN}:endpoint/e"
    tagged("AddTags", ResourceArn=arn, Tags=pairs(*(f"k{number}" for number in range(50))))
    assert tagged.refused("AddTags", ResourceArn=arn, Tags=pairs("more"))[0] == "ResourceLimitExceeded"
    listed = tagged("ListTags", ResourceArn=arn)
    assert len(listed["Tags"]) == 50
    assert "NextToken" not in listed


def test_tags_come_in_pages(tagged: SageMaker) -> None:
    arn = f"{ARN}:endpoint/e"
    tagged("AddTags", ResourceArn=arn, Tags=pairs("a", "b", "c"))
    first = tagged("ListTags", ResourceArn=arn, MaxResults=2)
    assert first["Tags"] == pairs("a", "b")
    assert tagged("ListTags", ResourceArn=arn, NextToken=first["NextToken"])["Tags"] == pairs("c")
    assert tagged.refused("ListTags", ResourceArn=arn, NextToken="x")[0] == "ValidationException"


def test_keys_given_twice_or_awss_own_are_refused_before_anything_is_made(aws: SageMaker) -> None:
    aws.model()
    aws.config("c", variant())
    for tags, said in ((pairs("a", "a"), "Duplicate tag keys found: a."), (pairs("aws:x"), "aws: prefixed tag key")):
        asked = {"EndpointName": "e", "EndpointConfigName": "c", "Tags": tags}
        assert aws.refused("CreateEndpoint", **asked)[1].startswith(said)
    assert aws("ListEndpoints")["Endpoints"] == []


def test_other_accounts_regions_and_kinds_are_not_ours(tagged: SageMaker) -> None:
    elsewhere = f"{ARN}:endpoint/e".replace("us-east-1", "eu-west-1")
    assert tagged.refused("ListTags", ResourceArn=elsewhere)[1] == f'Could not find endpoint "{elsewhere}".'
    stranger = f"{ARN}:endpoint/e".replace("123456789012", "210987654321")
    assert tagged.refused("ListTags", ResourceArn=stranger)[0] == "ValidationException"
    with pytest.raises(Elsewhere):
        tagged("ListTags", ResourceArn=f"{ARN}:experiment/x")


def test_a_part_says_which_kinds_it_holds(aws: SageMaker) -> None:
    arn = f"{ARN}:studio-thing/d-1/x"
    aws.service.tags.hold({"studio-thing": lambda region, name: (region, name) == (REGION, "d-1/x")})
    aws.service.tags.put(arn, pairs("a"))
    assert aws("ListTags", ResourceArn=arn)["Tags"] == pairs("a")
    aws.service.tags.drop(arn)
    assert aws.service.tags.of(arn) == {}
    assert aws.refused("ListTags", ResourceArn=f"{ARN}:studio-thing/y")[1].startswith("Could not find studio thing")

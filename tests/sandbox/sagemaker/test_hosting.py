"""Which container answers an invocation: variants by weight, targets, components."""

from collections import Counter

import pytest

from sandbox.errors import AwsError
from sandbox.faults import Kind
from sandbox.hosting import Hosted
from tests.sandbox.sagemaker.calls import ARN, IMAGE, OTHER_IMAGE, REGION, ROLE, SageMaker, roomy, variant


def find(aws: SageMaker, **asked: str) -> Hosted:
    found = aws.world.hosting.find("e", REGION, "123456789012", **asked)
    assert found is not None
    return found


@pytest.fixture
def split(aws: SageMaker) -> SageMaker:
    """An endpoint `e` of two variants that share 3 to 1."""
    aws.model()
    aws.model("other", Image=OTHER_IMAGE)
    aws.endpoint("e", variant("A", InitialVariantWeight=3.0), variant("B", "other", count=2, InitialVariantWeight=1.0))
    return aws


def test_variants_take_turns_by_weight(split: SageMaker) -> None:
    turns = [find(split).variant for _ in range(40)]
    assert Counter(turns) == {"A": 30, "B": 10}
    assert turns[:4].count("B") == 1  # evenly spread, not in blocks


def test_a_changed_weight_changes_the_turns(split: SageMaker) -> None:
    change = [{"VariantName": "A", "DesiredWeight": 0.0}]
    split("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=change)
    split.world.advance(6)
    assert {find(split).variant for _ in range(20)} == {"B"}


def test_a_variant_that_lost_its_weight_gets_nothing_it_was_still_owed(split: SageMaker) -> None:
    assert [find(split).variant for _ in range(2)] == ["A", "A"]
    change = [{"VariantName": "B", "DesiredWeight": 0.0}]
    split("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=change)
    split.world.advance(6)
    assert {find(split).variant for _ in range(20)} == {"A"}


def test_tags_that_change_are_told_at_once(split: SageMaker) -> None:
    assert dict(find(split, variant="A").tags) == {}
    split("AddTags", ResourceArn=f"{ARN}:endpoint/e", Tags=[{"Key": "sagedeck:family", "Value": "tgi"}])
    assert dict(find(split, variant="A").tags) == {"sagedeck:family": "tgi"}
    split("DeleteTags", ResourceArn=f"{ARN}:endpoint/e", TagKeys=["sagedeck:family"])
    assert dict(find(split, variant="A").tags) == {}


def test_an_endpoint_that_could_not_be_rolled_back_still_serves(split: SageMaker) -> None:
    split.config("second", variant("A", "other"), variant("B", "other"))
    policy = {"MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 50}, "WaitIntervalInSeconds": 60}
    update = {"EndpointName": "e", "EndpointConfigName": "second"}
    split("UpdateEndpoint", **update, DeploymentConfig={"RollingUpdatePolicy": policy})
    split.fault(Kind.NO_CAPACITY)
    split.world.advance(60)
    assert split.status() == "UpdateRollbackFailed"
    assert find(split).serves
    split("DeleteEndpoint", EndpointName="e")
    assert not find(split).serves


def test_a_target_variant_is_what_answers(split: SageMaker) -> None:
    assert (find(split, variant="B").image, find(split, variant="B").instance_count) == (OTHER_IMAGE, 2)
    assert find(split, variant="A").image == IMAGE
    assert find(split, variant="A") is find(split, variant="A")
    with pytest.raises(AwsError) as caught:
        find(split, variant="Z")
    assert (caught.value.code, caught.value.message) == ("ValidationError", "Variant Z of endpoint e not found.")


def test_a_shadow_never_answers(aws: SageMaker) -> None:
    aws.model()
    aws.endpoint("e", variant("A"), ShadowProductionVariants=[variant("S")])
    assert {find(aws).variant for _ in range(10)} == {"A"}


def test_a_component_must_be_named_where_there_are_any_and_only_there(split: SageMaker) -> None:
    with pytest.raises(AwsError, match="Inference Component Name header is not allowed") as caught:
        find(split, component="one")
    assert caught.value.code == "ValidationError"
    split.endpoint("f", roomy(), ExecutionRoleArn=ROLE)
    with pytest.raises(AwsError, match="Inference Component Name header is required"):
        split.world.hosting.find("f", REGION, "123456789012")
    with pytest.raises(AwsError, match="Inference Component one of account 123456789012 not found"):
        split.world.hosting.find("f", REGION, "123456789012", component="one")


def test_an_update_answers_from_the_old_fleet_until_it_is_done(split: SageMaker) -> None:
    split.config("second", variant("A", "other"))
    split("UpdateEndpoint", EndpointName="e", EndpointConfigName="second")
    assert (find(split, variant="A").image, find(split).status) == (IMAGE, "Updating")
    split.world.advance(6)
    assert (find(split).image, find(split).status) == (OTHER_IMAGE, "InService")


def test_serverless_and_multi_model_containers_are_told(aws: SageMaker) -> None:
    uri = "s3://jumpstart-cache-prod-us-east-1/models/"
    aws.model(Mode="MultiModel", ModelDataUrl=uri)
    serverless = {"MemorySizeInMB": 1024, "MaxConcurrency": 2}
    aws.endpoint("e", {"VariantName": "A", "ModelName": "m", "ServerlessConfig": serverless})
    found = find(aws)
    assert (found.mode, found.artifact, found.serverless, found.instance_type) == ("MultiModel", uri, serverless, "")


def test_what_serves_and_costs_is_told_to_others(split: SageMaker) -> None:
    rows = {row.variant: row for row in split.service.variants(REGION)}
    assert (rows["A"].instances, rows["B"].instances, rows["B"].instance_type) == (1, 2, "ml.m5.large")
    split("AddTags", ResourceArn=split.described()["EndpointArn"], Tags=[{"Key": "owner", "Value": "me"}])
    costs = list(split.service.running(REGION))
    assert [(row.kind, row.instances, dict(row.tags)) for row in costs] == [
        ("Hosting", 1, {"owner": "me"}),
        ("Hosting", 2, {"owner": "me"}),
    ]
    assert dict(find(split).tags) == {"owner": "me"}
    split("DeleteEndpoint", EndpointName="e")
    assert list(split.service.running(REGION)) == list(split.service.variants(REGION)) == []

"""Roles, validation, tags and lists, by boto3."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sandbox.faults import Fault, Kind
from tests.sandbox.conftest import IMAGE, ROLE, TRUST, Running
from tests.sandbox.server import ask
from tests.sandbox.test_endpoints import ARN, refusal

HALF = timedelta(seconds=0.5)  # boto3 sends whole seconds, so it must lie between two
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=testing/20261120/us-east-1/sagemaker/aws4_request, SignedHeaders=host, Signature=0"
)
NOT_ASSUMABLE = (
    "ValidationException",
    f"Could not assume role {ROLE}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' "
    "to assume the role.",
)


def call(sandbox: Running, operation: str, request: Any) -> tuple[int, dict[str, Any]]:
    """Ask without boto3, which would refuse to send the wrong."""
    status, _, body = ask(
        sandbox.url,
        "POST",
        json.dumps(request).encode(),
        authorization=SIGNED,
        x_amz_target=f"SageMaker.{operation}",
        content_type="application/x-amz-json-1.1",
    )
    return status, json.loads(body)


def test_a_role_must_exist(sandbox: Running) -> None:
    create = sandbox.client("sagemaker").create_model
    assert refusal(create, ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": IMAGE}) == NOT_ASSUMABLE


@pytest.mark.parametrize(
    "change",
    [
        {"Principal": {"Service": "lambda.amazonaws.com"}},
        {"Effect": "Deny"},
        {"Action": "sts:TagSession"},
    ],
)
def test_a_role_must_trust_sagemaker(sandbox: Running, change: dict[str, Any]) -> None:
    policy = {**TRUST, "Statement": [{**TRUST["Statement"][0], **change}]}  # type: ignore[dict-item]
    sandbox.client("iam").create_role(RoleName="Sage", AssumeRolePolicyDocument=json.dumps(policy))
    create = sandbox.client("sagemaker").create_model
    assert refusal(create, ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": IMAGE}) == NOT_ASSUMABLE


def test_a_duplicate_role_is_refused(sandbox: Running, role: str) -> None:
    create = sandbox.client("iam").create_role
    code, _ = refusal(create, RoleName="Sage", AssumeRolePolicyDocument=json.dumps(TRUST))
    assert code == "EntityAlreadyExists"


def test_aws_managed_policies_can_be_attached_and_are_simulated(sandbox: Running, role: str) -> None:
    iam = sandbox.client("iam")
    policy = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
    iam.attach_role_policy(RoleName="Sage", PolicyArn=policy)
    assert iam.list_attached_role_policies(RoleName="Sage")["AttachedPolicies"][0]["PolicyArn"] == policy
    actions = ["sagemaker:CreateModel", "dynamodb:DeleteTable"]
    results = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=actions)["EvaluationResults"]
    assert [result["EvalDecision"] for result in results] == ["allowed", "implicitDeny"]
    unknown = "arn:aws:iam::aws:policy/NoSuchPolicy"
    assert refusal(iam.attach_role_policy, RoleName="Sage", PolicyArn=unknown)[0] == "NoSuchEntity"


def test_an_unknown_instance_type_is_refused_in_aws_words(sandbox: Running) -> None:
    variant = {"VariantName": "A", "ModelName": "m", "InstanceType": "ml.z9.large", "InitialInstanceCount": 1}
    create = sandbox.client("sagemaker").create_endpoint_config
    code, said = refusal(create, EndpointConfigName="c", ProductionVariants=[variant])
    start = "1 validation error detected: Value 'ml.z9.large' at 'productionVariants.1.member.instanceType' failed to "
    assert code == "ValidationException"
    assert said.startswith(start + "satisfy constraint: Member must satisfy enum value set: [ml.t2.medium, ")


def test_every_violation_of_the_model_is_named(sandbox: Running) -> None:
    status, error = call(
        sandbox, "CreateModel", {"ModelName": "no_underscores", "Surprise": 1, "Containers": [{}] * 16}
    )
    assert (status, error["__type"]) == (400, "ValidationException")
    assert error["message"].startswith("3 validation errors detected: ")
    assert (
        "Value 'no_underscores' at 'modelName' failed to satisfy constraint: Member must satisfy regular"
        in error["message"]
    )
    assert (
        "at 'surprise' failed to satisfy constraint: Member must be one that CreateModelInput has" in error["message"]
    )
    assert (
        "at 'containers' failed to satisfy constraint: Member must have length less than or equal to 15"
        in error["message"]
    )


def test_a_missing_member_a_long_name_and_a_wrong_type_are_refused(sandbox: Running) -> None:
    _, error = call(sandbox, "CreateEndpoint", {"EndpointName": "a" * 64})
    assert (
        "Value null at 'endpointConfigName' failed to satisfy constraint: Member must not be null" in error["message"]
    )
    assert "Member must have length less than or equal to 63" in error["message"]
    _, error = call(sandbox, "ListEndpoints", {"MaxResults": "ten"})
    assert error["__type"] == "SerializationException"
    assert call(sandbox, "ListEndpoints", [])[1]["__type"] == "SerializationException"
    assert call(sandbox, "MakeCoffee", {})[1]["__type"] == "UnknownOperationException"


def test_tags_are_added_replaced_listed_and_removed(sandbox: Running, deploy: Callable[..., None]) -> None:
    sagemaker = sandbox.client("sagemaker")
    deploy("chat", Tags=[{"Key": "owner", "Value": "me"}])
    arn = f"{ARN}:endpoint/chat"
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "owner", "Value": "you"}, {"Key": "team", "Value": "á b"}])
    listed = {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=arn)["Tags"]}
    assert listed == {"owner": "you", "team": "á b"}
    tagging = sandbox.client("resourcegroupstaggingapi")
    wanted = [{"Key": "owner", "Values": ["you"]}]
    (mapping,) = tagging.get_resources(TagFilters=wanted, ResourceTypeFilters=["sagemaker:endpoint"])[
        "ResourceTagMappingList"
    ]
    assert mapping["ResourceARN"] == arn
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["owner"])
    found = sandbox.app.world.hosting.find("chat", "us-east-1", "123456789012")
    assert found is not None
    assert dict(found.tags) == {"team": "á b"}


def test_tags_of_what_does_not_exist_and_aws_own_keys_are_refused(
    sandbox: Running, deploy: Callable[..., None]
) -> None:
    sagemaker = sandbox.client("sagemaker")
    absent = ("ValidationException", f'Could not find endpoint "{ARN}:endpoint/no".')
    assert refusal(sagemaker.list_tags, ResourceArn=f"{ARN}:endpoint/no") == absent
    deploy("chat")
    own = [{"Key": "aws:mine", "Value": "x"}]
    assert refusal(sagemaker.add_tags, ResourceArn=f"{ARN}:model/chat", Tags=own)[0] == "ValidationException"


def test_lists_are_paged_newest_first_and_filtered(sandbox: Running, deploy: Callable[..., None]) -> None:
    sagemaker = sandbox.client("sagemaker")
    for number in range(12):
        deploy(f"e{number:02d}")
        sandbox.app.world.advance(1)
    first = sagemaker.list_endpoints()
    assert [row["EndpointName"] for row in first["Endpoints"]] == [f"e{n:02d}" for n in range(11, 1, -1)]
    second = sagemaker.list_endpoints(NextToken=first["NextToken"])
    assert [row["EndpointName"] for row in second["Endpoints"]] == ["e01", "e00"]
    assert "NextToken" not in second
    paged = sagemaker.get_paginator("list_endpoints").paginate(SortBy="Name", SortOrder="Ascending", MaxResults=5)
    assert [row["EndpointName"] for row in paged.search("Endpoints[]")] == [f"e{n:02d}" for n in range(12)]
    creating = sagemaker.list_endpoints(StatusEquals="Creating", MaxResults=100)["Endpoints"]
    assert [row["EndpointName"] for row in creating] == ["e11", "e10", "e09", "e08"]
    named = sagemaker.list_endpoints(NameContains="E0", SortBy="Status", MaxResults=100)["Endpoints"]
    assert len(named) == 10
    middle = sagemaker.describe_endpoint(EndpointName="e06")["CreationTime"] + HALF
    assert len(sagemaker.list_endpoints(CreationTimeAfter=middle, MaxResults=100)["Endpoints"]) == 5
    assert len(sagemaker.list_models(CreationTimeBefore=middle)["Models"]) == 7
    assert len(sagemaker.list_endpoint_configs(MaxResults=3)["EndpointConfigs"]) == 3
    assert refusal(sagemaker.list_models, NextToken="rubbish")[0] == "ValidationException"


def test_a_role_goes_only_after_its_policies(sandbox: Running, role: str) -> None:
    iam = sandbox.client("iam")
    managed = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
    statement = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::b/*"]}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="Sage", PolicyName="read", PolicyDocument=document)
    iam.attach_role_policy(RoleName="Sage", PolicyArn=managed)
    assert iam.get_role_policy(RoleName="Sage", PolicyName="read")["PolicyDocument"]["Statement"] == [statement]
    assert refusal(iam.delete_role, RoleName="Sage")[0] == "DeleteConflict"
    iam.delete_role_policy(RoleName="Sage", PolicyName="read")
    assert refusal(iam.delete_role, RoleName="Sage")[0] == "DeleteConflict"
    iam.detach_role_policy(RoleName="Sage", PolicyArn=managed)
    iam.delete_role(RoleName="Sage")
    assert refusal(iam.get_role, RoleName="Sage")[0] == "NoSuchEntity"


def test_a_malformed_trust_policy_is_refused(sandbox: Running) -> None:
    create = sandbox.client("iam").create_role
    assert refusal(create, RoleName="Bad", AssumeRolePolicyDocument="{")[0] == "MalformedPolicyDocument"


def test_the_simulator_of_iam_knows_the_actions_that_a_fault_denies(sandbox: Running) -> None:
    iam = sandbox.client("iam")
    arn = iam.create_user(UserName="ada")["User"]["Arn"]
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_user_policy(UserName="ada", PolicyName="all", PolicyDocument=json.dumps(allow))
    sandbox.app.world.faults.set(Fault(Kind.DENIED_ACTION, resource="sagemaker:DeleteEndpoint"))
    actions = ["sagemaker:DeleteEndpoint", "sagemaker:DeleteModel"]
    results = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=actions)["EvaluationResults"]
    assert [each["EvalDecision"] for each in results] == ["implicitDeny", "allowed"]
    assert [fault.left for _, fault in sandbox.app.world.faults.list()] == [None]

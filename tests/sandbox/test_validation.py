"""Requests that no service of AWS would take are refused in its code and its words, whoever would have answered."""

import json
from typing import Any

import pytest

from sandbox.errors import AwsError
from sandbox.validation import check
from sandbox.violations import matches
from sandbox.wire.api import api
from tests.sandbox.conftest import TRUST, Running
from tests.sandbox.test_endpoints import refusal


def refused(service: str, operation: str, request: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(AwsError) as caught:
        check(service, operation, request)
    return caught.value.code, caught.value.message


def test_a_name_iam_would_not_take_is_refused_before_moto_sees_it(sandbox: Running) -> None:
    create = sandbox.client("iam").create_role
    assert refusal(create, RoleName="a b", AssumeRolePolicyDocument=json.dumps(TRUST)) == (
        "ValidationError",
        "1 validation error detected: Value 'a b' at 'roleName' failed to satisfy constraint: Member must satisfy "
        r"regular expression pattern: [\w+=,.@-]+",
    )


@pytest.mark.parametrize(
    ("service", "operation", "request_", "code"),
    [
        ("iam", "GetRole", {"RoleName": ""}, "ValidationError"),
        ("sts", "AssumeRole", {"RoleArn": "arn:aws:iam::1:role/abcdefgh", "RoleSessionName": "a b"}, "ValidationError"),
        ("sns", "CreateTopic", {}, "InvalidParameter"),
        ("logs", "PutRetentionPolicy", {"logGroupName": "a b", "retentionInDays": 1}, "InvalidParameterException"),
        ("cloudwatch", "ListMetrics", {"Namespace": ":x"}, "ValidationError"),
        ("kms", "DescribeKey", {"KeyId": ""}, "ValidationException"),
        ("ec2", "DescribeSubnets", {"MaxResults": 1}, "InvalidParameterValue"),
        ("ec2", "CreateSubnet", {}, "MissingParameter"),
        ("budgets", "DescribeBudget", {"AccountId": "1", "BudgetName": "a"}, "InvalidParameterException"),
        ("sagemaker", "DescribeEndpoint", {}, "ValidationException"),
        ("application-autoscaling", "DescribeScalableTargets", {"ServiceNamespace": "x"}, "ValidationException"),
        ("scheduler", "GetSchedule", {"Name": "a b"}, "ValidationException"),
    ],
)
def test_each_service_refuses_with_its_own_code(
    service: str, operation: str, request_: dict[str, Any], code: str
) -> None:
    found, message = refused(service, operation, request_)
    assert found == code
    assert message


def test_all_that_is_wrong_is_told_at_once() -> None:
    request = {"ModelName": "a_b", "Surprise": 1, "VpcConfig": {"Subnets": ["ok", "x" * 33], "SecurityGroupIds": ["s"]}}
    _, message = refused("sagemaker", "CreateModel", request)
    assert message.startswith("3 validation errors detected: Value 'a_b' at 'modelName'")
    assert "; Value '1' at 'surprise' failed" in message
    assert "at 'vpcConfig.subnets' failed to satisfy constraint: Member must satisfy constraint: [Member must have" in (
        message
    )


def test_what_is_wrong_in_a_map_is_told_as_aws_tells_it() -> None:
    request = {"ModelName": "a", "PrimaryContainer": {"Environment": {"a b": "x", "good": "y"}}}
    _, message = refused("sagemaker", "CreateModel", request)
    assert "Value '{a b=x, good=y}' at 'primaryContainer.environment' failed to satisfy constraint: Map keys must" in (
        message
    )


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({"MaxResults": "ten"}, "STRING_VALUE can not be converted to Integer at 'maxResults'"),
        ({"MaxResults": True}, "TRUE_VALUE can not be converted to Integer at 'maxResults'"),
        ({"MaxResults": 2**31}, "2147483648 is out of the range of Integer at 'maxResults'"),
        ({"SortBy": {}}, "START_OBJECT can not be converted to String at 'sortBy'"),
        ({"CreationTimeAfter": "soon"}, "STRING_VALUE can not be converted to Timestamp at 'creationTimeAfter'"),
    ],
)
def test_a_wrong_type_is_a_serialization_error(request_: dict[str, Any], told: str) -> None:
    assert refused("sagemaker", "ListEndpoints", request_) == ("SerializationException", told)


def test_a_union_takes_exactly_one_member() -> None:
    both = {
        "AutoMLJobName": "a",
        "AutoMLJobInputDataConfig": [],
        "OutputDataConfig": {"S3OutputPath": "s3://b/o"},
        "RoleArn": "arn:aws:iam::123456789012:role/abcdefgh",
        "AutoMLProblemTypeConfig": {
            "TabularJobConfig": {"TargetAttributeName": "y"},
            "TextClassificationJobConfig": {"ContentColumn": "x", "TargetLabelColumn": "y"},
        },
    }
    _, message = refused("sagemaker", "CreateAutoMLJobV2", both)
    assert "exactly one of its members" in message


def test_members_that_are_null_count_as_left_out() -> None:
    check("sagemaker", "ListEndpoints", {"MaxResults": None, "NameContains": "a"})
    assert "Value null at 'endpointName'" in refused("sagemaker", "DescribeEndpoint", {"EndpointName": None})[1]


def test_an_operation_a_service_does_not_have_is_refused_as_it_does() -> None:
    assert refused("iam", "Nope", {}) == ("InvalidAction", "Could not find operation Nope for version 2010-05-08")
    assert refused("sagemaker", "MakeCoffee", {})[0] == "UnknownOperationException"


@pytest.mark.parametrize(
    ("service", "shape", "fitting", "endless"),
    [
        ("sagemaker", "ClusterSchedulerPriorityClassName", "a-b0", "a" * 3000 + "!"),
        ("sagemaker", "RepositoryUrl", "https://github.com/a/b.git", "https://" + "a" * 1000 + "!"),
        ("ecr", "ScanningRepositoryFilterValue", "team/*-model", "a" * 250 + "!"),
        ("events", "AuthHeaderParameters", "Bearer it is", " " * 500 + "\0"),
        ("rds", "BlueGreenDeploymentName", "blue-green", "a" * 58 + "!"),
        ("bedrock", "JobName", "tune-1", "a-" * 30 + "!"),
    ],
)
def test_no_text_keeps_a_pattern_of_aws_busy_for_ever(service: str, shape: str, fitting: str, endless: str) -> None:
    pattern = api(service).shape(shape)["pattern"]
    assert matches(pattern, fitting)
    assert not matches(pattern, endless)


def test_a_member_without_a_name_is_refused_like_any_other_unknown_one() -> None:
    code, message = refused("sagemaker", "DescribeEndpoint", {"": "", "EndpointName": "a"})
    assert (code, message.count("at ''")) == ("ValidationException", 1)


def test_a_path_without_its_slashes_is_refused_in_iams_own_words() -> None:
    code, message = refused("iam", "CreateUser", {"UserName": "ana", "Path": "people"})
    assert code == "ValidationError"
    assert message.startswith("The specified value for path is invalid. It must begin and end with /")


def test_sqs_tells_attributes_of_messages_where_its_model_names_those_of_queues_only() -> None:
    asked = {"QueueUrl": "http://127.0.0.1/1/q", "AttributeNames": ["SentTimestamp", "All"]}
    check("sqs", "ReceiveMessage", asked)

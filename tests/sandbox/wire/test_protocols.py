"""Every protocol that clients of the sandbox's own services speak, through boto3's own serializers and parsers."""

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import botocore.session
import pytest
from botocore.awsrequest import prepare_request_dict
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import given
from hypothesis import strategies as st

from sandbox import wire
from sandbox.errors import AwsError, headers_of, rendered
from sandbox.scope import Scope
from sandbox.wire import cbor

_WHEN = 1_700_000_000.5


def _model(service: str, protocol: str) -> ServiceModel:
    loader = botocore.session.get_session().get_component("data_loader")
    model = loader.load_service_model(service, "service-2")
    return ServiceModel({**model, "metadata": {**model["metadata"], "protocol": protocol}}, service)


def _sent(service: str, protocol: str, operation: str, request: Mapping[str, Any], signed: str) -> wire.Asked:
    """What the sandbox reads of a request that botocore wrote."""
    model = _model(service, protocol).operation_model(operation)
    asked = create_serializer(protocol, include_validation=False).serialize_to_request(dict(request), model)
    prepare_request_dict(asked, endpoint_url="http://127.0.0.1")
    body = asked["body"]
    if isinstance(body, dict):
        body = urlencode(body)
    body = body.encode() if isinstance(body, str) else body
    headers = {name.lower(): value for name, value in asked["headers"].items()}
    path, _, query = asked["url"].removeprefix("http://127.0.0.1").partition("?")
    head = wire.Head(asked["method"], path, query, headers, Scope(service=signed))
    named = wire.named(head)
    assert named is not None
    return wire.read(head, named, body)


def _answered(operation: OperationModel, protocol: str, asked: wire.Asked, response: dict[str, Any]) -> Any:
    status, headers, body = wire.written(asked, response, "an-id")
    told = {name.decode(): value.decode() for name, value in headers}
    answer = {"status_code": status, "headers": told, "body": body}
    return create_parser(protocol).parse(answer, operation.output_shape)


_METRIC = {
    "Namespace": "AWS/SageMaker",
    "MetricName": "Invocations",
    "Dimensions": [{"Name": "EndpointName", "Value": "a b&c"}, {"Name": "VariantName", "Value": "x"}],
    "StartTime": _WHEN,
    "EndTime": _WHEN + 60,
    "Period": 60,
    "Statistics": ["Sum", "Average"],
    "ExtendedStatistics": ["p99"],
}


@pytest.mark.parametrize("protocol", ["query", "smithy-rpc-v2-cbor", "json"])
def test_cloudwatch_is_understood_in_each_of_its_protocols(protocol: str) -> None:
    asked = _sent("cloudwatch", protocol, "GetMetricStatistics", _METRIC, "monitoring")
    assert (asked.service, asked.operation) == ("cloudwatch", "GetMetricStatistics")
    close = {"StartTime": pytest.approx(_WHEN, abs=1), "EndTime": pytest.approx(_WHEN + 60, abs=1)}
    assert asked.request == {**_METRIC, **close}
    assert isinstance(asked.request["StartTime"], float | int)


@pytest.mark.parametrize("protocol", ["query", "smithy-rpc-v2-cbor", "json"])
def test_boto3_reads_what_cloudwatch_answers_in_each_protocol(protocol: str) -> None:
    asked = _sent("cloudwatch", protocol, "GetMetricStatistics", _METRIC, "monitoring")
    point = {"Timestamp": _WHEN, "Sum": 3.0, "Unit": "Count", "ExtendedStatistics": {"p99": 1.5}}
    response = {"Label": "<Invocations> & more", "Datapoints": [point, {"Timestamp": _WHEN + 60, "Sum": 4.0}]}
    operation = _model("cloudwatch", protocol).operation_model("GetMetricStatistics")
    read = _answered(operation, protocol, asked, response)
    assert read["Label"] == "<Invocations> & more"
    assert [round(each["Timestamp"].timestamp(), 1) for each in read["Datapoints"]] == [_WHEN, _WHEN + 60]
    assert read["Datapoints"][0]["ExtendedStatistics"] == {"p99": 1.5}
    assert read["ResponseMetadata"]["RequestId"] == "an-id"


def test_metric_data_queries_in_a_form_are_read_with_all_they_hold() -> None:
    stat = {"Metric": {"Namespace": "N", "MetricName": "M"}, "Period": 60, "Stat": "p90"}
    queries = [{"Id": f"m{n}", "MetricStat": stat, "ReturnData": n % 2 == 0} for n in range(12)]
    request = {"MetricDataQueries": queries, "StartTime": _WHEN, "EndTime": _WHEN + 60}
    asked = _sent("cloudwatch", "query", "GetMetricData", request, "monitoring")
    assert asked.request["MetricDataQueries"] == queries


def test_a_schedule_is_read_from_its_address_its_query_and_its_body() -> None:
    target = {"Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint", "RoleArn": "arn:aws:iam::1:role/x"}
    request = {
        "Name": "stop at night",
        "ScheduleExpression": "at(2026-11-20T20:00:00)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": target,
        "StartDate": _WHEN,
    }
    asked = _sent("scheduler", "rest-json", "CreateSchedule", request, "scheduler")
    assert asked.operation == "CreateSchedule"
    assert asked.request == {**request, "StartDate": pytest.approx(_WHEN, abs=1)}
    asked = _sent("scheduler", "rest-json", "DeleteSchedule", {"Name": "n", "GroupName": "g"}, "scheduler")
    assert (asked.operation, asked.request["Name"], asked.request["GroupName"]) == ("DeleteSchedule", "n", "g")
    asked = _sent("scheduler", "rest-json", "ListSchedules", {"MaxResults": 5, "NamePrefix": "a"}, "scheduler")
    assert (asked.operation, asked.request) == ("ListSchedules", {"MaxResults": 5, "NamePrefix": "a"})


def test_boto3_reads_a_schedule() -> None:
    asked = _sent("scheduler", "rest-json", "GetSchedule", {"Name": "n"}, "scheduler")
    operation = _model("scheduler", "rest-json").operation_model("GetSchedule")
    read = _answered(operation, "rest-json", asked, {"Name": "n", "CreationDate": _WHEN, "State": "ENABLED"})
    assert (read["Name"], read["CreationDate"].timestamp(), read["State"]) == ("n", _WHEN, "ENABLED")


def test_rest_json_services_are_told_apart_by_method_and_address() -> None:
    asked = _sent("efs", "rest-json", "DescribeFileSystems", {"FileSystemId": "fs-01234567"}, "elasticfilesystem")
    assert (asked.operation, asked.request) == ("DescribeFileSystems", {"FileSystemId": "fs-01234567"})
    asked = _sent("efs", "rest-json", "DeleteMountTarget", {"MountTargetId": "fsmt-01234567"}, "elasticfilesystem")
    assert (asked.operation, asked.request) == ("DeleteMountTarget", {"MountTargetId": "fsmt-01234567"})


@pytest.mark.parametrize(
    ("service", "signed", "operation", "request_"),
    [
        ("iam", "iam", "CreateRole", {"RoleName": "r", "AssumeRolePolicyDocument": "{}", "MaxSessionDuration": 3600}),
        ("sts", "sts", "AssumeRole", {"RoleArn": "arn:aws:iam::123456789012:role/x", "RoleSessionName": "s"}),
        ("sns", "sns", "CreateTopic", {"Name": "t", "Attributes": {"DisplayName": "d"}, "Tags": []}),
        ("autoscaling", "autoscaling", "DescribeAutoScalingGroups", {"AutoScalingGroupNames": ["a", "b"]}),
    ],
)
def test_forms_of_services_that_moto_answers_are_understood_too(
    service: str, signed: str, operation: str, request_: dict[str, Any]
) -> None:
    asked = _sent(service, "query", operation, request_, signed)
    assert (asked.service, asked.operation, asked.request) == (service, operation, request_)


def test_ec2s_forms_are_understood() -> None:
    request = {"Filters": [{"Name": "vpc-id", "Values": ["a", "b"]}], "DryRun": True}
    asked = _sent("ec2", "ec2", "DescribeSubnets", request, "ec2")
    assert asked.request == request


@pytest.mark.parametrize("protocol", ["query", "smithy-rpc-v2-cbor", "rest-json", "json"])
def test_boto3_reads_code_and_message_of_an_error_in_each_protocol(protocol: str) -> None:
    kinds = {
        "query": {"content-type": "application/x-www-form-urlencoded"},
        "smithy-rpc-v2-cbor": {"smithy-protocol": "rpc-v2-cbor"},
        "rest-json": {"content-type": "application/json"},
        "json": {"x-amz-target": "X.Y"},
    }
    error, service = AwsError("ResourceNotFound", "Dashboard <x> does not exist", 404), "monitoring"
    kind, body = rendered(error, kinds[protocol], service)
    headers = {"content-type": kind, "x-amzn-errortype": error.code}
    headers |= {name.decode(): value.decode() for name, value in headers_of(error, kinds[protocol])}
    shape = _model("cloudwatch", "query").operation_model("GetDashboard").output_shape
    read = create_parser(protocol).parse({"status_code": 404, "headers": headers, "body": body}, shape)
    assert read["Error"]["Code"] == "ResourceNotFound"
    assert read["Error"]["Message"] == "Dashboard <x> does not exist"


@pytest.mark.parametrize(
    "body", [b"\xff\xff", b"\xa1", b"\x9f", b"\xbf\x01", b"\x81" * 500, b"\x01\x01", b"\xa1\x80\x01"]
)
def test_bytes_that_are_no_cbor_are_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="CBOR"):
        cbor.loads(body)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(_VALUES)
def test_what_is_written_as_cbor_is_read_again(value: object) -> None:
    assert cbor.loads(cbor.dumps(value)) == value


def test_a_time_in_cbor_is_read_as_its_seconds() -> None:
    assert cbor.loads(cbor.dumps(cbor.Moment(_WHEN))) == _WHEN
    assert math.isclose(cbor.loads(b"\xc1\xfb" + cbor.dumps(_WHEN)[1:]), _WHEN)

"""What an endpoint is made of: all of it, as far as it is told, and what may not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.catalog import price
from services.endpoints import EndpointDetail
from services.endpoints.aws_console import aws_links
from services.endpoints.composition import component_of, model_of, settings_of, variants_of
from services.endpoints.composition_gateway import CompositionGateway
from services.endpoints.forgiving_gateway import ForgivingGateway
from services.endpoints.history import History
from services.endpoints.timeline_gateway import TimelineGateway
from services.errors import NotFound, PermissionDenied
from services.pace import Pace
from tests.services.catalog.stubbed import StubbedClients
from tests.services.endpoints.samples import DETAIL, HEAD, WHEN


def test_a_variant_tells_what_is_configured_and_what_runs() -> None:
    asked = {
        "VariantName": "a", "ModelName": "m", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1,
        "VolumeSizeInGB": 256, "ContainerStartupHealthCheckTimeoutInSeconds": 600,
        "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 3},
        "RoutingConfig": {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
    }  # fmt: skip
    live = {"VariantName": "a", "CurrentInstanceCount": 1, "DesiredInstanceCount": 3, "CurrentWeight": 0.5}
    (found,) = variants_of({"ProductionVariants": [live]}, {"ProductionVariants": [asked]})
    assert (found.count, found.desired, found.weight, found.model) == (1, 3, 0.5, "m")
    assert found.settings == (
        ("Volume", "256 GB"),
        ("Startup health check", "600 s"),
        ("Routing", "LEAST_OUTSTANDING_REQUESTS"),
        ("Instances follow the components", "1 to 3"),
    )


def test_serverless_pools_and_shadows_are_told_as_what_they_are() -> None:
    config = {
        "ProductionVariants": [
            {"VariantName": "s", "ModelName": "m",
             "ServerlessConfig": {"MemorySizeInMB": 4096, "MaxConcurrency": 20, "ProvisionedConcurrency": 2}},
            {"VariantName": "p", "ModelName": "m", "InstancePools": [
                {"InstanceType": "ml.g5.2xlarge", "Priority": 2}, {"InstanceType": "ml.g5.xlarge", "Priority": 1}]},
        ],
        "ShadowProductionVariants": [{"VariantName": "x", "ModelName": "n", "InstanceType": "ml.m5.large"}],
    }  # fmt: skip
    running = [{"InstanceType": "ml.g5.2xlarge", "CurrentInstanceCount": 2}]
    live = {"ProductionVariants": [{"VariantName": "p", "InstancePools": running}]}
    serverless, pooled, shadow = variants_of(live, config)
    assert (serverless.memory_mb, serverless.concurrency, serverless.provisioned) == (4096, 20, 2)
    assert serverless.count is None
    assert [(pool.instance_type, pool.count) for pool in pooled.pools] == [("ml.g5.xlarge", None), ("ml.g5.2xlarge", 2)]
    assert shadow.shadow
    assert not pooled.shadow


def test_what_lacks_every_member_is_read_without_a_word() -> None:
    assert variants_of({}, {}) == ()
    assert variants_of({"ProductionVariants": None}, {"ProductionVariants": [{}]})[0].name == ""
    assert settings_of({}) == ()
    assert component_of({}, "part").name == "part"
    assert model_of({}).containers == ()


def test_a_configuration_tells_its_settings() -> None:
    config = {
        "AsyncInferenceConfig": {
            "OutputConfig": {"S3OutputPath": "s3://answers/", "NotificationConfig": {"ErrorTopic": "arn:topic"}},
            "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4},
        },
        "DataCaptureConfig": {
            "EnableCapture": True, "InitialSamplingPercentage": 20, "DestinationS3Uri": "s3://kept/",
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        },
        "KmsKeyId": "key-1",
        "VpcConfig": {"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]},
        "EnableNetworkIsolation": True,
    }  # fmt: skip
    told = dict(settings_of(config))
    assert told["Asynchronous answers"] == "s3://answers/"
    assert told["Requests at once on an instance"] == "4"
    assert told["Data capture"] == "20 % of requests (Input, Output) to s3://kept/"
    assert told["Subnets"] == "subnet-1, subnet-2"
    assert told["Isolation"] == "no network at all"


def test_secrets_of_models_and_components_are_masked() -> None:
    told = {"HF_TOKEN": "hf_not_a_real_token", "SM_NUM_GPUS": "1"}
    model = model_of({"PrimaryContainer": {"Image": "i", "Environment": told}})
    part = component_of({"Specification": {"Container": {"Environment": told}}}, "part")
    wanted = (("HF_TOKEN", "***"), ("SM_NUM_GPUS", "1"))
    assert model.containers[0].environment == part.environment == wanted


def test_a_components_copies_and_resources_are_counted() -> None:
    row = {
        "Specification": {"ModelName": "m", "ComputeResourceRequirements": {
            "NumberOfAcceleratorDevicesRequired": 1.0, "NumberOfCpuCoresRequired": 2.0, "MinMemoryRequiredInMb": 4096}},
        "RuntimeConfig": {"CurrentCopyCount": 1, "DesiredCopyCount": 2},
    }  # fmt: skip
    found = component_of(row, "part")
    assert found.resources == "1 accelerator, 2 CPU cores, 4,096 MB"
    assert (found.copies, found.desired) == (1, 2)


@pytest.fixture
def clients() -> Iterator[StubbedClients]:
    stubbed = StubbedClients("sagemaker")
    with stubbed.active():
        yield stubbed


def row(**more: Any) -> dict[str, Any]:
    return {
        "EndpointName": "Demo", "EndpointArn": f"{HEAD}:endpoint/demo", "EndpointStatus": "InService",
        "CreationTime": WHEN, "LastModifiedTime": WHEN,
    } | more  # fmt: skip


def test_what_may_not_be_read_is_named_and_the_rest_is_there(clients: StubbedClients) -> None:
    live = [{"VariantName": "AllTraffic", "CurrentInstanceCount": 1}]
    clients.answer("sagemaker", "describe_endpoint", row(ProductionVariants=live), None)
    action = "User: ada is not authorized to perform: sagemaker:DescribeEndpointConfig"
    clients.refuse("sagemaker", "describe_endpoint_config", "AccessDeniedException", action)
    found = CompositionGateway(clients).composition(DETAIL)
    assert [each.name for each in found.variants] == ["AllTraffic"]
    assert found.variants[0].usd_per_hour == DETAIL.usd_per_hour
    assert any("sagemaker:DescribeEndpointConfig" in problem for problem in found.problems)


def test_a_configuration_and_a_model_that_were_deleted_are_said(clients: StubbedClients) -> None:
    clients.answer("sagemaker", "describe_endpoint", row(), None)
    clients.refuse("sagemaker", "describe_endpoint_config", "ValidationException", "Could not find endpoint config")
    (problem,) = CompositionGateway(clients).composition(DETAIL).problems
    assert "is deleted" in problem


def test_an_endpoint_that_vanished_meanwhile_is_not_found(clients: StubbedClients) -> None:
    clients.refuse("sagemaker", "describe_endpoint", "ValidationException", 'Could not find endpoint "Demo".')
    with pytest.raises(NotFound):
        CompositionGateway(clients).composition(DETAIL)


@pytest.mark.parametrize(
    ("arn", "host"),
    [
        ("arn:aws:sagemaker:eu-west-1:123456789012:endpoint/demo", "https://eu-west-1.console.aws.amazon.com/"),
        ("arn:aws-cn:sagemaker:cn-north-1:123456789012:endpoint/demo", "https://console.amazonaws.cn/"),
        ("arn:aws-us-gov:sagemaker:us-gov-west-1:123456789012:endpoint/demo", "https://console.amazonaws-us-gov.com/"),
    ],
)
def test_links_lead_to_the_console_of_their_partition(arn: str, host: str) -> None:
    links = dict(aws_links(replace(DETAIL, arn=arn)))
    assert list(links) == ["Endpoint", "Configuration", "Model Demo", "Logs", "Metrics"]
    assert all(url.startswith(host) for url in links.values())
    assert links["Logs"].endswith("$252Faws$252Fsagemaker$252FEndpoints$252FDemo")


def test_where_aws_has_no_console_there_is_no_link() -> None:
    assert aws_links(replace(DETAIL, arn="arn:aws-iso:sagemaker:us-iso-east-1:123456789012:endpoint/demo")) == ()
    assert aws_links(replace(DETAIL, arn="")) == ()


def history(clients: StubbedClients) -> History:
    def denied(name: str) -> EndpointDetail:
        raise PermissionDenied("You may not read it.", "", "")

    return History(
        compositions=CompositionGateway(clients), timelines=TimelineGateway(clients, Pace(1e9)), detail=denied,
        partly=lambda: ForgivingGateway(clients), price=lambda kind: price("us-east-1", kind),
        cached=lambda _key, _seconds, load: load(), runs=lambda: (), now=WHEN.timestamp, owner="ada",
    )  # fmt: skip


def test_an_endpoint_is_read_as_far_as_that_is_allowed(clients: StubbedClients) -> None:
    clients.answer("sagemaker", "describe_endpoint", row(EndpointConfigName="Demo"), None)
    for operation, action in (("describe_endpoint_config", "DescribeEndpointConfig"), ("list_tags", "ListTags")):
        words = f"User: ada is not authorized to perform: sagemaker:{action}"
        clients.refuse("sagemaker", operation, "AccessDeniedException", words)
    detail, missing = history(clients).as_far("Demo")
    assert (detail.status, detail.hardware, detail.usd_per_hour) == ("InService", "machine not known", None)
    assert [action in words for action, words in zip(("DescribeEndpointConfig", "ListTags"), missing, strict=True)] == [
        True,
        True,
    ]


def test_an_endpoint_that_may_not_be_read_at_all_is_denied(clients: StubbedClients) -> None:
    words = "User: ada is not authorized to perform: sagemaker:DescribeEndpoint"
    clients.refuse("sagemaker", "describe_endpoint", "AccessDeniedException", words)
    with pytest.raises(PermissionDenied):
        history(clients).as_far("Demo")

"""What CreateEndpointConfig takes and refuses."""

from typing import Any

import pytest

from tests.sandbox.sagemaker.calls import ROLE, SageMaker, roomy, variant

SERVERLESS = {"VariantName": "A", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}


def test_a_configuration_is_described_exactly_as_it_was_sent(aws: SageMaker) -> None:
    aws.model()
    sent = [variant(RoutingConfig={"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"}, VolumeSizeInGB=64)]
    more: dict[str, Any] = {
        "AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://out/here"}},
        "KmsKeyId": "alias/mine",
        "DataCaptureConfig": {
            "EnableCapture": True,
            "InitialSamplingPercentage": 50,
            "DestinationS3Uri": "s3://out/captured",
            "CaptureOptions": [{"CaptureMode": "Input"}],
        },
    }
    aws.config("c", *sent, **more)
    shown = aws("DescribeEndpointConfig", EndpointConfigName="c")
    assert shown["ProductionVariants"] == sent
    assert {key: shown[key] for key in more} == more
    assert shown["EnableNetworkIsolation"] is False


POOLS = [{"InstanceType": kind, "Priority": 1} for kind in ("ml.g5.xlarge", "ml.g6.xlarge")]
CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 5,
    "DestinationS3Uri": "s3://b/c",
    "CaptureOptions": [{"CaptureMode": "Input"}],
}


@pytest.mark.parametrize(
    ("variants", "more", "said"),
    [
        ([variant(model="no")], {}, 'Could not find model "'),
        ([variant(), variant()], {}, "Production variant names must be unique."),
        ([{**variant(), **SERVERLESS}], {}, "Only one of InstanceType and ServerlessConfig may be specified"),
        ([{"VariantName": "A", "ModelName": "m"}], {}, "One of InstanceType or ServerlessConfig must be specified"),
        ([{**variant(), "InitialInstanceCount": None}], {}, "InitialInstanceCount is required"),
        ([{**roomy(), "VariantName": "B"}, variant()], {"ExecutionRoleArn": ROLE}, "Either all production variants"),
        ([roomy()], {}, "ModelName is required for production variant A unless an ExecutionRoleArn is specified."),
        (
            [{**roomy(MinInstanceCount=1, MaxInstanceCount=2), "ModelName": "m"}],
            {},
            "ManagedInstanceScaling is only supported for inference component endpoints.",
        ),
        ([roomy(MinInstanceCount=3, MaxInstanceCount=2)], {"ExecutionRoleArn": ROLE}, "MinInstanceCount must not"),
        ([{**SERVERLESS, "ModelName": None}], {"ExecutionRoleArn": ROLE}, "Inference components are not supported"),
        ([variant()], {"ShadowProductionVariants": [variant("B"), variant("C")]}, "Shadow testing takes exactly one"),
        (
            [{**variant(), "InstancePools": [{"InstanceType": "ml.g5.xlarge", "Priority": 1}]}],
            {},
            "Only one of InstanceType and InstancePools may be specified",
        ),
        (
            [{**variant(), "InstanceType": None, "InstancePools": POOLS}],
            {},
            "Priorities of InstancePools must be unique",
        ),
        (
            [{**variant(), "InstanceType": "ml.g5.xlarge", "VolumeSizeInGB": 64}],
            {},
            "VolumeSizeInGB parameter is not allowed for the selected Instance type ml.g5.xlarge.",
        ),
        ([SERVERLESS], {"DataCaptureConfig": CAPTURE}, "DataCaptureConfig is not supported for serverless endpoints."),
    ],
)
def test_variants_aws_would_not_take_are_refused(
    aws: SageMaker, variants: list[dict[str, Any]], more: dict[str, Any], said: str
) -> None:
    aws.model()
    plain = [{key: value for key, value in each.items() if value is not None} for each in variants]
    code, message = aws.refused("CreateEndpointConfig", EndpointConfigName="c", ProductionVariants=plain, **more)
    assert code == "ValidationException"
    assert message.startswith(said)
    assert aws("ListEndpointConfigs")["EndpointConfigs"] == []


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (
            {"MemorySizeInMB": 1111, "MaxConcurrency": 5},
            "1 validation error detected: Value '1111' at 'MemorySizeInMB' failed to satisfy constraint: Member must "
            "satisfy enum value set: [1024, 2048, 3072, 4096, 5120, 6144]",
        ),
        (
            {"MemorySizeInMB": 1024, "MaxConcurrency": 5, "ProvisionedConcurrency": 6},
            "ProvisionedConcurrency must not exceed MaxConcurrency for production variant A.",
        ),
    ],
)
def test_serverless_variants_have_their_limits(aws: SageMaker, config: dict[str, int], said: str) -> None:
    aws.model()
    sent = {"VariantName": "A", "ModelName": "m", "ServerlessConfig": config}
    refused = aws.refused("CreateEndpointConfig", EndpointConfigName="c", ProductionVariants=[sent])
    assert refused == ("ValidationException", said)


def test_configurations_are_listed_and_deleted(aws: SageMaker) -> None:
    aws.model()
    for name in ("a", "b"):
        aws.config(name, variant())
        aws.world.advance(1)
    assert [c["EndpointConfigName"] for c in aws("ListEndpointConfigs")["EndpointConfigs"]] == ["b", "a"]
    aws("DeleteEndpointConfig", EndpointConfigName="b")
    assert [c["EndpointConfigName"] for c in aws("ListEndpointConfigs")["EndpointConfigs"]] == ["a"]
    gone = aws.refused("DescribeEndpointConfig", EndpointConfigName="b")
    assert gone[1].startswith("Could not find endpoint configuration")

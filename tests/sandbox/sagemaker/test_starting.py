"""What goes wrong at CreateEndpoint and after it: quotas, capacity, images, pings, and endpoints that hang."""

from typing import Any

import pytest

from sandbox.faults import Kind
from tests.sandbox.sagemaker.calls import ARN, AWAY, OTHER_IMAGE, REGION, SageMaker, variant

GROUP = "/aws/sagemaker/Endpoints/e"


def _has_log(aws: SageMaker) -> bool:
    return bool(aws.world.call("logs", "DescribeLogGroups", {"logGroupNamePrefix": GROUP}, REGION)["logGroups"])


@pytest.fixture
def modelled(aws: SageMaker) -> SageMaker:
    aws.model()
    return aws


def test_a_quota_of_nothing_is_refused_in_awss_words(modelled: SageMaker) -> None:
    modelled.fault(Kind.QUOTA_ZERO, resource="ml.g5.*")
    modelled.config("e", variant(kind="ml.g5.xlarge", count=2))
    code, said = modelled.refused("CreateEndpoint", EndpointName="e", EndpointConfigName="e")
    assert code == "ResourceLimitExceeded"
    assert said == (
        "The account-level service limit 'ml.g5.xlarge for endpoint usage' is 0 Instances, with current utilization of "
        "0 Instances and a request delta of 2 Instances. Please use AWS Service Quotas to request an increase for this "
        "quota. If AWS Service Quotas is not available, contact AWS support to request an increase for this quota."
    )
    assert modelled("ListEndpoints")["Endpoints"] == []
    modelled.endpoint("other", variant(kind="ml.m5.large"))


def test_what_is_in_use_counts_until_it_is_deleted(modelled: SageMaker) -> None:
    modelled.world.service("service-quotas").raise_to("ml.g5.xlarge for endpoint usage", REGION, 2.0)
    modelled.endpoint("e", variant(kind="ml.g5.xlarge", count=2))
    modelled.config("f", variant(kind="ml.g5.xlarge"))
    code, said = modelled.refused("CreateEndpoint", EndpointName="f", EndpointConfigName="f")
    assert code == "ResourceLimitExceeded"
    assert "is 2 Instances, with current utilization of 2 Instances and a request delta of 1 Instances" in said
    modelled("DeleteEndpoint", EndpointName="e")
    modelled("CreateEndpoint", EndpointName="f", EndpointConfigName="f")
    modelled.world.advance(6)
    assert modelled.status("f") == "InService"


def test_scaling_and_updating_ask_the_quota_too(modelled: SageMaker) -> None:
    modelled.world.service("service-quotas").raise_to("ml.g5.xlarge for endpoint usage", REGION, 3.0)
    modelled.endpoint("e", variant(kind="ml.g5.xlarge", count=2))
    change = [{"VariantName": "A", "DesiredInstanceCount": 4}]
    scaled = modelled.refused(
        "UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=change
    )
    assert scaled[0] == "ResourceLimitExceeded"
    assert "request delta of 2 Instances" in scaled[1]
    updated = modelled.refused("UpdateEndpoint", EndpointName="e", EndpointConfigName="e")
    assert updated[0] == "ResourceLimitExceeded"  # the new fleet comes up beside the old one
    assert modelled.status() == "InService"


def test_serverless_concurrency_is_the_accounts(modelled: SageMaker) -> None:
    less = {"VariantName": "A", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 200}}
    for number in range(5):
        modelled.endpoint(f"e{number}", less)
    modelled.config("e", less)
    code, said = modelled.refused("CreateEndpoint", EndpointName="e", EndpointConfigName="e")
    assert code == "ResourceLimitExceeded"
    assert "across all serverless endpoints' is 1000 None, with current utilization of 1000 None" in said


def test_no_capacity_fails_the_endpoint_without_a_log(modelled: SageMaker) -> None:
    modelled.fault(Kind.NO_CAPACITY, resource="ml.m5.large")
    failed = modelled.endpoint("e", variant())
    assert failed["EndpointStatus"] == "Failed"
    assert failed["FailureReason"].startswith(
        "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error."
    )
    assert "ProductionVariants" not in failed
    assert list(modelled.service.running(REGION)) == []
    assert modelled.service.store.in_use(REGION, "ml.m5.large") == 0


def test_instance_pools_fall_back_to_the_next_type(modelled: SageMaker) -> None:
    modelled.fault(Kind.NO_CAPACITY, resource="ml.g6.xlarge")
    modelled.model("smaller", Image=OTHER_IMAGE)
    second = {"InstanceType": "ml.g5.xlarge", "Priority": 2, "ModelNameOverride": "smaller"}
    pools = [second, {"InstanceType": "ml.g6.xlarge", "Priority": 1}]
    plain = {"VariantName": "A", "ModelName": "m", "InitialInstanceCount": 1, "InstancePools": pools}
    (shown,) = modelled.endpoint("e", plain)["ProductionVariants"]
    counts = {pool["InstanceType"]: pool["CurrentInstanceCount"] for pool in shown["InstancePools"]}
    assert counts == {"ml.g5.xlarge": 1, "ml.g6.xlarge": 0}
    assert [image["SpecifiedImage"] for image in shown["DeployedImages"]] == [OTHER_IMAGE]
    assert [row.instance_type for row in modelled.service.running(REGION)] == ["ml.g5.xlarge"]
    assert modelled.service.store.in_use(REGION, "ml.g6.xlarge") == 0


def test_an_image_of_another_region_cannot_be_pulled(modelled: SageMaker) -> None:
    modelled.model("away", Image=AWAY)
    failed = modelled.endpoint("e", variant(model="away"))
    assert (failed["EndpointStatus"], failed["FailureReason"]) == (
        "Failed",
        "Please make sure all images included in the model for the production variant A exist, and that the execution "
        "role used to create the model has permissions to access them.",
    )


@pytest.mark.parametrize(
    ("kind", "more", "status"),
    [
        ("ml.g5.xlarge", {}, "Failed"),
        ("ml.g5.xlarge", {"InferenceAmiVersion": "al2-ami-sagemaker-inference-gpu-3-1"}, "InService"),
        ("ml.m5.large", {}, "InService"),
    ],
)
def test_cuda_13_needs_a_newer_host_image(modelled: SageMaker, kind: str, more: Any, status: str) -> None:
    modelled.model("vllm", Image=f"763104351884.dkr.ecr.{REGION}.amazonaws.com/vllm:0.30.0-gpu-py312-cu130")
    described = modelled.endpoint("e", variant(model="vllm", kind=kind, **more))
    assert described["EndpointStatus"] == status
    if status == "Failed":
        assert described["FailureReason"].startswith("CannotStartContainerError. Please ensure the model container")
        assert modelled.world.meters.events.streams(REGION, GROUP) == []


def test_a_failed_ping_says_so_and_leaves_a_trace_in_the_log(modelled: SageMaker) -> None:
    modelled.fault(Kind.FAILED_PING, resource="e")
    failed = modelled.endpoint("e", variant())
    assert failed["FailureReason"] == (
        "The primary container for production variant A did not pass the ping health check. Please check CloudWatch "
        "logs for this endpoint."
    )
    written = modelled.lines(GROUP)
    assert written[0].startswith("Starting container ")
    assert any("Traceback" in line for line in written)


def test_gated_weights_of_the_hub_show_in_the_log(modelled: SageMaker) -> None:
    modelled.model("gated", Environment={"HF_MODEL_ID": "meta-llama/Llama-3.1-8B"})
    modelled.fault(Kind.GATED_MODEL, resource="gated")
    assert "ping health check" in modelled.endpoint("e", variant(model="gated"))["FailureReason"]
    assert any("Cannot access gated repo" in line and "Llama-3.1-8B" in line for line in modelled.lines(GROUP))


def test_weights_that_vanished_fail_the_endpoint(modelled: SageMaker) -> None:
    uri = "s3://jumpstart-cache-prod-us-east-1/x/"
    source = {"S3Uri": uri, "S3DataType": "S3Prefix", "CompressionType": "None"}
    modelled.model("stored", ModelDataSource={"S3DataSource": source})
    modelled.fault(Kind.MISSING_ARTIFACT, resource="stored")
    reason = modelled.endpoint("e", variant(model="stored"))["FailureReason"]
    assert reason.startswith(f'Failed to download model data for container "container_1" from URL: "{uri}".')


def test_a_slow_start_takes_longer_and_still_comes(modelled: SageMaker) -> None:
    modelled.fault(Kind.SLOW_START, value=600.0)
    assert modelled.endpoint("e", variant())["EndpointStatus"] == "Creating"
    modelled.world.advance(10)
    assert modelled.status() == "InService"


def test_a_stuck_endpoint_is_creating_until_the_fault_is_gone(modelled: SageMaker) -> None:
    modelled.fault(Kind.STUCK_CREATING, resource="e")
    modelled.endpoint("e", variant())
    modelled.world.advance(1000)
    assert modelled.status() == "Creating"
    said = modelled.refused("DeleteEndpoint", EndpointName="e")[1]
    assert said == f'Cannot update in-progress endpoint "{ARN}:endpoint/e".'
    modelled.world.faults.remove()
    modelled.world.advance(6)
    assert modelled.status() == "InService"


def test_a_failed_endpoint_can_only_be_deleted(modelled: SageMaker) -> None:
    modelled.fault(Kind.FAILED_PING, left=1)
    modelled.endpoint("e", variant())
    assert modelled.refused("UpdateEndpoint", EndpointName="e", EndpointConfigName="e")[0] == "ValidationException"
    modelled("DeleteEndpoint", EndpointName="e")
    modelled.world.advance(2)
    assert modelled("ListEndpoints")["Endpoints"] == []
    assert modelled.endpoint("f", variant())["EndpointStatus"] == "InService"


def test_every_instance_writes_a_log_of_its_own(modelled: SageMaker) -> None:
    modelled.endpoint("e", variant(count=2))
    streams = modelled.world.meters.events.streams(REGION, GROUP)
    assert len(streams) == 2
    assert all(name.startswith("A/i-") for name in streams)


def test_a_container_writes_while_its_endpoint_is_still_creating(modelled: SageMaker) -> None:
    modelled.config("e", variant())
    modelled("CreateEndpoint", EndpointName="e", EndpointConfigName="e")
    meanwhile = []
    while modelled.status() == "Creating":
        meanwhile.append(len(modelled.lines(GROUP)) if _has_log(modelled) else 0)
        modelled.world.advance(0.2)
    assert meanwhile == sorted(meanwhile)
    assert meanwhile[0] == 0
    assert len(set(meanwhile)) == 3  # nothing, what it loads, and that its server is up
    texts = modelled.lines(GROUP)
    assert len(texts) == meanwhile[-1] + 1
    assert texts[0].startswith("Starting container ")
    assert "GET /ping" in texts[-1]


def test_what_may_fail_writes_nothing_before_it_is_known(modelled: SageMaker) -> None:
    modelled.fault(Kind.FAILED_PING)
    modelled.config("e", variant())
    modelled("CreateEndpoint", EndpointName="e", EndpointConfigName="e")
    modelled.world.advance(3.9)
    assert modelled.status() == "Creating"
    assert not _has_log(modelled)
    modelled.world.advance(2)
    assert "GET /ping" not in modelled.lines(GROUP)[-1]

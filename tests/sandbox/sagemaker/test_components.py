"""Inference components: what they need, where their copies go, and how they change."""

from typing import Any

import pytest

from sandbox.faults import Kind
from sandbox.sagemaker.placement import Room, instances_needed
from tests.sandbox.sagemaker.calls import ARN, IMAGE, OTHER_IMAGE, REGION, ROLE, SageMaker, roomy, variant


@pytest.fixture
def hosting(aws: SageMaker) -> SageMaker:
    """An endpoint `e` for components on one ml.g5.12xlarge (48 vCPU, 4 GPUs, 192 GiB), of up to three."""
    aws.model()
    aws.endpoint("e", roomy(MinInstanceCount=1, MaxInstanceCount=3), ExecutionRoleArn=ROLE)
    return aws


def instances(aws: SageMaker) -> int:
    return int(aws.described()["ProductionVariants"][0]["CurrentInstanceCount"])


def copies(aws: SageMaker, name: str) -> tuple[int, int]:
    shown = aws.shown(name)["RuntimeConfig"]
    return shown["DesiredCopyCount"], shown["CurrentCopyCount"]


def test_the_largest_are_placed_first_so_that_fewer_instances_do() -> None:
    small, large = Room(1, 1, 1024), Room(1, 3, 1024)
    assert instances_needed("ml.g5.12xlarge", [(small, 2), (large, 2)], 9) == 2
    assert instances_needed("ml.g5.12xlarge", [(small, 2), (large, 2)], 1) is None
    assert instances_needed("ml.unknown.large", [(large, 5)], 9) == 1, "what is not known holds anything"


def test_a_component_is_creating_then_in_service(hosting: SageMaker) -> None:
    hosting.component("one", copies=2, NumberOfAcceleratorDevicesRequired=1)
    before = hosting.shown("one")
    assert (before["InferenceComponentStatus"], copies(hosting, "one")) == ("Creating", (2, 0))
    assert before["EndpointArn"] == f"{ARN}:endpoint/e"
    hosting.world.advance(4)
    after = hosting.shown("one")
    assert (after["InferenceComponentStatus"], copies(hosting, "one")) == ("InService", (2, 2))
    assert after["LastModifiedTime"] > after["CreationTime"]
    assert after["Specification"]["ModelName"] == "m"


def test_managed_scaling_follows_the_copies_up_and_down(hosting: SageMaker) -> None:
    hosting.component("one", copies=6, NumberOfAcceleratorDevicesRequired=1)
    hosting.world.advance(4)
    assert instances(hosting) == 2
    assert [row.instances for row in hosting.service.running(REGION)] == [2]
    hosting.component("two", copies=1, NumberOfAcceleratorDevicesRequired=4)
    hosting.world.advance(4)
    assert instances(hosting) == 3
    hosting(
        "UpdateInferenceComponentRuntimeConfig", InferenceComponentName="one", DesiredRuntimeConfig={"CopyCount": 2}
    )
    assert hosting.shown("one")["InferenceComponentStatus"] == "Updating"
    hosting.world.advance(4)
    assert (copies(hosting, "one"), instances(hosting)) == ((2, 2), 2)
    hosting("DeleteInferenceComponent", InferenceComponentName="two")
    hosting.world.advance(4)
    assert instances(hosting) == 1


def test_an_update_of_the_endpoint_keeps_what_its_components_need(hosting: SageMaker) -> None:
    hosting.component("one", copies=6, NumberOfAcceleratorDevicesRequired=1)
    hosting.world.advance(4)
    hosting.model("own")
    hosting.config("model", variant(model="own"))
    kept = hosting.refused("UpdateEndpoint", EndpointName="e", EndpointConfigName="model")
    assert "cannot host its inference components" in kept[1]
    hosting("UpdateEndpoint", EndpointName="e", EndpointConfigName="e")
    hosting.world.advance(6)
    assert (hosting.status(), instances(hosting), copies(hosting, "one")) == ("InService", 2, (6, 6))


def test_copies_that_fit_nowhere_fail_their_component(hosting: SageMaker) -> None:
    hosting.component("one", copies=13, NumberOfAcceleratorDevicesRequired=1)
    hosting.world.advance(4)
    failed = hosting.shown("one")
    assert failed["InferenceComponentStatus"] == "Failed"
    assert "not enough hardware resources" in failed["FailureReason"]
    assert (copies(hosting, "one"), instances(hosting)) == ((0, 0), 1)
    hosting("DeleteInferenceComponent", InferenceComponentName="one")
    hosting.world.advance(4)
    assert hosting("ListInferenceComponents")["InferenceComponents"] == []


def test_an_update_that_does_not_fit_leaves_what_ran(hosting: SageMaker) -> None:
    hosting.component("one", copies=2, NumberOfAcceleratorDevicesRequired=2)
    hosting.world.advance(4)
    hosting.service.set_copies(REGION, "one", 7)
    hosting.world.advance(4)
    shown = hosting.shown("one")
    assert (shown["InferenceComponentStatus"], copies(hosting, "one")) == ("InService", (2, 2))
    assert "not enough hardware resources" in shown["FailureReason"]


def test_an_endpoint_scales_to_nothing_with_its_components(aws: SageMaker) -> None:
    aws.model()
    aws.endpoint("e", roomy(MinInstanceCount=0, MaxInstanceCount=2), ExecutionRoleArn=ROLE)
    aws.component("one")
    aws.world.advance(4)
    aws.service.set_copies(REGION, "one", 0)
    aws.world.advance(4)
    assert (copies(aws, "one"), instances(aws)) == ((0, 0), 0)
    assert list(aws.service.running(REGION)) == []
    found = aws.world.hosting.find("e", REGION, "123456789012", component="one")
    assert found is not None
    assert (found.component, found.copies, found.instance_count) == ("one", 0, 0)
    aws.service.set_copies(REGION, "one", 1)
    aws.world.advance(4)
    assert (copies(aws, "one"), instances(aws)) == ((1, 1), 1)


@pytest.mark.parametrize("kind", [Kind.NO_CAPACITY, Kind.QUOTA_ZERO])
def test_instances_that_are_not_to_be_had_fail_the_component(hosting: SageMaker, kind: Kind) -> None:
    hosting.fault(kind, resource="ml.g5.12xlarge")
    hosting.component("one", copies=5, NumberOfAcceleratorDevicesRequired=1)
    hosting.world.advance(4)
    assert hosting.shown("one")["InferenceComponentStatus"] == "Failed"
    assert instances(hosting) == 1


def test_a_component_that_does_not_answer_its_ping_fails_with_a_log(hosting: SageMaker) -> None:
    hosting.fault(Kind.FAILED_PING, resource="one")
    hosting.component("one")
    hosting.world.advance(4)
    assert hosting.shown("one")["FailureReason"].startswith(
        "The primary container for inference component one did not pass the ping health check."
    )
    assert hosting.lines("/aws/sagemaker/InferenceComponents/one")[0] == f"Starting container {IMAGE}"


def test_a_stuck_component_keeps_its_endpoint_from_going(hosting: SageMaker) -> None:
    hosting.fault(Kind.STUCK_CREATING, operation="CreateInferenceComponent")
    hosting.component("one")
    hosting.world.advance(100)
    assert hosting.shown("one")["InferenceComponentStatus"] == "Creating"
    assert "in-progress" in hosting.refused("DeleteInferenceComponent", InferenceComponentName="one")[1]
    assert "inference components" in hosting.refused("DeleteEndpoint", EndpointName="e")[1]
    hosting.world.faults.remove()
    hosting.world.advance(4)
    hosting("DeleteInferenceComponent", InferenceComponentName="one")
    hosting.world.advance(4)
    hosting("DeleteEndpoint", EndpointName="e")
    hosting.world.advance(4)
    assert hosting("ListEndpoints")["Endpoints"] == []


def test_a_new_specification_replaces_what_it_names(hosting: SageMaker) -> None:
    hosting.component("one")
    hosting.world.advance(4)
    changed = {"Container": {"Image": OTHER_IMAGE, "Environment": {"A": "1"}}}
    policy = {
        "RollingUpdatePolicy": {"MaximumBatchSize": {"Type": "COPY_COUNT", "Value": 1}, "WaitIntervalInSeconds": 10}
    }
    hosting("UpdateInferenceComponent", InferenceComponentName="one", Specification=changed, DeploymentConfig=policy)
    found = hosting.world.hosting.find("e", REGION, "123456789012", component="one")
    assert found is not None
    assert found.image == IMAGE
    hosting.world.advance(4)
    shown = hosting.shown("one")
    assert shown["LastDeploymentConfig"] == policy
    assert shown["Specification"]["Container"]["DeployedImage"]["SpecifiedImage"] == OTHER_IMAGE
    assert shown["Specification"]["ComputeResourceRequirements"]["MinMemoryRequiredInMb"] == 1024
    assert "ModelName" not in shown["Specification"]
    found = hosting.world.hosting.find("e", REGION, "123456789012", component="one")
    assert found is not None
    assert (found.image, dict(found.environment), found.copies) == (OTHER_IMAGE, {"A": "1"}, 1)


def test_an_adapter_runs_in_its_bases_container(hosting: SageMaker) -> None:
    hosting.component("base")
    hosting.world.advance(4)
    artifact = "s3://jumpstart-cache-prod-us-east-1/adapter.tar.gz"
    specification = {"BaseInferenceComponentName": "base", "Container": {"ArtifactUrl": artifact}}
    hosting(
        "CreateInferenceComponent",
        InferenceComponentName="adapter",
        EndpointName="e",
        Specification=specification,
    )
    hosting.world.advance(4)
    assert hosting.shown("adapter")["InferenceComponentStatus"] == "InService"
    assert hosting.shown("adapter")["Specification"] == specification
    found = hosting.world.hosting.find("e", REGION, "123456789012", component="adapter")
    assert found is not None
    assert (found.image, found.artifact, found.copies, found.variant) == (IMAGE, artifact, 1, "A")
    kept = hosting.refused("DeleteInferenceComponent", InferenceComponentName="base")
    assert "is a base inference component for one or more associated" in kept[1]
    hosting("DeleteInferenceComponent", InferenceComponentName="adapter")
    hosting.world.advance(4)
    hosting("DeleteInferenceComponent", InferenceComponentName="base")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"EndpointName": "no"}, f'Could not find endpoint "{ARN}:endpoint/no".'),
        ({"VariantName": "Z"}, f'Could not find variant "Z" of endpoint "{ARN}:endpoint/e".'),
        ({"RuntimeConfig": {"CopyCount": 0}}, "Inference components copy count an integer larger than 0"),
        ({"Specification": None}, "Exactly one of Specification and Specifications must be specified."),
        ({"Specification": {"ModelName": "m"}}, "ComputeResourceRequirements must be specified"),
        (
            {"Specification": {"ModelName": "no", "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 128}}},
            f'Could not find model "{ARN}:model/no".',
        ),
        (
            {
                "Specification": {
                    "ModelName": "m",
                    "ComputeResourceRequirements": {
                        "MinMemoryRequiredInMb": 128,
                        "NumberOfAcceleratorDevicesRequired": 8,
                    },
                }
            },
            "Invalid request provided: The compute resource requirements exceed what an instance of ml.g5.12xlarge has",
        ),
        ({"InferenceComponentName": "one"}, f'Cannot create already existing inference component "{ARN}:inference-'),
    ],
)
def test_components_aws_would_not_take_are_refused(hosting: SageMaker, changes: dict[str, Any], said: str) -> None:
    hosting.component("one")
    asked = {
        "InferenceComponentName": "two",
        "EndpointName": "e",
        "VariantName": "A",
        "Specification": {"ModelName": "m", "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 128}},
        "RuntimeConfig": {"CopyCount": 1},
        **changes,
    }
    code, message = hosting.refused("CreateInferenceComponent", **{k: v for k, v in asked.items() if v is not None})
    assert code == "ValidationException"
    assert message.startswith(said)


def test_an_endpoint_with_a_model_takes_no_components(aws: SageMaker) -> None:
    aws.model()
    aws.endpoint("e", variant())
    with pytest.raises(Exception, match="Inference Components are not supported in this Endpoint"):
        aws.component("one")


def test_an_endpoint_takes_components_once_it_serves(aws: SageMaker) -> None:
    aws.model()
    aws.config("e", roomy(), ExecutionRoleArn=ROLE)
    aws("CreateEndpoint", EndpointName="e", EndpointConfigName="e")
    with pytest.raises(Exception, match="is not InService"):
        aws.component("one")


def test_components_are_listed_by_endpoint_variant_and_status(hosting: SageMaker) -> None:
    hosting.endpoint("f", roomy(), ExecutionRoleArn=ROLE)
    hosting.component("one")
    hosting.world.advance(4)
    hosting.component("two", endpoint="f")

    def names(**filters: str) -> list[str]:
        rows = hosting("ListInferenceComponents", **filters)["InferenceComponents"]
        return [row["InferenceComponentName"] for row in rows]

    assert names() == ["two", "one"]
    assert names(EndpointNameEquals="e") == ["one"]
    assert names(VariantNameEquals="A", StatusEquals="Creating") == ["two"]
    assert names(VariantNameEquals="B") == []
    assert names(SortBy="Name", SortOrder="Ascending") == ["one", "two"]


def test_a_component_that_is_gone_has_no_metrics_from_then_on(hosting: SageMaker) -> None:
    hosting.component("one", copies=1, NumberOfAcceleratorDevicesRequired=1)
    hosting.world.advance(300)
    hosting("DeleteInferenceComponent", InferenceComponentName="one")
    hosting.world.advance(4)
    gone = hosting.world.clock.now()
    hosting.world.advance(600)
    dimensions = [{"Name": "InferenceComponentName", "Value": "one"}]
    asked = {
        "Namespace": "/aws/sagemaker/InferenceComponents",
        "MetricName": "CPUUtilizationNormalized",
        "Dimensions": dimensions,
        "StartTime": gone - 600,
        "EndTime": gone + 600,
        "Period": 60,
        "Statistics": ["Average"],
    }
    told = hosting.world.call("cloudwatch", "GetMetricStatistics", asked, REGION)["Datapoints"]
    assert 4 <= len(told) <= 6
    assert max(row["Timestamp"] for row in told) < gone

"""What is sent for each way of answering, and for the settings that a form keeps folded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.deploy import (
    Advanced,
    Asynchronous,
    Components,
    CustomSource,
    DataCapture,
    ExistingTopic,
    FoundEndpoint,
    NewTopic,
    RagPairRequest,
    Scaling,
    Serverless,
    plan_pair,
)
from services.errors import InUse, InvalidRequest, NameTaken, NotFound
from services.plans import Plan, Ref, check, policy, undeclared
from tests.services.deploy.samples import NEW_ROLE
from tests.services.deploy.worlds import (
    CUSTOM,
    GPU,
    MISTRAL,
    TEI,
    Nobody,
    asked,
    planned,
    service,
    world,
)

TOPIC = "arn:aws:sns:us-east-1:123456789012:told"
OUT = Asynchronous(output="s3://answers-of-ada/out/")
HOST = FoundEndpoint("demo", "InService", "demo", "Shared", "ml.g5.12xlarge", 2, 2, takes_components=True)
ONTO = Components(name="second", accelerators=1, memory_mb=8192, onto=True)


def config(plan: Plan) -> Any:
    return plan.step("create-config-demo").parameters


def variant(plan: Plan) -> Any:
    return config(plan)["ProductionVariants"][0]


def sound(plan: Plan) -> Plan:
    assert check(plan) == ()
    assert undeclared(plan) == ()
    return plan


def test_asynchronous_answers_go_to_s3_and_topics_are_told() -> None:
    mode = replace(
        OUT,
        failure="s3://answers-of-ada/errors/",
        concurrency=4,
        success=NewTopic(name="told"),
        error=ExistingTopic(TOPIC.replace("told", "there")),
        include_answer=True,
        kms_key="alias/answers",
    )
    plan = sound(planned(asked(mode=mode)))
    assert config(plan)["AsyncInferenceConfig"] == {
        "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4},
        "OutputConfig": {
            "S3OutputPath": "s3://answers-of-ada/out/",
            "S3FailurePath": "s3://answers-of-ada/errors/",
            "KmsKeyId": "alias/answers",
            "NotificationConfig": {
                "SuccessTopic": TOPIC,
                "ErrorTopic": TOPIC.replace("told", "there"),
                "IncludeInferenceResponseIn": ("SUCCESS_NOTIFICATION_TOPIC", "ERROR_NOTIFICATION_TOPIC"),
            },
        },
    }
    assert plan.step("create-config-demo").after == ("create-model-demo", "create-topic-told")
    assert plan.step("create-topic-told").parameters["Attributes"] == {"KmsMasterKeyId": "alias/aws/sns"}


def test_what_is_not_asked_for_is_not_sent() -> None:
    plan = sound(planned(asked(mode=OUT)))
    assert config(plan)["AsyncInferenceConfig"] == {"OutputConfig": {"S3OutputPath": "s3://answers-of-ada/out/"}}
    plain = set(config(planned(asked())))
    assert plain == {"EndpointConfigName", "ProductionVariants", "Tags"}


def test_serverless_has_memory_and_concurrency_and_no_instances() -> None:
    plan = sound(planned(asked(kind="", mode=Serverless(memory_mb=4096, concurrency=7, provisioned=2))))
    assert variant(plan) == {
        "VariantName": "AllTraffic",
        "ModelName": "demo",
        "InitialVariantWeight": 1.0,
        "ServerlessConfig": {"MemorySizeInMB": 4096, "MaxConcurrency": 7, "ProvisionedConcurrency": 2},
    }
    assert plan.step("create-model-demo").parameters["EnableNetworkIsolation"] is False
    assert planned(asked()).step("create-model-demo").parameters["EnableNetworkIsolation"] is True


def test_components_get_an_endpoint_without_a_model_and_a_place_on_it() -> None:
    mode = Components(copies=2, accelerators=1, cpus=2, memory_mb=8192)
    plan = sound(planned(asked(MISTRAL, "ml.g5.12xlarge", mode=mode, role=NEW_ROLE)))
    assert [step.id for step in plan][2:] == [
        "create-model-demo",
        "create-config-demo",
        "create-endpoint-demo",
        "wait-endpoint-demo",
        "create-component-demo",
        "wait-component-demo",
    ]
    assert "ModelName" not in variant(plan)
    assert config(plan)["ExecutionRoleArn"] == Ref("create-role", "Role.Arn")
    assert variant(plan)["RoutingConfig"] == {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"}
    assert variant(plan)["InitialInstanceCount"] == 1
    component = plan.step("create-component-demo")
    assert component.after == ("wait-endpoint-demo",)
    assert component.parameters["RuntimeConfig"] == {"CopyCount": 2}
    specification = component.parameters["Specification"]
    assert specification["ModelName"] == "demo"
    assert specification["ComputeResourceRequirements"] == {
        "MinMemoryRequiredInMb": 8192,
        "NumberOfAcceleratorDevicesRequired": 1.0,
        "NumberOfCpuCoresRequired": 2.0,
    }
    assert specification["StartupParameters"] == {"ContainerStartupHealthCheckTimeoutInSeconds": 900}
    assert "ContainerStartupHealthCheckTimeoutInSeconds" not in variant(plan)
    assert [each.operation for each in component.undo] == [
        "delete_inference_component",
        "describe_inference_component",
    ]
    passing = [each for each in plan.step("create-config-demo").permissions if each.action == "iam:PassRole"]
    assert len(passing) == 1, "the endpoint runs under the role, so it is handed over here too"


def test_instances_follow_the_copies_within_the_cap() -> None:
    mode = Components(copies=1, accelerators=1, memory_mb=8192)
    plan = sound(planned(asked(MISTRAL, "ml.g5.12xlarge", mode=mode, scaling=Scaling(minimum=0, maximum=8))))
    assert variant(plan)["ManagedInstanceScaling"] == {
        "Status": "ENABLED",
        "MinInstanceCount": 0,
        "MaxInstanceCount": 2,
    }
    assert [step.operation for step in plan][-4:] == [
        "register_scalable_target",
        "put_scaling_policy",
        "put_scaling_policy",
        "put_metric_alarm",
    ]
    assert plan.step("scale-demo").after == ("wait-component-demo",)


def test_a_component_onto_an_endpoint_needs_only_its_model_and_itself() -> None:
    request = asked(MISTRAL, "", mode=ONTO)
    plan = sound(planned(request, endpoint=HOST))
    assert [step.id for step in plan] == ["create-model-second", "create-component-second", "wait-component-second"]
    component = plan.step("create-component-second").parameters
    assert (component["EndpointName"], component["VariantName"]) == ("demo", "Shared")
    assert component["Specification"]["ModelName"] == "second"
    assert plan.title == "Deploy mistralai/Mistral-7B-Instruct-v0.3 as second"
    assert (plan.estimate.usd_per_hour, plan.estimate.usd_per_hour_most) == (0.0, 0.0)


def test_the_container_of_a_component_is_that_of_the_endpoints_instances() -> None:
    request = asked(TEI, "", mode=Components(name="second", memory_mb=1024, onto=True))
    for kind, image in (("ml.g5.12xlarge", "/tei:"), ("ml.m5.xlarge", "/tei-cpu:")):
        state = service(Nobody(replace(HOST, instance_type=kind))).state(request)
        assert image in state.container.image


@pytest.mark.parametrize(
    ("host", "error"),
    [
        (None, NotFound),
        (replace(HOST, takes_components=False), InvalidRequest),
        (replace(HOST, status="Updating"), InUse),
    ],
)
def test_only_an_endpoint_that_takes_components_and_is_in_service_gets_one(
    host: FoundEndpoint | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        planned(asked(MISTRAL, "", mode=ONTO), endpoint=host)


def test_the_name_of_a_component_elsewhere_is_taken() -> None:
    for request in (asked(MISTRAL, "", mode=ONTO), asked(mode=Components(name="second"))):
        with pytest.raises(NameTaken) as caught:
            planned(request, endpoint=HOST if request.instance_type == "" else None, component_on="other")
        assert "other" in caught.value.why
    assert planned(asked(MISTRAL, "", mode=ONTO), endpoint=HOST, component_on="demo")


def test_further_types_become_pools_in_the_order_they_are_tried() -> None:
    request = asked(MISTRAL, GPU, fallbacks=("ml.g6.2xlarge", "ml.g5.4xlarge"), count=2)
    plan = sound(planned(request))
    assert "InstanceType" not in variant(plan)
    assert variant(plan)["InstancePools"] == (
        {"InstanceType": GPU, "Priority": 1},
        {"InstanceType": "ml.g6.2xlarge", "Priority": 2},
        {"InstanceType": "ml.g5.4xlarge", "Priority": 3},
    )
    assert variant(plan)["InitialInstanceCount"] == 2
    assert "else ml.g6.2xlarge or ml.g5.4xlarge" in plan.step("create-config-demo").reason
    components = replace(request, mode=Components(accelerators=1, memory_mb=8192))
    several = sound(planned(components)).step("create-component-demo").parameters["Specifications"]
    assert [each["InstanceType"] for each in several] == list(request.instance_types)


def test_the_persons_settings_go_over_the_models() -> None:
    advanced = Advanced(
        subnets=("subnet-0123456789abcdef0",),
        security_groups=("sg-0123456789abcdef0",),
        isolated=True,
        kms_key="1234abcd-12ab-34cd-56ef-1234567890ab",
        volume_gb=200,
        startup_seconds=1200,
        download_seconds=900,
        capture=DataCapture(destination="s3://captured/here", percentage=20, kms_key="alias/captured"),
    )
    plan = sound(planned(asked(CUSTOM, advanced=advanced)))
    model = plan.step("create-model-demo").parameters
    network = {"Subnets": advanced.subnets, "SecurityGroupIds": advanced.security_groups}
    assert (model["VpcConfig"], model["EnableNetworkIsolation"]) == (network, True)
    assert variant(plan)["VolumeSizeInGB"] == 200
    assert variant(plan)["ContainerStartupHealthCheckTimeoutInSeconds"] == 1200
    assert variant(plan)["ModelDataDownloadTimeoutInSeconds"] == 900
    assert config(plan)["KmsKeyId"] == advanced.kms_key
    capture = config(plan)["DataCaptureConfig"]
    assert (capture["InitialSamplingPercentage"], capture["DestinationS3Uri"]) == (20, "s3://captured/here")
    grants = [each.resource for each in plan.step("create-config-demo").permissions if each.action == "kms:CreateGrant"]
    assert grants == [f"arn:aws:kms:us-east-1:123456789012:key/{advanced.kms_key}"]
    on_components = sound(planned(asked(CUSTOM, advanced=advanced, mode=Components())))
    assert (config(on_components)["VpcConfig"], config(on_components)["EnableNetworkIsolation"]) == (network, True)


def test_a_key_by_its_alias_is_allowed_by_the_alias_and_no_other() -> None:
    plan = planned(asked(CUSTOM, advanced=Advanced(kms_key="alias/mine")))
    (statement,) = [each for each in policy(plan)["Statement"] if "kms:CreateGrant" in each["Action"]]
    assert statement["Condition"] == {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/mine"}}


def test_a_container_of_ones_own_has_ten_minutes_to_fetch_and_ten_to_start() -> None:
    plan = sound(planned(asked(CUSTOM)))
    container = plan.step("create-model-demo").parameters["PrimaryContainer"]
    assert container["Image"] == CUSTOM.image
    assert container["ModelDataSource"]["S3DataSource"]["S3DataType"] == "S3Object"
    assert container["Environment"] == {"SAGEMAKER_REGION": "us-east-1"}
    assert variant(plan)["ContainerStartupHealthCheckTimeoutInSeconds"] == 600
    assert variant(plan)["ModelDataDownloadTimeoutInSeconds"] == 600
    files = CustomSource(image=CUSTOM.image, artifact="s3://weights-of-ada/files/")
    source = planned(asked(files)).step("create-model-demo").parameters["PrimaryContainer"]["ModelDataSource"]
    assert (source["S3DataSource"]["S3DataType"], source["S3DataSource"]["CompressionType"]) == ("S3Prefix", "None")
    alone = sound(planned(asked(CustomSource(image=CUSTOM.image))))
    assert "ModelDataSource" not in alone.step("create-model-demo").parameters["PrimaryContainer"]
    assert any("found out by asking" in each for each in alone.warnings)


def test_two_components_may_join_one_endpoint_together() -> None:
    first = asked(MISTRAL, "", mode=ONTO)
    second = asked(TEI, "", mode=Components(name="third", memory_mb=1024, onto=True))
    both = RagPairRequest(embedding=second, language=first)
    plan = sound(plan_pair(both, world(second, endpoint=HOST), world(first, endpoint=HOST)))
    assert {"create-component-second", "create-component-third"} <= {step.id for step in plan}
    same = RagPairRequest(embedding=replace(second, mode=replace(ONTO, accelerators=0)), language=first)
    with pytest.raises(InvalidRequest):
        plan_pair(same, world(same.embedding, endpoint=HOST), world(first, endpoint=HOST))


def test_a_key_is_said_not_to_reach_disks_that_come_with_the_type() -> None:
    warnings = planned(asked(MISTRAL, GPU, advanced=Advanced(kms_key="alias/mine"))).warnings
    assert any("does not encrypt the disks" in each for each in warnings)
    assert not any("disks" in each for each in planned(asked(advanced=Advanced(kms_key="alias/mine"))).warnings)


def test_the_host_image_is_the_persons_choice_before_the_containers() -> None:
    chosen = "al2023-ami-sagemaker-inference-gpu-4-1"
    plan = planned(asked(MISTRAL, GPU, advanced=Advanced(inference_ami=chosen)))
    assert variant(plan)["InferenceAmiVersion"] == chosen

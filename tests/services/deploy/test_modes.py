"""What is sent for each way of answering, and for the settings that a form keeps folded."""

from __future__ import annotations

from dataclasses import replace

from services.deploy import (
    Advanced,
    Asynchronous,
    Components,
    CustomSource,
    DataCapture,
    ExistingTopic,
    FoundEndpoint,
    NewTopic,
    Serverless,
)
from services.plans import policy
from tests.services.deploy.worlds import (
    CUSTOM,
    GPU,
    MISTRAL,
    asked,
    config,
    planned,
    sound,
    variant,
)

TOPIC = "arn:aws:sns:us-east-1:123456789012:told"
OUT = Asynchronous(output="s3://answers-of-ada/out/")
HOST = FoundEndpoint("demo", "InService", "demo", "Shared", "ml.g5.12xlarge", 2, 2, takes_components=True)
ONTO = Components(name="second", accelerators=1, memory_mb=8192, onto=True)


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


def test_a_key_is_said_not_to_reach_disks_that_come_with_the_type() -> None:
    warnings = planned(asked(MISTRAL, GPU, advanced=Advanced(kms_key="alias/mine"))).warnings
    assert any("does not encrypt the disks" in each for each in warnings)
    assert not any("disks" in each for each in planned(asked(advanced=Advanced(kms_key="alias/mine"))).warnings)


def test_the_host_image_is_the_persons_choice_before_the_containers() -> None:
    chosen = "al2023-ami-sagemaker-inference-gpu-4-1"
    plan = planned(asked(MISTRAL, GPU, advanced=Advanced(inference_ami=chosen)))
    assert variant(plan)["InferenceAmiVersion"] == chosen

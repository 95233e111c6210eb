"""The life of an endpoint, by boto3 and a clock that stands still."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import IMAGE, Running

ARN = "arn:aws:sagemaker:us-east-1:123456789012"


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_an_endpoint_is_creating_for_five_seconds_then_in_service(
    sandbox: Running, deploy: Callable[..., None]
) -> None:
    sagemaker = sandbox.client("sagemaker")
    deploy("chat")
    before = sagemaker.describe_endpoint(EndpointName="chat")
    assert before["EndpointStatus"] == "Creating"
    assert "ProductionVariants" not in before
    sandbox.app.world.advance(4.9)
    assert sagemaker.describe_endpoint(EndpointName="chat")["EndpointStatus"] == "Creating"
    sandbox.app.world.advance(0.2)
    after = sagemaker.describe_endpoint(EndpointName="chat")
    assert after["EndpointStatus"] == "InService"
    (variant,) = after["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) == (1, 1)
    assert variant["DeployedImages"][0]["SpecifiedImage"] == IMAGE
    assert after["LastModifiedTime"] > after["CreationTime"]


def test_an_endpoint_is_deleting_for_a_moment_then_gone(sandbox: Running, deploy: Callable[..., None]) -> None:
    sagemaker = sandbox.client("sagemaker")
    deploy("chat")
    sandbox.app.world.advance(6)
    sagemaker.delete_endpoint(EndpointName="chat")
    assert sagemaker.describe_endpoint(EndpointName="chat")["EndpointStatus"] == "Deleting"
    sandbox.app.world.advance(1.1)
    gone = ("ValidationException", f'Could not find endpoint "{ARN}:endpoint/chat".')
    assert refusal(sagemaker.describe_endpoint, EndpointName="chat") == gone
    assert sagemaker.list_endpoints()["Endpoints"] == []


def test_what_is_in_progress_can_neither_be_deleted_nor_updated(sandbox: Running, deploy: Callable[..., None]) -> None:
    sagemaker = sandbox.client("sagemaker")
    deploy("chat")
    busy = ("ValidationException", f'Cannot update in-progress endpoint "{ARN}:endpoint/chat".')
    assert refusal(sagemaker.delete_endpoint, EndpointName="chat") == busy
    assert refusal(sagemaker.update_endpoint, EndpointName="chat", EndpointConfigName="chat") == busy


def test_an_update_keeps_the_old_configuration_until_it_is_done(sandbox: Running, deploy: Callable[..., None]) -> None:
    sagemaker = sandbox.client("sagemaker")
    deploy("chat")
    variant = {"VariantName": "B", "ModelName": "chat", "InstanceType": "ml.g6.xlarge", "InitialInstanceCount": 2}
    sagemaker.create_endpoint_config(EndpointConfigName="second", ProductionVariants=[variant])
    sandbox.app.world.advance(6)
    sagemaker.update_endpoint(EndpointName="chat", EndpointConfigName="second")
    during = sagemaker.describe_endpoint(EndpointName="chat")
    assert (during["EndpointStatus"], during["EndpointConfigName"]) == ("Updating", "chat")
    assert during["PendingDeploymentSummary"]["EndpointConfigName"] == "second"
    sandbox.app.world.advance(6)
    after = sagemaker.describe_endpoint(EndpointName="chat")
    assert (after["EndpointStatus"], after["EndpointConfigName"]) == ("InService", "second")
    assert after["ProductionVariants"][0]["CurrentInstanceCount"] == 2


def test_weights_and_capacities_change(sandbox: Running, deploy: Callable[..., None]) -> None:
    sagemaker = sandbox.client("sagemaker")
    deploy("chat")
    sandbox.app.world.advance(6)
    change = [{"VariantName": "AllTraffic", "DesiredInstanceCount": 3}]
    sagemaker.update_endpoint_weights_and_capacities(EndpointName="chat", DesiredWeightsAndCapacities=change)
    (variant,) = sagemaker.describe_endpoint(EndpointName="chat")["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) == (1, 3)
    sandbox.app.world.advance(6)
    (variant,) = sagemaker.describe_endpoint(EndpointName="chat")["ProductionVariants"]
    assert variant["CurrentInstanceCount"] == 3


def test_taken_names_are_refused(sandbox: Running, deploy: Callable[..., None], role: str) -> None:
    sagemaker = sandbox.client("sagemaker")
    deploy("chat")
    variant = {"VariantName": "A", "ModelName": "chat", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    assert refusal(sagemaker.create_endpoint, EndpointName="chat", EndpointConfigName="chat") == (
        "ValidationException",
        f'Cannot create already existing endpoint "{ARN}:endpoint/chat".',
    )
    assert refusal(sagemaker.create_endpoint_config, EndpointConfigName="chat", ProductionVariants=[variant]) == (
        "ValidationException",
        f'Cannot create already existing endpoint configuration "{ARN}:endpoint-config/chat".',
    )
    container = {"Image": IMAGE}
    assert refusal(sagemaker.create_model, ModelName="chat", ExecutionRoleArn=role, PrimaryContainer=container) == (
        "ValidationException",
        f'Cannot create already existing model "{ARN}:model/chat".',
    )


@pytest.mark.parametrize("verb", ["describe", "delete"])
@pytest.mark.parametrize(
    ("kind", "parameter", "said"),
    [
        ("model", "ModelName", 'Could not find model "{arn}:model/no".'),
        ("endpoint_config", "EndpointConfigName", 'Could not find endpoint configuration "{arn}:endpoint-config/no".'),
        ("endpoint", "EndpointName", 'Could not find endpoint "{arn}:endpoint/no".'),
    ],
)
def test_absence_is_worded_as_aws_words_it(sandbox: Running, verb: str, kind: str, parameter: str, said: str) -> None:
    call = getattr(sandbox.client("sagemaker"), f"{verb}_{kind}")
    assert refusal(call, **{parameter: "no"}) == ("ValidationException", said.format(arn=ARN))


def test_what_an_endpoint_needs_must_exist(sandbox: Running) -> None:
    sagemaker = sandbox.client("sagemaker")
    variant = {"VariantName": "A", "ModelName": "no", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    code, said = refusal(sagemaker.create_endpoint_config, EndpointConfigName="c", ProductionVariants=[variant])
    assert (code, said) == ("ValidationException", f'Could not find model "{ARN}:model/no".')
    code, said = refusal(sagemaker.create_endpoint, EndpointName="e", EndpointConfigName="no")
    assert said == f'Could not find endpoint configuration "{ARN}:endpoint-config/no".'


@pytest.mark.parametrize(
    "kind", ["ml.g5.xlarge", "ml.g6e.12xlarge", "ml.p5.48xlarge", "ml.inf2.xlarge", "ml.m7i.large"]
)
def test_every_instance_type_botocore_knows_is_taken(sandbox: Running, deploy: Callable[..., None], kind: str) -> None:
    deploy("chat")
    sagemaker = sandbox.client("sagemaker")
    sent = {"VariantName": "A", "ModelName": "chat", "InstanceType": kind, "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="other", ProductionVariants=[sent])
    (variant,) = sagemaker.describe_endpoint_config(EndpointConfigName="other")["ProductionVariants"]
    assert variant["InstanceType"] == kind


def test_a_configuration_in_use_may_go_and_the_endpoint_stays(sandbox: Running, deploy: Callable[..., None]) -> None:
    sagemaker = sandbox.client("sagemaker")
    deploy("chat")
    sandbox.app.world.advance(6)
    sagemaker.delete_endpoint_config(EndpointConfigName="chat")
    sagemaker.delete_model(ModelName="chat")
    assert sagemaker.describe_endpoint(EndpointName="chat")["EndpointStatus"] == "InService"
    found = sandbox.app.world.hosting.find("chat", "us-east-1", "123456789012")
    assert found is not None
    assert found.image == IMAGE


def test_regions_do_not_see_each_other(sandbox: Running, deploy: Callable[..., None]) -> None:
    deploy("chat")
    assert sandbox.client("sagemaker", "eu-west-1").list_endpoints()["Endpoints"] == []
    assert sandbox.app.world.hosting.find("chat", "eu-west-1", "123456789012") is None


def test_a_model_is_described_as_it_was_made(sandbox: Running, deploy: Callable[..., None], role: str) -> None:
    deploy("chat")
    described = sandbox.client("sagemaker").describe_model(ModelName="chat")
    assert described["PrimaryContainer"]["Environment"] == {"TASK": "echo"}
    assert described["ExecutionRoleArn"] == role
    assert not {"Containers", "VpcConfig", "Tags"} & described.keys()


def test_the_runtime_finds_what_is_deployed(sandbox: Running, deploy: Callable[..., None]) -> None:
    deploy("chat", Tags=[{"Key": "sagedeck:family", "Value": "tgi"}])
    creating = sandbox.app.world.hosting.find("chat", "us-east-1", "123456789012")
    assert creating is not None
    assert (creating.status, creating.image, creating.variant) == ("Creating", IMAGE, "AllTraffic")
    sandbox.app.world.advance(6)
    found = sandbox.app.world.hosting.find("chat", "us-east-1", "123456789012")
    assert found is not None
    assert (found.status, found.artifact, found.model) == ("InService", "s3://models/a.tar.gz", "chat")
    assert (dict(found.tags), dict(found.environment)) == ({"sagedeck:family": "tgi"}, {"TASK": "echo"})
    assert sandbox.app.world.hosting.find("chat", "us-east-1", "123456789012") is found
    assert sandbox.app.world.hosting.find("chat", "us-east-1", "210987654321") is None


def test_a_container_that_cannot_start_fails_its_endpoint_which_can_only_be_deleted(
    sandbox: Running, role: str
) -> None:
    sagemaker = sandbox.client("sagemaker")
    reason = "The primary container for production variant A did not pass the ping health check."
    container = {"Image": IMAGE, "Environment": {"SANDBOX_START_ERROR": reason}}
    sagemaker.create_model(ModelName="bad", ExecutionRoleArn=role, PrimaryContainer=container)
    variant = {"VariantName": "A", "ModelName": "bad", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="bad", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="bad", EndpointConfigName="bad")
    sandbox.app.world.advance(6)
    failed = sagemaker.describe_endpoint(EndpointName="bad")
    assert (failed["EndpointStatus"], failed["FailureReason"]) == ("Failed", reason)
    assert refusal(sagemaker.update_endpoint, EndpointName="bad", EndpointConfigName="bad")[0] == "ValidationException"
    sagemaker.delete_endpoint(EndpointName="bad")
    sandbox.app.world.advance(2)
    assert sagemaker.list_endpoints()["Endpoints"] == []


def test_an_update_that_cannot_start_is_silently_rolled_back(
    sandbox: Running, deploy: Callable[..., None], role: str
) -> None:
    sagemaker = sandbox.client("sagemaker")
    deploy("chat")
    container = {"Image": IMAGE, "Environment": {"SANDBOX_START_ERROR": "no"}}
    sagemaker.create_model(ModelName="bad", ExecutionRoleArn=role, PrimaryContainer=container)
    variant = {"VariantName": "A", "ModelName": "bad", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="bad", ProductionVariants=[variant])
    sandbox.app.world.advance(6)
    sagemaker.update_endpoint(EndpointName="chat", EndpointConfigName="bad")
    sandbox.app.world.advance(6)
    after = sagemaker.describe_endpoint(EndpointName="chat")
    assert (after["EndpointStatus"], after["EndpointConfigName"]) == ("InService", "chat")
    assert "PendingDeploymentSummary" not in after

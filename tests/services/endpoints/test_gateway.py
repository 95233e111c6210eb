from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.catalog import CatalogService
from services.endpoints import EndpointsService
from services.endpoints.gateway import EndpointsGateway
from services.errors import ExpiredCredentials, NotFound
from tests.services.catalog.stubbed import StubbedClients

HEAD = "arn:aws:sagemaker:us-east-1:123456789012"
WHEN = datetime(2026, 11, 20, tzinfo=UTC)
NEWEST = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 100}


@pytest.fixture
def clients() -> StubbedClients:
    return StubbedClients("sagemaker")


def _row(name: str) -> dict[str, Any]:
    return {
        "EndpointName": name,
        "EndpointArn": f"{HEAD}:endpoint/{name}",
        "CreationTime": WHEN,
        "LastModifiedTime": WHEN,
        "EndpointStatus": "InService",
    }


def _endpoint(clients: StubbedClients, name: str, config: str, **more: Any) -> None:
    answer = _row(name) | {"EndpointConfigName": config} | more
    clients.answer("sagemaker", "describe_endpoint", answer, {"EndpointName": name})


def _config(clients: StubbedClients, name: str, model: str, **variant: Any) -> None:
    answer = {
        "EndpointConfigName": name,
        "EndpointConfigArn": f"{HEAD}:endpoint-config/{name}",
        "CreationTime": WHEN,
        "ProductionVariants": [
            {
                "VariantName": "AllTraffic",
                "ModelName": model,
                "InstanceType": "ml.g5.2xlarge",
                "InitialInstanceCount": 1,
            }
            | variant
        ],
    }
    clients.answer("sagemaker", "describe_endpoint_config", answer, {"EndpointConfigName": name})


def _model(clients: StubbedClients, name: str) -> None:
    answer = {
        "ModelName": name,
        "ModelArn": f"{HEAD}:model/{name}",
        "CreationTime": WHEN,
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/Mine",
        "PrimaryContainer": {
            "Image": "image:1",
            "Environment": {"HF_TOKEN": "hf_not_a_real_one", "MAX_TOTAL_TOKENS": "2048"},
            "ModelDataSource": {
                "S3DataSource": {"S3Uri": "s3://b/p/", "S3DataType": "S3Prefix", "CompressionType": "None"}
            },
        },
    }
    clients.answer("sagemaker", "describe_model", answer, {"ModelName": name})


def _tags(clients: StubbedClients, name: str) -> None:
    tags = [{"Key": "sagedeck:made-by", "Value": "sagedeck"}, {"Key": "sagedeck:family", "Value": "tgi"}]
    clients.answer("sagemaker", "list_tags", {"Tags": tags}, {"ResourceArn": f"{HEAD}:endpoint/{name}"})


def test_the_list_goes_over_all_pages_newest_first(clients: StubbedClients) -> None:
    clients.answer("sagemaker", "list_endpoints", {"Endpoints": [_row("a")], "NextToken": "more"}, NEWEST)
    clients.answer("sagemaker", "list_endpoints", {"Endpoints": [_row("b")]}, NEWEST | {"NextToken": "more"})
    with clients.active():
        found = EndpointsGateway(clients).endpoints()
    assert [(each.name, each.status, each.ready) for each in found] == [
        ("a", "InService", True),
        ("b", "InService", True),
    ]


def test_a_description_joins_endpoint_configuration_model_and_tags(clients: StubbedClients) -> None:
    live = [{"VariantName": "AllTraffic", "CurrentInstanceCount": 2, "DesiredInstanceCount": 3, "CurrentWeight": 1.0}]
    _endpoint(clients, "demo", "demo-config", ProductionVariants=live)
    _config(clients, "demo-config", "demo-model")
    _model(clients, "demo-model")
    _tags(clients, "demo")
    service = EndpointsService(EndpointsGateway(clients), CatalogService("us-east-1", offline=True))
    with clients.active():
        found = service.describe_endpoint("demo")
    assert (found.instance_type, found.count, found.variants[0].desired) == ("ml.g5.2xlarge", 2, 3)
    assert found.usd_per_hour == pytest.approx(3.03)
    assert found.url == "https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/demo/invocations"
    assert found.models[0].artifact == "s3://b/p/"
    assert (found.made_here, found.family, found.failure) == (True, "tgi", "")


def test_secrets_of_a_container_are_masked(clients: StubbedClients) -> None:
    _endpoint(clients, "demo", "demo-config")
    _config(clients, "demo-config", "demo-model")
    _model(clients, "demo-model")
    _tags(clients, "demo")
    with clients.active():
        found = EndpointsGateway(clients).endpoint("demo")
    assert dict(found.models[0].environment) == {"HF_TOKEN": "***", "MAX_TOTAL_TOKENS": "2048"}
    assert "hf_not_a_real_one" not in repr(found)


def test_before_instances_are_there_the_configured_count_is_shown(clients: StubbedClients) -> None:
    _endpoint(clients, "demo", "demo-config", EndpointStatus="Creating")
    _config(clients, "demo-config", "demo-model", InitialInstanceCount=4)
    _model(clients, "demo-model")
    _tags(clients, "demo")
    with clients.active():
        assert EndpointsGateway(clients).endpoint("demo").count == 4


def test_a_configuration_and_its_models_are_read_once_and_kept(clients: StubbedClients) -> None:
    gateway = EndpointsGateway(clients)
    for first in (True, False):
        _endpoint(clients, "demo", "demo-config")
        if first:
            _config(clients, "demo-config", "demo-model")
            _model(clients, "demo-model")
        _tags(clients, "demo")
    with clients.active():
        assert gateway.endpoint("demo") == gateway.endpoint("demo")


def test_a_vanished_configuration_or_model_leaves_the_rest_readable(clients: StubbedClients) -> None:
    _endpoint(clients, "demo", "demo-config")
    clients.refuse(
        "sagemaker", "describe_endpoint_config", "ValidationException", "Could not find endpoint configuration"
    )
    _tags(clients, "demo")
    with clients.active():
        found = EndpointsGateway(clients).endpoint("demo")
    assert (found.config_name, found.config_arn, found.variants, found.models) == ("demo-config", "", (), ())


def test_a_missing_endpoint_is_not_found_and_the_error_says_what_to_do(clients: StubbedClients) -> None:
    clients.refuse("sagemaker", "describe_endpoint", "ValidationException", 'Could not find endpoint "gone".')
    with clients.active(), pytest.raises(NotFound) as caught:
        EndpointsGateway(clients).endpoint("gone")
    assert "gone" in caught.value.what
    assert "us-east-1" in caught.value.what
    assert caught.value.next


def test_expired_credentials_are_not_an_empty_list(clients: StubbedClients) -> None:
    clients.refuse("sagemaker", "list_endpoints", "ExpiredTokenException", "The security token is expired")
    with clients.active(), pytest.raises(ExpiredCredentials):
        EndpointsGateway(clients).endpoints()


def test_sharing_finds_the_other_users_of_configuration_and_model(
    clients: StubbedClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.endpoints.gateway.SIDE_BY_SIDE", 1)  # a Stubber wants its calls in order
    _endpoint(clients, "demo", "shared-config")
    _config(clients, "shared-config", "shared-model")
    _model(clients, "shared-model")
    _tags(clients, "demo")
    clients.answer("sagemaker", "list_endpoints", {"Endpoints": [_row("demo"), _row("twin")]}, NEWEST)
    rows = [
        {"EndpointConfigName": name, "EndpointConfigArn": f"{HEAD}:endpoint-config/{name}", "CreationTime": WHEN}
        for name in ("shared-config", "third")
    ]
    clients.answer("sagemaker", "list_endpoint_configs", {"EndpointConfigs": rows}, {"MaxResults": 100})
    _endpoint(clients, "twin", "shared-config")
    _config(clients, "third", "shared-model")
    tags = [{"Key": "sagedeck:paused-endpoint", "Value": "sleeper"}]
    clients.answer("sagemaker", "list_tags", {"Tags": tags}, {"ResourceArn": f"{HEAD}:endpoint-config/shared-config"})
    gateway = EndpointsGateway(clients)
    with clients.active():
        sharing = gateway.sharing(gateway.endpoint("demo"))
    assert sharing.complete
    assert sharing.config_used_by == ("twin", "sleeper (paused)"), "a paused endpoint needs it too"
    assert sharing.models_used_by == (("shared-model", ("third",)),)


def test_too_many_to_look_at_is_said_and_not_guessed(clients: StubbedClients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.endpoints.gateway.MOST_DESCRIBED", 0)
    _endpoint(clients, "demo", "demo-config")
    _config(clients, "demo-config", "demo-model")
    _model(clients, "demo-model")
    _tags(clients, "demo")
    clients.answer("sagemaker", "list_endpoints", {"Endpoints": [_row("demo"), _row("twin")]}, NEWEST)
    clients.answer("sagemaker", "list_endpoint_configs", {"EndpointConfigs": []}, {"MaxResults": 100})
    gateway = EndpointsGateway(clients)
    with clients.active():
        assert not gateway.sharing(gateway.endpoint("demo")).complete


def test_describing_many_leaves_out_what_was_deleted_meanwhile(
    clients: StubbedClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.endpoints.service._SIDE_BY_SIDE", 1)
    clients.refuse("sagemaker", "describe_endpoint", "ValidationException", 'Could not find endpoint "gone".')
    _endpoint(clients, "demo", "demo-config")
    _config(clients, "demo-config", "demo-model")
    _model(clients, "demo-model")
    _tags(clients, "demo")
    service = EndpointsService(EndpointsGateway(clients), CatalogService("us-east-1", offline=True))
    with clients.active():
        assert [each.name for each in service.describe_many(["gone", "demo"])] == ["demo"]


@pytest.mark.parametrize("name", ["", "../x", "two words", "n" * 300])
def test_what_cannot_be_a_name_is_not_asked_for(clients: StubbedClients, name: str) -> None:
    with clients.active(), pytest.raises(NotFound, match="There is no endpoint"):
        EndpointsGateway(clients).endpoint(name)

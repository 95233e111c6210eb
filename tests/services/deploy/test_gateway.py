"""What is read of an endpoint that has the name, or that a component is put onto."""

from __future__ import annotations

from typing import Any

import pytest

from services.deploy import FoundEndpoint
from services.deploy.gateway import DeployGateway
from services.errors import PermissionDenied
from tests.services.catalog.stubbed import StubbedClients

WHICH = {"EndpointName": "demo"}
NOW = "2026-11-20T10:00:00Z"
ENDPOINT = {
    "EndpointName": "demo",
    "EndpointArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/demo",
    "EndpointConfigName": "shared",
    "EndpointStatus": "InService",
    "CreationTime": NOW,
    "LastModifiedTime": NOW,
    "ProductionVariants": [{"VariantName": "Shared", "CurrentInstanceCount": 2}],
}


def config(**variant: Any) -> dict[str, Any]:
    return {
        "EndpointConfigName": "shared",
        "EndpointConfigArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/shared",
        "ProductionVariants": [{"VariantName": "Shared", "InitialInstanceCount": 1, **variant}],
        "CreationTime": NOW,
    }


def host(described: dict[str, Any]) -> FoundEndpoint | None:
    clients = StubbedClients("sagemaker")
    clients.answer("sagemaker", "describe_endpoint", ENDPOINT, WHICH)
    clients.answer("sagemaker", "describe_endpoint_config", described, {"EndpointConfigName": "shared"})
    with clients.active():
        return DeployGateway(clients).host("demo")


def test_an_endpoint_for_components_is_told_by_its_variant_without_a_model() -> None:
    scaling = {"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 5}
    found = host(config(InstanceType="ml.g5.xlarge", ManagedInstanceScaling=scaling))
    assert found == FoundEndpoint("demo", "InService", "shared", "Shared", "ml.g5.xlarge", 2, 5, takes_components=True)


def test_of_pools_the_first_tried_counts_and_without_scaling_it_does_not_grow() -> None:
    pools = [{"InstanceType": "ml.g6.xlarge", "Priority": 2}, {"InstanceType": "ml.g5.xlarge", "Priority": 1}]
    found = host(config(InstancePools=pools))
    assert found is not None
    assert (found.instance_type, found.count, found.most) == ("ml.g5.xlarge", 2, 2)


def test_an_endpoint_with_a_model_takes_no_components() -> None:
    found = host(config(InstanceType="ml.g5.xlarge", ModelName="own"))
    assert found is not None
    assert not found.takes_components


def test_what_is_not_there_is_none_and_a_refusal_is_not_absence() -> None:
    clients = StubbedClients("sagemaker")
    clients.refuse("sagemaker", "describe_endpoint", "ValidationException", 'Could not find endpoint "demo".')
    missing = 'Could not find inference component "demo".'
    clients.refuse("sagemaker", "describe_inference_component", "ValidationException", missing)
    denied = "User is not authorized to perform: sagemaker:DescribeInferenceComponent"
    clients.refuse("sagemaker", "describe_inference_component", "AccessDeniedException", denied)
    with clients.active():
        gateway = DeployGateway(clients)
        assert gateway.host("demo") is None
        assert gateway.component("demo") is None
        with pytest.raises(PermissionDenied) as caught:
            gateway.component("demo")
    assert caught.value.action == "sagemaker:DescribeInferenceComponent"

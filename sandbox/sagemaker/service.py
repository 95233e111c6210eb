"""Answers SageMaker's JSON protocol for the operations built here."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.sagemaker import definitions, endpoints, tags
from sandbox.sagemaker.roles import Roles
from sandbox.sagemaker.store import Region, Store
from sandbox.validation import check

Operation = Callable[[Region, Mapping[str, Any]], dict[str, Any]]


class SageMaker:
    """`handle` answers, or raises AwsError; `has` tells whether the operation is built here and not in moto."""

    def __init__(self, store: Store, roles: Roles) -> None:
        self._store = store
        clock = store.clock
        self._operations: dict[str, Operation] = {
            "CreateModel": lambda region, request: definitions.create_model(region, request, roles, clock.now()),
            "DescribeModel": definitions.describe_model,
            "DeleteModel": definitions.delete_model,
            "ListModels": definitions.list_models,
            "CreateEndpointConfig": lambda region, request: definitions.create_endpoint_config(
                region, request, roles, clock.now()
            ),
            "DescribeEndpointConfig": definitions.describe_endpoint_config,
            "DeleteEndpointConfig": definitions.delete_endpoint_config,
            "ListEndpointConfigs": definitions.list_endpoint_configs,
            "CreateEndpoint": lambda region, request: endpoints.create_endpoint(region, request, clock),
            "UpdateEndpoint": lambda region, request: endpoints.update_endpoint(region, request, clock),
            "UpdateEndpointWeightsAndCapacities": lambda region, request: endpoints.update_weights(
                region, request, clock
            ),
            "DescribeEndpoint": endpoints.describe_endpoint,
            "DeleteEndpoint": lambda region, request: endpoints.delete_endpoint(region, request, clock),
            "ListEndpoints": endpoints.list_endpoints,
            "ListInferenceComponents": lambda region, request: {"InferenceComponents": []},  # none can be made yet
            "AddTags": tags.add_tags,
            "ListTags": tags.list_tags,
            "DeleteTags": tags.delete_tags,
        }

    @property
    def operations(self) -> tuple[str, ...]:
        return tuple(self._operations)

    def has(self, operation: str, request: Mapping[str, Any]) -> bool:
        if operation in ("AddTags", "ListTags", "DeleteTags"):
            return tags.ours(str(request.get("ResourceArn", "")))
        return operation in self._operations

    def handle(self, operation: str, request: Mapping[str, Any], region: str) -> dict[str, Any]:
        """Answer one call; the caller has made sure that `has` it. Raises AwsError in AWS's words."""
        check("SageMaker", operation, request)
        with self._store.lock:
            return self._operations[operation](self._store.region(region), request)

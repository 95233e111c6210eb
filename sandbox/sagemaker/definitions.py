"""Models and endpoint configurations: made once, never changed, deleted at any time, in use or not (as on AWS)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.errors import invalid
from sandbox.operations import Call, Handler, Request, Response
from sandbox.records import Record
from sandbox.sagemaker import listing
from sandbox.sagemaker.containers import Containers
from sandbox.sagemaker.store import CONFIGURATION, MODEL, Store, arn_of
from sandbox.sagemaker.tags import Tags, as_map
from sandbox.sagemaker.variants import check_variants

if TYPE_CHECKING:
    from sandbox.world import World


class Definitions:
    """`operations` as a part of the SageMaker service."""

    def __init__(self, world: "World", store: Store, tags: Tags) -> None:
        self._store = store
        self._tags = tags
        self._roles = world.roles
        self._containers = Containers(world)
        self.operations: dict[str, Handler] = {
            "CreateModel": self.create_model,
            "DescribeModel": self.describe_model,
            "DeleteModel": self.delete_model,
            "ListModels": self.list_models,
            "CreateEndpointConfig": self.create_endpoint_config,
            "DescribeEndpointConfig": self.describe_endpoint_config,
            "DeleteEndpointConfig": self.delete_endpoint_config,
            "ListEndpointConfigs": self.list_endpoint_configs,
        }

    def create_model(self, call: Call, request: Request) -> Response:
        name, role = request["ModelName"], request.get("ExecutionRoleArn", "")
        self._store.check_free(MODEL, call.region, name)
        containers = _containers(request)
        if role:
            self._roles.require(role, call.region, call.now)
        for container in containers:
            self._containers.check(container, model=name, region=call.region, role=role)
        return {"ModelArn": self._add(MODEL, call, name, request)}

    def describe_model(self, call: Call, request: Request) -> Response:
        model = self._store.get(MODEL, call.region, request["ModelName"])
        described = {"EnableNetworkIsolation": False, **model["request"]}
        return {**described, "ModelArn": model["arn"], "CreationTime": model["created"]}

    def delete_model(self, call: Call, request: Request) -> Response:
        self._store.drop(MODEL, call.region, self._store.get(MODEL, call.region, request["ModelName"]))
        return {}

    def list_models(self, call: Call, request: Request) -> Response:
        shelf = self._store.shelf(MODEL, call.region)
        return listing.listed("Models", shelf.values(), request, lambda model: _row("Model", model))

    def create_endpoint_config(self, call: Call, request: Request) -> Response:
        name, role = request["EndpointConfigName"], request.get("ExecutionRoleArn", "")
        self._store.check_free(CONFIGURATION, call.region, name)
        check_variants(request, lambda model: self._store.get(MODEL, call.region, model))
        if role:
            self._roles.require(role, call.region, call.now)
        return {"EndpointConfigArn": self._add(CONFIGURATION, call, name, request)}

    def describe_endpoint_config(self, call: Call, request: Request) -> Response:
        found = self._store.get(CONFIGURATION, call.region, request["EndpointConfigName"])
        described = {"EnableNetworkIsolation": False, **found["request"]}
        return {**described, "EndpointConfigArn": found["arn"], "CreationTime": found["created"]}

    def delete_endpoint_config(self, call: Call, request: Request) -> Response:
        found = self._store.get(CONFIGURATION, call.region, request["EndpointConfigName"])
        self._store.drop(CONFIGURATION, call.region, found)
        return {}

    def list_endpoint_configs(self, call: Call, request: Request) -> Response:
        shelf = self._store.shelf(CONFIGURATION, call.region)
        return listing.listed("EndpointConfigs", shelf.values(), request, lambda each: _row("EndpointConfig", each))

    def _add(self, kind: str, call: Call, name: str, request: Request) -> str:
        as_map(request.get("Tags"))
        arn = arn_of(kind, call.region, name)
        record = {"name": name, "arn": arn, "created": call.now, "request": _without_tags(request)}
        self._store.add(kind, call.region, record)
        self._tags.put(arn, request.get("Tags"))
        return arn


def _containers(request: Request) -> list[Mapping[str, Any]]:
    primary, several = request.get("PrimaryContainer"), request.get("Containers")
    if primary is None and not several:
        raise invalid("One of PrimaryContainer or Containers must be specified.")
    if primary is not None and several:
        raise invalid("Only one of PrimaryContainer and Containers may be specified.")
    if primary and request.get("InferenceExecutionConfig", {}).get("Mode") == "Direct":
        raise invalid("InferenceExecutionConfig with mode Direct requires more than one container.")
    names = [each["ContainerHostname"] for each in several or () if each.get("ContainerHostname")]
    if len(set(names)) < len(names):
        raise invalid("Container hostnames must be unique within a model.")
    return list(several or ()) if primary is None else [primary]


def _row(member: str, record: Record) -> Response:
    return {f"{member}Name": record["name"], f"{member}Arn": record["arn"], "CreationTime": record["created"]}


def _without_tags(request: Request) -> dict[str, Any]:
    return {key: value for key, value in request.items() if key != "Tags" and value not in (None, [], {})}

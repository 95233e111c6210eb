"""Answers SageMaker's JSON protocol for the operations built here."""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.operations import Call, Elsewhere, Handler, Request, Response
from sandbox.sagemaker import definitions, endpoints, tags
from sandbox.sagemaker.store import Region, Store

if TYPE_CHECKING:
    from sandbox.world import World

Plain = Callable[[Region, Request], Response]

PARTS: tuple[str, ...] = ()  # "module:Class" of what else is SageMaker's: made with the world, each has `operations`


class SageMaker:
    """The service as the world has it (`sandbox.operations.Service`)."""

    def __init__(self, world: "World") -> None:
        self.store = Store(world.clock, world.meters.started)
        clock, roles = world.clock, world.roles
        self.operations: dict[str, Handler] = {
            "CreateModel": self._made(
                lambda region, asked: definitions.create_model(region, asked, roles, clock.now())
            ),
            "DescribeModel": self._made(definitions.describe_model),
            "DeleteModel": self._made(definitions.delete_model),
            "ListModels": self._made(definitions.list_models),
            "CreateEndpointConfig": self._made(
                lambda region, asked: definitions.create_endpoint_config(region, asked, roles, clock.now())
            ),
            "DescribeEndpointConfig": self._made(definitions.describe_endpoint_config),
            "DeleteEndpointConfig": self._made(definitions.delete_endpoint_config),
            "ListEndpointConfigs": self._made(definitions.list_endpoint_configs),
            "CreateEndpoint": self._made(lambda region, asked: endpoints.create_endpoint(region, asked, clock)),
            "UpdateEndpoint": self._made(lambda region, asked: endpoints.update_endpoint(region, asked, clock)),
            "UpdateEndpointWeightsAndCapacities": self._made(
                lambda region, asked: endpoints.update_weights(region, asked, clock)
            ),
            "DescribeEndpoint": self._made(endpoints.describe_endpoint),
            "DeleteEndpoint": self._made(lambda region, asked: endpoints.delete_endpoint(region, asked, clock)),
            "ListEndpoints": self._made(endpoints.list_endpoints),
            "ListInferenceComponents": self._made(lambda region, asked: {"InferenceComponents": []}),
            "AddTags": self._made(_tagging(tags.add_tags)),
            "ListTags": self._made(_tagging(tags.list_tags)),
            "DeleteTags": self._made(_tagging(tags.delete_tags)),
        }
        self.parts: list[Any] = []
        for part in PARTS:
            module, _, made_by = part.partition(":")
            made = getattr(importlib.import_module(module), made_by)(world)
            self.parts.append(made)
            self.operations |= made.operations

    def _made(self, plain: Plain) -> Handler:
        def handler(call: Call, request: Request) -> Response:
            return plain(self.store.region(call.region), request)

        return handler


def _tagging(plain: Plain) -> Plain:
    def handler(region: Region, request: Request) -> Response:
        if not tags.ours(request["ResourceArn"]):
            raise Elsewhere
        return plain(region, request)

    return handler

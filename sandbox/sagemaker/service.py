"""SageMaker as the world has it: the operations of its parts in one, and what other services need to know of it."""

import importlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sandbox.hosting import SERVING
from sandbox.operations import Handler
from sandbox.records import Record
from sandbox.sagemaker.components import Components
from sandbox.sagemaker.definitions import Definitions
from sandbox.sagemaker.endpoints import Endpoints
from sandbox.sagemaker.store import (
    COMPONENT,
    CONFIGURATION,
    ENDPOINT,
    MODEL,
    Store,
    variants_of,
)
from sandbox.sagemaker.tags import Exists, Tags

if TYPE_CHECKING:
    from sandbox.world import World

# What else is SageMaker's, as "module:Class": made with the world, each has `operations`, and may have `tagged` (kinds
# of ARN it holds, each with a function of region and name that tells whether one exists) and `running(region)`.
PARTS: tuple[str, ...] = (
    "sandbox.sagemaker.jobs.service:Jobs",
    "sandbox.sagemaker.studio.service:Studio",
    "sandbox.sagemaker.hub.service:Hubs",
)


class Running(NamedTuple):
    """What costs by the hour from `since` on. `kind` is the use as prices name it: Hosting, Training, Notebook, …"""

    arn: str
    kind: str
    instance_type: str
    instances: int
    since: float
    tags: Mapping[str, str]


class Standing(NamedTuple):
    """A production variant; no `instances` if it is serverless."""

    endpoint: str
    variant: str
    instance_type: str
    instances: int
    status: str


class SageMaker:
    """`tags` holds the tags of all its resources: `tags.put(arn, Tags)`, `tags.of(arn)`, `tags.drop(arn)`."""

    def __init__(self, world: "World") -> None:
        self.store = Store(world)
        self.tags = Tags(world)
        self.tags.hold({kind: self._exists(kind) for kind in (MODEL, CONFIGURATION, ENDPOINT, COMPONENT)})
        self.tags.on_change = self._tags_changed
        self.store.on_gone = lambda region, arn: self.tags.drop(arn)
        self._endpoints = Endpoints(world, self.store, self.tags)
        self._components = Components(world, self.store, self.tags)
        self._endpoints.lifecycle.on_started = self._started
        own = (Definitions(world, self.store, self.tags), self._endpoints, self._components, self.tags)
        self.parts: dict[str, Any] = {}
        self.operations: dict[str, Handler] = {}
        for part in own:
            self.operations |= part.operations
        for name in PARTS:
            self._add(world, name)

    def variants(self, region: str) -> Iterator[Standing]:
        """Yield every variant that serves, for telemetry and bills."""
        for endpoint in self.store.shelf(ENDPOINT, region).values():
            for variant in variants_of(endpoint["now"]):
                if endpoint["status"] in SERVING:
                    yield Standing(
                        endpoint["name"], variant["name"], variant["type"], variant["count"], endpoint["status"]
                    )

    def set_count(self, region: str, endpoint: str, variant: str, count: int) -> None:
        """Change a variant's instances as UpdateEndpointWeightsAndCapacities does. AwsError where that is refused."""
        changes = {variant: {"DesiredInstanceCount": count}}
        self._endpoints.scale(region, endpoint, changes, "UpdateEndpointWeightsAndCapacities")

    def set_copies(self, region: str, component: str, copies: int) -> None:
        """Change a component's copies as UpdateInferenceComponentRuntimeConfig does. AwsError where that is refused."""
        self._components.set_copies(region, component, copies)

    def running(self, region: str) -> Iterator[Running]:
        """Yield all that costs now: instances of endpoints, and what the parts say of theirs."""
        for endpoint in self.store.shelf(ENDPOINT, region).values():
            if endpoint["status"] not in SERVING:
                continue
            tags = self.tags.of(endpoint["arn"])
            for variant in variants_of(endpoint["now"]):
                if variant["count"]:
                    yield Running(endpoint["arn"], "Hosting", variant["type"], variant["count"], variant["since"], tags)
        for part in self.parts.values():
            if hasattr(part, "running"):
                yield from part.running(region)

    def standing(self) -> Iterator[dict[str, str]]:
        """Yield region, name, status and configuration of every endpoint."""
        for region in self.store.regions():
            for endpoint in self.store.shelf(ENDPOINT, region).values():
                told = {"name": endpoint["name"], "status": endpoint["status"], "config": endpoint["config"]}
                yield {"region": region, **told}

    def _started(self, region: str, endpoint: Record, at: float) -> None:
        self._components.copies.settle(region, endpoint, at)
        for part in self.parts.values():
            if hasattr(part, "started"):
                part.started(endpoint)

    def _add(self, world: "World", name: str) -> None:
        module, _, made_by = name.partition(":")
        part = self.parts[name] = getattr(importlib.import_module(module), made_by)(world)
        self.operations |= part.operations
        self.tags.hold(getattr(part, "tagged", {}))

    def _exists(self, kind: str) -> Exists:
        return lambda region, name: name in self.store.shelf(kind, region)

    def _tags_changed(self, region: str, arn: str) -> None:
        kind, _, name = arn.split(":", 5)[5].partition("/")
        if kind == ENDPOINT:
            self.store.found.pop((region, name), None)

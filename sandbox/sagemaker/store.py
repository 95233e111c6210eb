"""What exists: models, endpoint configurations, endpoints and tags of each region; endpoints move on with the clock."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock
from sandbox.errors import invalid
from sandbox.hosting import Hosted
from sandbox.scope import ACCOUNT, partition_of

CREATING, UPDATING, DELETING, IN_SERVICE, FAILED = "Creating", "Updating", "Deleting", "InService", "Failed"
START_ERROR = "SANDBOX_START_ERROR"  # in a container's environment: why its endpoint fails to start


@dataclass(frozen=True, slots=True)
class Model:
    """`request` is what CreateModel was sent, without tags."""

    name: str
    arn: str
    created: float
    request: Mapping[str, Any]

    @property
    def container(self) -> Mapping[str, Any]:
        """The container that answers: the primary one, or the first of a pipeline."""
        first: Mapping[str, Any] = self.request.get("PrimaryContainer") or (self.request.get("Containers") or [{}])[0]
        return first


@dataclass(frozen=True, slots=True)
class Configuration:
    """`request` is what CreateEndpointConfig was sent, without tags."""

    name: str
    arn: str
    created: float
    request: Mapping[str, Any]


@dataclass(slots=True)
class Variant:
    """A production variant as deployed; the containers are those of the moment it was deployed."""

    name: str
    spec: Mapping[str, Any]
    model: Model | None
    weight: float
    count: int
    resolved: float = 0.0


@dataclass(frozen=True, slots=True)
class Deployment:
    """What an update is bringing in."""

    configuration: Configuration
    variants: tuple[Variant, ...]
    started: float


@dataclass(slots=True)
class Endpoint:
    """`due` is when the present status ends, `coming` what will run then, `hosted` the remembered answer of `find`."""

    name: str
    arn: str
    configuration: Configuration
    created: float
    modified: float
    status: str
    due: float
    coming: Deployment | None
    variants: tuple[Variant, ...] = ()
    failure: str = ""
    deployment: Mapping[str, Any] | None = None
    hosted: Hosted | None = None

    @property
    def instance(self) -> str:
        """A made-up instance id that stays the endpoint's own."""
        return "i-" + hashlib.sha256(f"{self.arn}{self.created}".encode()).hexdigest()[:17]


@dataclass(slots=True)
class Region:
    """One region's shelf."""

    name: str
    models: dict[str, Model] = field(default_factory=dict)
    configurations: dict[str, Configuration] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    moving: set[str] = field(default_factory=set)

    def arn(self, kind: str, name: str) -> str:
        """`kind` as it stands in the ARN: model, endpoint-config, endpoint."""
        return f"arn:{partition_of(self.name)}:sagemaker:{self.name}:{ACCOUNT}:{kind}/{name}"

    def model(self, name: str) -> Model:
        found = self.models.get(name)
        if found is None:
            raise invalid(f'Could not find model "{self.arn("model", name)}".')
        return found

    def configuration(self, name: str) -> Configuration:
        found = self.configurations.get(name)
        if found is None:
            raise invalid(f'Could not find endpoint configuration "{self.arn("endpoint-config", name)}".')
        return found

    def endpoint(self, name: str) -> Endpoint:
        found = self.endpoints.get(name)
        if found is None:
            raise invalid(f'Could not find endpoint "{self.arn("endpoint", name)}".')
        return found


class Store:
    """All regions of the one account; every use of it happens under the world's lock."""

    def __init__(self, clock: Clock, on_started: Callable[[Region, Endpoint, float], None] | None = None) -> None:
        self.clock = clock
        self.on_started = on_started
        self._regions: dict[str, Region] = {}

    def region(self, name: str) -> Region:
        """The region's shelf, with every endpoint in the status it has now."""
        region = self._regions.get(name)
        if region is None:
            region = self._regions.setdefault(name, Region(name))
        if region.moving:
            self._settle(region)
        return region

    def regions(self) -> tuple[Region, ...]:
        return tuple(self.region(name) for name in tuple(self._regions))

    def _settle(self, region: Region) -> None:
        now = self.clock.now()
        for name in tuple(region.moving):
            endpoint = region.endpoints[name]
            if endpoint.due > now:
                continue
            region.moving.discard(name)
            if endpoint.status == DELETING:
                del region.endpoints[name]
                region.tags.pop(endpoint.arn, None)
            else:
                self._start(region, endpoint)

    def _start(self, region: Region, endpoint: Endpoint) -> None:
        broken = _start_error(endpoint.coming)
        first = endpoint.status == CREATING
        endpoint.status, endpoint.modified, endpoint.hosted = IN_SERVICE, endpoint.due, None
        if broken and first:
            endpoint.status, endpoint.failure = FAILED, broken
        elif broken:  # AWS rolls back and says so only by the configuration's name
            endpoint.coming = None
        elif endpoint.coming:
            endpoint.configuration, endpoint.variants = endpoint.coming.configuration, endpoint.coming.variants
            endpoint.coming = None
            for variant in endpoint.variants:
                variant.resolved = endpoint.due
        if self.on_started:
            self.on_started(region, endpoint, endpoint.due)


def _start_error(coming: Deployment | None) -> str:
    for variant in coming.variants if coming else ():
        if variant.model and (reason := (variant.model.container.get("Environment") or {}).get(START_ERROR)):
            return str(reason)
    return ""

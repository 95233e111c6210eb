"""What the checks of one request share: where to look, and what was read already; each thing is read once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from services.access import AccessService, ExecutionRole, ExistingRole, RoleChoice
from services.cache import ReadCache
from services.catalog import CatalogService, Container
from services.catalog.quotas import Quotas
from services.connection import Identity
from services.deploy import CatalogSource, CustomSource, DeployRequest, DeployService, HostedModel
from services.errors import SagedeckError
from services.plans.models import Plan
from services.preflight.found import Bucket, HeldByEndpoint, Listed, Objects
from services.preflight.models import Part, Request, parts_of

if TYPE_CHECKING:
    from services.preflight.gateway import PreflightGateway

T = TypeVar("T")
_SHARE = 0.75  # of the time that is left goes into looking at endpoints; the rest is for those who wait for the sum


@dataclass(frozen=True, slots=True)
class Rooms:
    """Where the checks look. `simulated`: the other side is the sandbox, which fetches no weights."""

    gateway: PreflightGateway
    deploy: DeployService
    catalog: CatalogService
    access: AccessService
    quotas: Quotas
    identity: Identity
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class InUse:
    """What the account's endpoints hold, as far as was looked at.

    unseen   how many endpoints were not looked at in time: what is held is at least this
    """

    held: Mapping[str, HeldByEndpoint]
    unseen: int = 0

    def count(self, instance_type: str) -> int:
        """Instances of a type; "" of every type."""
        return sum(
            each.count
            for endpoint in self.held.values()
            for each in endpoint.instances
            if each.instance_type == instance_type or not instance_type
        )

    @property
    def serverless(self) -> tuple[int, int]:
        """Serverless variants, and the concurrency they were given together."""
        found = self.held.values()
        return sum(each.serverless for each in found), sum(each.concurrency for each in found)


@dataclass(slots=True)
class Look:
    """One look at the world for one request; safe to share between the threads of its checks.

    left     seconds until the deadline
    parts    the endpoints that are asked for
    holding  reads what endpoints hold (the service keeps what cannot have changed)
    """

    request: Request
    rooms: Rooms
    left: Callable[[], float]
    holding: Callable[[tuple[Listed, ...], float], InUse]
    given: Plan | None = None
    parts: tuple[Part, ...] = field(init=False)
    _read: ReadCache = field(default_factory=ReadCache)

    def __post_init__(self) -> None:
        self.parts = parts_of(self.request)

    @property
    def role(self) -> RoleChoice:
        """The execution role, which a pair shares."""
        return self.parts[0].request.role

    def once(self, key: tuple[str, ...], load: Callable[[], T]) -> T:
        """What was read of this; asked once, by whoever comes first. Its error reaches everybody."""
        return self._read.get(key, math.inf, load)

    def model(self, request: DeployRequest) -> HostedModel:
        """What a part's source is. Raises NotFound, InvalidRequest."""
        return self.once(("model", request.endpoint_name), lambda: self.rooms.deploy.describe(request))

    def container(self, request: DeployRequest) -> Container:
        """What would run; raises what finding out raises. A request that is not complete yet has one all the same."""

        def find() -> Container:
            source = request.source
            if isinstance(source, CatalogSource) and request.instance_type:
                return self.rooms.catalog.container(source.model_id, request.instance_type)
            if isinstance(source, CustomSource):
                return Container(image=source.image, artifact=source.artifact, family=source.family)
            return self.rooms.deploy.state(request).container

        return self.once(("container", request.endpoint_name), find)

    def plan(self) -> Plan:
        """The plan of the whole request. Raises what planning raises."""

        def make() -> Plan:
            if isinstance(self.request, DeployRequest):
                return self.rooms.deploy.plan_deploy(self.request)
            return self.rooms.deploy.plan_pair(self.request)

        return self.given or self.once(("plan",), make)

    def existing_role(self) -> ExecutionRole | None:
        """The role as it stands; None where there is none of that name. Raises what reading it raises."""
        choice = self.role
        name = choice.arn.rpartition("/")[2] if isinstance(choice, ExistingRole) else choice.name
        return self.once(("role", name), lambda: self.rooms.access.find_role(name))

    def in_use(self) -> InUse:
        """What the account's endpoints hold. Raises where they cannot even be listed."""

        def read() -> InUse:
            listed = self.rooms.gateway.endpoints()
            return self.holding(listed, self.left() * _SHARE)

        return self.once(("in-use",), read)

    def bucket(self, name: str) -> Bucket | None:
        """Where a bucket is."""
        return self.once(("bucket", name), lambda: self.rooms.gateway.bucket(name))

    def objects(self, bucket: str, key: str) -> Objects:
        """What lies at a place in S3."""
        return self.once(("objects", bucket, key), lambda: self.rooms.gateway.objects(bucket, key))


def or_none(ask: Callable[[], T]) -> T | None:
    """What `ask` gives, None where it raises: for what another line tells of already."""
    try:
        return ask()
    except SagedeckError:
        return None

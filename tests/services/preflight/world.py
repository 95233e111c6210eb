"""An account in memory for the checks: what each read would find, refuse, or never answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from services.access import AccessService, Checked, ExecutionRole, RolePolicies
from services.access import Verdict as May
from services.catalog import CatalogService
from services.catalog.quotas import Quotas
from services.connection import Identity
from services.deploy import DeployService, FoundEndpoint, RagPairRequest
from services.errors import PermissionDenied
from services.plans.models import Permission
from services.preflight import Line, Preflight, PreflightService, Request, Topic
from services.preflight.found import Bucket, FoundImage, Held, HeldByEndpoint, Key, Listed, Network, Objects
from tests.services.deploy.samples import FALCON, MINILM, NEW_ROLE, request_for

ACCOUNT, REGION = "123456789012", "us-east-1"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mine:1"
ROLE = ExecutionRole(
    name="Mine",
    arn=f"arn:aws:iam::{ACCOUNT}:role/Mine",
    created=None,
    description="",
    trusts_sagemaker=True,
)


def denied(action: str) -> PermissionDenied:
    """What a read that is not allowed raises."""
    return PermissionDenied("AWS refused permission.", f"The identity in use lacks {action}.", action=action)


@dataclass
class World:
    """What is there. A value that is an exception is raised by whoever reads it."""

    endpoints: dict[str, HeldByEndpoint] = field(default_factory=dict)
    taken: FoundEndpoint | None = None
    image: FoundImage | Exception | None = field(default_factory=lambda: FoundImage(2 * 1024**3))
    buckets: dict[str, Bucket | Exception | None] = field(default_factory=dict)
    objects: Objects | Exception = field(default_factory=lambda: Objects(1, 4 * 1024**3))
    subnets: dict[str, Network] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    key: Key | Exception | None = None
    topic: bool | Exception = True
    quotas: dict[str, float] = field(default_factory=dict)
    quota_error: Exception | None = None
    list_error: Exception | None = None
    role: ExecutionRole | Exception | None = None
    may: Callable[[Permission], May] = lambda permission: May.ALLOWED
    policies: RolePolicies | Exception = field(default_factory=RolePolicies)
    hang: threading.Event | None = None
    described: list[str] = field(default_factory=list)
    region: str = REGION

    def service(self) -> PreflightService:
        """A preflight that looks at this world."""
        catalog = CatalogService(self.region, offline=True)
        roles: Any = SimpleNamespace(role=lambda name: given(self.role), policies=lambda name: given(self.policies))
        access = _Access(roles, region=self.region, account=ACCOUNT, owner="ada")
        access.world = self
        gateway: Any = _Gateway(self)
        deploy = DeployService(gateway, catalog, access, owner="ada")
        identity = Identity("aws", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/ada", self.region)
        return PreflightService(gateway, deploy, catalog, access, Quotas(_Quotas(self), region=self.region), identity)

    def check(self, request: Request, *, deadline: float = 20.0) -> Preflight:
        """All lines about a request."""
        return self.service().check(request, deadline=deadline)

    def one(self, request: Request, topic: Topic) -> Line:
        """The worst line of a topic."""
        found = self.check(request).about(topic)
        assert found, f"nothing was said of {topic}"
        return found[0]


class _Quotas:
    """Service Quotas of the world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def applied(self) -> Mapping[str, tuple[str, float]]:
        given(self._world.quota_error)
        return {name: ("L-1", value) for name, value in self._world.quotas.items()}

    def one(self, code: str) -> tuple[str, float] | None:
        given(self._world.quota_error)
        return None


def given(value: Any) -> Any:
    """A value of the world, or its exception raised."""
    if isinstance(value, Exception):
        raise value
    return value


class _Access(AccessService):
    world: World

    def check(self, principal: str, permissions: Sequence[Permission]) -> tuple[Checked, ...]:
        return tuple(Checked(each, self.world.may(each), "It was made so.") for each in permissions)


class _Gateway:
    """The reads of a preflight and of a deployment."""

    def __init__(self, world: World) -> None:
        self._world = world

    def endpoints(self) -> tuple[Listed, ...]:
        if self._world.hang:
            self._world.hang.wait(30)
        given(self._world.list_error)
        return tuple(Listed(name, "InService", "then") for name in self._world.endpoints)

    def held_by(self, name: str) -> HeldByEndpoint:
        self._world.described.append(name)
        return self._world.endpoints[name]

    def endpoint(self, name: str) -> FoundEndpoint | None:
        return self._world.taken

    host = endpoint

    def component(self, name: str) -> None:
        return None

    def image(self, repository: str, reference: str) -> FoundImage | None:
        found: FoundImage | None = given(self._world.image)
        return found

    def bucket(self, name: str) -> Bucket | None:
        found: Bucket | None = given(self._world.buckets.get(name, Bucket(REGION)))
        return found

    def objects(self, bucket: str, key: str) -> Objects:
        found: Objects = given(self._world.objects)
        return found

    def networks(self, subnets: tuple[str, ...]) -> Mapping[str, Network]:
        return {each: found for each, found in self._world.subnets.items() if each in subnets}

    def groups(self, groups: tuple[str, ...]) -> Mapping[str, str]:
        return {each: vpc for each, vpc in self._world.groups.items() if each in groups}

    def key(self, key: str) -> Key | None:
        found: Key | None = given(self._world.key)
        return found

    def topic(self, arn: str) -> bool:
        return bool(given(self._world.topic))


def holding(kind: str, count: int) -> HeldByEndpoint:
    """An endpoint with so many instances of a type."""
    return HeldByEndpoint((Held(kind, count),), 0, 0)


def a_pair() -> RagPairRequest:
    """An embedding and a language model under a role the plan makes."""
    return RagPairRequest(
        embedding=request_for(MINILM, endpoint_name="embed", role=NEW_ROLE),
        language=request_for(FALCON, endpoint_name="talk", role=NEW_ROLE),
    )

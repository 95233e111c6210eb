"""The rooms of one connection: what each is made of, and nothing else of services. `console.py` is what spans them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from services.cache import ReadCache
from services.connection import Connection, Mode
from services.jobs import Jobs
from services.lazy import lazy
from services.settings import Configured, load
from services.state import State, home

if TYPE_CHECKING:
    from services.access import AccessService
    from services.alarms import AlarmsService
    from services.catalog import CatalogService
    from services.catalog.book import PriceBook
    from services.catalog.quotas import Quotas
    from services.deploy import DeployRequest, DeployService
    from services.deploy.following_gateway import FollowingGateway
    from services.diagnosis import ContainerLog, Diagnosis, Place
    from services.diagnosis.gateway import ContainerLogGateway
    from services.documents import Originals
    from services.endpoints import EndpointChanges, EndpointsService
    from services.endpoints.inventory import Inventory
    from services.inference import InferenceService
    from services.logs import LogsService
    from services.metrics import MetricsService, TrafficBoard
    from services.plans import Plan
    from services.preflight import PreflightService
    from services.sandbox_control import SandboxControl

T = TypeVar("T")
_processwide: dict[Path, tuple[State, ReadCache, Any]] = {}
_shared_by_identity: dict[tuple[object, ...], Any] = {}
_processwide_lock = threading.RLock()  # what is made may need another thing of everybody


def _shared(folder: Path) -> tuple[State, ReadCache, Any]:
    """State, read cache and document workers are one for a process: rows and keys carry their owner themselves."""
    from services.documents import shared_reader

    with _processwide_lock:
        if folder not in _processwide:
            _processwide[folder] = (State(folder / "state.db"), ReadCache(), shared_reader())
        return _processwide[folder]


def once(key: tuple[object, ...], make: Callable[[], T]) -> T:
    """What all browsers of one identity share in this process."""
    with _processwide_lock:
        if key not in _shared_by_identity:
            _shared_by_identity[key] = make()
        found: T = _shared_by_identity[key]
        return found


class Rooms:
    """The rooms of one connection, each made at its first use."""

    def __init__(
        self, connection: Connection, *, folder: Path | None = None, configured: Configured | None = None
    ) -> None:
        self.lock = threading.RLock()
        self.connection = connection
        self.folder = folder or home()
        self.configured = configured or load(os.environ, self.folder)
        self.settings = self.configured.settings
        self.state, self.cache, self.reader = _shared(self.folder)

    @property
    def owner(self) -> str:
        """Who chats, documents, jobs and runs of this console belong to."""
        return self.connection.owner

    def cached(self, name: tuple[str, ...], ttl_seconds: float, load: Callable[[], T]) -> T:
        """A read shared by those who have the same partition, account, region and principal."""
        return self.cache.get((*self.connection.key, *name), ttl_seconds, load)

    def refresh(self) -> None:
        """Forget what was read, because something was changed or a person asked for it."""
        self.cache.forget(self.connection.key)
        self.inventory.forget()
        self.traffic.forget()

    @lazy
    def sandbox(self) -> SandboxControl | None:
        """What can be done to the sandbox, None where this is a real account."""
        from services.sandbox_control import SandboxControl

        url = self.connection.sandbox_url
        return SandboxControl(url) if url else None

    @lazy
    def jobs(self) -> Jobs:
        """Background jobs."""
        return Jobs(self.state)

    @lazy
    def diagnosis(self) -> Callable[..., Diagnosis]:
        """Why something failed: called with what was said, its code, operation and log."""
        from services.diagnosis import diagnose

        return diagnose

    @lazy
    def container_logs(self) -> ContainerLogGateway:
        """The ends of containers' logs."""
        from services.diagnosis.gateway import ContainerLogGateway

        return ContainerLogGateway(self.connection.clients)

    def container_log(self, place: Place, name: str) -> ContainerLog:
        """What the container of an endpoint or job wrote last, read twice a minute at most."""
        return self.cached(("container-log", place, name), 30.0, lambda: self.container_logs.read(place, name))

    @lazy
    def catalog(self) -> CatalogService:
        """Models, prices, instances, containers."""
        from services.catalog import CatalogService

        return CatalogService(
            self.connection.identity.region,
            clients=self.connection.clients,
            folder=self.folder / "catalog",
            offline=self.connection.mode is Mode.SANDBOX,
            book=self.prices,
        )

    @lazy
    def prices(self) -> PriceBook:
        """What things cost: one book for everybody of this partition."""
        from services.catalog.book import open_book
        from services.catalog.price_gateway import asking

        partition, mode = self.connection.identity.partition, self.connection.mode
        book = once((self.folder, partition, mode), lambda: open_book(self.folder / "catalog", mode))
        return book.use(asking(self.connection.clients, partition))

    @lazy
    def access(self) -> AccessService:
        """Execution roles."""
        from services.access import AccessService
        from services.access.gateway import AccessGateway

        identity = self.connection.identity
        return AccessService(
            AccessGateway(self.connection.clients), region=identity.region, account=identity.account,
            partition=identity.partition, owner=self.owner,
        )  # fmt: skip

    @lazy
    def deploy(self) -> DeployService:
        """Deployments."""
        from services.deploy import DeployService
        from services.deploy.gateway import DeployGateway

        gateway, most = DeployGateway(self.connection.clients), self.settings.most_instances
        return DeployService(gateway, self.catalog, self.access, owner=self.owner, most_instances=most,
                             keep=self.keep_leases, now=self.connection.moment)  # fmt: skip

    def keep_leases(self, plan: Plan, requests: tuple[DeployRequest, ...]) -> Plan:
        """A plan that deploys, with what keeps to the leases of its endpoints."""
        return plan

    @lazy
    def following(self) -> FollowingGateway:
        """Looks at endpoints and components under way."""
        from services.deploy.following_gateway import FollowingGateway

        return FollowingGateway(self.connection.clients)

    @lazy
    def quotas(self) -> Quotas:
        """What the account may have; a sandbox's quotas change by the click, so its list is kept for a moment only."""
        from services.catalog.quota_gateway import QuotaGateway
        from services.catalog.quotas import KEEP_SECONDS, Quotas

        identity, simulated = self.connection.identity, self.connection.mode is Mode.SANDBOX
        return Quotas(
            QuotaGateway(self.connection.clients), region=identity.region, partition=identity.partition,
            key=self.connection.key, folder=None if simulated else self.folder / "catalog",
            keep=30.0 if simulated else KEEP_SECONDS,
        )  # fmt: skip

    @lazy
    def preflight(self) -> PreflightService:
        """What stands in the way of a deployment."""
        from services.preflight import PreflightService
        from services.preflight.gateway import PreflightGateway

        identity, gateway = self.connection.identity, PreflightGateway(self.connection.clients)
        return PreflightService(gateway, self.deploy, self.catalog, self.access, self.quotas, identity)

    @lazy
    def endpoints(self) -> EndpointsService:
        """Endpoints as they stand."""
        from services.endpoints import EndpointsService
        from services.endpoints.gateway import EndpointsGateway

        return EndpointsService(EndpointsGateway(self.connection.clients), self.catalog, owner=self.owner)

    @lazy
    def inventory(self) -> Inventory:
        """The endpoints for pages that show many: one inventory for everybody of this identity."""
        from services.endpoints import EndpointsService
        from services.endpoints.gateway import EndpointsGateway
        from services.endpoints.inventory import Inventory
        from services.pace import FASTEST, Pace

        def reader(pace: Pace) -> EndpointsService:
            return EndpointsService(EndpointsGateway(self.connection.clients, pace.wait), self.catalog)

        def make() -> Inventory:
            pace = Pace(FASTEST * self.catalog.pace)
            return Inventory(reader(pace), pace)

        found = once((self.folder, *self.connection.key, "inventory"), make)
        found.use(reader(found.pace))
        return found

    @lazy
    def changes(self) -> EndpointChanges:
        """Pausing, resuming, updating and scaling endpoints."""
        from services.endpoints import EndpointChanges
        from services.endpoints.changing_gateway import ChangingGateway
        from services.endpoints.gateway import EndpointsGateway

        clients, most = self.connection.clients, self.settings.most_instances
        reads = ChangingGateway(clients), EndpointsGateway(clients)
        return EndpointChanges(*reads, self.endpoints, self.catalog, owner=self.owner, most_instances=most)

    @lazy
    def inference(self) -> InferenceService:
        """Calling endpoints."""
        from services.inference import InferenceService

        identity, per_minute = self.connection.identity, self.settings.requests_per_minute
        if self.connection.mode is Mode.SANDBOX and self.configured.origin.get("requests_per_minute") == "default":
            per_minute = 0  # nothing costs there
        return InferenceService(
            lambda: self.connection.clients.get("sagemaker-runtime"),
            self.state,
            scope=(identity.partition, identity.account, identity.region),
            storage=lambda: self.connection.clients.get("s3"),
            owner=self.owner,
            per_minute=per_minute,
            now=self.connection.now,
        )

    @lazy
    def originals(self) -> Originals:
        """The files people gave."""
        from services.documents import Originals

        return Originals(self.folder)

    @lazy
    def logs(self) -> LogsService:
        """What containers wrote."""
        from services.logs import LogsService
        from services.logs.gateway import LogsGateway

        return LogsService(LogsGateway(self.connection.clients), self.connection.now, secrets=self.run_secrets)

    def run_secrets(self) -> tuple[str, ...]:
        """What this process was given for runs under way, and what must be in no line of a log."""
        return ()

    @lazy
    def metrics(self) -> MetricsService:
        """Figures of endpoints."""
        from services.metrics import MetricsService
        from services.metrics.gateway import MetricsGateway

        return MetricsService(MetricsGateway(self.connection.clients), self.connection.now)

    @lazy
    def traffic(self) -> TrafficBoard:
        """The requests of many endpoints in the last day: one board for everybody of this identity."""
        from services.metrics import TrafficBoard

        found = once((self.folder, *self.connection.key, "traffic"), lambda: TrafficBoard(self.metrics.traffic))
        found.use(self.metrics.traffic)
        return found

    @lazy
    def alarms(self) -> AlarmsService:
        """Alarms of endpoints."""
        from services.alarms import AlarmsService
        from services.alarms.gateway import AlarmsGateway

        identity, describe = self.connection.identity, self.endpoints.describe_endpoint
        near = f"arn:{identity.partition}:sagemaker:{identity.region}:{identity.account}:"
        return AlarmsService(AlarmsGateway(self.connection.clients), describe, owner=self.owner, near=near)

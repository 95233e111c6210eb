"""Composes every room for one connection: what pages and the command line are given, and nothing else of services."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from services.cache import ReadCache
from services.connection import Connection, Mode
from services.errors import InvalidRequest, NotFound
from services.jobs import Jobs
from services.settings import Configured, load
from services.state import State, home

if TYPE_CHECKING:
    from services.access import AccessService
    from services.catalog import CatalogService
    from services.cleanup import CleanupService
    from services.deploy import DeployService
    from services.diagnosis import Diagnosis
    from services.documents import Originals
    from services.endpoints import EndpointDetail, EndpointsService
    from services.inference import ChatParams, Contract, Delta, InferenceService, Message
    from services.knowledge import Embedding, KnowledgeService
    from services.plans import Operator, Runs
    from services.sandbox_control import SandboxControl

T = TypeVar("T")
DETAIL_SECONDS = 20.0  # an endpoint's detail is asked for again after this; its configuration never changes


class lazy(Generic[T]):
    """A room made at its first use, once, even when two threads ask at the same time."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, console: None, owner: type) -> lazy[T]: ...
    @overload
    def __get__(self, console: Console, owner: type) -> T: ...
    def __get__(self, console: Console | None, owner: type) -> T | lazy[T]:
        if console is None:
            return self
        with console.lock:
            if self._name not in console.__dict__:
                console.__dict__[self._name] = self._make(console)
            room: T = console.__dict__[self._name]
            return room


@dataclass(frozen=True, slots=True)
class Pair:
    """An embedding endpoint and a language endpoint that are in service: what asking one's documents needs."""

    embedding: str
    language: str


_processwide: dict[Path, tuple[State, ReadCache, Any]] = {}
_processwide_lock = threading.Lock()


def _shared(folder: Path) -> tuple[State, ReadCache, Any]:
    """State, read cache and document workers are one for a process: rows and keys carry their owner themselves."""
    from services.documents import shared_reader

    with _processwide_lock:
        if folder not in _processwide:
            _processwide[folder] = (State(folder / "state.db"), ReadCache(), shared_reader())
        return _processwide[folder]


class Console:
    """The rooms of one connection. Safe to share between the browsers of one identity, and between threads."""

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
    def runs(self) -> Runs:
        """Plans being carried out in this region, and their journal."""
        from services.plans import Runs

        return Runs(
            self.state,
            self.operator,
            owner=f"{self.owner} in {self.connection.identity.region}",  # steps are calls to one region
            worker=self.jobs.worker,
            read_only=self.connection.read_only,
        )

    def operator(self, service: str) -> Operator:
        """Who carries out a step's call for this service."""
        from services.knowledge import LibraryOperator
        from services.plans import AwsOperator

        if service in ("astra", "library"):
            return LibraryOperator(self.knowledge)
        return AwsOperator(self.connection.clients)

    @lazy
    def diagnosis(self) -> Callable[..., Diagnosis]:
        """Why something failed: called with what was said, its code, operation and log."""
        from services.diagnosis import diagnose

        return diagnose

    @lazy
    def catalog(self) -> CatalogService:
        """Models, prices, instances, containers."""
        from services.catalog import CatalogService

        return CatalogService(
            self.connection.identity.region,
            clients=self.connection.clients,
            folder=self.folder / "catalog",
            offline=self.connection.mode is Mode.SANDBOX,
        )

    @lazy
    def access(self) -> AccessService:
        """Execution roles."""
        from services.access import AccessService
        from services.access.gateway import AccessGateway

        identity = self.connection.identity
        return AccessService(
            AccessGateway(self.connection.clients),
            region=identity.region,
            account=identity.account,
            partition=identity.partition,
            owner=self.owner,
        )

    @lazy
    def deploy(self) -> DeployService:
        """Deployments."""
        from services.deploy import DeployService
        from services.deploy.gateway import DeployGateway

        return DeployService(DeployGateway(self.connection.clients), self.catalog, self.access, owner=self.owner)

    @lazy
    def endpoints(self) -> EndpointsService:
        """Endpoints as they stand."""
        from services.endpoints import EndpointsService
        from services.endpoints.gateway import EndpointsGateway

        return EndpointsService(EndpointsGateway(self.connection.clients), self.catalog, owner=self.owner)

    @lazy
    def inference(self) -> InferenceService:
        """Calling endpoints."""
        from services.inference import InferenceService

        identity = self.connection.identity
        return InferenceService(
            lambda: self.connection.clients.get("sagemaker-runtime"),
            self.state,
            scope=(identity.partition, identity.account, identity.region),
        )

    @lazy
    def originals(self) -> Originals:
        """The files people gave."""
        from services.documents import Originals

        return Originals(self.folder)

    @lazy
    def knowledge(self) -> KnowledgeService:
        """Documents, search and answers."""
        from services.knowledge import KnowledgeService

        return KnowledgeService(
            owner=self.owner,
            state=self.state,
            jobs=self.jobs,
            originals=self.originals,
            reader=self.reader,
            embeddings=self.embedding,
            chat=self.stream,
            local=self.folder / "library.db",
            astra=self.connection.astra,
        )

    @lazy
    def cleanup(self) -> CleanupService:
        """Take-down of what this console made."""
        from services.cleanup import CleanupService
        from services.cleanup.gateway import CleanupGateway

        return CleanupService(
            CleanupGateway(self.connection.clients),
            self.endpoints,
            self.access,
            owner=self.owner,
            library=self.knowledge.library_state,
        )

    def detail(self, endpoint: str) -> EndpointDetail:
        """An endpoint's detail, shared for some seconds. Raises NotFound."""
        return self.cached(("endpoint", endpoint), DETAIL_SECONDS, lambda: self.endpoints.describe_endpoint(endpoint))

    def contract(self, endpoint: str) -> Contract:
        """How to call an endpoint; found out once. Raises NotFound, UnknownAnswer and what calling raises."""
        detail = self.detail(endpoint)
        if detail.asynchronous:
            raise InvalidRequest(
                f"{endpoint} is an asynchronous endpoint.",
                "It reads its input from S3 and leaves its answer there, so nothing can wait for it here.",
                "Choose a real-time endpoint, or send it a request with InvokeEndpointAsync.",
            )
        return self.inference.contract_for(detail.facts())

    def stream(self, endpoint: str, messages: Sequence[Message], params: ChatParams | None = None) -> Iterator[Delta]:
        """An endpoint's answer piece by piece."""
        from services.inference import ChatParams

        params = params or ChatParams(max_new_tokens=self.settings.max_new_tokens)
        return self.inference.stream(endpoint, messages, params, self.contract(endpoint))

    def embedding(self, endpoint: str) -> Embedding:
        """An embedding endpoint as the library uses it; its vector space is named after the model."""
        from services.knowledge import Embedding

        detail = self.detail(endpoint)
        contract = self.contract(endpoint)
        model = detail.model_id or f"endpoint/{endpoint}"
        return Embedding(model, self.inference.embeddings(endpoint, contract, model=model), contract.dimension)

    def pair(self) -> Pair | None:
        """The newest endpoints in service that together can answer from documents, or None when one is missing."""
        ready = [each.name for each in self.endpoints.list_endpoints() if each.ready]
        found: dict[str, str] = {}
        for detail in self.endpoints.describe_many(ready):
            found.setdefault(detail.task, detail.name)
        if "text-embedding" in found and "text-generation" in found:
            return Pair(found["text-embedding"], found["text-generation"])
        return None

    def usual_pair(self) -> tuple[str, str]:
        """Ids of the embedding and the language model to begin with: the settings', else the catalogue's first."""
        from services.catalog import Task

        def usual(configured: str, task: Task) -> str:
            return configured or next(each.id for each in self.catalog.recommended(task) if not each.eula)

        return usual(self.settings.embedding_model, Task.EMBEDDING), usual(self.settings.language_model, Task.CHAT)

    def smoke_test(self, endpoint: str) -> Any:
        """One real call, to see that an endpoint answers. Raises what went wrong."""
        try:
            return self.inference.smoke_test(endpoint, self.contract(endpoint))
        except NotFound:
            self.refresh()
            raise

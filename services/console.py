"""What pages and the command line are given for one connection: its rooms, and what spans several of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from services.errors import InvalidRequest, NotFound, PermissionDenied, SagedeckError, ServiceFailure, UnknownAnswer
from services.lazy import lazy
from services.rooms import Rooms

if TYPE_CHECKING:
    from services.catalog import QuotaLeft
    from services.cleanup import CleanupService
    from services.deploy import Sighting
    from services.endpoints import Activity, Concern, EndpointDetail
    from services.endpoints.history import History
    from services.inference import ChatParams, Contract, Delta, EndpointFacts, Kind, Message, SmokeResult, Submitted
    from services.knowledge import Embedding, KnowledgeService
    from services.plans import Operator, Runs, RunView

MOST_RUNS = 50  # of the journal, that endpoints are held against: older plans seldom have one that still runs
RUN_SECONDS = 3600.0
READ_SECONDS = 300.0  # what reading all endpoints may take: 2,000 at the polite rate take 200
USED_SECONDS = 60.0  # what endpoints use of the quotas, as choosing a model needs it
COMPONENT_SECONDS = 60.0  # what a component runs, of its model and tags
DETAIL_SECONDS = 20.0  # an endpoint's detail is asked for again after this; its configuration never changes


@dataclass(frozen=True, slots=True)
class Pair:
    """An embedding endpoint and a language endpoint that are in service: what asking one's documents needs."""

    embedding: str
    language: str


class Console(Rooms):
    """The rooms of one connection. Safe to share between the browsers of one identity, and between threads."""

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

    def run_secrets(self) -> tuple[str, ...]:
        """The secrets of runs under way."""
        return self.runs.secrets()

    def operator(self, service: str) -> Operator:
        """Who carries out a step's call for this service."""
        from services.knowledge import LibraryOperator
        from services.plans import AwsOperator

        if service in ("astra", "library"):
            return LibraryOperator(self.knowledge)
        return AwsOperator(self.connection.clients)

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

    def caller_policy(self, endpoint: str) -> dict[str, Any]:
        """The IAM policy a program needs to call this endpoint, and nothing else. Raises NotFound."""
        from services.access import caller_policy

        detail = self.detail(endpoint)
        parts = [detail.arn_of("inference-component", name) for name in detail.components]
        return caller_policy(detail.arn, components=parts, asynchronous=detail.output)

    def look(self, name: str, *, component: bool = False) -> Sighting:
        """How an endpoint or component under way stands, looked at no oftener than AWS is politely asked."""
        from services.plans.hosting import seconds_between_looks

        read = self.following.component if component else self.following.endpoint
        seconds = seconds_between_looks(self.catalog.pace)
        return self.cached(("look", name, str(component)), seconds, lambda: read(name))

    def concerns(
        self, details: Iterable[EndpointDetail], seen: Mapping[str, Activity] | None = None
    ) -> tuple[Concern, ...]:
        """What about these endpoints wants a person; asks nobody: it reads the journal and what is given."""
        from services.endpoints import Activity, confirmed_plans, typical_of, watch

        plans, now, pace = confirmed_plans(self._runs_known()), self.connection.now(), self.catalog.pace
        found: list[Concern] = []
        for detail in details:
            plan = plans.get(detail.name)
            typical = typical_of(plan, detail.name) if plan else None
            activity = (seen or {}).get(detail.name) or Activity(typical=typical, pace=pace)
            found += watch(detail, plan, now, activity)
        return tuple(found)

    @lazy
    def history(self) -> History:
        """What endpoints are made of and what happened to them."""
        from services.endpoints.composition_gateway import CompositionGateway
        from services.endpoints.forgiving_gateway import ForgivingGateway
        from services.endpoints.history import History
        from services.endpoints.timeline_gateway import TimelineGateway

        clients = self.connection.clients
        return History(
            compositions=CompositionGateway(clients), timelines=TimelineGateway(clients), detail=self.detail,
            partly=lambda: ForgivingGateway(clients), price=self.catalog.price,
            cached=self.cached, runs=self._runs_known, now=self.connection.now, owner=self.owner,
        )  # fmt: skip

    def _runs_known(self) -> Iterator[RunView]:
        """The newest runs; one that has ended is read once, since its steps stay as they are."""
        for pulse in self.runs.pulses(MOST_RUNS):
            kept = RUN_SECONDS if pulse.status.ended else 0.0
            yield self.cached(("run", self.owner, pulse.id, pulse.status), kept, partial(self.runs.view, pulse.id))

    def facts(self, endpoint: str, component: str = "") -> EndpointFacts:
        """What tells how an endpoint, or one of its components, wants to be called. Raises NotFound.

        A component's own model and tags count; the endpoint's tags only where it hosts that one alone.
        """
        detail = self.detail(endpoint)
        component = component or next(iter(detail.components), "")
        if not component:
            return detail.facts()
        name = ("component-facts", endpoint, component)
        try:
            own = self.cached(name, COMPONENT_SECONDS, lambda: self.following.component_facts(component, endpoint))
        except PermissionDenied:  # it can be called all the same
            return replace(detail.facts(), inference_component=component)
        tags = {**detail.facts().tags, **own.tags} if len(detail.components) == 1 else own.tags
        return replace(own, tags=tags)

    def _facts_for(self, endpoint: str, kind: Kind | None) -> EndpointFacts:
        """Of several components the first that is known to be of this kind, else the first."""
        from services.inference import recognise

        parts = self.detail(endpoint).components
        for part in parts if kind is not None and len(parts) > 1 else ():
            facts = self.facts(endpoint, part)
            known = recognise(facts)
            if known is not None and known.kind is kind:
                return facts
        return self.facts(endpoint)

    def contract(self, endpoint: str, kind: Kind | None = None) -> Contract:
        """How to call an endpoint; found out once. Raises NotFound, UnknownAnswer and what calling raises.

        kind    what it is wanted for: of several components the one that does that is called
        """
        detail = self.detail(endpoint)
        if detail.asynchronous:
            raise InvalidRequest(
                f"{endpoint} is an asynchronous endpoint.",
                "It reads its input from S3 and leaves its answer there, so nothing can wait for it here.",
                "Choose a real-time endpoint, or send it a request with InvokeEndpointAsync.",
            )
        return self.inference.contract_for(self._facts_for(endpoint, kind))

    def stream(self, endpoint: str, messages: Sequence[Message], params: ChatParams | None = None) -> Iterator[Delta]:
        """An endpoint's answer piece by piece."""
        from services.inference import ChatParams, Kind

        params = params or ChatParams(max_new_tokens=self.settings.max_new_tokens)
        return self.inference.stream(endpoint, messages, params, self.contract(endpoint, Kind.CHAT))

    def embedding(self, endpoint: str) -> Embedding:
        """An embedding endpoint as the library uses it; its vector space is named after the model."""
        from services.inference import Kind
        from services.knowledge import Embedding

        detail = self.detail(endpoint)
        contract = self.contract(endpoint, Kind.EMBEDDING)
        model = detail.model_id or f"endpoint/{endpoint}"
        return Embedding(model, self.inference.embeddings(endpoint, contract, model=model), contract.dimension)

    def pair(self) -> Pair | None:
        """The newest endpoints in service that together can answer from documents, or None when one is missing."""
        tasks = "text-embedding", "text-generation"
        ready = [each.name for each in self.inventory.states() if each.ready]
        looked = self.inventory.settled(READ_SECONDS, ready, until=lambda found: all(map(found.newest, tasks)))
        if looked.problem is not None:
            raise looked.problem
        embedding, language = map(looked.newest, tasks)
        return Pair(embedding, language) if embedding and language else None

    def quota_left(self) -> QuotaLeft:
        """How many more instances of a type may run here: its quota less what endpoints use; None not known.

        Reads the quotas where none are kept, which takes some seconds, and every endpoint; not for a page's path.
        """
        try:
            used: Counter[str] | None = self.cached(("quota", "used"), USED_SECONDS, self._used)
        except SagedeckError:
            used = None  # endpoints may not be looked at; that is not kept

        def left(instance_type: str) -> float | None:
            limit = self.quotas.limit(instance_type).limit
            return None if limit is None or used is None else limit - used[instance_type]

        return left

    def _used(self) -> Counter[str]:
        """Instances in use by type."""
        used: Counter[str] = Counter()
        looked = self.inventory.settled(READ_SECONDS)
        if not looked.complete or looked.failed or looked.problem:
            raise looked.problem or ServiceFailure("Not every endpoint could be read.", "", "Try again in a minute.")
        for detail in looked.details.values():
            for variant in detail.variants:
                used[variant.instance_type] += max(variant.count, variant.desired)
        return used

    def usual_pair(self) -> tuple[str, str]:
        """Ids of the embedding and the language model to begin with: the settings', else the catalogue's first."""
        from services.catalog import Task

        def usual(configured: str, task: Task) -> str:
            return configured or next(each.id for each in self.catalog.recommended(task) if not each.eula)

        return usual(self.settings.embedding_model, Task.EMBEDDING), usual(self.settings.language_model, Task.CHAT)

    def smoke_test(self, endpoint: str, component: str = "") -> SmokeResult:
        """One real call, to the endpoint or to a component on it, to see that it answers. Raises what went wrong."""
        try:
            facts = self.facts(endpoint, component) if component else None
            contract = self.inference.contract_for(facts) if facts else self.contract(endpoint)
            return self.inference.smoke_test(endpoint, contract)
        except NotFound:
            self.refresh()
            raise

    def submit_test(self, endpoint: str) -> Submitted:
        """The same to an asynchronous endpoint; `inference.test_answer` looks for what it gave."""
        from services.inference import recognise

        contract = recognise(self.detail(endpoint).facts())
        if contract is None:
            raise UnknownAnswer(
                f"Nothing tells how {endpoint} wants to be called.",
                "It answers through S3, so ways to call it cannot be tried one after the other.",
                "Give its payload family when it is deployed, or call it as its container documents.",
            )
        return self.inference.submit_test(endpoint, contract)

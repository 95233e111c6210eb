"""The rooms in which endpoints are talked to: calling them, documents and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from services.connection import Mode
from services.errors import InvalidRequest, NotFound, PermissionDenied, SagedeckError, UnknownAnswer
from services.lazy import lazy
from services.rooms import Rooms

if TYPE_CHECKING:
    from services.catalog.refreshing import Refreshing
    from services.chats import ChatsService
    from services.endpoints import EndpointDetail
    from services.evaluation import EvaluationService
    from services.inference import ChatParams, Contract, Delta, EndpointFacts, Kind, Message, SmokeResult, Submitted
    from services.knowledge import Embedding, KnowledgeService
    from services.knowledge.asked import Asked
    from services.knowledge.defaults import Defaults
    from services.prompts import PromptsService

READ_SECONDS = 300.0  # what reading all endpoints may take: 2,000 at the polite rate take 200
COMPONENT_SECONDS = 60.0  # what a component runs, of its model and tags
DETAIL_SECONDS = 20.0  # an endpoint's detail is asked for again after this; its configuration never changes


@dataclass(frozen=True, slots=True)
class Pair:
    """An embedding endpoint and a language endpoint that are in service: what asking one's documents needs."""

    embedding: str
    language: str


class AskingRooms(Rooms):
    """What calls endpoints, and the rooms built on that."""

    @lazy
    def refreshing(self) -> Refreshing:
        """The data sets the console knows AWS by, each with its source and date, and renewing them."""
        from services.catalog.refreshing import Refreshing

        return Refreshing(self.connection.identity.region, self.prices, self.catalog, self.quotas)

    def detail(self, endpoint: str) -> EndpointDetail:
        """An endpoint's detail, shared for some seconds. Raises NotFound."""
        return self.cached(("endpoint", endpoint), DETAIL_SECONDS, lambda: self.endpoints.describe_endpoint(endpoint))

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

    def rerank(self, endpoint: str, question: str, texts: Sequence[str]) -> tuple[float, ...]:
        """How well each text answers the question, by a reranking endpoint. UnknownAnswer where it does not rerank."""
        from services.inference import Contract, Family
        from services.inference.rerank import rerank

        facts = self.facts(endpoint)
        contract = Contract(Family.TEI, inference_component=facts.inference_component)
        return rerank(self.inference.runtime, endpoint, question, texts, contract)

    def stream(self, endpoint: str, messages: Sequence[Message], params: ChatParams | None = None) -> Iterator[Delta]:
        """An endpoint's answer piece by piece."""
        from services.inference import ChatParams, Kind

        params = params or ChatParams(max_new_tokens=self.settings.max_new_tokens)
        return self.inference.stream(endpoint, messages, params, self.contract(endpoint, Kind.CHAT))

    def check_chat(self, endpoint: str, messages: Sequence[Message], params: ChatParams) -> None:
        """Raise RequestTooLong or RateLimited where this would not be sent now; any other trouble shows when it is."""
        from services.inference import Kind, limits

        self.inference.rate.look(endpoint)
        try:
            contract = self.inference.known_contract(self._facts_for(endpoint, Kind.CHAT))
        except SagedeckError:
            return
        if contract is not None and contract.kind is Kind.CHAT:
            limits.check(endpoint, messages, params, contract)

    def chat_parameters(self, endpoint: str) -> frozenset[str]:
        """Which fields of ChatParams an endpoint takes; all of them where nothing tells how it wants to be called."""
        from services.inference import PARAMETERS, Family, Kind

        try:
            contract = self.inference.known_contract(self._facts_for(endpoint, Kind.CHAT))
        except SagedeckError:
            contract = None
        return PARAMETERS.get(contract.family if contract else Family.MESSAGES, PARAMETERS[Family.MESSAGES])

    @lazy
    def chats(self) -> ChatsService:
        """Conversations with endpoints."""
        from services.chats import ChatsService

        self.inference.warm_up()  # whoever opens a conversation asks next
        return ChatsService(
            self.state,
            self.owner,
            stream=self.stream,
            usd_per_hour=lambda endpoint: self.detail(endpoint).usd_per_hour,
            check=self.check_chat,
        )

    def embedding(self, endpoint: str) -> Embedding:
        """An embedding endpoint as the library uses it; its vector space is named after the model."""
        from services.catalog import embedding_tokens
        from services.inference import Kind
        from services.knowledge import Embedding

        detail = self.detail(endpoint)
        contract = self.contract(endpoint, Kind.EMBEDDING)
        model = detail.model_id or f"endpoint/{endpoint}"
        embedder = self.inference.embeddings(endpoint, contract, model=model)
        return Embedding(model, embedder, contract.dimension, embedding_tokens(detail.model_id or ""))

    def pair(self) -> Pair | None:
        """The newest endpoints in service that together can answer from documents, or None when one is missing."""
        tasks = "text-embedding", "text-generation"
        ready = [each.name for each in self.inventory.states() if each.ready]
        looked = self.inventory.settled(READ_SECONDS, ready, until=lambda found: all(map(found.newest, tasks)))
        if looked.problem is not None:
            raise looked.problem
        embedding, language = map(looked.newest, tasks)
        return Pair(embedding, language) if embedding and language else None

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

    @lazy
    def knowledge(self) -> KnowledgeService:
        """Documents, search and answers."""
        from services.knowledge import KnowledgeService

        made = KnowledgeService(
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
        made.rewrites = self.connection.mode is not Mode.SANDBOX
        made.scores = self.rerank
        return made

    @lazy
    def asked(self) -> Asked:
        """What was asked of the documents, and what came of it."""
        from services.knowledge.asked import Asked

        return Asked(self.state, self.owner)

    @lazy
    def prompts(self) -> PromptsService:
        """Prompt templates."""
        from services.prompts import PromptsService

        return PromptsService(self.state, self.owner)

    @lazy
    def knowledge_defaults(self) -> Defaults:
        """How this owner wants documents cut, searched and answered from."""
        from services.knowledge.defaults import Defaults

        return Defaults(self.state, self.owner)

    def hourly(self, endpoint: str) -> float | None:
        """What an endpoint costs an hour in dollars, None where that is not known."""
        try:
            return self.detail(endpoint).usd_per_hour
        except SagedeckError:
            return None

    @lazy
    def evaluation(self) -> EvaluationService:
        """Measuring which model, cut and search answer best."""
        from functools import partial

        from services.documents import Originals
        from services.evaluation import EvaluationService, Workshop

        workshop = Workshop(
            owner=self.owner,
            folder=self.folder / "evaluation",
            originals=self.originals,
            own=Originals(self.folder / "evaluation"),
            reader=self.reader,
            embeddings=self.embedding,
            knowledge=self.knowledge.beside,
        )
        return EvaluationService(
            self.state,
            self.jobs,
            workshop,
            chat=self.stream,
            price=self.hourly,
            documents=partial(self.knowledge.documents, None),
            defaults=self.knowledge_defaults,
        )

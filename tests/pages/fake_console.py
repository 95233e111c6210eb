"""A Console held in memory: real catalogue, real planners, invented endpoints, documents and answers."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from services.access import AccessService
from services.catalog import CatalogService
from services.cleanup import TakeDown, TakeDownItem
from services.connection import Connection, Identity, Mode
from services.deploy import DeployService, FoundEndpoint, Sighting
from services.diagnosis import ContainerLog, Place, diagnose
from services.endpoints import Activity, Concern, EndpointDetail, Variant, watch
from services.errors import NotFound, SagedeckError
from services.inference import Contract, Delta, Family, Kind, SmokeResult, Submitted
from services.jobs import JobView
from services.knowledge import (
    AnswerEvent,
    AskRequest,
    Citation,
    DocumentRecord,
    Evidence,
    FileStatus,
    Finished,
    Found,
    IngestRequest,
    IngestView,
    Passage,
    Retrieved,
    StoreKind,
    TextDelta,
)
from services.knowledge.asked import Asked
from services.knowledge.asking import Prepared
from services.knowledge.defaults import KnowledgeDefaults
from services.knowledge.follow_up import StandAlone
from services.knowledge.prompt import messages
from services.plans import Estimate, Plan, Pulse, RunStatus, RunView, Step, StepStatus, StepView
from services.preflight import Preflight
from services.prompts import PromptsService
from services.settings import Settings
from services.state import State
from tests.pages.fake_changes import FakeChanges
from tests.pages.fake_chats import FakeChats
from tests.pages.fake_costs import FakeCosts
from tests.pages.fake_endpoints import FakeEndpoints, FakeHistory, FakeInventory, FakeTraffic, fake_alarms, fake_metrics
from tests.pages.fake_evaluation import fake_evaluation
from tests.pages.fake_leases import GivenLeases
from tests.pages.fake_refreshing import fake_refreshing
from tests.pages.fake_sandbox import MADE, FakeSandbox

PASSAGE = Passage("p1", "Flights are refunded within 30 days.", "travel.md", "a" * 64, 1, 0, 36, 0.91, 0.8, 0.9)
EVIDENCE = Evidence(True, 0.8, 0.8, 0.9)


def connection(*, read_only: bool = False, mode: Mode = Mode.SANDBOX) -> Connection:
    """A made-up identity; it has no clients, so that nothing can be called."""
    identity = Identity("aws", "123456789012", "arn:aws:iam::123456789012:user/ana", "us-east-1")
    return Connection(mode, identity, "sandbox/ana", clients=None, read_only=read_only)  # type: ignore[arg-type]


def endpoint(name: str, task: str, status: str = "InService", usd: float | None = 1.5) -> EndpointDetail:
    """An endpoint this console made."""
    return EndpointDetail(
        name=name, arn=f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{name}", status=status, config_name=name,
        url=f"http://127.0.0.1/endpoints/{name}/invocations", created=MADE, modified=MADE,
        variants=(Variant(name="AllTraffic", model_name=name, instance_type="ml.g5.xlarge", count=1, desired=1),),
        tags=(("sagedeck:made-by", "sagedeck"), ("sagedeck:owner", "sandbox/ana"), ("sagedeck:task", task)),
        usd_per_hour=usd,
    )  # fmt: skip


def document(name: str = "travel.md", chunks: int = 3) -> DocumentRecord:
    """A document that can be asked."""
    return DocumentRecord(
        "a" * 64, name, StoreKind.LOCAL, "documents", "endpoint/embedder", 384, FileStatus.READY, 1, chunks, 1200,
        "markdown", "job", time.time(),
    )  # fmt: skip


def run_view(status: RunStatus, title: str = "Deploy a pair", run_id: str = "run-1") -> RunView:
    """A run of two steps that stands at `status`."""
    ended = None if status is RunStatus.RUNNING else 130.0
    last = StepStatus.RUNNING if ended is None else StepStatus.DONE
    steps = (
        Step(id="model", service="sagemaker", operation="create_model", reason="A model says what runs."),
        Step(id="up", service="sagemaker", operation="create_endpoint", reason="It starts.",
             parameters={"EndpointName": "embedder"}),
    )  # fmt: skip
    views = tuple(
        StepView(step.id, step.reason, step.service, step.operation, state, 100.0, 101.0)
        for step, state in zip(steps, (StepStatus.DONE, last), strict=True)
    )
    plan = Plan(title=title, steps=steps, estimate=Estimate(1.5))
    return RunView(run_id, title, status, views, plan, 100.0, ended, 1.5, now=130.0)


@dataclass
class FakeRuns:
    """Runs that are only written down."""

    views: dict[str, RunView] = field(default_factory=dict)
    started: list[Plan] = field(default_factory=list)
    refuse: SagedeckError | None = None
    secrets: tuple[str, ...] = ()
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def start(self, plan: Plan, *, secrets: Mapping[str, str] | None = None, confirmed: Plan | None = None) -> str:
        if self.refuse is not None:
            raise self.refuse
        self.started.append(plan)
        self.views["run-1"] = run_view(RunStatus.RUNNING, plan.title)
        return "run-1"

    def view(self, run_id: str) -> RunView:
        if run_id not in self.views:
            raise NotFound("There is no such run.")
        return self.views[run_id]

    def list(self, limit: int = 50) -> tuple[RunView, ...]:
        return tuple(self.views.values())[:limit]

    def pulses(self, limit: int = 20) -> tuple[Pulse, ...]:
        return tuple(Pulse(view.id, view.title, view.status) for view in self.views.values())[:limit]

    def scrub(self, run_id: str, text: str) -> str:
        return text.replace("a-secret-of-the-run", "***")

    def wait(self, run_id: str, timeout: float) -> RunView:
        return run_view(RunStatus.DONE, run_id=run_id)

    def needs(self, run_id: str) -> tuple[str, ...]:
        return self.secrets

    def resume(self, run_id: str, *, secrets: Mapping[str, str]) -> None:
        self.asked.append(("resume", dict(secrets)))
        self.views[run_id] = run_view(RunStatus.RUNNING, run_id=run_id)

    def undo_plan(self, run_id: str) -> Plan:
        step = Step(id="undo", service="sagemaker", operation="delete_endpoint", reason="Takes back the endpoint.",
                    parameters={"EndpointName": "embedder"})  # fmt: skip
        return Plan("Take back: Deploy a pair", (step,), estimate=Estimate(-1.5))

    def undo(self, run_id: str, *, secrets: Mapping[str, str], confirmed: Plan) -> None:
        self.asked.append(("undo", confirmed.title))
        self.views[run_id] = run_view(RunStatus.UNDOING, run_id=run_id)


@dataclass
class FakeKnowledge:
    """Documents and answers that are given."""

    records: list[DocumentRecord] = field(default_factory=list)
    events: Callable[[AskRequest], Iterator[AnswerEvent]] | None = None
    ingested: list[IngestRequest] = field(default_factory=list)
    ingest_view: IngestView | None = None
    prepared: list[AskRequest] = field(default_factory=list)
    bound: dict[str, tuple[str, ...]] = field(default_factory=dict)  # collections that are some embedding model's

    def documents(self) -> tuple[DocumentRecord, ...]:
        return tuple(self.records)

    def models(self, store: StoreKind, name: str) -> tuple[str, ...]:
        return self.bound.get(name, ())

    def collections(self, store: StoreKind = StoreKind.LOCAL) -> tuple[Any, ...]:
        return ()

    survey = collections

    def ingest(self, request: IngestRequest) -> str:
        self.ingested.append(request)
        return "job-1"

    def follow(self, job: str) -> IngestView | None:
        return self.ingest_view

    def prepare(self, request: AskRequest) -> Prepared:
        self.prepared.append(request)
        sent = messages(request.question, (PASSAGE,), request.history, request.rules)
        return Prepared(StandAlone(request.question), Found((PASSAGE,), nearest=0.8), EVIDENCE, tuple(sent))

    def answer(self, request: AskRequest) -> Iterator[AnswerEvent]:
        if self.events is not None:
            yield from self.events(request)
            return
        yield Retrieved((PASSAGE,), EVIDENCE)
        yield TextDelta("Within 30 days ")
        yield TextDelta("[1].")
        yield Finished("Within 30 days [1].", (Citation(1, PASSAGE),))


class FakeConsole(FakeChats, GivenLeases):
    """What ui/session.py hands to pages in these tests."""

    costs: Any = FakeCosts()
    knowledge_defaults = SimpleNamespace(read=KnowledgeDefaults)
    refreshing = cached_property(lambda self: fake_refreshing(self.catalog))
    originals: Any = SimpleNamespace(used_bytes=lambda owner: 1200, quota_bytes=2_000_000_000)

    def __init__(self, *details: EndpointDetail, read_only: bool = False, mode: Mode = Mode.SANDBOX) -> None:
        self.connection = connection(read_only=read_only, mode=mode)
        self.owner = self.connection.owner
        self.settings = Settings()
        self.sandbox: FakeSandbox | None = None
        self.endpoints = FakeEndpoints(details)
        self.inventory, self.traffic = FakeInventory(self.endpoints), FakeTraffic()
        self.history = FakeHistory(detail=lambda name: self.detail(name))
        self.alarms, self.metrics = fake_alarms(), fake_metrics()
        self.changes = FakeChanges()
        self.knowledge = FakeKnowledge()
        self.state = State(Path(tempfile.mkdtemp(prefix="sagedeck-pages-")) / "state.db")
        self.asked, self.prompts = Asked(self.state, self.owner), PromptsService(self.state, self.owner)
        self.evaluation = fake_evaluation(self.state.path.parent, self.owner, lambda: self.knowledge.records)
        self.runs = FakeRuns()
        self.jobs_found: list[JobView] = []
        self.jobs = SimpleNamespace(
            list=lambda *_, **__: tuple(self.jobs_found), view=lambda *_: None, cancel=lambda *_: None
        )
        self.catalog = CatalogService("us-east-1", offline=True)
        roles: Any = SimpleNamespace(roles=lambda: (), role=lambda name: None, decisions=lambda *_: {})
        self.access = AccessService(roles, region="us-east-1", account="123456789012", owner=self.owner)
        nobody: Any = SimpleNamespace(endpoint=lambda name: None, host=self._host, component=lambda name: None)
        self.deploy = DeployService(nobody, self.catalog, self.access, owner=self.owner)
        self.checked = Preflight((), 0.1)  # what preflight finds, whatever is asked
        self.preflight = SimpleNamespace(check=lambda request, plan=None: self.checked)
        self.takedown = TakeDown(Plan(title="Take down", steps=()), ())
        self.cleanup = SimpleNamespace(plan_take_down=lambda library=True: self.takedown)
        self.said: list[Delta] = [Delta("Hello "), Delta("there."), Delta(done=True)]
        self.smoke: SmokeResult | SagedeckError = SmokeResult(True, Kind.EMBEDDING, 12.0, dimension=384, norm=1.0)
        self.refreshed, self.diagnosis = 0, diagnose
        self.cache = SimpleNamespace(forget=lambda _: None)  # `cached` keeps nothing
        self.container_logs: dict[str, ContainerLog] = {}
        self.sightings: dict[str, Sighting] = {}
        self.tested: list[tuple[str, str]] = []
        self.answers: list[SmokeResult | None] = []  # of an asynchronous endpoint, look by look
        self.inference = SimpleNamespace(test_answer=lambda _: self.answers.pop(0), waited=lambda _: 5.0)

    def look(self, name: str, *, component: bool = False) -> Sighting:
        if name not in self.sightings:
            raise NotFound(f"{name} is not there.")
        return self.sightings[name]

    def concerns(
        self, details: Iterable[EndpointDetail], seen: Mapping[str, Activity] | None = None
    ) -> tuple[Concern, ...]:
        now = self.connection.now()
        return tuple(each for one in details for each in watch(one, None, now, (seen or {}).get(one.name)))

    def _host(self, name: str) -> FoundEndpoint | None:
        """An endpoint that a component may be put onto."""
        if name not in self.endpoints.found:
            return None
        takes = not any(variant.model_name for variant in self.endpoints.found[name].variants)
        return FoundEndpoint(name, "InService", name, "AllTraffic", "ml.g5.xlarge", 1, 1, takes)

    def container_log(self, place: Place, name: str) -> ContainerLog:
        return self.container_logs.get(name) or ContainerLog(name, absent=f"The {place} {name} has no log.")

    def cached(self, _name: tuple[str, ...], _ttl: float, load: Callable[[], Any]) -> Any:
        return load()

    def refresh(self) -> None:
        self.refreshed += 1

    def detail(self, name: str) -> EndpointDetail:
        return self.endpoints.describe_endpoint(name)

    def submit_test(self, name: str) -> Submitted:
        self.tested.append((name, "through S3"))
        return Submitted(name, Contract(Family.TEI), "s3://answers/1.out", "", 0.0)

    def smoke_test(self, name: str, component: str = "") -> SmokeResult:
        self.tested.append((name, component))
        if isinstance(self.smoke, SagedeckError):
            raise self.smoke
        return self.smoke


def pair() -> tuple[EndpointDetail, EndpointDetail]:
    """An embedding and a language endpoint in service."""
    return endpoint("embedder", "text-embedding", usd=0.2), endpoint("speaker", "text-generation")


def taking_down() -> TakeDown:
    """One endpoint to take down."""
    step = Step(id="delete", service="sagemaker", operation="delete_endpoint", reason="It ends.",
                parameters={"EndpointName": "embedder"})  # fmt: skip
    plan = Plan(title="Take down what Sagedeck made", steps=(step,), estimate=Estimate(-0.2))
    return TakeDown(plan, (TakeDownItem("endpoint", "embedder", "made by this console", 0.2),))

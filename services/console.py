"""What pages and the command line are given for one connection: its rooms, and what spans several of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from services.lazy import lazy
from services.rooms_working import WorkingRooms

if TYPE_CHECKING:
    from services.costs import CostsService
    from services.deploy import Sighting
    from services.endpoints import Activity, Concern, EndpointDetail
    from services.endpoints.history import History
    from services.plans import Operator, Runs, RunView

MOST_RUNS = 50  # of the journal, that endpoints are held against: older plans seldom have one that still runs
RUN_SECONDS = 3600.0


class Console(WorkingRooms):
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

    @lazy
    def costs(self) -> CostsService:
        """What the account costs."""
        from services.connection import Mode
        from services.costs import CostsService
        from services.costs.gateway import CostsGateway
        from services.costs.kept import KeptAnswers
        from services.costs.service import KEEP_SECONDS

        identity, clients = self.connection.identity, self.connection.clients
        scope = (self.connection.key[0], identity.partition, identity.account, identity.arn)
        kept = KeptAnswers(self.state, scope, self.connection.now)
        return CostsService(
            lambda region: CostsGateway(clients.in_region(region or identity.region), kept.count),
            self.resources, self.catalog, home=identity.region, runs=self._runs_known, kept=kept, cached=self.cached,
            now=self.connection.now, keep=60.0 if self.connection.mode is Mode.SANDBOX else KEEP_SECONDS,
        )  # fmt: skip

    def run_secrets(self) -> tuple[str, ...]:
        """The secrets of runs under way."""
        return self.runs.secrets()

    def operator(self, service: str) -> Operator:
        """Who carries out a step's call for this service; "service@region" in another region than the connection's."""
        from services.knowledge import LibraryOperator

        name, _, region = service.partition("@")
        if name in ("astra", "library"):
            return LibraryOperator(self.knowledge)
        aws, again = self.changing(region)
        return again if name == "holdings" else aws

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

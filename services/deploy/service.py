"""Deployments as pages see them: choose a model, see what it costs, and get the plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from services.access import AccessService, RoleRequest, RoleState
from services.catalog import CatalogModel, CatalogService, Container, Price, Task, has_gpu
from services.deploy.correction import Correction, corrections
from services.deploy.custom import custom_container, custom_model
from services.deploy.hub import fitting_types, hub_container, hub_model
from services.deploy.models import (
    MOST_INSTANCES,
    DeployRequest,
    DeployState,
    HostedModel,
    Place,
    Problem,
    RagPairRequest,
    suggest_name,
)
from services.deploy.modes import Components
from services.deploy.pipeline import pipeline_container, pipeline_model
from services.deploy.planner import plan_deploy, plan_model, plan_pair
from services.deploy.problems import eula_problem, refuse, request_problems
from services.deploy.setting_problems import MOST_HOURS
from services.deploy.sources import CatalogSource, CustomSource, HubSource, PipelineSource, Source
from services.diagnosis import Diagnosis
from services.errors import NotFound
from services.plans.leasing import written
from services.plans.models import Plan

if TYPE_CHECKING:
    from services.deploy.gateway import DeployGateway


def _now() -> datetime:
    return datetime.now(UTC)


class DeployService:
    """Plans deployments in one account and region; `owner` is who the endpoints are tagged for. `keep` adds to a plan
    what keeps to the leases of its endpoints.
    """

    def __init__(
        self,
        gateway: DeployGateway,
        catalog: CatalogService,
        access: AccessService,
        *,
        owner: str = "",
        now: Callable[[], datetime] = _now,
        most_instances: int = MOST_INSTANCES,
        keep: Callable[[Plan, tuple[DeployRequest, ...]], Plan] = lambda plan, _: plan,
    ) -> None:
        self._keep = keep
        self._gateway, self._catalog, self._access = gateway, catalog, access
        self.owner, self._now, self.most_instances = owner, now, most_instances

    def list_models(self, text: str = "", *, task: Task | None = None) -> tuple[CatalogModel, ...]:
        """The models that can be deployed, recommended ones first."""
        return self._catalog.list_models(text, task=task)

    def describe_model(self, model_id: str) -> CatalogModel:
        """One model; raises NotFound."""
        return self._catalog.describe_model(model_id)

    @property
    def place(self) -> Place:
        """Where it is deployed."""
        return Place(self._access.region, self._access.account, self._access.partition, self.most_instances)

    def describe(self, request: DeployRequest) -> HostedModel:
        """What a request's source is; raises NotFound for a model the catalogue does not have. Asks nobody."""
        return self._hosted(request.source)

    def _hosted(self, source: Source) -> HostedModel:
        match source:
            case CatalogSource(model_id=model_id):
                return HostedModel.of_catalog(self._catalog.describe_model(model_id), self._catalog.region)
            case HubSource():
                return hub_model(source)
            case CustomSource():
                return custom_model(source)
            case PipelineSource():
                return pipeline_model(source)

    def offers(self, model: str | Source) -> tuple[tuple[str, Price], ...]:
        """The instance types a model (a source, or the id of one of the catalogue) runs on with their prices here,
        cheapest first. A model of the hub is offered what it fits on, a container of one's own every type.
        """
        source = CatalogSource(model_id=model) if isinstance(model, str) else model
        if isinstance(source, CatalogSource):
            return self._catalog.offers(self._catalog.describe_model(source.model_id))
        hub = source if isinstance(source, HubSource) else None
        rows = [(kind, self._catalog.price(kind)) for kind in fitting_types(hub)]
        known = [(kind, price) for kind, price in rows if price.usd_per_hour is not None]
        return tuple(sorted(known, key=lambda row: (row[1].usd_per_hour or 0.0, row[0])))

    def suggest_name(self, model: str | Source) -> str:
        """A free-looking endpoint name in Studio's style. Keep it in the form: it holds the time of asking."""
        return suggest_name(model, self._now())

    def problems(self, request: DeployRequest) -> tuple[Problem, ...]:
        """All that is wrong with a request, licence included, each at its field; told without asking anyone."""
        try:
            model = self.describe(request)
        except NotFound as error:
            return (Problem("source.model_id", f"{error.what} {error.next}"),)
        licence = eula_problem(request, model)
        found = request_problems(request, model, self.place)
        return (*([Problem("source.accept_eula", licence)] if licence else []), *found)

    def state(self, request: DeployRequest) -> DeployState:
        """The world as far as this request is concerned: looks for the name, the role and the container.

        Raises InvalidRequest before anyone is asked, where the request can be seen to be wrong.
        """
        model = self.describe(request)
        refuse(request, model, self.place)
        onto = isinstance(request.mode, Components) and request.mode.onto
        found = (self._gateway.host if onto else self._gateway.endpoint)(request.endpoint_name)
        placed = replace(request, instance_type=found.instance_type) if onto and found else request
        component, memory = request.component_name, getattr(request.mode, "memory_mb", 0)
        return DeployState(
            model=model,
            container=self._container(placed),
            price=self._catalog.price(placed.instance_type),
            role=self._role(request),
            endpoint=found,
            fallback_prices=tuple(self._catalog.price(kind) for kind in request.fallbacks),
            component=self._gateway.component(component) if component else None,
            pace=self._catalog.pace,
            most_instances=self.most_instances,
            second=self._catalog.serverless_second(memory) if memory else None,
            ready=self._catalog.serverless_second(memory, provisioned=True) if memory else None,
        )

    def _container(self, request: DeployRequest) -> Container:
        match request.source:
            case CatalogSource(model_id=model_id):
                return self._catalog.container(model_id, request.instance_type or self._processor(model_id))
            case HubSource() as source:
                return hub_container(request, source, self._catalog.image)
            case CustomSource() as source:
                return custom_container(request, source, self._catalog.region)
            case PipelineSource() as source:
                return pipeline_container(source)

    def _processor(self, model_id: str) -> str:
        """A type without GPU that the model is published for: serverless runs the same image."""
        types = self._catalog.describe_model(model_id).instances
        return next((each for each in types if not has_gpu(each)), types[0] if types else "")

    def plan_deploy(self, request: DeployRequest) -> Plan:
        """The plan of one endpoint. Raises InvalidRequest, NameTaken, InUse, NotFound or Unreachable."""
        request = self.dated(request)
        return self._keep(plan_deploy(request, self.state(request)), (request,))

    def plan_model(self, request: DeployRequest) -> Plan:
        """The plan of the model alone, its role included; raises as `plan_deploy`."""
        return plan_model(request, self.state(request))

    def dated(self, request: DeployRequest) -> DeployRequest:
        """The request with the end of its lease, by the hours asked for, from now. Keep it while its plan is looked
        at: it holds the time.
        """
        if request.lease_ends or not 0 < request.lease_hours <= MOST_HOURS:
            return request
        ends = self._now() + timedelta(hours=request.lease_hours)
        return replace(request, lease_ends=written(ends.replace(second=0)))

    def plan_pair(self, request: RagPairRequest) -> Plan:
        """The plan of an embedding model and a language model side by side; raises as `plan_deploy`."""
        request = RagPairRequest(embedding=self.dated(request.embedding), language=self.dated(request.language))
        plan = plan_pair(request, self.state(request.embedding), self.state(request.language))
        return self._keep(plan, (request.embedding, request.language))

    def corrections(self, request: DeployRequest, diagnosis: Diagnosis) -> tuple[Correction, ...]:
        """What to try after a failure: requests with what made it fail changed, likeliest first, none with a problem
        that the failed one did not have. Those that `ask` are dearer or give something up.
        """
        offers = self.offers(request.source) if request.instance_type else ()
        ways = corrections(request, diagnosis, offers, self._catalog.region)
        had = {problem.field for problem in self.problems(request)} if ways else set()
        return tuple(way for way in ways if {problem.field for problem in self.problems(way.request)} <= had)

    def corrected(self, request: DeployRequest, diagnosis: Diagnosis) -> DeployRequest | None:
        """The first of `corrections` that asks nothing of the person; None: no such."""
        return next((way.request for way in self.corrections(request, diagnosis) if not way.asks), None)

    def _role(self, request: DeployRequest) -> RoleState:
        if isinstance(request.role, RoleRequest):
            return self._access.state(request.role)
        return RoleState(
            region=self._access.region, account=self._access.account, partition=self._access.partition, role=None
        )

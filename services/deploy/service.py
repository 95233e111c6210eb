"""Deployments as pages see them: choose a model, see what it costs, and get the plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.access import AccessService, RoleRequest, RoleState
from services.catalog import CatalogModel, CatalogService, Price, Task
from services.deploy.correction import corrected
from services.deploy.models import (
    DeployRequest,
    DeployState,
    HostedModel,
    RagPairRequest,
    suggest_name,
)
from services.deploy.planner import plan_deploy, plan_pair
from services.deploy.problems import refuse
from services.deploy.sources import CatalogSource
from services.diagnosis import Diagnosis
from services.errors import InvalidRequest
from services.plans.models import Plan

if TYPE_CHECKING:
    from services.deploy.gateway import DeployGateway


def _now() -> datetime:
    return datetime.now(UTC)


class DeployService:
    """Plans deployments in one account and region; `owner` is who the endpoints are tagged for."""

    def __init__(
        self,
        gateway: DeployGateway,
        catalog: CatalogService,
        access: AccessService,
        *,
        owner: str = "",
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._gateway, self._catalog, self._access = gateway, catalog, access
        self.owner, self._now = owner, now

    def list_models(self, text: str = "", *, task: Task | None = None) -> tuple[CatalogModel, ...]:
        """The models that can be deployed, recommended ones first."""
        return self._catalog.list_models(text, task=task)

    def describe_model(self, model_id: str) -> CatalogModel:
        """One model; raises NotFound."""
        return self._catalog.describe_model(model_id)

    def describe(self, request: DeployRequest) -> HostedModel:
        """What a request's source is; raises NotFound."""
        if not isinstance(request.source, CatalogSource):
            raise InvalidRequest("Only models of the catalogue can be deployed.", "", "Choose one.")
        return HostedModel.of_catalog(self._catalog.describe_model(request.source.model_id), self._catalog.region)

    def offers(self, model_id: str) -> tuple[tuple[str, Price], ...]:
        """The instance types of a model with their prices here, cheapest first."""
        return self._catalog.offers(self._catalog.describe_model(model_id))

    def suggest_name(self, model_id: str) -> str:
        """A free-looking endpoint name in Studio's style. Keep it in the form: it holds the time of asking."""
        return suggest_name(model_id, self._now())

    def state(self, request: DeployRequest) -> DeployState:
        """The world as far as this request is concerned: looks for the name, the role and the container.

        Raises InvalidRequest before anyone is asked, where the request can be seen to be wrong.
        """
        model = self.describe(request)
        refuse(request, model)
        return DeployState(
            model=model,
            container=self._catalog.container(model.id, request.instance_type),
            price=self._catalog.price(request.instance_type),
            role=self._role(request),
            endpoint=self._gateway.endpoint(request.endpoint_name),
            pace=self._catalog.pace,
        )

    def plan_deploy(self, request: DeployRequest) -> Plan:
        """The plan of one endpoint. Raises InvalidRequest, NameTaken, InUse, NotFound or Unreachable."""
        return plan_deploy(request, self.state(request))

    def plan_pair(self, request: RagPairRequest) -> Plan:
        """The plan of an embedding model and a language model side by side; raises as `plan_deploy`."""
        return plan_pair(request, self.state(request.embedding), self.state(request.language))

    def corrected(self, request: DeployRequest, diagnosis: Diagnosis) -> DeployRequest | None:
        """A failed request with the value changed that made it fail: another name or instance type. None: no such."""
        offers = self.offers(request.source.model_id) if isinstance(request.source, CatalogSource) else ()
        return corrected(request, diagnosis, offers)

    def _role(self, request: DeployRequest) -> RoleState:
        if isinstance(request.role, RoleRequest):
            return self._access.state(request.role)
        return RoleState(
            region=self._access.region, account=self._access.account, partition=self._access.partition, role=None
        )

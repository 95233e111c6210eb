"""Notebook instances as pages and the command line see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from services.access import AccessService, RoleRequest, work_role_name
from services.catalog import CatalogService, Price, Use
from services.clients import Hidden
from services.errors import InUse, InvalidRequest
from services.notebooks.models import (
    LEAST_SESSION,
    MOST_SESSION,
    Act,
    ChangeRequest,
    Lifecycle,
    NotebookInstance,
    NotebookRequest,
    NotebookState,
    Opened,
)
from services.notebooks.planner import plan_change, plan_create, plan_delete, plan_start, plan_stop, stored_per_hour
from services.notebooks.problems import request_problems
from services.plans.models import Plan
from services.plans.validate import known_values
from services.resources import Holdings, Kind, Resource

if TYPE_CHECKING:
    from services.notebooks.gateway import NotebooksGateway
    from services.resources.networks import Network

VOLUME = "Notebk:VolumeUsage.gp2"
Forget = Callable[[], None]


class Ends(Protocol):
    """What keeps to agreed ends: the plans of this room with the steps that concern a lease."""

    def made(self, plan: Plan, name: str, arn: str, ends: str, after: str) -> Plan: ...
    def started(self, plan: Plan, name: str, ends: str, reason: str, after: str) -> Plan: ...
    def stopped(self, plan: Plan, name: str, after: str) -> Plan: ...
    def deleted(self, plan: Plan, name: str, arn: str) -> Plan: ...
    def ends(self, hours: float) -> str: ...


class NotebooksService:
    """Notebook instances of one account and region. Nothing that it is given to open is kept."""

    def __init__(
        self, gateway: NotebooksGateway, access: AccessService, catalog: CatalogService,
        networks: Callable[[], tuple[Network, ...]], leases: Callable[[], Ends], *, owner: str,
    ) -> None:  # fmt: skip
        self._leases = leases
        self._gateway, self._access, self._catalog = gateway, access, catalog
        self._networks, self.owner = networks, owner

    def list_notebooks(self, held: Holdings) -> tuple[NotebookInstance, ...]:
        """Those of this region among what is held, what runs first; nothing is asked for."""
        region, volume, prices = self._access.region, self._catalog.rate(VOLUME).usd, dict[str, Price]()
        found = list[NotebookInstance]()
        for each in held.of(Kind.NOTEBOOK):
            if each.key.region == region:
                price = prices.get(each.about) or self._catalog.machine(each.about, Use.NOTEBOOK)
                prices[each.about] = price  # hundreds have the same
                found.append(_row(each, price, volume))
        return tuple(sorted(found, key=lambda each: (not each.running, each.name.lower(), each.name)))

    def describe_notebook(self, name: str) -> NotebookInstance:
        """One as it stands now, with its prices. Raises NotFound."""
        return self._priced(self._gateway.describe(name))

    def lifecycles(self) -> tuple[str, ...]:
        """The names of the lifecycle configurations."""
        return self._gateway.lifecycles()

    def lifecycle(self, name: str) -> Lifecycle:
        """One with its scripts."""
        return self._gateway.lifecycle(name)

    def networks(self) -> tuple[Network, ...]:
        """The VPCs it can stand in."""
        return self._networks()

    def types(self) -> tuple[tuple[str, float | None], ...]:
        """The types it can have with their USD an hour here, the cheapest first; those without a known price last."""
        priced = [(each, self._price(each)) for each in known_values("sagemaker", "InstanceType")]
        return tuple(sorted(priced, key=lambda row: (row[1] is None, row[1] or 0.0, row[0])))

    def usual_role(self, *, vpc: bool = False) -> RoleRequest:
        """The role with which people work: found, or made by the plan."""
        return RoleRequest(name=work_role_name(self._access.region), owner=self.owner, work=True, vpc=vpc)

    def plan_create(self, request: NotebookRequest) -> Plan:
        """Makes one. What can be seen to be wrong is told without asking. Raises InvalidRequest, NameTaken."""
        wrong = request_problems(request)
        if wrong:
            raise InvalidRequest(wrong[0].words, " ".join(each.words for each in wrong[1:]), "Correct it.")
        made = isinstance(request.role, RoleRequest)
        price = self._catalog.machine(request.instance_type, Use.NOTEBOOK)
        state = NotebookState(
            region=self._access.region, account=self._access.account, partition=self._access.partition,
            role=self._access.state(request.role) if made else self._access.place(),  # type: ignore[arg-type]
            usd_per_hour=price.usd_per_hour, usd_per_gb_month=self._catalog.rate(VOLUME).usd,
            price_source=price.source, taken=self._gateway.status(request.name), pace=self._catalog.pace,
        )  # fmt: skip
        plan = plan_create(request, state)
        if not request.lease_ends:
            return plan
        return self._leases().made(plan, request.name, state.arn(request.name), request.lease_ends, "create-notebook")

    def ends(self, hours: float) -> str:
        """When something ends so many hours from now, as requests take it; "" of 0 hours. Keep it while its plan is
        looked at. Raises InvalidRequest.
        """
        return self._leases().ends(hours) if hours else ""

    def plan_start(self, name: str, *, lease_ends: str = "", lease_reason: str = "") -> Plan:
        """Starts one, until an agreed end where one is given. Raises NotFound, InUse, InvalidRequest."""
        plan = plan_start(self.describe_notebook(name), pace=self._catalog.pace)
        return self._leases().started(plan, name, lease_ends, lease_reason, "start")

    def plan_stop(self, name: str) -> Plan:
        """Stops one; its lease ends with that. Raises NotFound, InUse."""
        return self._leases().stopped(plan_stop(self.describe_notebook(name), pace=self._catalog.pace), name, "stop")

    def plan_change(self, request: ChangeRequest) -> Plan:
        """Grows the volume or changes the type, stopping it meanwhile. Raises NotFound, InUse, InvalidRequest."""
        now = self.describe_notebook(request.name)
        then = self._priced(
            replace(now, volume_gb=request.volume_gb or now.volume_gb,
                    instance_type=request.instance_type or now.instance_type)
        )  # fmt: skip
        return plan_change(
            now, request, usd_per_hour=then.usd_per_hour, usd_stored=then.usd_stored, pace=self._catalog.pace
        )

    def plan_delete(self, name: str) -> Plan:
        """Stops it where it runs, then deletes it, with its lease. Raises NotFound, InUse."""
        now = self.describe_notebook(name)
        return self._leases().deleted(plan_delete(now, pace=self._catalog.pace), name, now.arn)

    def open(self, name: str, *, lab: bool = True, session_seconds: int = MOST_SESSION) -> Opened:
        """A presigned URL of Jupyter, or JupyterLab with `lab`: one call each time, kept nowhere.

        Raises NotFound, InUse while it does not run, and InvalidRequest for a session shorter or longer than AWS takes.
        """
        if not LEAST_SESSION <= session_seconds <= MOST_SESSION:
            words = f"A session lasts {LEAST_SESSION // 60} minutes to {MOST_SESSION // 3600} hours."
            raise InvalidRequest(f"A session of {session_seconds:,} seconds cannot be.", words, "Give another length.")
        now = self._gateway.describe(name)
        if Act.OPEN not in now.state.acts:
            raise InUse(f"{name} cannot be opened: it is {now.status}.", now.state.words, "Start it, or wait.")
        url = self._gateway.presigned(name, session_seconds).reveal()
        # that Jupyter's servers take the view from the address is their custom, not a promise of the API
        return Opened(Hidden(f"{url}{'&' if '?' in url else '?'}view=lab" if lab else url))

    def _price(self, instance_type: str) -> float | None:
        return self._catalog.machine(instance_type, Use.NOTEBOOK).usd_per_hour

    def _priced(self, each: NotebookInstance) -> NotebookInstance:
        price = self._catalog.machine(each.instance_type, Use.NOTEBOOK)
        return _with_price(each, price, self._catalog.rate(VOLUME).usd)


def _with_price(each: NotebookInstance, price: Price, volume: float | None) -> NotebookInstance:
    stored = stored_per_hour(each.volume_gb, NotebookState(region="", account="", usd_per_gb_month=volume))
    return replace(each, usd_per_hour=price.usd_per_hour, usd_stored=stored, price_source=price.source)


def _row(each: Resource, price: Price, volume: float | None) -> NotebookInstance:
    """As the lists tell it; the volume is known once it was described."""
    lifecycle = next((key.name.partition("/")[2] for key in each.uses if key.kind is Kind.LIFECYCLE), "")
    found = NotebookInstance(
        name=each.name, arn=each.arn, status=each.status, instance_type=each.about, volume_gb=int(each.volume_gb),
        created=each.created, changed=each.changed, lifecycle=lifecycle, owner=each.owner,
    )  # fmt: skip
    priced = _with_price(found, price, volume)
    return priced if each.described else replace(priced, usd_stored=None)

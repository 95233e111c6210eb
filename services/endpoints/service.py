"""Endpoints as pages see them: list, describe, and plan to delete one."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from services.access import tag_value
from services.catalog import CatalogService
from services.endpoints.models import Burn, DeleteState, EndpointDetail, EndpointSummary, Parts, burn, priced
from services.endpoints.planner import plan_delete, plan_delete_several
from services.errors import NotFound
from services.plans.models import Plan

if TYPE_CHECKING:
    from services.endpoints.gateway import EndpointsGateway

_SIDE_BY_SIDE = 8


class EndpointsService:
    """Endpoints of one account and region, with prices of the catalogue; `owner` is who asks."""

    def __init__(self, gateway: EndpointsGateway, catalog: CatalogService, *, owner: str = "") -> None:
        self._gateway, self._catalog = gateway, catalog
        self.owner = owner

    @property
    def pace(self) -> float:
        """How many times as fast as AWS the other side works."""
        return self._catalog.pace

    def list_endpoints(self) -> tuple[EndpointSummary, ...]:
        """Every endpoint with its status, newest first: one paged call."""
        return self._gateway.endpoints()

    def describe_endpoint(self, name: str) -> EndpointDetail:
        """One endpoint with configuration, models, tags and price; raises NotFound."""
        return priced(self._gateway.endpoint(name), self._catalog.price)

    def describe_row(self, name: str, tags: tuple[tuple[str, str], ...] | None = None) -> EndpointDetail:
        """One endpoint as a table shows it, in fewer calls; its models only where no tag tells what it is for."""
        return priced(self._gateway.endpoint(name, tags=tags, brief=True), self._catalog.price)

    def tags_of_all(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """The tags of every endpoint by its ARN, in bulk; those never tagged are left out."""
        return self._gateway.tags_of_all()

    def describe_many(self, names: Iterable[str]) -> tuple[EndpointDetail, ...]:
        """Several endpoints at a bounded rate, in the order given; those deleted meanwhile are left out."""

        def one(name: str) -> EndpointDetail | None:
            try:
                return self.describe_endpoint(name)
            except NotFound:
                return None

        with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="describe") as pool:
            return tuple(detail for detail in pool.map(one, names) if detail is not None)

    def burn(self) -> Burn:
        """What all endpoints cost an hour now."""
        return burn(self.describe_many(summary.name for summary in self.list_endpoints()))

    def delete_state(self, name: str) -> DeleteState:
        """What there is to know before deleting an endpoint; raises NotFound."""
        detail = self.describe_endpoint(name)
        parts = self._gateway.parts(detail)
        return DeleteState(
            detail=detail,
            sharing=self._gateway.sharing(detail, parts),
            parts=parts,
            pace=self._catalog.pace,
            asking=tag_value(self.owner),
        )

    def parts_of(self, details: Iterable[EndpointDetail]) -> tuple[Parts, ...]:
        """What stands on each of several endpoints and has to go before it, at a bounded rate, in the order given."""
        with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="parts") as pool:
            return tuple(pool.map(self._gateway.parts, details))

    def plan_delete(self, name: str) -> Plan:
        """The plan that removes an endpoint and what belongs to it alone. Raises NotFound or InUse."""
        return plan_delete(self.delete_state(name))

    def plan_delete_several(self, names: Iterable[str]) -> Plan:
        """One plan that removes several endpoints; those deleted meanwhile are left out. Raises NotFound or InUse."""
        wanted = tuple(dict.fromkeys(names))
        details = self.describe_many(wanted)
        if not details:
            raise NotFound("None of these endpoints is there any more.", "", "Look at the list of endpoints.")
        parts = self.parts_of(details)
        sharings = self._gateway.sharings(tuple(zip(details, parts, strict=True)))
        return plan_delete_several(
            [
                DeleteState(
                    detail=detail, sharing=sharing, parts=each, pace=self._catalog.pace, asking=tag_value(self.owner)
                )
                for detail, each, sharing in zip(details, parts, sharings, strict=True)
            ]
        )  # fmt: skip

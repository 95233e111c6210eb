"""Alarms as pages see them: what there is and what fires, and plans that make and delete them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from services.access import tag_value
from services.alarms.budgets import Budget, BudgetRequest, plan_budget, plan_without
from services.alarms.models import Alarm, AlarmRequest, AlarmState, Change, Subscription
from services.alarms.planner import alarm_name, plan_create, plan_delete
from services.endpoints import EndpointDetail
from services.errors import NotFound
from services.plans.models import Plan

if TYPE_CHECKING:
    from services.alarms.gateway import AlarmsGateway


class AlarmsService:
    """Alarms of one account and region. `describe` gives an endpoint's detail, `owner` is who asks."""

    def __init__(
        self, gateway: AlarmsGateway, describe: Callable[[str], EndpointDetail], *, owner: str, near: str
    ) -> None:
        self._gateway, self._describe, self._near = gateway, describe, near
        self.owner = tag_value(owner)

    def list_alarms(self) -> tuple[Alarm, ...]:
        """Every alarm about what SageMaker hosts, whoever made it, by name: one paged call."""
        return self._gateway.alarms()

    def plan_create(self, request: AlarmRequest) -> Plan:
        """The plan that makes an alarm, or changes the one of its name. Raises InvalidRequest, NotFound."""
        detail, held = self._describe(request.endpoint), self._gateway.alarm(alarm_name(request))
        return plan_create(request, AlarmState(detail, self.owner, held))

    def plan_delete(self, names: Iterable[str]) -> Plan:
        """The plan that deletes alarms. Raises NotFound."""
        return plan_delete([self._held(name) for name in names], self._near)

    def history(self, name: str) -> tuple[Change, ...]:
        """What became of an alarm, newest first."""
        return self._gateway.history(name)

    def subscriptions(self, topic: str) -> tuple[Subscription, ...]:
        """Who is told by a topic, confirmed or not."""
        return self._gateway.subscriptions(topic)

    def list_budgets(self) -> tuple[Budget, ...]:
        """The account's budgets on the cost of SageMaker; () where AWS has none in USD (another partition)."""
        return self._gateway.budgets(self._account) if self._near.split(":")[1] == "aws" else ()

    def plan_budget(self, request: BudgetRequest) -> Plan:
        """The plan that makes a budget. Raises InvalidRequest, also where there is one of its name."""
        return plan_budget(request, self._near, self.owner, {each.name for each in self.list_budgets()})

    def plan_delete_budgets(self, names: Sequence[str]) -> Plan:
        """The plan that deletes budgets on the cost of SageMaker. Raises NotFound."""
        held = {each.name: each for each in self.list_budgets()}
        missing = [name for name in names if name not in held]
        if missing:
            raise NotFound(
                f"There is no budget {missing[0]} on the cost of SageMaker.", "", "`sagedeck alarms` lists them."
            )
        gone = [held[name] for name in dict.fromkeys(names)]
        return plan_without([(each, self._gateway.told_by(self._account, each)) for each in gone], self._near)

    @property
    def _account(self) -> str:
        return self._near.split(":")[4]

    def _held(self, name: str) -> Alarm:
        found = self._gateway.alarm(name)
        if found is None:
            raise NotFound(f"There is no alarm {name} about an endpoint here.", "", "See `sagedeck alarms`.")
        return found


def of(detail: EndpointDetail, alarms: Iterable[Alarm]) -> tuple[Alarm, ...]:
    """Those of an endpoint: its own and its components'."""
    return tuple(each for each in alarms if each.endpoint == detail.name or _of_component(each, detail))


def _of_component(alarm: Alarm, detail: EndpointDetail) -> bool:
    return not alarm.endpoint and alarm.place in detail.components


def firing(alarms: Iterable[Alarm]) -> dict[str, tuple[Alarm, ...]]:
    """Those that fire by endpoint, the oldest first."""
    found: dict[str, list[Alarm]] = {}
    for each in sorted(alarms, key=lambda alarm: alarm.since):
        if each.firing and each.endpoint:
            found.setdefault(each.endpoint, []).append(each)
    return {name: tuple(some) for name, some in found.items()}

"""What beside an endpoint can have a lease, as leases see it: all that differs between the kinds stands here. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.plans.leasing import LeaseKind
from services.plans.models import Plan
from services.plans.workplaces import notebook, stop_step, stopped_step
from services.resources import Resource

LOST = "What is only in its memory, and every file outside /home/ec2-user/SageMaker, is lost when it stops."
_RUNS = frozenset({"Pending", "InService", "PendingMaintenance", "InMaintenance"})
_PREFIX = "sagedeck:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A notebook instance that has a lease, or may get one.

    changed       when AWS last changed it: started, stopped, updated
    usd_per_hour  of its machine while it runs, else 0; None is unknown
    unread        its tags could not be read, or not yet
    """

    kind: LeaseKind
    name: str
    arn: str
    status: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    created: datetime | None = None
    changed: datetime | None = None
    usd_per_hour: float | None = None
    price_source: str = ""
    unread: bool = False

    def tag(self, name: str) -> str:
        """The value of the tag `sagedeck:{name}`, "" when it has none."""
        return dict(self.tags).get(f"{_PREFIX}{name}", "")

    @property
    def owner(self) -> str:
        """Whose it is by its tags, "" not told."""
        return self.tag("owner")

    @property
    def running(self) -> bool:
        """Whether there is something to end."""
        return self.status in _RUNS

    @property
    def policy_arn(self) -> str:
        """Its ARN as policies want it."""
        return f"{self.arn.rpartition(':')[0]}:notebook-instance/{self.name.lower()}"

    def over(self, ends: datetime, now: datetime) -> bool:
        """Whether a lease is done with: it stopped, or was started again after its end."""
        started_since = self.changed is not None and self.changed > ends
        return ends <= now and (not self.running or started_since)


def of_row(resource: Resource, usd_per_hour: float | None, source: str) -> Leased:
    """A notebook instance as the lists tell it; the price is of its machine."""
    return _leased(
        resource.name, resource.arn, resource.status, usd_per_hour, source, tags=tuple((resource.tags or {}).items()),
        created=resource.created, changed=resource.changed, unread=resource.tags is None,
    )  # fmt: skip


def of_answer(found: Mapping[str, Any], tags: Mapping[str, str], usd_per_hour: float | None, source: str) -> Leased:
    """A notebook instance as AWS describes it."""
    return _leased(
        found["NotebookInstanceName"], found["NotebookInstanceArn"], found.get("NotebookInstanceStatus", ""),
        usd_per_hour, source, tags=tuple(tags.items()), created=found.get("CreationTime"),
        changed=found.get("LastModifiedTime"),
    )  # fmt: skip


def _leased(name: str, arn: str, status: str, usd_per_hour: float | None, source: str, **more: Any) -> Leased:
    price = usd_per_hour if status in _RUNS else 0.0
    return Leased(
        kind=LeaseKind.NOTEBOOK, name=name, arn=arn, status=status, usd_per_hour=price, price_source=source, **more
    )


def ending_of_leased(leased: Leased, pace: float) -> Plan:
    """The plan that ends it: it is stopped, and keeps its volume. One that stands still already is no failure."""
    place = notebook(leased.name, leased.arn)
    stop = stop_step(place, f"{leased.name} stops: its machine costs nothing then, its volume and files stay.")
    return Plan(f"End {leased.name}", (stop, stopped_step(place, after=(stop.id,), pace=pace)), (LOST,))

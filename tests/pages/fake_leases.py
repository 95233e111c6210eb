"""Leases worked out by the real service from endpoints held in memory; AWS's schedules are given."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from services.endpoints import Parts
from services.errors import SagedeckError
from services.leases import Asking, LeasesService, NotebookLeases, Schedule
from services.plans.leasing import is_of
from services.resources import Resource
from tests.services.cleanup.account import held


class FakeSchedules:
    """A gateway that knows what it is given; `problem` is raised where it is set."""

    def __init__(self) -> None:
        self.found: list[Schedule] = []
        self.problem: SagedeckError | None = None
        self.there: dict[str, Resource] = {}

    def schedules(self, endpoint: str = "") -> tuple[Schedule, ...]:
        if self.problem is not None:
            raise self.problem
        return tuple(each for each in self.found if not endpoint or is_of(each.name, endpoint))

    def notebook(self, name: str) -> tuple[dict[str, Any], Mapping[str, str]]:
        found = self.there[name]
        return {
            "NotebookInstanceName": name, "NotebookInstanceArn": found.arn, "InstanceType": found.about,
            "NotebookInstanceStatus": found.status, "CreationTime": found.created, "LastModifiedTime": found.changed,
        }, found.tags or {}  # fmt: skip

    def tagged_notebooks(self) -> dict[str, str]:
        tagged = {name: (each.tags or {}).get("sagedeck:lease-ends", "") for name, each in self.there.items()}
        return {name: ends for name, ends in tagged.items() if ends}

    def notebooks(self) -> tuple[str, ...]:
        return tuple(self.there)

    def policy(self, role: str, name: str) -> None:
        return None


class GivenLeases:
    """What a console has of leases: worked out from its endpoints; there is no role yet."""

    why_not = ""
    resources: Any = SimpleNamespace(held=lambda: held())

    @cached_property
    def schedules(self) -> FakeSchedules:
        return FakeSchedules()

    @cached_property
    def leases(self) -> LeasesService:
        console: Any = self
        described = SimpleNamespace(
            describe_endpoint=lambda name: console.endpoints.describe_endpoint(name),
            list_endpoints=lambda: console.endpoints.list_endpoints(),
            parts_of=lambda details: tuple(Parts() for _ in details),
            pace=1.0,
        )
        here = {"region": "us-east-1", "account": "123456789012", "partition": "aws"}
        access = SimpleNamespace(find_role=lambda name: None, **here)
        parts: Any = (self.schedules, described, console.changes, access, console.catalog)
        asking = Asking(console.connection.identity.arn, console.owner)
        return LeasesService(*parts, asking=asking, now=console.connection.now)

    def notebook_leases(self) -> NotebookLeases:
        return NotebookLeases(self.leases, self.why_not_scheduled)

    def lease_schedules(self) -> tuple[Schedule, ...]:
        return self.schedules.schedules()

    def why_not_scheduled(self) -> str:
        return self.why_not

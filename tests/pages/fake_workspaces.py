"""Notebook instances and Studio held in memory: the real rooms on gateways that only remember."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from services.clients import Hidden
from services.errors import NotFound, PermissionDenied
from services.notebooks import Lifecycle, NotebookInstance, NotebooksService
from services.resources import Holdings, Kind, Machine, Resource
from services.resources.models import Gap
from services.resources.networks import Network, SecurityGroup, Subnet
from services.savings import workspaces
from services.savings.models import Finding
from services.studio import App, DomainSettings, Space, StudioService
from tests.pages.fake_console import FakeConsole
from tests.services.cleanup.account import held, key, thing

LINK = "https://papers.notebook.example/?authToken=SECRET"
NETWORK = Network(
    "vpc-1", default=True, subnets=(Subnet("subnet-1", "us-east-1a", public=True), Subnet("subnet-2", "us-east-1b")),
    groups=(SecurityGroup("sg-1", "default"),),
)  # fmt: skip
IDLE = {"JupyterLab": (120, 60, 525_600), "CodeEditor": (120, 60, 525_600)}


def notebook(name: str, status: str = "InService", **more: Any) -> Resource:
    """A notebook instance as the lists tell it."""
    machines = (Machine("ml.t3.medium"),) if status == "InService" else ()
    return thing(Kind.NOTEBOOK, name, status=status, machines=machines, about="ml.t3.medium", volume_gb=20.0, **more)


def studio(*spaces: Resource, people: Iterable[str] = ("ana",), status: str = "InService") -> tuple[Resource, ...]:
    """A domain with people, and what else is given."""
    domain = key(Kind.DOMAIN, "d-1")
    profiles = [thing(Kind.USER_PROFILE, f"d-1/{each}", domain, status="InService") for each in people]
    return (thing(Kind.DOMAIN, "d-1", about="research", status=status), *profiles, *spaces)


def space(name: str, app: str = "", status: str = "InService") -> tuple[Resource, ...]:
    """A space of ana, and its app where one is in a state."""
    made = thing(Kind.SPACE, f"d-1/{name}", key(Kind.DOMAIN, "d-1"), status=status, volume_gb=5.0, about="of ana")
    if not app:
        return (made,)
    machines = (Machine("ml.t3.medium"),) if app == "InService" else ()
    running = thing(
        Kind.APP, f"d-1/{name}/JupyterLab/default", made.key, status=app, machines=machines, about="space"
    )  # fmt: skip
    return made, running


@dataclass
class FakeNotebookGateway:
    """What describing tells, by name."""

    found: dict[str, NotebookInstance] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)

    def describe(self, name: str) -> NotebookInstance:
        if name not in self.found:
            raise NotFound(f"There is no notebook instance {name}.")
        return self.found[name]

    def status(self, name: str) -> str:
        return self.found[name].status if name in self.found else ""

    def lifecycles(self) -> tuple[str, ...]:
        return ("setup",)

    def lifecycle(self, name: str) -> Lifecycle:
        return Lifecycle(name, on_start="#!/bin/bash\necho hello")

    def presigned(self, name: str, session_seconds: int) -> Hidden:
        self.opened.append(name)
        return Hidden(LINK)


@dataclass
class FakeStudioGateway:
    """A domain's settings, and spaces as they were listed."""

    spaces: dict[str, Space] = field(default_factory=dict)
    settings: DomainSettings = field(default_factory=lambda: DomainSettings(id="d-1", idle=IDLE))

    def domain(self, domain: str) -> DomainSettings:
        return self.settings

    def apps(self, domain: str, name: str) -> tuple[App, ...]:
        return self.spaces[name].apps if name in self.spaces else ()

    def space(self, one: Space) -> Space:
        if one.name not in self.spaces:
            raise NotFound(f"There is no space {one.name}.")
        return replace(self.spaces[one.name], kind="JupyterLab", described=True)

    def presigned(self, domain: str, profile: str, **_: Any) -> Hidden:
        return Hidden(LINK)


def workplace(*resources: Resource, networks: tuple[Network, ...] = (NETWORK,), **more: Any) -> FakeConsole:
    """A console of an account that holds these."""
    there, console = held(*resources, **more), FakeConsole()
    made: Any = console
    made.forgotten = 0

    def known(_: object = ()) -> Holdings:
        return there

    def forget() -> None:
        made.forgotten += 1

    def idle(now: Holdings, days: int) -> tuple[Finding, ...]:
        found = workspaces.judged(now, {}, days, lambda _: 36.5, lambda _: 2.0)
        return tuple(each for each in found if isinstance(each, Finding))

    made.resources = SimpleNamespace(held=known, forget=forget)
    made.savings = SimpleNamespace(idle_workplaces=idle)
    notes, desk = FakeNotebookGateway(), FakeStudioGateway()
    parts: Any = (notes, console.access, console.catalog, lambda: networks, console.notebook_leases)
    made.notebooks = NotebooksService(*parts, owner="ana")
    console.schedules.there = {each.name: each for each in there.of(Kind.NOTEBOOK)}
    made.studio = StudioService(desk, console.access, console.catalog, known, lambda: networks, owner="ana")  # type: ignore[arg-type]
    for each in there.of(Kind.NOTEBOOK):
        notes.found[each.name] = NotebookInstance(
            name=each.name, arn=each.arn, status=each.status, instance_type=each.about, volume_gb=int(each.volume_gb),
            failure="InsufficientCapacityError: there is insufficient capacity" if each.status == "Failed" else "",
        )  # fmt: skip
    for domain in made.studio.list_domains(there):
        desk.spaces |= {each.name: each for each in domain.spaces}
    made.notes, made.desk = notes, desk
    return console


def denied(kind: Kind, action: str) -> Gap:
    """A list that may not be read."""
    return Gap(kind, "us-east-1", str(PermissionDenied(f"You may not list {kind}s.", "", "")), action)

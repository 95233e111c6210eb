"""What pages read of endpoints: from the inventory, which all browsers of one identity share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import streamlit as st

from services.catalog import Task
from services.connection import Mode
from services.errors import SagedeckError
from services.inference import Kind, recognise

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail, EndpointSummary
    from services.endpoints.looked import Looked

BRIEFLY = 1.5  # seconds that a page waits at most for what it cannot do without
POLITE_SECONDS, SANDBOX_SECONDS = 15.0, 3.0  # between looks at endpoints that change; AWS takes minutes over it
READING_SECONDS = 2.0  # between looks while more is being read, which asks nobody
CHANGING = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})
_KINDS = "endpoint.kinds"


def listed(console: Console) -> tuple[EndpointSummary, ...]:
    """Every endpoint with its status, newest first."""
    return console.inventory.states()


def looked(console: Console, on_screen: Iterable[str] = ()) -> Looked:
    """Every endpoint, and what is known of it now; what is on screen is read first. Waits for the list alone."""
    return console.inventory.look(on_screen)


def seconds_between_looks(console: Console, found: Looked | None = None) -> float | None:
    """How often a page looks again by itself: never while nothing changes and nothing is still being read."""
    if found is not None and not found.complete:
        return READING_SECONDS
    if not any(each.status in CHANGING for each in (found.summaries if found else listed(console))):
        return None
    return SANDBOX_SECONDS if console.connection.mode is Mode.SANDBOX else POLITE_SECONDS


def details(console: Console) -> dict[str, EndpointDetail]:
    """Endpoints by name with configuration and price, as far as they are known; waits where a moment completes it."""
    found = looked(console)
    soon = found.waiting * 2 <= console.inventory.pace.rate * BRIEFLY
    if soon and not found.complete:
        found = console.inventory.settled(BRIEFLY)
    return dict(found.details)


def forget_detail(console: Console, name: str) -> None:
    """Read one endpoint anew the next time: its state is another than what was read."""
    console.cache.forget((*console.connection.key, "endpoint", name))


def task_of(detail: EndpointDetail) -> str:
    """What an endpoint is for, as far as its tag, its image or a test in this session tells; "" unknown."""
    if detail.task:
        return detail.task
    tested = st.session_state.get(_KINDS, {}).get(detail.name)
    if tested:
        return str(tested)
    contract = recognise(detail.facts())
    return task_of_kind(contract.kind) if contract else ""


def _tasks_of(console: Console, detail: EndpointDetail) -> set[str]:
    """What an endpoint is for: that of each of its components where it has several, as far as they tell."""
    if len(detail.components) < 2:
        return {task_of(detail)}
    try:
        known = [recognise(console.facts(detail.name, part)) for part in detail.components]
    except SagedeckError:  # one went meanwhile, or may not be looked at
        return {task_of(detail)}
    return {task_of_kind(each.kind) for each in known if each is not None} or {task_of(detail)}


def task_of_kind(kind: Kind) -> str:
    """The catalogue's word for what an endpoint of this kind does."""
    return Task.EMBEDDING.value if kind is Kind.EMBEDDING else Task.CHAT.value


def remember_kind(name: str, kind: Kind) -> None:
    """Keep what a test found out about an endpoint that nothing else tells."""
    st.session_state.setdefault(_KINDS, {})[name] = task_of_kind(kind)


def ready_for(console: Console, task: Task) -> list[str]:
    """Names of the endpoints that take requests now and are for this task, newest first, as far as they are known.

    Waits briefly while none is known and more is being read.
    """

    def fitting(found: Looked) -> list[str]:
        names = [each.name for each in found.summaries if each.ready and each.name in found.details]
        fits = [name for name in names if task.value in _tasks_of(console, found.details[name])]
        return [name for name in fits if not found.details[name].asynchronous]

    ready = [each.name for each in listed(console) if each.ready]
    return fitting(console.inventory.settled(BRIEFLY, ready, until=lambda found: bool(fitting(found))))


def model_of(console: Console, name: str) -> str:
    """The name of an embedding endpoint's vector space, as the library knows it."""
    return console.detail(name).model_id or f"endpoint/{name}"

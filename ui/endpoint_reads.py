"""What pages read of endpoints, shared through the Console's cache so that ten pages cost as many calls as one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import streamlit as st

from services.catalog import Task
from services.connection import Mode
from services.errors import NotFound
from services.inference import Kind, recognise

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail, EndpointSummary

LIST_SECONDS = 2.0  # a status is at most this old
DETAILS_SECONDS = 300.0
SIDE_BY_SIDE = 8
MOST_DESCRIBED = 200  # at 20 calls a second; further endpoints are listed without price until asked for
POLITE_SECONDS, SANDBOX_SECONDS = 15.0, 3.0  # between looks at endpoints that change; AWS takes minutes over it
CHANGING = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})
_KINDS = "endpoint.kinds"


def listed(console: Console) -> tuple[EndpointSummary, ...]:
    """Every endpoint with its status, newest first."""
    return console.cached(("endpoints",), LIST_SECONDS, console.endpoints.list_endpoints)


def seconds_between_looks(console: Console) -> float | None:
    """How often a page looks again by itself: never while nothing changes."""
    if not any(each.status in CHANGING for each in listed(console)):
        return None
    return SANDBOX_SECONDS if console.connection.mode is Mode.SANDBOX else POLITE_SECONDS


def details(console: Console) -> dict[str, EndpointDetail]:
    """Endpoints by name with configuration and price.

    One is described again only when its status or its time of change differs: configurations are immutable. What the
    list says meanwhile is at most LIST_SECONDS old.
    """
    now = listed(console)[:MOST_DESCRIBED]
    state = tuple(f"{each.name} {each.status} {each.modified.timestamp()}" for each in now)

    def load() -> dict[str, EndpointDetail]:
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="details") as pool:
            found = pool.map(lambda name, key: _described(console, name, key), (each.name for each in now), state)
            return {detail.name: detail for detail in found if detail is not None}

    return console.cached(("details", *state), DETAILS_SECONDS, load)


def forget_detail(console: Console, name: str) -> None:
    """Read one endpoint anew the next time: its state is another than what was read."""
    console.cache.forget((*console.connection.key, "endpoint", name))


def _described(console: Console, name: str, state: str) -> EndpointDetail | None:
    try:
        return console.cached(("described", state), DETAILS_SECONDS, lambda: console.endpoints.describe_endpoint(name))
    except NotFound:
        return None  # deleted since it was listed


def task_of(detail: EndpointDetail) -> str:
    """What an endpoint is for, as far as its tag, its image or a test in this session tells; "" unknown."""
    if detail.task:
        return detail.task
    tested = st.session_state.get(_KINDS, {}).get(detail.name)
    if tested:
        return str(tested)
    contract = recognise(detail.facts())
    return task_of_kind(contract.kind) if contract else ""


def task_of_kind(kind: Kind) -> str:
    """The catalogue's word for what an endpoint of this kind does."""
    return Task.EMBEDDING.value if kind is Kind.EMBEDDING else Task.CHAT.value


def remember_kind(name: str, kind: Kind) -> None:
    """Keep what a test found out about an endpoint that nothing else tells."""
    st.session_state.setdefault(_KINDS, {})[name] = task_of_kind(kind)


def ready_for(console: Console, task: Task) -> list[str]:
    """Names of the endpoints that take requests now and are for this task, newest first."""
    found = details(console)
    names = [each.name for each in listed(console) if each.ready and each.name in found]
    return [name for name in names if task_of(found[name]) == task.value and not found[name].asynchronous]


def model_of(console: Console, name: str) -> str:
    """The name of an embedding endpoint's vector space, as the library knows it."""
    return console.detail(name).model_id or f"endpoint/{name}"

"""What is looked for on the page Endpoints: words and choices, kept in the address so that a link shows it.

The widgets' own keys hold what was chosen; the address repeats it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.catalog import Task
from services.endpoints import EndpointOrder, EndpointQuery
from ui import status_chip
from ui.escape import literal

if TYPE_CHECKING:
    from services.endpoints import EndpointRow, FoundEndpoints

TASKS = {Task.EMBEDDING.value: "Embedding", Task.CHAT.value: "Language"}
TEXT, STATUS, OWNER = "endpoints.text", "endpoints.status", "endpoints.owner"
MACHINE, TASK, ORDER, PAGE = "endpoints.machine", "endpoints.task", "endpoints.order", "endpoints.page"
STEP = 50  # rows of a page of the table
WIDTH = 160  # pixels of a choice: two stand side by side on a phone
_ADDRESS = {TEXT: "q", STATUS: "status", OWNER: "owner", MACHINE: "machine", TASK: "task", ORDER: "sort"}
_WRITTEN = "endpoints.address"  # as this page wrote it last: another one is what somebody wants to see
_ORDERS = {
    EndpointOrder.NEWEST: "Newest first", EndpointOrder.NAME: "By name", EndpointOrder.TROUBLE: "Trouble first",
    EndpointOrder.PRICE: "Dearest first", EndpointOrder.SO_FAR: "Most spent first",
}  # fmt: skip
_ELSEWHERE = ("endpoint", "tab")  # of an endpoint's own page, from which somebody came back
_LONGEST = 200


def query() -> EndpointQuery:
    """What the widgets ask for as they stand; what the address asks for where somebody came with another one."""
    if _address() != st.session_state.get(_WRITTEN) and (_address() or TEXT not in st.session_state):
        _from_address()
    return EndpointQuery(
        text=str(_state(TEXT) or ""), status=str(_state(STATUS) or ""), owner=str(_state(OWNER) or ""),
        machine=str(_state(MACHINE) or ""), task=str(_state(TASK) or ""), order=_state(ORDER) or EndpointOrder.NEWEST,
    )  # fmt: skip


def show(found: FoundEndpoints) -> None:
    """Write the line to type in and the choices. `found`: what the query of now finds, for the counts."""
    st.text_input(
        "Search", key=TEXT, placeholder="Name, model, owner, instance type, tag…", icon=":material/search:",
        type="search", live=True, label_visibility="collapsed", on_change=first_page, persist_state="session",
    )  # fmt: skip
    with st.container(horizontal=True, gap="small", key="endpoints-filters"):
        _select(STATUS, "Any status", found.facets["status"], _status)
        _select(OWNER, "Any owner", found.facets["owner"])
        _select(MACHINE, "Any machine", found.facets["machine"])
        _select(TASK, "Any task", found.facets["task"], lambda task: TASKS.get(task, task))
        st.selectbox(
            "Order", list(_ORDERS), key=ORDER, format_func=lambda order: _ORDERS[order], label_visibility="collapsed",
            width=WIDTH, on_change=first_page, persist_state="session",
        )  # fmt: skip


def summary(found: FoundEndpoints, total: str) -> None:
    """Write how many were found and what they cost (`total`), and the way back to all."""
    unread = f" · {found.unread:,} not read yet might match" if found.unread else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":gray[{literal(total + unread)}]", width="content")
        st.button(
            "Clear", icon=":material/close:", type="tertiary", on_click=clear, key="endpoints.clear",
            disabled=not query().narrowed,
        )  # fmt: skip


def page_of(rows: Sequence[EndpointRow]) -> Sequence[EndpointRow]:
    """The rows of the page of the table that is shown."""
    last = max(1, -(-len(rows) // STEP))
    if int(_state(_page_key()) or 1) > last:
        first_page()
    number = int(_state(_page_key()) or 1)
    return rows[(number - 1) * STEP : number * STEP]


def pages(count: int) -> None:
    """Write the way to further pages, where there are any."""
    if count > STEP:
        st.pagination(-(-count // STEP), key=_page_key(), persist_state="session")


def clear() -> None:
    """Ask for nothing in particular; for a button's callback."""
    st.session_state.update({TEXT: "", STATUS: None, OWNER: None, MACHINE: None, TASK: None})
    first_page()


def first_page() -> None:
    """Begin with the first rows again: with another widget, as one's own value and a default do not go together."""
    st.session_state[PAGE] = int(_state(PAGE) or 0) + 1


def to_address() -> None:
    """Repeat in the address what is chosen, so that the link can be given to somebody."""
    wanted = {name: str(_state(key)) for key, name in _ADDRESS.items() if _state(key)}
    if wanted.get("sort") == EndpointOrder.NEWEST:
        del wanted["sort"]
    now = _address()
    if now != wanted or any(name in st.query_params for name in _ELSEWHERE):
        kept = {name: value for name, value in st.query_params.items() if name not in (*now, *_ELSEWHERE)}
        st.query_params.from_dict(kept | wanted)
    st.session_state[_WRITTEN] = wanted


def _page_key() -> str:
    return f"{PAGE}.{_state(PAGE) or 0}"


def _address() -> dict[str, str]:
    return {name: str(st.query_params[name]) for name in _ADDRESS.values() if name in st.query_params}


def _from_address() -> None:
    told = _address()
    for key, name in _ADDRESS.items():
        st.session_state[key] = told.get(name, "")[:_LONGEST] or None
    st.session_state[TEXT] = st.session_state[TEXT] or ""
    known = told.get("sort") in set(EndpointOrder)
    st.session_state[ORDER] = EndpointOrder(told["sort"]) if known else EndpointOrder.NEWEST
    first_page()


def _status(status: str) -> str:
    return "Updating (by AWS)" if status == "SystemUpdating" else status_chip.chip(status).word


def _select(key: str, placeholder: str, counts: Mapping[str, int], words: Callable[[str], str] = str) -> None:
    # no count in a label: a browser tells a choice by its label, which has to stay the same
    chosen = _state(key)
    names = sorted(counts, key=lambda name: (-counts[name], name.lower()))
    if chosen and chosen not in names:
        names.append(chosen)  # from an address, or nothing has it any more: it is shown as what excludes everything
    st.selectbox(
        placeholder, names, index=None, key=key, placeholder=placeholder, label_visibility="collapsed", width=WIDTH,
        format_func=words, on_change=first_page, persist_state="session",
    )  # fmt: skip


def _state(key: str) -> Any:
    return st.session_state.get(key)

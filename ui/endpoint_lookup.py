"""The endpoint that an address names: found, looked at again while it is shown, or gone and what to do then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.connection import Mode
from services.errors import NotFound, SagedeckError
from ui import empty_state, endpoint_reads, error_box, formats, navigation, page_head, paused_endpoints, polling
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail, EndpointSummary

SETTLED_SECONDS = 15.0  # between looks at one that does not change: somebody else may delete it
_SEEN, _WHY, _DENIED = "endpoint.seen", "endpoint.why", "endpoint.denied"


def found(console: Console, name: str) -> EndpointDetail | None:
    """The endpoint; None where there is none of this name or it may not be read, which `instead` says."""
    st.session_state.pop(_WHY, None)
    if not name:
        return None
    try:
        detail, missing = console.history.as_far(name)
    except SagedeckError as error:
        st.session_state[_WHY] = error
        return None
    st.session_state[_DENIED] = missing
    st.session_state.setdefault(_SEEN, {})[name] = (detail.status, console.connection.now())
    return detail


def denied() -> None:
    """Name what of the endpoint found last may not be read."""
    for words in st.session_state.get(_DENIED, ()):
        st.warning(literal(words), icon=":material/lock:")


def instead(console: Console, name: str) -> None:
    """What is told where there is no endpoint: it is paused, it was here and is gone, it never was, or why not."""
    page_head.show(literal(formats.short(name)) or "Endpoint")
    if not name:
        empty_state.show("dns", "No endpoint is chosen", "The list has every endpoint of this account and region.",
                         page=navigation.ENDPOINTS, label="Endpoints")  # fmt: skip
        return
    problem = st.session_state.get(_WHY)
    if problem is not None and not isinstance(problem, NotFound):
        error_box.show(problem)
        _as_listed(console, name)
        return
    asleep = [each for each in paused_endpoints.listed(console) if each.name == name]
    if asleep:
        st.markdown("It is paused: nothing runs, so nothing is billed by the hour, and all it needs is kept.")
        paused_endpoints.show(console, asleep)
        return
    seen = st.session_state.get(_SEEN, {}).get(name)
    if seen:
        status, at = seen
        since = formats.ago(at, console.connection.now())
        st.warning(
            f"**{literal(name)} is gone.** It was {literal(status)} when it was last seen here, {literal(since)}.  \n"
            "Somebody deleted it, here or elsewhere. What was billed by the hour for it has ended.  \n"
            "Activity lists what this console did; deploying under the same name makes it anew.",
            icon=":material/visibility_off:",
        )
    elif problem is not None:
        error_box.show(problem)
    with st.container(horizontal=True):
        st.page_link(navigation.ENDPOINTS, label="All endpoints", icon=":material/dns:")
        st.page_link(navigation.ACTIVITY, label="Activity", icon=":material/history:")
        st.page_link(navigation.DEPLOY, label="Deploy", icon=":material/rocket_launch:")


def watch(console: Console, detail: EndpointDetail) -> None:
    """Look again at its state while it is shown; the page is drawn anew when it has changed."""
    before = _listed(console, detail.name)
    moving = detail.status in endpoint_reads.CHANGING
    quick = endpoint_reads.SANDBOX_SECONDS if console.connection.mode is Mode.SANDBOX else endpoint_reads.POLITE_SECONDS

    def look() -> None:
        now = _listed(console, detail.name)
        if now != before or (now is not None and now.status != detail.status):
            endpoint_reads.forget_detail(console, detail.name)
            st.rerun()

    polling.live(look, quick if moving else SETTLED_SECONDS)


def _listed(console: Console, name: str) -> EndpointSummary | None:
    """Its row of the list; None where it is not in it, or the list may not be read."""
    try:
        return next((each for each in endpoint_reads.listed(console) if each.name == name), None)
    except SagedeckError:
        return None


def _as_listed(console: Console, name: str) -> None:
    """What the list tells of an endpoint that may not be read."""
    row = _listed(console, name)
    if row is not None:
        since = formats.ago(row.created.timestamp(), console.connection.now())
        st.markdown(f"The list of endpoints tells that it is {literal(row.status)} and was made {literal(since)}.")

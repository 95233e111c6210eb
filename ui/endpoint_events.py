"""What happened to an endpoint, newest first: its states, who called what, its scaling, this console's runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.endpoints import EventKind
from ui import formats, navigation
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail, Event

MOST = 60  # further ones are shown at a click
_LOOKS = {
    EventKind.LIFE: ("States", "blue", "flag"),
    EventKind.CALL: ("Calls", "violet", "person"),
    EventKind.SCALING: ("Scaling", "green", "unfold_more"),
    EventKind.CONSOLE: ("This console", "orange", "terminal"),
}


def show(console: Console, detail: EndpointDetail) -> None:
    """Write the tab."""
    with st.spinner("Asking CloudTrail and Application Auto Scaling; CloudTrail answers twice a second at most…"):
        told = console.history.timeline(detail.name)
    for problem in told.problems:
        st.warning(literal(problem), icon=":material/lock:")
    counts = {kind: sum(event.kind is kind for event in told.events) for kind in EventKind}
    kinds = st.pills(
        "Show", [kind for kind in EventKind if counts[kind]], selection_mode="multi", key="events.kinds",
        format_func=lambda kind: f"{_LOOKS[kind][0]} ({counts[kind]})", label_visibility="collapsed",
    )  # fmt: skip
    events = [event for event in told.events if not kinds or event.kind in kinds]
    most = len(events) if st.session_state.get("events.all") else MOST
    now = console.connection.now()
    with st.container(border=True, gap="small", key="events"):
        if not events:
            st.markdown(":gray[Nothing is known of it.]")
        for event in events[:most]:
            _row(event, now)
    if len(events) > most:
        st.button(f"Show all {len(events)}", key="events.more", on_click=_all)
    st.markdown(
        ":gray[:small[CloudTrail tells of a call some minutes after it, and keeps 90 days; scaling activities are kept "
        "six weeks; of this console, its newest runs are here.]]"
    )


def _row(event: Event, now: float) -> None:
    _, colour, icon = _LOOKS[event.kind]
    failed = "" if event.ok else " :red-badge[failed]"
    mark = " :blue-badge[deployment]" if event.deploys else ""
    who = f" · {literal(event.who)}" if event.who else ""
    below = " · ".join(part for part in (formats.ago(event.at, now), formats.moment(event.at), event.about) if part)
    head = f":{colour}[:material/{icon}:] **{literal(event.what)}**{who}{mark}{failed}"
    with st.container(horizontal=True, vertical_alignment="top"):
        st.markdown(f"{head}  \n:gray[:small[{literal(below)}]]", width="stretch")
        if event.run:
            st.page_link(navigation.ACTIVITY, label="Run", icon=":material/receipt_long:",
                         query_params={"run": event.run})  # fmt: skip


def _all() -> None:
    st.session_state["events.all"] = True

"""What a person can do to the whole sandbox: put its clock forward, fill it with a made-up account, empty it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from ui import error_box, formats, navigation
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.sandbox_control import Holdings, SandboxControl

WORD = "empty"  # to be typed before everything is forgotten
HOUR, DAY = 3600, 86400
_TOLD = "sandbox.told"  # what was done just before the page was drawn anew, and whether the endpoints are worth a look


def told() -> None:
    """Say once what was just done."""
    text, look = st.session_state.pop(_TOLD, ("", False))
    if not text:
        return
    st.success(literal(text), icon=":material/check_circle:")
    if look:
        st.page_link(navigation.ENDPOINTS, label="Look at the endpoints", icon=":material/arrow_forward:")


def clock(console: Console, control: SandboxControl, holdings: Holdings) -> None:
    """What time it is there, how fast things go, and buttons that put it forward."""
    st.metric("Time in the sandbox", f"{holdings.now:%Y-%m-%d %H:%M} UTC", border=False)
    ahead = (holdings.now - datetime.now(UTC)).total_seconds()
    lead = f"{formats.duration(ahead)} ahead of this machine. " if ahead >= HOUR / 2 else ""
    pace = f"What takes AWS a minute takes {60 / holdings.speed:g} s here." if holdings.speed else "It stands still."
    st.markdown(f":gray[{literal(lead + pace)} Costs, metrics and schedules follow this clock.]")
    wanted = 0
    with st.container(horizontal=True):
        for label, seconds in (("Put forward 1 hour", HOUR), ("Put forward 1 day", DAY)):
            if st.button(label, icon=":material/fast_forward:", disabled=console.connection.read_only):
                wanted = seconds
    if wanted:
        with error_box.shown(), st.spinner("Whatever falls due on the way happens…"):
            now = control.advance(wanted)
            _again(console, f"It is {now:%Y-%m-%d %H:%M} UTC there. What fell due on the way has happened.")


def fill(console: Console, control: SandboxControl, *, first: bool) -> None:
    """A button for each made-up account there is yet; `first`: it is the next thing to do."""
    wanted, region = "", console.connection.identity.region
    with error_box.shown(), st.container(horizontal=True, vertical_alignment="center"):
        for name, about in control.seeds(region).items():
            if st.button(
                f"Fill with a {name} account", icon=":material/group_add:", help=about, key=f"fill.{name}",
                type="primary" if first else "secondary", disabled=console.connection.read_only,
            ):  # fmt: skip
                wanted = name
        if first:
            st.page_link(navigation.DEPLOY, label="Or deploy a pair of your own", icon=":material/rocket_launch:")
    if wanted:
        waiting = "Making endpoints, a week of traffic and what it cost: some seconds…"
        with error_box.shown(), st.spinner(waiting, show_time=True):
            made = control.seed(wanted, region)
            numbers = f"{made['endpoints']} endpoints and {made['invocations']:,} invocations"
            _again(console, f"Filled: {numbers} in {made['region']}, all invented.", look=True)


def empty(console: Console, control: SandboxControl) -> None:
    """Apart from the rest: forget all that the sandbox holds, after a word was typed."""
    with st.container(border=True, key="sandbox-danger", horizontal=True, vertical_alignment="center"):
        with st.container(gap=None, width="stretch"):
            st.markdown("**Empty the sandbox**")
            st.markdown(":gray[Everything it holds, its faults and its Data API are forgotten, for all who share it.]")
        with st.popover("Empty it", icon=":material/delete_forever:", disabled=console.connection.read_only):
            _confirm(console, control)


def _confirm(console: Console, control: SandboxControl) -> None:
    with st.form("empty", border=False):
        st.markdown(
            "Endpoints, models, roles, buckets, metrics, logs, faults and what its Data API holds are forgotten."
        )
        typed = st.text_input(f"Type {WORD} to confirm", autocomplete="off")
        if st.form_submit_button("Forget everything", type="primary"):
            if typed != WORD:
                st.warning(f"Type {WORD} first.", icon=":material/keyboard:")
                return
            with error_box.shown():
                control.reset()
                _again(console, "The sandbox is empty. Its clock stays where it was.")


def _again(console: Console, text: str, *, look: bool = False) -> None:
    console.refresh()
    st.session_state[_TOLD] = (text, look)
    st.rerun()

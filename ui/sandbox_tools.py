"""What a person can do to the whole sandbox: put its clock forward, fill it with a made-up account, empty it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import error_box
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.sandbox_control import Holdings, SandboxControl

WORD = "empty"  # to be typed before everything is forgotten
HOUR, DAY = 3600, 86400


def clock(console: Console, control: SandboxControl, holdings: Holdings) -> None:
    """What time it is there, how fast things go, and buttons that put it forward."""
    st.metric("Time in the sandbox", f"{holdings.now:%Y-%m-%d %H:%M} UTC", border=False)
    pace = f"What takes AWS a minute takes {60 / holdings.speed:g} s here." if holdings.speed else "It stands still."
    st.markdown(f":gray[{literal(pace)} Costs, metrics and schedules follow this clock.]")
    with st.container(horizontal=True):
        for label, seconds in (("Put forward 1 hour", HOUR), ("Put forward 1 day", DAY)):
            if st.button(label, icon=":material/fast_forward:", disabled=console.connection.read_only):
                with error_box.shown(), st.spinner("Whatever falls due on the way happens…"):
                    control.advance(seconds)
                    _again(console)


def fill(console: Console, control: SandboxControl) -> None:
    """A button for each made-up account there is."""
    for name, about in control.seeds().items():
        if st.button(
            f"Fill with a {name} account", icon=":material/group_add:", help=about, key=f"fill.{name}",
            disabled=console.connection.read_only,
        ):  # fmt: skip
            with error_box.shown(), st.spinner("Making endpoints, a week of traffic and what it cost…"):
                control.seed(name, console.connection.identity.region)
                _again(console)


def empty(console: Console, control: SandboxControl) -> None:
    """Forget all that the sandbox holds, after a word was typed."""
    locked = console.connection.read_only
    with st.popover("Empty it", icon=":material/delete_forever:", disabled=locked), st.form("empty", border=False):
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
                _again(console)


def _again(console: Console) -> None:
    console.refresh()
    st.rerun()

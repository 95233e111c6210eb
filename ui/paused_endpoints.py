"""Paused endpoints: since when, what they would cost, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from ui import endpoint_changes, error_box, formats, navigation
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import PausedEndpoint

SECONDS = 60.0  # a pause or a resume of this console is seen at once: it forgets what was read
MOST, MOST_BRIEF = 30, 4


def listed(console: Console) -> Sequence[PausedEndpoint]:
    """The paused endpoints, newest first; nothing, and a box that says why, where they cannot be read."""
    found: Sequence[PausedEndpoint] = ()
    with error_box.shown():
        found = console.cached(("paused",), SECONDS, console.changes.list_paused)
    return found  # noqa: RET504 - what goes wrong above is shown and leaves nothing


def show(console: Console, paused: Sequence[PausedEndpoint]) -> None:
    """A row for each with its buttons; the page shows the plan of the one that is asked for."""
    if not paused:
        return
    st.subheader("Paused", anchor=False)
    for each in paused[:MOST]:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(_told(console, each), width="stretch")
            st.button(
                "Resume…", icon=":material/play_arrow:", key=f"paused.resume.{each.name}",
                on_click=endpoint_changes.ask, args=("Resume", each.name),
            )  # fmt: skip
            st.button(
                "Delete for good…", icon=":material/delete:", key=f"paused.discard.{each.name}", type="tertiary",
                on_click=endpoint_changes.ask, args=("Discard", each.name),
            )  # fmt: skip
    if len(paused) > MOST:
        st.markdown(f":gray[and {len(paused) - MOST} more; `sagedeck endpoints --paused` lists all]")


def brief(console: Console) -> None:
    """The newest of them in few lines, each with one click to its plan; nothing where there are none."""
    paused = listed(console)
    for each in paused[:MOST_BRIEF]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_told(console, each), width="stretch")
            if st.button("Resume…", icon=":material/play_arrow:", key=f"paused.brief.{each.name}", type="tertiary"):
                endpoint_changes.ask("Resume", each.name)
                st.switch_page(navigation.ENDPOINTS)
    if len(paused) > MOST_BRIEF:
        st.markdown(f":gray[and {len(paused) - MOST_BRIEF} more paused]")


def _told(console: Console, each: PausedEndpoint) -> str:
    since = formats.ago(each.since.timestamp() if each.since else None, console.connection.now())
    price = "is billed by the request" if each.serverless else f"costs {formats.per_hour(each.usd_per_hour)}"
    words = f"paused {since}, costs $0/h · {each.hardware}, {price} when resumed"
    return f"**{literal(formats.short(each.name))}**  \n:gray[{literal(words)}]"

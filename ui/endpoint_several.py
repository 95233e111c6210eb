"""Several endpoints at once: ticked in the table, paused or deleted by one plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from ui import error_box, formats, plan_review, run_progress

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import Plan

_ASKED, _PLAN = "several.asked", "several.plan"
_ICONS = {"Pause": "pause_circle", "Delete": "delete"}


@dataclass(frozen=True, slots=True)
class Several:
    """What is asked of which endpoints; `at` is when, as a pause remembers it."""

    verb: str
    names: tuple[str, ...]
    at: str = ""

    @property
    def typed(self) -> str:
        """What has to be typed before they are deleted."""
        return f"delete {formats.count(len(self.names), 'endpoint')}" if self.verb == "Delete" else ""


def choose(console: Console, ticked: tuple[str, ...], shown: int, found: tuple[str, ...]) -> None:
    """Buttons for what is ticked of the `shown` rows, or for all that were found where those are more."""
    if not ticked:
        return
    names = ticked
    with st.container(horizontal=True, vertical_alignment="center", key="several-bar"):
        st.markdown(f"**{formats.count(len(ticked), 'endpoint')} ticked**", width="content")
        if len(found) > shown and st.toggle(f"All {len(found):,} found", key="several.all"):
            names = found
        for verb, icon in _ICONS.items():
            if st.button(f"{verb} {len(names):,}…", icon=f":material/{icon}:", key=f"several.{verb.lower()}"):
                ask(console, verb, names)
                st.rerun()


def ask(console: Console, verb: str, names: tuple[str, ...]) -> None:
    """Ask to Pause or Delete these; the page shows what comes of it."""
    at = console.changes.pause_request(names[0]).at if verb == "Pause" else ""
    st.session_state[_ASKED] = Several(verb, names, at)
    st.session_state.pop(_PLAN, None)


def show(console: Console) -> None:
    """The plan of what was asked for; nothing where nothing was."""
    asked: Several | None = st.session_state.get(_ASKED)
    if asked is None:
        return
    with error_box.shown():
        if _PLAN not in st.session_state:
            with st.spinner(f"Looking at {formats.count(len(asked.names), 'endpoint')}…", show_time=True):
                st.session_state[_PLAN] = _plan(console, asked)
        run = plan_review.show(
            console, st.session_state[_PLAN], key="several", verb=asked.verb, typed=asked.typed,
            replan=lambda: _plan(console, asked), changed=lambda new: st.session_state.update({_PLAN: new}),
        )  # fmt: skip
        if run:
            _leave()
            run_progress.follow(run)
    if st.session_state.get(_ASKED) is not None:
        st.button("Leave them as they are", type="tertiary", key="several.keep", on_click=_leave)


def _plan(console: Console, asked: Several) -> Plan:
    if asked.verb == "Pause":
        return console.changes.plan_pause_several(asked.names, asked.at)
    return console.endpoints.plan_delete_several(asked.names)


def _leave() -> None:
    st.session_state.pop(_ASKED, None)
    st.session_state.pop(_PLAN, None)

"""The tabs of an AutoML job's page. Only the open one is drawn, so only it reads and polls; the address names it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import streamlit as st

from ui import error_box

if TYPE_CHECKING:
    from services.autopilot import Candidate, Job
    from services.console import Console

# Each module has the function `(console, job, candidates)`.
_VIEWS = {
    "Progress": ("ui.autopilot_progress", "show"),
    "Leaderboard": ("ui.autopilot_leaderboard", "show"),
    "Candidate": ("ui.autopilot_candidate", "show"),
    "Deploy": ("ui.autopilot_deploy", "deploy_tab"),
    "Predict": ("ui.autopilot_predict", "predict_tab"),
    "Files": ("ui.autopilot_files", "show"),
}


_GO = "autopilot.go"  # the tab that was asked for; that of the address follows


def go(tab: str) -> None:
    """Draw the page again with another tab open."""
    st.session_state[_GO] = tab
    st.rerun()


def show(console: Console, job: Job, candidates: tuple[Candidate, ...]) -> None:
    """Write the tabs and the view of the open one."""
    if _GO in st.session_state:
        st.session_state["tab"] = st.session_state.pop(_GO)
    tabs = st.tabs(list(_VIEWS), key="tab", on_change="rerun", bind="query-params")
    for tab, (module, name) in zip(tabs, _VIEWS.values(), strict=True):
        if tab.open:
            with tab, error_box.shown():
                getattr(import_module(module), name)(console, job, candidates)

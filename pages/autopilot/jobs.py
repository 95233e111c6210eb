"""Experiments: every AutoML job of this account and region, also those somebody else began; a row opens its page."""

from __future__ import annotations

import streamlit as st

from services.errors import SagedeckError
from ui import autopilot_list, autopilot_reads, empty_state, error_box, navigation, page_head, polling, session

console = session.console()
with page_head.show("Experiments", "Autopilot's jobs: what runs, what came out, and what failed and why."):
    if st.button("Refresh", icon=":material/refresh:"):
        console.refresh()
    st.page_link(navigation.AUTOPILOT, label="New", icon=":material/add:")


def table() -> float | None:
    """The list, drawn on its own; how soon it wants to be drawn again."""
    jobs = autopilot_reads.listed(console)
    opened, waiting = autopilot_list.show(console, jobs)
    if opened:
        st.switch_page(navigation.AUTOPILOT_JOB, query_params={"job": opened})
    moving = any(each.status.moving for each in jobs)
    return 1.0 if waiting else autopilot_reads.seconds_between_looks(console) if moving else None


try:
    jobs = autopilot_reads.listed(console)
except SagedeckError as error:
    error_box.show(error)
    name = autopilot_list.by_name()
    if name:
        st.switch_page(navigation.AUTOPILOT_JOB, query_params={"job": name})
    st.stop()

with error_box.shown():
    if jobs:
        polling.adaptive(table, "experiments.every", 1.0)
    else:
        empty_state.show(
            "science", "No experiment yet", "Autopilot trains models on a table and ranks them. Begin with a table, "
            "or one of the samples.", page=navigation.AUTOPILOT, label="Launch the first",
        )  # fmt: skip

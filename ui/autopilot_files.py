"""The tab "Files": the job's notebooks, where its data is, and what it has left in S3 with what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import autopilot_downloads, autopilot_left, plain_table, polling
from ui.escape import code

if TYPE_CHECKING:
    from services.autopilot import Candidate, Job
    from services.console import Console


def show(console: Console, job: Job, candidates: tuple[Candidate, ...]) -> None:
    """Write the view."""
    files = console.autopilot.files(job)
    if files:
        polling.alone(lambda: autopilot_downloads.show(console, files, key="job-files", title="Notebooks of the job"))
    else:
        st.markdown(":gray[This job names no notebook.]")
    if any(each.insights or each.explainability or each.backtest for each in candidates):
        st.markdown(":gray[Reports of a candidate are on the tab Candidate.]")
    autopilot_left.show(console, job)
    where = {f"Input, {channel}": code(address) for channel, address in job.inputs}
    where |= {"Output": code(job.output)} if job.output else {}
    where |= {"Role": code(job.role)} if job.role else {}
    if where:
        plain_table.facts(where, key="autopilot-where")

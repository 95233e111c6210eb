"""The tab "Predict" of an AutoML job: one row from a form, a file, or a whole prefix of S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot import Candidate, Job
from ui import autopilot_endpoints, empty_state, error_box

if TYPE_CHECKING:
    from services.console import Console


def predict_tab(console: Console, job: Job, candidates: tuple[Candidate, ...]) -> None:
    """Write what answers for this job, and ask it."""
    with error_box.shown():
        used = autopilot_endpoints.answering(console, job, candidates)
        if not used:
            empty_state.show(
                "query_stats",
                "No endpoint of this job answers",
                "Deploy a candidate on the tab Deploy, then ask it here.",
            )
            return
        st.selectbox("Endpoint", [each.name for each in used], key=f"app.{job.name}.endpoint")

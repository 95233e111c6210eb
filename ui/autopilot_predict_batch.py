"""Predictions of what lies in S3, by a transform job: no endpoint stands for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot import Candidate, Job
from services.autopilot.using import Used

if TYPE_CHECKING:
    from services.console import Console


def show(console: Console, job: Job, ready: Sequence[Candidate], used: Sequence[Used], key: str) -> None:
    """Write the form."""
    st.markdown("A transform job predicts a whole file without an endpoint, and ends by itself.")

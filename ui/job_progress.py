"""A background job: a bar, a sentence, cancel; found again after a refresh because it lives in the journal."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from services.jobs import JobStatus, JobView
from ui import diagnosis_box, error_box, formats, polling, status_chip
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

EVERY_SECONDS = 0.7


def show(
    console: Console, job_id: str, *, key: str, details: Callable[[JobView], None] | None = None
) -> JobView | None:
    """Write the job, refreshed while it runs; `details` writes what only this kind of job has (its files, say)."""
    owner = console.connection.owner
    view = console.jobs.view(job_id, owner)
    if view is None:
        return None
    running = view.status is JobStatus.RUNNING

    def draw() -> None:
        now = console.jobs.view(job_id, owner)
        if now is None or (running and now.status is not JobStatus.RUNNING):
            st.rerun()
        else:
            _draw(console, now, key, details)

    polling.live(draw, EVERY_SECONDS if running else None)
    return view


def _draw(console: Console, view: JobView, key: str, details: Callable[[JobView], None] | None) -> None:
    with st.container(border=True, key=f"{key}-job"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{literal(view.title)}**", width="stretch")
            st.markdown(status_chip.badge(str(view.status)))
        elapsed = formats.duration((view.ended or time.time()) - view.started)
        text = " · ".join(part for part in (literal(view.detail), elapsed) if part)
        if view.status is JobStatus.RUNNING:
            st.progress(view.progress or 0.0, text=text)
        else:
            st.markdown(f":gray[{text}]")
        if details is not None:
            details(view)
        if view.problem is not None:
            error_box.show(view.problem)
            diagnosis_box.of_problem(console, view.problem)
        if view.status is JobStatus.RUNNING:
            st.button(
                "Cancel", icon=":material/cancel:", key=f"{key}-cancel",
                on_click=console.jobs.cancel, args=(view.id, console.connection.owner),
            )  # fmt: skip

"""The account's training jobs, newest first: found by name or status, opened by a click."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.tuning import JobStatus, TrainingJob
from ui import empty_state, formats, status_chip, tuning_reviewed
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

LIST_SECONDS = 20.0
PAGE = 15  # rows at a time, each with a button


def show(console: Console) -> None:
    """Write the list. One to a few list calls, whatever it holds; a job is looked into when it is opened."""
    jobs = console.cached(("tune-jobs",), LIST_SECONDS, console.tuning.list_jobs)
    if not jobs:
        empty_state.show(
            "model_training", "No training job yet", "Choose a model and a text under “New”; the plan says its cost.",
        )  # fmt: skip
        return
    found = _filtered(jobs)
    st.markdown(f":gray[{formats.count(len(found), 'training job')} of {len(jobs):,}; tuned here or made elsewhere.]")
    pages = max(1, -(-len(found) // PAGE))
    place = st.pagination(pages, key="tune.jobs.page") if pages > 1 else 1
    now = console.connection.now()
    with st.container(key="tune-jobs", gap="xsmall"):
        for job in found[(place - 1) * PAGE : place * PAGE]:
            _row(job, now)


def _filtered(jobs: tuple[TrainingJob, ...]) -> list[TrainingJob]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text = st.text_input("Find", key="tune.jobs.find", placeholder="a part of the name", live=True, width=260)
        present = [each.value for each in JobStatus if any(job.status is each for job in jobs)]
        wanted = st.pills(
            "Status", present, selection_mode="multi", key="tune.jobs.status",
            format_func=lambda each: status_chip.chip(each).word,
        )  # fmt: skip
    part = (text or "").strip().lower()
    return [job for job in jobs if part in job.name.lower() and (not wanted or job.status.value in wanted)]


def _row(job: TrainingJob, now: float) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True, gap="small"):
        with st.container(gap=None, width="stretch"):
            st.markdown(f"**{literal(formats.short(job.name))}** {status_chip.badge(job.status.value)}")
            parts = [formats.ago(job.created.timestamp(), now)] if job.created else []
            if job.created and job.ended:
                parts.append(f"took {formats.duration((job.ended - job.created).total_seconds())}")
            st.markdown(f":gray[:small[{' · '.join(parts)}]]")
        st.button(
            "Open", key=f"tune.open.{job.name}", icon=":material/arrow_forward:", type="tertiary",
            help=f"Open {literal(job.name)}", on_click=tuning_reviewed.open_job, args=(job.name,),
        )  # fmt: skip

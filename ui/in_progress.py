"""Runs and jobs that are under way, and those that wait for a person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

from services.jobs import JobStatus, JobView
from services.knowledge.files import JOB_KIND
from ui import activity_rows, evaluation_state, formats, navigation, polling, status_chip
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

RUN_KIND, WRITE_KIND = "evaluation", "evaluation-questions"  # services.evaluation.service, not loaded for its names
EVERY_SECONDS = 2.0
MOST = 5
_CHANGES = frozenset({"Pause", "Resume", "Scale", "Update", "Delete"})
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")  # of an endpoint; other plans say more than one
_PAGES = {"evaluation": navigation.EVALUATION, "refresh": navigation.SETTINGS}  # by the first word of a job's kind
WAITING_FOR_A_PERSON = ("failed", "interrupted")


def show(console: Console) -> None:
    """A bar for each, refreshed while any is alive."""
    owner = console.connection.owner
    alive = any(not run.status.ended for run in console.runs.pulses(20))
    alive = alive or any(job.status is JobStatus.RUNNING for job in console.jobs.list(owner, limit=20))

    def draw() -> None:
        pulses = console.runs.pulses(20)  # their plans are read only where something is shown of them
        jobs = [job for job in console.jobs.list(owner, limit=20) if job.status is JobStatus.RUNNING]
        live = [console.runs.view(run.id) for run in pulses if not run.status.ended]
        if alive and not live and not jobs:
            console.refresh()
            st.rerun()
        for run in live[:MOST]:
            st.progress(
                min(1.0, run.progress), text=f"{literal(run.title)} · {formats.duration(run.now - run.started)}"
            )
            page, of = _page(run.title)
            st.page_link(page, label="Follow", icon=":material/visibility:", query_params={**of, "run": run.id})
        for job in jobs[:MOST]:
            st.progress(job.progress or 0.0, text=f"{literal(job.title)} {literal(job.detail)}")
            _link(job)
        waiting = [run for run in pulses if run.status in WAITING_FOR_A_PERSON][:MOST]
        for each in waiting:
            st.markdown(f"{status_chip.badge(each.status)} {literal(each.title)}")
            page, of = _page(each.title, otherwise=navigation.ACTIVITY)
            st.page_link(page, label="Look", icon=":material/visibility:", query_params={**of, "run": each.id})
        halted = [
            job for job in console.jobs.list(owner, limit=20)
            if job.status is JobStatus.INTERRUPTED and job.kind not in activity_rows.LOOKS
        ][:MOST]  # fmt: skip
        for job in halted:
            st.markdown(f"{status_chip.badge(job.status)} {literal(job.title)}")
            _link(job)
        if not live and not jobs and not waiting and not halted:
            st.markdown(":gray[Nothing is under way.]")

    polling.live(draw, EVERY_SECONDS if alive else None)


def _link(job: JobView) -> None:
    """A link to where a job is shown; none for a kind that no page shows by its own."""
    if job.kind == JOB_KIND:
        page, of = navigation.DOCUMENTS, {"job": job.id}
    elif job.kind == RUN_KIND:
        page, of = navigation.EVALUATION, {"step": evaluation_state.RUN, "run": str(job.payload.get("run", ""))}
    elif job.kind == WRITE_KIND:
        page, of = navigation.EVALUATION, {"step": evaluation_state.QUESTIONS}
    elif job.kind in activity_rows.LOOKS:
        page, of = navigation.AUTOPILOT, {"table": str(job.payload["table"])} if "table" in job.payload else {}
    else:
        return
    st.page_link(page, label="Look", icon=":material/visibility:", query_params=of)


def _page(title: str, otherwise: str = navigation.DEPLOY) -> tuple[str, dict[str, str]]:
    """The page that shows a run, and what its address says besides: a change of one endpoint is on that one's."""
    verb, _, rest = title.partition(" ")
    if verb in _CHANGES and _NAME.fullmatch(rest):
        return navigation.ENDPOINT, {"endpoint": rest}
    return (otherwise if verb == "Deploy" else navigation.ACTIVITY), {}

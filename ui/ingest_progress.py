"""Files being read into a collection: how far, how long still, what became of each, cancel, go on, passwords."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st

from services.jobs import JobStatus
from services.knowledge import FileStatus, IngestView
from services.knowledge.service import JOB_KIND
from ui import diagnosis_box, document_verdicts, error_box, formats, polling, status_chip

if TYPE_CHECKING:
    from services.console import Console

_CLOSED = "ingest.closed"
_PACE = "ingest.pace"  # of one job: when it was looked at first, and how far it was then
EVERY_SECONDS = 0.7
SURE_SECONDS, SURE_SHARE = 3.0, 0.03  # of a job that must have passed before its end is estimated


def current(console: Console) -> str:
    """The ingest to show: the one the address names, else one that runs or was interrupted; empty when none."""
    named = str(st.query_params.get("job", ""))
    if named and console.knowledge.follow(named) is not None:
        return named
    newest = next(iter(console.jobs.list(console.owner, JOB_KIND, 1)), None)
    unfinished = newest and newest.status in (JobStatus.RUNNING, JobStatus.INTERRUPTED)
    if not newest or not unfinished or newest.id == st.session_state.get(_CLOSED):
        return ""
    st.query_params["job"] = newest.id  # so that it stays on the page when it has ended
    return newest.id


def show(console: Console, job: str) -> None:
    """Write the ingest, refreshed while it runs."""
    view = console.knowledge.follow(job)
    if view is None:
        st.query_params.pop("job", None)
        return
    alive = view.status == "running"

    def draw() -> None:
        now = console.knowledge.follow(job)
        if current(console) != job:  # a button below closed it, or went on with another
            st.rerun()
        if now is None or (alive and now.status != "running"):
            st.rerun()
        else:
            _draw(console, now)

    polling.live(draw, EVERY_SECONDS if alive else None)


def left(job: str, progress: float | None, now: float) -> float | None:
    """Seconds a job will still take at the pace seen since it was first looked at; None while that is not known."""
    if not progress:
        return None
    pace = st.session_state.get(_PACE)
    if pace is None or pace[0] != job or progress < pace[2]:
        pace = st.session_state[_PACE] = (job, now, progress)
    _, began, first = pace
    if now - began < SURE_SECONDS or progress - first < SURE_SHARE:
        return None
    return (1.0 - progress) * (now - began) / (progress - first)


def _draw(console: Console, view: IngestView) -> None:
    running = view.status == "running"
    given = [file for file in view.files if file.archive is None]
    with st.container(border=True, key="ingest-progress"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Reading {formats.count(len(given), 'file')}**", width="stretch")
            st.markdown(status_chip.badge(view.status), width="content")
        if running:
            st.progress(min(1.0, view.progress or 0.0), text=_summary(view))
        document_verdicts.show(view.files, key="ingest")
        if view.problem is not None:
            error_box.show(view.problem)
            diagnosis_box.of_problem(console, view.problem)
        if view.status == "interrupted":
            st.warning(
                "This stopped because its console ended. Going on keeps what is stored and repeats nothing.",
                icon=":material/warning:",
            )
        _actions(console, view, running)


def _summary(view: IngestView) -> str:
    files = [file for file in view.files if file.status is not FileStatus.UNPACKED]
    ended = sum(file.status.ended for file in files)
    stored, of = sum(file.stored for file in files), sum(file.chunks or 0 for file in files)
    parts = [f"{ended:,} of {formats.count(len(files), 'file')}"]
    if of:
        parts.append(f"{stored:,} of {formats.count(of, 'passage')}")
    seconds = left(view.job, view.progress, time.monotonic())
    if seconds is not None and ended < len(files):
        parts.append(f"about {formats.duration(seconds)} left")
    return " · ".join(parts)


def _actions(console: Console, view: IngestView, running: bool) -> None:
    if running:
        st.button(
            "Cancel", icon=":material/cancel:", key="ingest-cancel", on_click=console.jobs.cancel,
            args=(view.job, console.connection.owner), help="What is ready stays; what is half done is taken back.",
        )  # fmt: skip
        return
    given = document_verdicts.passwords(view.files, key=f"ingest-{view.job[:8]}")
    if given is not None:
        with error_box.shown():
            st.query_params["job"] = console.knowledge.resume(view.job, passwords=given)
            st.rerun()
    with st.container(horizontal=True):
        if view.status != "done":
            st.button(
                "Go on", type="primary", icon=":material/play_arrow:", key="ingest-resume",
                on_click=_resume, args=(console, view.job),
            )  # fmt: skip
        st.button("Close", key="ingest-close", type="tertiary", on_click=_close, args=(view.job,))


def _resume(console: Console, job: str) -> None:
    with error_box.shown():
        st.query_params["job"] = console.knowledge.resume(job)


def _close(job: str) -> None:
    st.session_state[_CLOSED] = job
    st.query_params.pop("job", None)

"""Files being read into a collection: one row a file, its bar, and a sentence for each that was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.jobs import JobStatus
from services.knowledge import FileProgress, FileStatus, IngestView
from services.knowledge.service import JOB_KIND
from ui import diagnosis_box, error_box, formats, polling, status_chip
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

_CLOSED = "ingest.closed"
EVERY_SECONDS = 0.7
ROWS_SHOWN = 12  # of files still being read; the rest is counted


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


def _draw(console: Console, view: IngestView) -> None:
    ended = sum(file.status.ended for file in view.files)
    with st.container(border=True, key="ingest-progress"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Reading {formats.count(len(view.files), 'file')}**", width="stretch")
            st.markdown(status_chip.badge(view.status), width="content")
        if view.status == "running":
            st.progress(view.progress or 0.0, text=f"{ended} of {len(view.files)} files")
        waiting = [file for file in view.files if not file.status.ended]
        for file in waiting[:ROWS_SHOWN]:
            _file(file)
        if len(waiting) > ROWS_SHOWN:
            st.markdown(f":gray[and {len(waiting) - ROWS_SHOWN} more]")
        _ended(view)
        if view.problem is not None:
            error_box.show(view.problem)
            diagnosis_box.of_problem(console, view.problem)
        if view.status == "running":
            st.button(
                "Cancel", icon=":material/cancel:", key="ingest-cancel",
                on_click=console.jobs.cancel, args=(view.job, console.connection.owner),
            )  # fmt: skip
            return
        with st.container(horizontal=True):
            if view.status != "done":
                st.button(
                    "Go on", type="primary", icon=":material/play_arrow:", key="ingest-resume",
                    on_click=_resume, args=(console, view.job),
                )  # fmt: skip
            st.button("Close", key="ingest-close", type="tertiary", on_click=_close, args=(view.job,))


def _file(file: FileProgress) -> None:
    done = file.stored / file.chunks if file.chunks else 0.0
    text = f"{literal(file.name)} · {formats.size(file.size)} · {file.status}"
    if file.chunks:
        text += f" · {file.stored} of {formats.count(file.chunks, 'passage')}"
    st.progress(min(1.0, done), text=text)


def _ended(view: IngestView) -> None:
    counts = {status: sum(file.status is status for file in view.files) for status in FileStatus if status.ended}
    badges = [f"{status_chip.badge(status)} {number}" for status, number in counts.items() if number]
    if badges:
        st.markdown("   ".join(badges))
    for file in view.files:
        if file.status in (FileStatus.REFUSED, FileStatus.FAILED):
            st.markdown(f":red[:material/block:] **{literal(file.name)}** {literal(file.reason)} {literal(file.hint)}")


def _resume(console: Console, job: str) -> None:
    with error_box.shown():
        st.query_params["job"] = console.knowledge.resume(job)


def _close(job: str) -> None:
    st.session_state[_CLOSED] = job
    st.query_params.pop("job", None)

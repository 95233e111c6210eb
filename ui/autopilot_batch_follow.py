"""A transform job of a candidate from its plan to its answers: the run, the job, the answers fetched and joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.batch.models import JobStatus, TransformJob
from services.connection import Mode
from services.jobs import JobStatus as FetchStatus
from services.legible import legible
from ui import autopilot_predict_file, error_box, formats, job_progress, polling, run_progress, status_chip
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

_RUN, _FETCH = "batched", "fetched"  # the address's names of the run, and of the job that fetches
_SANDBOX_SECONDS, _POLITE_SECONDS = 2.0, 15.0


def current() -> str:
    """The run the address names; empty when none."""
    return str(st.query_params.get(_RUN, ""))


def follow(run: str) -> None:
    """Put the run into the address and draw the page again."""
    st.query_params[_RUN] = run
    st.rerun()


def _leave() -> None:
    st.query_params.pop(_RUN, None)
    st.query_params.pop(_FETCH, None)


def show(console: Console, key: str) -> None:
    """Write how far it is."""
    st.button("Predict another table", icon=":material/add:", key=f"{key}.b.more", on_click=_leave)
    view = run_progress.show(console, current(), key="app-batch-run")
    if view is None or view.status != "done":
        return
    made = [step for step in view.plan if step.operation == "create_transform_job"]
    if not made:
        return
    name = str(made[0].parameters["TransformJobName"])
    job = console.batch.describe(name)
    every = _SANDBOX_SECONDS if console.connection.mode is Mode.SANDBOX else _POLITE_SECONDS
    moving = job.status.moving

    def draw() -> None:
        now = console.batch.describe(name)
        if moving and not now.status.moving:
            st.rerun()
        _job(console, now)

    polling.live(draw, every if moving else None)
    if job.status is JobStatus.COMPLETED:
        _answers(console, name, key)


def _job(console: Console, job: TransformJob) -> None:
    with st.container(border=True, key="app-batch-job"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Transform job {literal(job.name)}**", width="stretch")
            st.markdown(status_chip.badge(job.status))
        spent = console.batch.spent(job)
        words = formats.duration(job.elapsed(console.connection.now()))
        cost = "" if spent.usd is None else f" · {formats.money(spent.usd)} so far, {spent.basis}"
        st.markdown(f":gray[{literal(words + cost)}]")
        if job.failure:
            st.error(literal(legible(job.failure, 1000)), icon=":material/error:")


def _answers(console: Console, name: str, key: str) -> None:
    fetch = str(st.query_params.get(_FETCH, ""))
    if not fetch:
        st.button(
            "Fetch the answers beside the table", type="primary", icon=":material/table_view:", key=f"{key}.b.fetch",
            on_click=_begin, args=(console, name),
        )  # fmt: skip
        return
    view = job_progress.show(console, fetch, key=f"{key}.b.fetching")
    if view is None:
        st.query_params.pop(_FETCH, None)
    elif view.status is FetchStatus.DONE:
        autopilot_predict_file.done(console, view, f"{key}.b")


def _begin(console: Console, name: str) -> None:
    with error_box.shown():
        st.query_params[_FETCH] = console.batch_predictions.start_fetching(name)

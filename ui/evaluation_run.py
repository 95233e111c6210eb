"""The third step: a run under way, and what can be done with one that stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.jobs import JobStatus
from ui import error_box, evaluation_state, formats, job_progress
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.jobs import JobView

_PARTS = ("reading", "cutting", "embedding", "searching", "answering")


def choose(console: Console) -> str:
    """A select box of the runs; the one in hand, "" when there is none."""
    runs = console.evaluation.runs()
    if not runs:
        st.info("Nothing was evaluated yet.", icon=":material/science:")
        st.button("Choose settings", on_click=evaluation_state.go, args=(evaluation_state.SETTINGS,))
        return ""
    names = {
        each.id: f"{each.name} · {formats.count(each.settings, 'setting')} · {formats.moment(each.made)}"
        for each in runs
    }
    current = evaluation_state.run_id(console)
    chosen = st.selectbox("Evaluation", list(names), list(names).index(current), format_func=names.__getitem__)
    st.query_params["run"] = chosen or current
    return chosen or current


def show(console: Console) -> None:
    """The run's progress, refreshed while it lives, and its buttons."""
    run = choose(console)
    if not run:
        return
    job = console.evaluation.job(run)
    view = job_progress.show(console, job.id, key="evaluation-run", details=_details) if job else None
    status = view.status if view else JobStatus.INTERRUPTED
    with st.container(horizontal=True):
        if status is not JobStatus.RUNNING:
            st.button("See the results", type="primary" if status is JobStatus.DONE else "secondary",
                      icon=":material/monitoring:", on_click=evaluation_state.go,
                      args=(evaluation_state.RESULTS,))  # fmt: skip
            if status is not JobStatus.DONE:
                st.button("Go on", type="primary", icon=":material/play_arrow:", on_click=_resume, args=(console, run),
                          help="What is done is not done again.")  # fmt: skip
            st.button("Delete", type="tertiary", icon=":material/delete:", on_click=_delete, args=(console, run))


def _details(job: JobView) -> None:
    seconds = (job.result or {}).get("seconds", {})
    if seconds:
        parts = [f"{part} {formats.duration(seconds[part])}" for part in _PARTS if part in seconds]
        made = formats.count(int((job.result or {}).get("embedded", 0)), "passage")
        st.markdown(f":gray[{' · '.join(parts)} · {made} embedded]")
    for name, reason in list((job.result or {}).get("unread", {}).items())[:8]:
        st.markdown(f":orange[:material/warning:] {literal(name)} was left out: {literal(reason)}")


def _resume(console: Console, run: str) -> None:
    with error_box.shown():
        console.evaluation.resume(run)


def _delete(console: Console, run: str) -> None:
    with error_box.shown():
        console.evaluation.delete_run(run)
        st.query_params.pop("run", None)

"""A job's plan before it runs, its run, and the way on to the job's own page."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.autopilot import ProblemKind
from services.autopilot.requesting.request import AutopilotRequest
from services.jobs import JobHandle, JobStatus
from ui import autopilot_request, error_box, job_progress, navigation, plan_review, run_progress
from ui.autopilot_fields import KINDS
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import Plan, RunView
    from services.tables.looks import Look

_REVIEWED, _PLANNING = "autopilot.reviewed", "autopilot.planning"
JOB_KIND = "autopilot-plan"
_ABOUT = {
    ProblemKind.TABULAR: "predicts",
    ProblemKind.TEXT: "sorts texts by",
    ProblemKind.IMAGE: "sorts images into classes",
    ProblemKind.FORECAST: "forecasts",
    ProblemKind.LANGUAGE: "tunes a language model",
}
PATIENCE = 4.0  # seconds that the page waits for a plan rather than draw a bar
CREATE = "create_auto_ml_job_v2"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A request with the plan of it, as a person looks at it."""

    request: AutopilotRequest
    plan: Plan


def current() -> Reviewed | None:
    """What is being reviewed; None while the form is being filled in."""
    found: Reviewed | None = st.session_state.get(_REVIEWED)
    return found


@dataclass(slots=True)
class _Planning:
    """A plan being made: its data may have to be read first, which takes as long as reading 2 GB takes."""

    request: AutopilotRequest
    done: threading.Event
    job: str = ""
    plan: Plan | None = None


def begin(console: Console, request: AutopilotRequest, look: Look) -> None:
    """Plan the request in the background; `planned` says when that is done."""
    planning = _Planning(request, threading.Event())

    def work(handle: JobHandle) -> None:
        handle.report(None, "Data, role, bucket and names are looked up")
        try:
            known = {"training": look.examination} if look.examination else None
            planning.plan = console.autopilot.plan(request, known, lambda words: handle.report(None, words))
        finally:
            planning.done.set()

    planning.job = console.jobs.start(JOB_KIND, console.owner, f"Planning {request.name}", work)
    st.session_state[_PLANNING] = planning


def planned(console: Console) -> bool:
    """Write how far the planning is, or what stands in its way; whether the plan can now be looked at."""
    planning: _Planning | None = st.session_state.get(_PLANNING)
    if planning is None:
        return False
    with st.spinner("Planning…"):
        planning.done.wait(PATIENCE)
    if planning.plan is not None:
        st.session_state.pop(_PLANNING, None)
        st.session_state[_REVIEWED] = Reviewed(planning.request, planning.plan)
        return True
    view = job_progress.show(console, planning.job, key="autopilot-planning")
    if view is None or view.status is not JobStatus.RUNNING:
        st.session_state.pop(_PLANNING, None)
    return False


def review(console: Console, request: AutopilotRequest, plan: Plan) -> None:
    """Show another plan of the request than the one that was looked at."""
    del console
    st.session_state[_REVIEWED] = Reviewed(request, plan)


def change() -> None:
    """Back to the form, which stands as it was left; for a button's callback."""
    st.session_state.pop(_REVIEWED, None)


def show(console: Console, reviewed: Reviewed) -> None:
    """Write the job in a line, what it may cost, and the plan with its confirmation."""
    request = reviewed.request
    icon = KINDS[request.kind][1]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="autopilot-summary"):
        about = _ABOUT[request.kind] + (f" {code(request.target)}" if request.target else "")
        st.markdown(f":material/{icon}: **{literal(request.name)}** {about}", width="stretch")
        st.button("Change", icon=":material/edit:", on_click=change, key="autopilot.change")
    with error_box.shown():
        run = plan_review.show(
            console, reviewed.plan, key="autopilot", verb="Launch", replan=lambda: console.autopilot.plan(request),
            changed=lambda plan: review(console, request, plan),
        )  # fmt: skip
        if run:
            change()
            autopilot_request.begun()
            run_progress.follow(run)


def running(console: Console, run: str) -> None:
    """Write how a launch goes; once the job is there, the way to its own page comes first."""
    above = st.container()
    view = run_progress.show(console, run)
    name = job_of(view)
    if view is not None and name and view.status == "done":
        with above, st.container(border=True, horizontal=True, vertical_alignment="center", key="autopilot-launched"):
            st.markdown(f":green[:material/check_circle:] **{literal(name)}** has begun.", width="stretch")
            st.page_link(
                navigation.AUTOPILOT_JOB, label="Watch it", icon=":material/monitoring:", query_params={"job": name}
            )


def job_of(view: RunView | None) -> str:
    """The name of the job that a run launches; "" where it launches none."""
    steps: Any = view.plan.steps if view is not None else ()
    found = next((step for step in steps if step.operation == CREATE), None)
    return str(found.parameters.get("AutoMLJobName", "")) if found else ""

"""A training's plan before it runs, its run, and the way on to the job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from services.tuning import Learned, LocalText, TuningRequest
from ui import error_box, formats, plan_review, run_progress, tuning_request
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import Plan, RunView

_REVIEWED = "tune.reviewed"
CREATE = "create_training_job"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A request with the plan of it, as a person looks at it."""

    request: TuningRequest
    learned: Learned
    plan: Plan


def current() -> Reviewed | None:
    """What is being reviewed; None while the form is being filled in."""
    found: Reviewed | None = st.session_state.get(_REVIEWED)
    return found


def review(console: Console, request: TuningRequest, learned: Learned) -> None:
    """Plan the request and show that instead of the form. Raises what planning raises."""
    st.session_state[_REVIEWED] = Reviewed(request, learned, console.tuning.plan(request, learned))


def change() -> None:
    """Back to the form, which stands as it was left; for a button's callback."""
    st.session_state.pop(_REVIEWED, None)


def show(console: Console, found: Reviewed) -> None:
    """Write the training in a line, what it may cost, and the plan with its confirmation."""
    request = found.request
    name = request.text.name if isinstance(request.text, LocalText) else request.text
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="tune-summary"):
        machine = f"{request.count} × {request.instance_type}{', spare capacity' if request.spot else ''}"
        model = console.catalog.describe_model(request.model_id).name
        st.markdown(
            f"**{literal(model)}** on {literal(formats.short(name))}  \n:gray[{literal(machine)} · at most "
            f"{request.most_seconds / 3600:g} h · {literal(request.job_name)}]", width="stretch",
        )  # fmt: skip
        st.button("Change", icon=":material/edit:", on_click=change, key="tune.change")
    run = plan_review.show(
        console, found.plan, key="tune", verb="Train",
        replan=lambda: console.tuning.plan(request, found.learned),
        changed=lambda plan: st.session_state.update({_REVIEWED: Reviewed(request, found.learned, plan)}),
    )  # fmt: skip
    if run:
        change()
        tuning_request.forget_name()
        run_progress.follow(run)


def running(console: Console, run_id: str) -> None:
    """Write the run, and the way to the job it made."""
    above = st.container()
    view = run_progress.show(console, run_id, key="tune-run")
    if view is None or view.status != "done":
        return
    name, before = job_of(view), str(st.query_params.get("job", ""))
    with above, error_box.shown():
        if name:
            st.success(f"{literal(name)} has begun. It goes on while nobody looks.", icon=":material/check_circle:")
            st.button(
                "Follow the training", type="primary", icon=":material/monitoring:", key="tune.follow",
                on_click=open_job, args=(name,),
            )  # fmt: skip
        elif before:
            st.button(
                "Back to the training", type="primary", icon=":material/monitoring:", key="tune.return",
                on_click=open_job, args=(before,),
            )  # fmt: skip


def job_of(view: RunView) -> str:
    """The training job that a run made, "" it made none."""
    made = (step for step in view.plan if step.operation == CREATE)
    return next((str(step.parameters["TrainingJobName"]) for step in made), "")


def open_job(name: str) -> None:
    """Show a job on this page; for a button's callback."""
    run_progress.leave()
    st.query_params["job"] = name


def leave_job() -> None:
    """Back to the list of jobs; for a button's callback."""
    st.query_params.pop("job", None)

"""The tab "Deploy" of an AutoML job: a candidate becomes an endpoint, with machines or without, by a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot import Candidate, Job, JobStatus
from services.autopilot.using.candidates import usable
from services.deploy import DeployRequest
from ui import (
    autopilot_deploy_form,
    autopilot_endpoints,
    empty_state,
    error_box,
    plan_review,
    polling,
    preflight_card,
    run_progress,
)

if TYPE_CHECKING:
    from services.console import Console

_RUN = "used"  # the address's name of the run that deploys


def deploy_tab(console: Console, job: Job, candidates: tuple[Candidate, ...]) -> None:
    """Write what runs already, and the form, its plan or its run."""
    ready = usable(candidates)
    with error_box.shown():
        used = autopilot_endpoints.found(console, job, candidates)
        if used:
            autopilot_endpoints.table(console, used)
    if not ready:
        _nothing(job)
        return
    key, run = f"apd.{job.name}", str(st.query_params.get(_RUN, ""))
    if run:
        _running(console, run, key)
        return
    request: DeployRequest | None = st.session_state.get(f"{key}.reviewed")
    if request is None:
        polling.alone(lambda: autopilot_deploy_form.show(console, job, ready, key))
        return
    _review(console, job, request, key)


def _nothing(job: Job) -> None:
    if job.status.moving:
        empty_state.show("hourglass_top", "No candidate is trained yet", "The first one can be deployed once it is.")
    elif job.status is JobStatus.COMPLETED:
        empty_state.show("block", "This job names no containers", "Its candidates cannot be deployed from here.")
    else:
        empty_state.show("block", "There is nothing to deploy", "This job ended before a candidate was trained.")


def _running(console: Console, run: str, key: str) -> None:
    st.button("Deploy another candidate", icon=":material/add:", key="apd-more", on_click=_leave)
    view = run_progress.show(console, run, key="apd-run")
    if view is not None and view.status == "done":
        st.success("It answers now: ask it on the tab Predict.", icon=":material/check_circle:")


def _leave() -> None:
    st.query_params.pop(_RUN, None)


def _review(console: Console, job: Job, request: DeployRequest, key: str) -> None:
    autopilot_deploy_form.summary(console, request, key)
    plan = autopilot_deploy_form.planned(console, request, key)
    if plan is None:
        return
    checked = preflight_card.show(
        console, request, key="apd-preflight", plan=plan,
        apply=lambda changed: autopilot_deploy_form.review(console, changed, key),
    )  # fmt: skip
    run = plan_review.show(
        console, plan, key="apd", verb="Deploy", replan=lambda: console.deploy.plan_deploy(request),
        changed=lambda _: autopilot_deploy_form.review(console, request, key),
        withheld=preflight_card.withheld(checked),
    )  # fmt: skip
    if run:
        autopilot_deploy_form.begun(key)
        st.query_params[_RUN] = run
        st.rerun()

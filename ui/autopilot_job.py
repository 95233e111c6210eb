"""The head of an AutoML job's page: name, state, what it is about, what can be done with it; and its stopping."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot.watching.following import best_of, value_of
from services.autopilot.watching.leaderboard import algorithm
from services.autopilot.watching.metrics import objective_of, words
from services.errors import NotFound, SagedeckError
from ui import (
    autopilot_list,
    autopilot_reads,
    diagnosis_box,
    empty_state,
    error_box,
    formats,
    navigation,
    page_head,
    plan_review,
    polling,
    run_progress,
)
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.autopilot import Candidate, Job
    from services.console import Console
    from services.plans import Plan

_PLAN = "autopilot.stop"


def found(console: Console, name: str) -> Job | None:
    """The job that the address names; None where there is none or it may not be read, which is then told."""
    if not name:
        page_head.show("Experiment")
        empty_state.show("science", "No job is chosen", "The list has every job of this account and region.",
                         page=navigation.AUTOPILOT_JOBS, label="Experiments")  # fmt: skip
        return None
    try:
        return autopilot_reads.job(console, name)
    except SagedeckError as error:
        page_head.show(literal(formats.short(name)))
        error_box.show(error)
        if not isinstance(error, NotFound):
            _as_listed(console, name)
        return None


def candidates(console: Console, job: Job) -> tuple[Candidate, ...]:
    """Its candidates; where they may not be listed that is told, and the best one is what its description says."""
    try:
        return autopilot_reads.candidates(console, job)
    except SagedeckError as error:
        st.warning(f"**{literal(error.what)}**  \n{literal(error.why)} {literal(error.next)}", icon=":material/lock:")
        return (job.best,) if job.best is not None else ()


def show(console: Console, job: Job, candidates: tuple[Candidate, ...]) -> None:
    """The first rows of the page."""
    with page_head.show(literal(formats.short(job.name)), _sentence(console, job)):
        st.markdown(autopilot_list.badge(job), width="content")
        if st.button("Refresh", icon=":material/refresh:"):
            console.refresh()
            st.rerun()
        if job.status.moving and st.button("Stop…", icon=":material/stop_circle:", key="autopilot-stop-ask"):
            st.session_state[_PLAN] = (job.name, None)
    _live_figures(console, job, candidates)
    if job.deployed_as:
        st.page_link(navigation.ENDPOINT, label=f"Deployed as {literal(job.deployed_as)}", icon=":material/dns:",
                     query_params={"endpoint": job.deployed_as})  # fmt: skip
    troubles(console, job)
    _stopping(console, job)


def troubles(console: Console, job: Job) -> None:
    """Why it failed, and what of it did not come out."""
    if job.failure:
        st.error(literal(job.failure), icon=":material/error:")
        _diagnosed(console, job)
    for reason in dict.fromkeys(each for each in job.partial if each):
        st.warning(f"Partly failed: {literal(reason)}", icon=":material/warning:")


def watch(console: Console, job: Job, candidates: tuple[Candidate, ...]) -> None:
    """Look again while it moves and is looked at; the page is drawn anew when its state or stage has changed, and the
    leaderboard when a candidate has come.
    """
    if not job.status.moving:
        return

    def look() -> None:
        now = autopilot_reads.job(console, job.name)
        if (now.status, now.stage) != (job.status, job.stage):
            st.rerun()
        ranked = st.query_params.get("tab") == "Leaderboard"
        if ranked and _states(autopilot_reads.candidates(console, now)) != _states(candidates):
            st.rerun()

    polling.live(look, autopilot_reads.seconds_between_looks(console))


def _states(candidates: tuple[Candidate, ...]) -> list[tuple[str, str]]:
    return [(each.name, each.status) for each in candidates]


def _diagnosed(console: Console, job: Job) -> None:
    from services.diagnosis import Place

    with error_box.shown():
        diagnosis_box.of_container(console, Place.AUTOML, job.name, job.failure, operation="CreateAutoMLJobV2")


def _sentence(console: Console, job: Job) -> str:
    target = f"predicts {literal(job.target)}" if job.target else ""
    made = f"begun {autopilot_list.age(job.created, console.connection.now())}" if job.created else ""
    parts = (literal(autopilot_list.about(job)), target, literal(made))
    return " · ".join(part for part in parts if part)


def _live_figures(console: Console, job: Job, candidates: tuple[Candidate, ...]) -> None:
    def draw() -> None:
        now = autopilot_reads.job(console, job.name) if job.status.moving else job
        known = autopilot_reads.candidates(console, now) if job.status.moving and candidates else candidates
        _figures(now, known, console.connection.now())

    polling.live(draw, autopilot_reads.seconds_between_looks(console) if job.status.moving else None)


def _figures(job: Job, candidates: tuple[Candidate, ...], now: float) -> None:
    metric, best = objective_of(job), best_of(job, candidates)
    value = value_of(best, metric) if best is not None and metric else None
    done = sum(each.status == "Completed" for each in candidates)
    with st.grid(4, min_column_width=150):
        st.metric(f"Best {literal(words(metric))}".strip(), formats.measure(value) if value is not None else "—",
                  border=True, height="stretch")  # fmt: skip
        st.metric("Best candidate", (algorithm(best) or formats.short(best.name, 18)) if best else "—", border=True,
                  height="stretch", help=literal(best.name) if best else None)  # fmt: skip
        st.metric("Candidates", f"{done:,}", border=True, height="stretch")
        st.metric("Took" if job.ended else "So far", _took(job, now), border=True, height="stretch")


def _took(job: Job, now: float) -> str:
    if job.created is None:
        return "—"
    return formats.duration((job.ended.timestamp() if job.ended else now) - job.created.timestamp())


def _stopping(console: Console, job: Job) -> None:
    name, plan = st.session_state.get(_PLAN) or ("", None)
    if name != job.name:
        return
    with error_box.shown():
        plan = plan or console.autopilot.plan_stop(job.name)
        st.session_state[_PLAN] = (job.name, plan)

        def changed(new: Plan) -> None:
            st.session_state[_PLAN] = (job.name, new)

        run = plan_review.show(console, plan, key="autopilot-stop", verb="Stop", changed=changed,
                               replan=lambda: console.autopilot.plan_stop(job.name))  # fmt: skip
        if run:
            _leave()
            autopilot_reads.forget(console)
            run_progress.follow(run)
    st.button("Let it go on", type="tertiary", key="autopilot-stop-leave", on_click=_leave)


def _leave() -> None:
    st.session_state.pop(_PLAN, None)


def _as_listed(console: Console, name: str) -> None:
    """What the list tells of a job that may not be described."""
    try:
        row = next((each for each in autopilot_reads.listed(console) if each.name == name), None)
    except SagedeckError:
        return
    if row is not None:
        st.markdown(f"The list of jobs tells that {code(name)} is {literal(row.status.value)}.")
        troubles(console, row)

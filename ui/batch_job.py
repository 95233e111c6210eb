"""One transform job: state, cost, how far it is, what to do with it, and what it was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.batch import Progress, TransformJob
from services.diagnosis import Place
from services.errors import NotFound
from ui import (
    batch_answers,
    batch_jobs,
    diagnosis_box,
    empty_state,
    error_box,
    formats,
    navigation,
    plain_table,
    plan_review,
    polling,
    run_progress,
    status_chip,
)
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console

PROGRESS_SECONDS = 10.0
_REVIEW = "batch.review"  # what is to be done with which job, while its plan is looked at
STOP, REMOVE, CREATE = "stop", "remove", "CreateTransformJob"


def current() -> str:
    """The job the address names; "" when none."""
    return str(st.query_params.get("job", ""))


def leave() -> None:
    """Take the job out of the address; for a button's callback."""
    st.query_params.pop("job", None)
    st.session_state.pop(_REVIEW, None)


def show(console: Console, name: str) -> None:
    """Write the job, again and again while it is under way."""
    try:
        job = console.batch.describe(name)
    except NotFound:
        empty_state.show("search_off", "No such job", "It may be in another region, or of another account.")
        return
    moving = job.status.moving

    def draw() -> None:
        now = console.batch.describe(name)
        if now.status.moving is not moving:
            console.refresh()
            st.rerun()
        _draw(console, now)

    polling.live(draw, batch_jobs.seconds_between_looks(console) if moving else None)
    _review(console, job)
    if not moving:
        batch_answers.show(console, job, progress_of(console, job))
    _settings(job)


def progress_of(console: Console, job: TransformJob) -> Progress:
    """How far it is, read again only now and then."""
    seconds = batch_jobs.seconds_between_looks(console) - 0.5 if job.status.moving else PROGRESS_SECONDS
    return console.cached(("batch", "progress", job.arn), seconds, lambda: console.batch.progress(job))


def _draw(console: Console, job: TransformJob) -> None:
    progress, now = progress_of(console, job), console.connection.now()
    spent = console.batch.spent(job, progress)
    with st.container(border=True, key="batch-job"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(literal(job.name), anchor=False, width="stretch")
            st.markdown(status_chip.badge(job.status), width="content")
        with st.grid(4, min_column_width=130):
            st.metric("Elapsed", formats.duration(job.elapsed(now)), border=True)
            st.metric("Objects answered", f"{progress.done:,} of {progress.total:,}", border=True)
            usd = formats.UNKNOWN_PRICE if spent.usd is None else formats.money(spent.usd)
            st.metric("Cost so far" if job.status.moving else "Cost", usd, border=True)
            st.metric("Costs now", _costs_now(job, spent.usd_per_hour), border=True)
        if job.status.moving:
            st.progress(progress.share or 0.0, text=_doing(job, progress))
        likely = (
            f"About {formats.money(spent.usd_likely)} in all at this pace, an estimate. " if spent.usd_likely else ""
        )
        st.markdown(f":gray[:small[{literal(f'{likely}Price: {spent.basis}. Billed from when its machines run.')}]]")
        if progress.problem:
            st.markdown(f":orange[:material/help: {literal(progress.problem)}]")
        _actions(console, job, progress)
    if job.failure:
        _failed(console, job, progress)


def _costs_now(job: TransformJob, usd_per_hour: float | None) -> str:
    if not job.status.moving:
        return "nothing"
    return "nothing yet" if job.started is None else formats.per_hour(usd_per_hour)


def _doing(job: TransformJob, progress: Progress) -> str:
    if job.status == "Stopping":
        return "Stopping: it is paid for until it stands still."
    if job.started is None:
        return "Machines are being started and the model is loaded; that takes minutes and nothing is billed yet."
    left = f"{progress.total - progress.done:,} objects to go"
    return f"{left}; an object counts once all of its records are answered."


def _actions(console: Console, job: TransformJob, progress: Progress) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if job.status == "InProgress":
            st.button("Stop", icon=":material/stop_circle:", key="batch.stop", on_click=_ask, args=(STOP, job.name))
        if not job.status.moving and progress.done:
            st.button(
                "Delete its answers", icon=":material/delete:", key="batch.remove", on_click=_ask,
                args=(REMOVE, job.name),
            )  # fmt: skip
        st.page_link(navigation.CLEAN_UP, label="Clean up", icon=":material/cleaning_services:")


def _failed(console: Console, job: TransformJob, progress: Progress) -> None:
    st.error(f"**The job failed.**  \n{literal(job.failure)}", icon=":material/error:")
    missing = batch_answers.unanswered(console, job, progress)
    said = next((each.said for each in missing if each.said), "")
    if said and console.diagnosis(said, operation=CREATE).cause != "unknown":
        diagnosis_box.of_container(console, Place.TRANSFORM, "", said, operation=CREATE)
        return
    kind = job.request.instance_type if job.request else ""
    diagnosis_box.of_container(
        console, Place.TRANSFORM, job.name, job.failure, operation=CREATE, instance_type=kind
    )  # fmt: skip


def _ask(what: str, name: str) -> None:
    st.session_state[_REVIEW] = (what, name)
    polling.whole()


def _review(console: Console, job: TransformJob) -> None:
    what, name = st.session_state.get(_REVIEW, ("", ""))
    if name != job.name:
        return
    with error_box.shown():
        if what == STOP and job.status.moving:
            run = plan_review.show(
                console, console.batch.plan_stop(name), key="batch-stop", verb="Stop",
                replan=lambda: console.batch.plan_stop(name),
            )  # fmt: skip
        elif what == REMOVE and not job.status.moving:
            run = plan_review.show(
                console, console.batch.plan_removal(job), key="batch-remove", verb="Delete", typed="delete",
                replan=lambda: console.batch.plan_removal(job),
            )  # fmt: skip
        else:
            return
        st.button("Not now", type="tertiary", on_click=_ask, args=("", ""), key="batch.not")
        if run:
            st.session_state.pop(_REVIEW, None)
            run_progress.follow(run)


def _settings(job: TransformJob) -> None:
    asked = job.request
    if asked is None:
        return
    rows = {
        "Model": code(asked.model), "Input": code(asked.source), "Output": code(asked.target),
        "Runs on": literal(f"{asked.count} × {asked.instance_type}"),
        "Content type": literal(asked.content_type or "—"), "Answers as": literal(asked.accept or "—"),
        "Split, strategy, assemble": literal(
            " · ".join(each or "—" for each in (asked.split, asked.strategy, asked.assemble))
        ),
        "Filters": literal(f"{asked.input_filter or '$'} → {asked.output_filter or '$'}"),
        "Joined": "yes" if asked.join else "no",
        "Asked for": literal(formats.moment(job.created.timestamp())),
    }  # fmt: skip
    if job.automl_job:
        rows["Of the AutoML job"] = code(job.automl_job)
    with st.expander("What it was asked for", icon=":material/settings:", key="batch-asked"):
        plain_table.facts(rows, key="batch-asked")

"""One training job: how far it is, what it costs, its losses and log, what it left, and what can be done with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from services.diagnosis import Place
from services.logs import training_job
from services.plans.hosting import seconds_between_looks
from services.tuning import JobStatus, Progress, TrainingJob
from ui import (
    diagnosis_box,
    error_box,
    formats,
    plain_table,
    plan_review,
    polling,
    run_progress,
    status_chip,
    tuning_curve,
    tuning_log,
    tuning_use,
)
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import Plan

_STOP, _ASKED = "tune.stop", "tune.stop.asked"  # (job, plan of stopping it) that is looked at; the job it is asked of
TABS = ("Losses", "Log", "In S3", "Use it", "Settings")


def show(console: Console, name: str) -> None:
    """Write the job; it is looked at again by itself while it moves."""
    job = _job(console, name)
    every = seconds_between_looks(console.catalog.pace) * 2
    moving = job.status.moving

    def draw() -> None:
        now = _job(console, name)
        if now.status.moving is not moving:
            st.rerun()
        _head(console, now)

    polling.live(draw, every if moving else None)
    if moving:
        _stopping(console, job)
    losses, log, stored, use, settings = st.tabs(list(TABS), on_change="rerun", key=f"tune.tabs.{job.name}")
    for tab, write in (
        (losses, partial(_losses, console, name, every if moving else None)),
        (log, partial(tuning_log.show, console, training_job(name), moving=moving)),
        (stored, partial(_left, console, job)),
        (use, partial(tuning_use.show, console, job)),
        (settings, partial(_settings, job)),
    ):
        if tab.open:
            with tab, error_box.shown():
                write()


def _job(console: Console, name: str) -> TrainingJob:
    seconds = seconds_between_looks(console.catalog.pace)
    return console.cached(("tune-job", name), seconds, lambda: console.tuning.describe(name))


def _head(console: Console, job: TrainingJob) -> None:
    found = console.tuning.progress(job)
    with st.container(border=True, key="tune-job"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(literal(formats.short(job.name, 60)), anchor=False, width="stretch")
            st.markdown(status_chip.badge(job.status.value), width="content")
        st.markdown(_about(console, job))
        with st.grid(4, min_column_width=140):
            st.metric(
                "Since it was made" if job.status.moving else "Took", formats.duration(found.elapsed), border=True
            )
            st.metric("Billed so far" if job.status.moving else "Billed", formats.duration(found.billed), border=True)
            st.metric("Costs so far" if job.status.moving else "Cost", _usd(found.usd), border=True)
            st.metric("At most", _usd(found.most_usd), border=True)
        if job.spot:
            st.markdown(f":gray[{_saved(found)}]")
        _stages(job, found)
        if job.failure:
            _failed(console, job)


def _about(console: Console, job: TrainingJob) -> str:
    parts = []
    if job.model_id:
        known = {each.id: each.name for each in console.tuning.models()}
        parts.append(f"Tuned from **{literal(known.get(job.model_id, job.model_id))}**")
    parts.append(f"{job.count} × {code(job.instance_type)}" if job.instance_type else "")
    parts.append("spare capacity" if job.spot else "")
    if console.connection.sandbox_url:
        parts.append(":orange[simulated by the sandbox: nothing is learned]")
    return " · ".join(part for part in parts if part)


def _usd(usd: float | None) -> str:
    return formats.UNKNOWN_PRICE if usd is None else formats.money(usd).replace("$", "\\$")


def _saved(found: Progress) -> str:
    if found.saved is None:
        return "What spare capacity saves is known once it has ended; until then its time counts in full."
    return f"Spare capacity saved {found.saved:.0%} of the time that would have been billed."


def _stages(job: TrainingJob, found: Progress) -> None:
    rows = []
    for part in found.parts:
        took = formats.duration(part.seconds) if part.seconds is not None else ""
        if part.typical and part.state in ("running", "waiting"):
            took = f"{took} of about {formats.duration(part.typical)}".removeprefix(" of ")
        elif part.name == "Training" and part.state == "running" and job.most_seconds:
            took = f"{took}, at most {formats.duration(job.most_seconds)}"
        rows.append({
            "Stage": f"{status_chip.icon(part.state)} {literal(part.words)}", "Time": f":gray[{took or '—'}]",
        })  # fmt: skip
    if rows:
        plain_table.show(rows, key="tune-stages", header=False)
    if job.stage in ("MaxRuntimeExceeded", "MaxWaitTimeExceeded"):
        st.warning(literal(_OVER[job.stage]), icon=":material/timer_off:")


_OVER = {
    "MaxRuntimeExceeded": "It was stopped because its longest time was over. Give it more time, or fewer epochs.",
    "MaxWaitTimeExceeded": "No spare capacity was free for long enough. Let it wait longer, or train on demand.",
}


def _failed(console: Console, job: TrainingJob) -> None:
    st.error(f"**It failed.**  \n{literal(job.failure)}", icon=":material/error:")
    with error_box.shown():
        diagnosis_box.of_container(
            console, Place.TRAINING, job.name, job.failure, operation="CreateTrainingJob",
            instance_type=job.instance_type,
        )  # fmt: skip


def _stopping(console: Console, job: TrainingJob) -> None:
    if job.status is JobStatus.STOPPING:
        return
    held: tuple[str, Plan] | None = st.session_state.get(_STOP)
    if held is None or held[0] != job.name:
        st.button(
            "Stop it", icon=":material/stop_circle:", key="tune.stop.ask", on_click=st.session_state.update,
            args=({_ASKED: job.name},),
        )  # fmt: skip
        if st.session_state.pop(_ASKED, "") == job.name:
            with error_box.shown():
                st.session_state[_STOP] = (job.name, console.tuning.plan_stop(job.name))
                st.rerun()
        return
    run = plan_review.show(
        console, held[1], key="tune-stop", verb="Stop", replan=lambda: console.tuning.plan_stop(job.name)
    )  # fmt: skip
    st.button("Let it train on", key="tune.stop.not", on_click=st.session_state.pop, args=(_STOP, None))
    if run:
        st.session_state.pop(_STOP, None)
        run_progress.follow(run)


def _losses(console: Console, name: str, every: float | None) -> None:
    def draw() -> None:
        job = _job(console, name)
        seconds = every or 60.0
        curves = console.cached(("tune-curves", name, job.status.value), seconds, lambda: console.tuning.curves(job))
        tuning_curve.show(job, curves)

    polling.live(draw, every)


def _left(console: Console, job: TrainingJob) -> None:
    found = console.cached(("tune-left", job.name, job.status.value), 30.0, lambda: console.tuning.left(job))
    rows = [
        {
            "What": literal(pile.what),
            "Where": code(pile.place),
            "Holds": literal(pile.problem) if pile.problem
            else f"{formats.count(pile.count, 'object')}, {formats.size(pile.size)}",
        }
        for pile in found.piles
    ]  # fmt: skip
    if rows:
        plain_table.show(rows, key="tune-left")
    usd = _usd(found.usd_a_month)
    usd = "what keeping it costs is not known" if found.usd_a_month is None else f"keeping it costs {usd} a month"
    st.markdown(f":gray[{formats.size(found.size)} in all; {usd}. It stays until somebody deletes it.]")


def _settings(job: TrainingJob) -> None:
    rows = [{"Name": code(name), "Value": code(value)} for name, value in job.hyperparameters]
    if rows:
        plain_table.show(rows, key="tune-hyper")
    facts = {f"Channel {literal(name)}": code(uri) for name, uri in job.inputs}
    facts |= {"Output": code(job.output), "Image": code(job.image), "Role": code(job.role)}
    facts["Longest time"] = formats.duration(job.most_seconds)
    if job.spot:
        facts["With all waiting"] = formats.duration(job.wait_seconds)
    if job.volume_gb:
        facts["Volume"] = f"{job.volume_gb} GB"
    plain_table.facts({name: value for name, value in facts.items() if value}, key="tune-facts")

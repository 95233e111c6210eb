"""Which candidate, how it answers, on what, under which role and until when; and the request that came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.autopilot import Candidate, Job
from services.autopilot.using.candidates import (
    containers_of,
    request_for,
    serverless_problem,
    suggested_memory,
    suggested_type,
)
from services.catalog import has_gpu
from services.deploy import DeployRequest, Problem, RagPairRequest, RealTime, Serverless, suggest_name
from services.plans import Plan
from ui import error_box, field, form_lease, form_machine, form_mode, form_role, formats
from ui.escape import literal
from ui.field import Fields

if TYPE_CHECKING:
    from services.console import Console

_FULL = 63
SIZE_SECONDS = 600.0


def show(console: Console, job: Job, ready: Sequence[Candidate], key: str) -> None:
    """Write the form; its button plans, and draws the page again."""
    st.subheader("Deploy a candidate", anchor=False)
    candidate = _candidate(console, job, ready, key)
    fields = Fields(key)
    request = _read(console, job, candidate, fields)
    problems = console.deploy.problems(request)
    fields = Fields(key, problems=problems)
    _containers(candidate)
    st.segmented_control(
        "How it answers", [form_mode.REAL_TIME, form_mode.SERVERLESS], default=form_mode.REAL_TIME, required=True,
        key=fields.at("mode"), persist_state="session",
    )  # fmt: skip
    form_mode.show(console, fields, request)
    if isinstance(request.mode, RealTime):
        form_machine.show(console, fields, request, f"machine.{candidate.name}")
    with st.grid(2, min_column_width=220):
        with st.container():
            fields.ask("Endpoint name", "name", "endpoint_name", value=request.endpoint_name)
        if isinstance(request.mode, RealTime):
            with st.container():
                fields.whole("Instances", "count", "count")
    form_role.show(console, fields, job.role)
    fields.under("role")
    form_lease.show(console, fields)
    fields.rest()
    st.button(
        "Review the plan", type="primary", icon=":material/fact_check:", key="apd-review",
        on_click=_asked, args=(key,),
    )  # fmt: skip
    if st.session_state.pop(f"{key}.wanted", False):
        _go_on(console, request, problems, key)


def _candidate(console: Console, job: Job, ready: Sequence[Candidate], key: str) -> Candidate:
    best = job.best.name if job.best else ""
    ranked = sorted(ready, key=lambda each: each.name != best)  # stable: the best one first
    by_name = {each.name: each for each in ranked}

    def shown(name: str) -> str:
        objective = by_name[name].objective
        value = f" · {objective.name} {formats.figure(objective.value)}" if objective else ""
        return f"{name}{value}{' · best' if name == best else ''}"

    chosen = st.selectbox(
        "Candidate", list(by_name), format_func=shown, key=f"{key}.candidate", persist_state="session"
    )  # fmt: skip
    found = by_name.get(chosen or "", ranked[0])
    kept = ("autopilot-size", job.name, found.name)
    return console.cached(kept, SIZE_SECONDS, lambda: console.predictions.sized(found))


def _containers(candidate: Candidate) -> None:
    containers = containers_of(candidate)
    names = [literal(each.image.rpartition("/")[2] or each.image) for each in containers]
    row = " → ".join(names)
    size = f" · {formats.size(candidate.model_bytes)}" if candidate.model_bytes else ""
    words = "One container" if len(names) == 1 else f"{len(names)} containers in a row"
    st.markdown(f":gray[:small[{words}: {row}{size}]]")
    problem = serverless_problem(candidate)
    if problem:
        st.markdown(f":gray[:small[:material/info: {literal(problem)}]]")


def _read(console: Console, job: Job, candidate: Candidate, fields: Fields) -> DeployRequest:
    """The request as the form stands."""
    _begin(fields, candidate)
    mode = form_mode.read(fields)
    chosen = fields.text(f"machine.{candidate.name}")
    kind = chosen or suggested_type(job, candidate)
    lease: dict[str, Any] = form_lease.read(console, fields)
    request = request_for(
        job, candidate, name="", role=form_role.read(console, fields, job.role), owner=console.owner,
        instance_type=kind, mode=mode if isinstance(mode, Serverless) else RealTime(),
        count=fields.number("count"), gpu=has_gpu(kind) and not isinstance(mode, Serverless),
    )  # fmt: skip
    name = fields.text("name") or _suggestion(request, fields)
    return replace(request, endpoint_name=name, **lease)


def _begin(fields: Fields, candidate: Candidate) -> None:
    """The memory begins with what the candidate needs, until it is touched."""
    if fields.at("mode.memory") not in st.session_state:
        st.session_state[fields.at("mode.memory")] = suggested_memory(candidate)


def _suggestion(request: DeployRequest, fields: Fields) -> str:
    """A name that holds the time of first asking, so that it stays while one chooses."""
    at = st.session_state.setdefault(fields.at("asked"), datetime.now(UTC))
    return suggest_name(request.source, at)[:_FULL]


def _asked(key: str) -> None:
    st.session_state[field.ASKED] = st.session_state[f"{key}.wanted"] = True


def _go_on(console: Console, request: DeployRequest, problems: Sequence[Problem], key: str) -> None:
    if problems:
        number = formats.count(len(problems), "thing is", "things are")
        st.error(f"{number} to be mended, marked red above.", icon=":material/error:")
        return
    with error_box.shown():
        review(console, request, key)
        st.session_state.pop(field.ASKED, None)
        st.rerun()


def review(console: Console, request: DeployRequest | RagPairRequest, key: str) -> None:
    """Plan the request and show that instead of the form. Raises what planning raises."""
    if isinstance(request, RagPairRequest):  # as preflight could hand back; one candidate is no pair
        return
    dated = console.deploy.dated(request)
    with st.spinner("Planning: containers, role and names are looked up…"):
        st.session_state[f"{key}.plan"] = console.deploy.plan_deploy(dated)
    st.session_state[f"{key}.reviewed"] = dated


def planned(console: Console, request: DeployRequest, key: str) -> Plan | None:
    """The plan of what is reviewed; None where it can no longer be made, and that was said."""
    found: Plan | None = st.session_state.get(f"{key}.plan")
    if found is None:
        with error_box.shown():
            found = st.session_state[f"{key}.plan"] = console.deploy.plan_deploy(request)
    return found


def change(key: str) -> None:
    """Back to the form; for a button's callback."""
    st.session_state.pop(f"{key}.reviewed", None)
    st.session_state.pop(f"{key}.plan", None)


def begun(key: str) -> None:
    """What was reviewed runs: the form is free for the next, under another name."""
    change(key)
    st.session_state.pop(f"{key}.asked", None)
    st.session_state.pop(f"{key}.name", None)


def summary(console: Console, request: DeployRequest, key: str) -> None:
    """The form folded into a line, with the way back to it."""
    name = console.deploy.describe(request).name
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="apd-summary"):
        words = f"{literal(name)} {literal(form_mode.place_of(request))}"
        st.markdown(f"**{words}** :gray[as] {literal(formats.short(request.endpoint_name))}", width="stretch")
        st.button("Change", icon=":material/edit:", on_click=change, args=(key,), key="apd-change")

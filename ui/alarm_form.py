"""The form of a new alarm: what is watched, from which figure on, who is told; and its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.alarms import AlarmRequest, Kind, alarm_problems, kinds_for, suggest
from services.alarms.measuring import place_names
from services.deploy import Problem
from services.errors import SagedeckError
from ui import budget_form, error_box, field, plan_review, run_progress
from ui.escape import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlit.delta_generator import DeltaGenerator

    from services.alarms import Suggestion
    from services.console import Console
    from services.endpoints import EndpointDetail
    from services.plans import Plan

_ASKED, _PLAN = "alarms.asked", "alarms.new"
_WORDS = {
    Kind.ERRORS: "Requests fail", Kind.LATENCY: "Answers are slow", Kind.IDLE: "Nobody calls it",
    Kind.BACKLOG: "Requests pile up", Kind.COST: "It costs much",
}  # fmt: skip
_LABELS = {
    Kind.LATENCY: "Milliseconds that 95 of 100 answers stay below", Kind.IDLE: "Hours without a request",
    Kind.BACKLOG: "Waiting requests",
}  # fmt: skip
_NOBODY, _MAIL, _TOPIC = "nobody", "by e-mail", "a topic that is there"
_WEEK_SECONDS = 3600.0


def show(console: Console, detail: EndpointDetail) -> None:
    """Write the form, or the plan once it was asked for."""
    asked: AlarmRequest | None = st.session_state.get(_ASKED)
    if asked is not None and asked.endpoint == detail.name:
        _review(console, asked)
        return
    if budget_form.review(console):
        return
    with st.expander("New alarm", icon=":material/add_alert:", key="alarm.form", on_change="rerun") as form:
        if form.open:
            _form(console, detail)


def _form(console: Console, detail: EndpointDetail) -> None:
    key = f"alarm.{detail.name}"
    kinds = (*kinds_for(detail), Kind.COST)
    kind = st.segmented_control(
        "When", kinds, default=kinds[0], required=True, format_func=lambda each: _WORDS[each], key=f"{key}.kind"
    )
    kind = kind or kinds[0]
    if kind is Kind.COST:
        budget_form.show(console)
        return
    names = place_names(detail)
    slots: dict[str, DeltaGenerator] = {}  # where what is wrong with a field is told
    place = ""
    if len(names) > 1 and kind is not Kind.BACKLOG:
        place = st.selectbox("Of", names, key=f"{key}.place")
    slots["place"] = st.container()
    share = kind is Kind.ERRORS and not detail.asynchronous
    if share:
        share = st.toggle("As a share of all requests", value=True, key=f"{key}.share")
    found = suggest(kind, _week(console, detail, place or next(iter(names), "")), share=share)
    threshold, periods = _numbers(kind, share, f"{key}.{kind}.{share}.{place}", found, slots)
    told = _told(key, slots)
    request = AlarmRequest(
        endpoint=detail.name, kind=kind, threshold=threshold, place=place, share=share, periods=periods, **told,
    )  # fmt: skip
    wrong = list(alarm_problems(request, detail))
    pressed = st.button("Show the plan", type="primary", icon=":material/checklist:", key=f"{key}.plan")
    if pressed and "email" in told and not told["email"]:
        wrong.append(Problem("email", "Enter the address that is to be told."))
    if pressed and "topic" in told and not told["topic"]:
        wrong.append(Problem("topic", "Enter the ARN of the topic that is to be told."))
    for problem in wrong:
        with slots.get(problem.field) or st.container():
            field.wrong(problem.words)
    if pressed and not wrong:
        with error_box.shown():
            st.session_state[_PLAN] = console.alarms.plan_create(request)
            st.session_state[_ASKED] = request
            st.rerun()


def _numbers(
    kind: Kind, share: bool, key: str, found: Suggestion, slots: dict[str, DeltaGenerator]
) -> tuple[float, int]:
    """From which figure on, and how many times five minutes."""
    label = _LABELS.get(kind) or ("Percent of the requests" if share else "Failed requests within 5 minutes")
    periods: int | None = 1
    with st.container(horizontal=True):
        with st.container():
            threshold = st.number_input(label, value=found.threshold, step=1.0, key=f"{key}.threshold", format="%g")
            st.markdown(f":gray[:small[{literal(found.words)}]]")
            slots["threshold"] = st.container()
        if kind is not Kind.IDLE:
            with st.container():
                usual = 1 if kind is Kind.ERRORS else 3
                periods = st.number_input("Times 5 minutes", value=usual, step=1, key=f"{key}.periods")
                slots["periods"] = st.container()
    return float(threshold or 0.0), int(periods or 0)


def _told(key: str, slots: dict[str, DeltaGenerator]) -> dict[str, str]:
    how = st.segmented_control("Told", [_MAIL, _TOPIC, _NOBODY], default=_MAIL, required=True, key=f"{key}.told")
    if how == _TOPIC:
        topic = st.text_input("ARN of the topic", key=f"{key}.topic", autocomplete="off")
        slots["topic"] = st.container()
        return {"topic": (topic or "").strip()}
    if how != _MAIL:
        return {}
    with st.container(horizontal=True):
        with st.container():
            email = st.text_input("E-mail address", key=f"{key}.email", autocomplete="email")
            slots["email"] = st.container()
        with st.container():
            kms = st.text_input(
                "Key of your own", key=f"{key}.kms", autocomplete="off", placeholder="none",
                help="A KMS key that lets CloudWatch use it encrypts the topic. CloudWatch cannot write to a topic "
                "under AWS's own key for SNS, so without one the topic has none.",
            )  # fmt: skip
            slots["kms_key"] = st.container()
    return {"email": (email or "").strip(), "kms_key": (kms or "").strip()}


def _week(console: Console, detail: EndpointDetail, place: str) -> Mapping[str, tuple[float | None, ...]]:
    """What was usual; nothing where figures may not be read."""
    try:
        key = ("week", detail.name, detail.config_name)
        return console.cached(key, _WEEK_SECONDS, lambda: console.metrics.week(detail)).get(place, {})
    except SagedeckError:
        return {}


def _review(console: Console, asked: AlarmRequest) -> None:
    def plan() -> Plan:
        return console.alarms.plan_create(asked)

    with error_box.shown():
        shown = st.session_state.get(_PLAN) or plan()
        run = plan_review.show(
            console, shown, key="alarm-new", verb="Create" if shown.title.startswith("Create") else "Change", more=True,
            replan=plan, changed=lambda new: st.session_state.update({_PLAN: new}),
        )  # fmt: skip
        if run:
            _leave()
            run_progress.follow(run)
    st.button("Change what is asked for", type="tertiary", icon=":material/edit:", key="alarm.again", on_click=_leave)


def _leave() -> None:
    st.session_state.pop(_ASKED, None)
    st.session_state.pop(_PLAN, None)

"""Between how many instances or copies it may move by itself, and down to none where something can wake it."""

from __future__ import annotations

import streamlit as st

from services.deploy import Asynchronous, Components, DeployRequest, Metric, Mode, Scaling, Serverless
from ui.field import Fields

_METRICS = {
    Metric.INVOCATIONS: "Requests a minute, each",
    Metric.CONCURRENCY: "Requests under way, each",
    Metric.BACKLOG: "Requests waiting, each",
}
_TARGETS = {Metric.INVOCATIONS: 100.0, Metric.CONCURRENCY: 5.0, Metric.BACKLOG: 5.0}


def metrics(mode: Mode) -> tuple[Metric, ...]:
    """What an endpoint of this mode can be steered by."""
    if isinstance(mode, Asynchronous):
        return (Metric.BACKLOG,)
    return (Metric.INVOCATIONS, Metric.CONCURRENCY)


def read(fields: Fields, mode: Mode) -> Scaling | None:
    """The scaling as the form stands; None where it is off or the mode has none."""
    if not fields.value("scaling") or isinstance(mode, Serverless):
        return None
    metric = _metric(fields, mode)
    target = fields.value(f"scaling.target.{metric.value}")
    return Scaling(
        minimum=fields.number("scaling.minimum"),
        maximum=fields.number("scaling.maximum"),
        metric=metric,
        target=_TARGETS[metric] if target is None else float(target),
        scale_in_cooldown=fields.number("scaling.in"),
        scale_out_cooldown=fields.number("scaling.out"),
    )


def _metric(fields: Fields, mode: Mode) -> Metric:
    possible = metrics(mode)
    chosen = fields.text(f"scaling.metric.{possible[0].value}")
    return next((each for each in possible if each.value == chosen), possible[0])


def sleep_sentence(mode: Mode) -> str:
    """What wakes it once it scaled down to nothing; "" where it cannot."""
    if isinstance(mode, Asynchronous):
        return (
            "With a minimum of 0 it bills nothing while no request waits. An alarm on its backlog wakes it; "
            "the first answer then takes as long as a start."
        )
    if isinstance(mode, Components):
        return (
            "With a minimum of 0 no copy runs while nobody asks. The first request is refused and sets off the alarm "
            "that wakes one: callers have to ask again. The instances bill until the endpoint lets them go."
        )
    return ""


def show(fields: Fields, request: DeployRequest) -> None:
    """Write the choice."""
    mode = request.mode
    if isinstance(mode, Serverless):
        st.markdown(":gray[A serverless endpoint scales by itself, up to the requests at a time it is given.]")
        return
    unit = "copies" if isinstance(mode, Components) else "instances"
    if not fields.switch(f"Scale the {unit} with what is asked", "scaling"):
        fields.under("scaling")
        return
    fields.under("scaling")
    sentence = sleep_sentence(mode)
    with st.grid(2, min_column_width=140):
        with st.container():
            fields.whole(f"At least, {unit}", "scaling.minimum", "scaling.minimum")
        with st.container():
            fields.whole("At most: the hard cap", "scaling.maximum", "scaling.maximum")
        with st.container():
            possible = metrics(mode)
            fields.pick(
                "Keeps steady", f"scaling.metric.{possible[0].value}", "scaling.metric",
                [each.value for each in possible], shown=lambda each: _METRICS[Metric(each)],
            )  # fmt: skip
        with st.container():
            metric = _metric(fields, mode)
            st.number_input(
                "Target", value=_TARGETS[metric], step=1.0, key=fields.at(f"scaling.target.{metric.value}"),
                persist_state="session",
            )  # fmt: skip
            fields.under("scaling.target")
        with st.container():
            fields.whole("Seconds before fewer", "scaling.in", "scaling.scale_in_cooldown")
        with st.container():
            fields.whole("Seconds before more", "scaling.out", "scaling.scale_out_cooldown")
    st.markdown(f":gray[:small[{sentence or 'It stays at 1 at least: nothing would wake a real-time endpoint.'}]]")

"""A new transform job: model, input, first records, settings, and its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.batch import InputPreview, Problem, Suggestion, request_problems, suggestion
from services.errors import SagedeckError
from ui import (
    batch_input,
    batch_preview,
    batch_request,
    batch_settings,
    batch_source,
    error_box,
    formats,
    plan_review,
    run_progress,
)
from ui.batch_fields import ASKED, BatchFields
from ui.escape import literal

if TYPE_CHECKING:
    from services.batch import TransformRequest
    from services.console import Console

LOOK_SECONDS = 30.0
_PLANNED = "batch.planned"  # the request whose plan is looked at


def show(console: Console) -> None:
    """Write the form; below it the plan, once it was asked for."""
    st.subheader("Model", anchor=False)
    chosen = batch_source.show(console)
    if chosen is None:
        return
    fits = suggestion(chosen.held) if chosen.held else Suggestion()
    if fits.note:
        st.markdown(f":gray[:material/lightbulb: :small[{literal(fits.note)}]]")
    request = batch_request.read(console, BatchFields(chosen.name, fits), chosen)
    preview, unseen = _seen(console, request)
    wrong = batch_request.problems(BatchFields(chosen.name, fits), request)
    found = (*wrong, *(preview.problems if preview else ()), *_looked(console, request, wrong))
    fields = BatchFields(chosen.name, fits, dict.fromkeys(found))
    st.subheader("Input", anchor=False)
    batch_input.show(console, fields)
    if fits.example:
        with st.expander("One record, as this model reads it", icon=":material/data_object:"):
            st.code(fits.example, language="json" if fits.example.startswith("{") else "text", wrap_lines=True)
    if unseen is not None:
        error_box.show(unseen)
    if preview is not None:
        batch_preview.show(preview)
    batch_settings.records(fields)
    st.subheader("Output and machine", anchor=False)
    batch_settings.output(console, fields, request)
    batch_settings.machine(console, fields, request)
    batch_settings.role(fields, package=bool(chosen.package))
    batch_settings.further(fields)
    fields.rest()
    _cost(console, request, preview)
    _plan(console, request, preview, sound=not found)


def _seen(console: Console, request: TransformRequest) -> tuple[InputPreview | None, SagedeckError | None]:
    """The first records, read anew when the address or the way of reading changes."""
    if not request.source:
        return None, None
    read = (
        request.source, request.input_kind, request.upload, request.split, request.compression, request.content_type,
        request.strategy, str(request.max_payload_mb),
    )  # fmt: skip
    try:
        key = ("batch", "preview", *read)
        return console.cached(key, LOOK_SECONDS, lambda: console.batch.preview(request)), None
    except SagedeckError as error:
        wrong = any(problem.field in ("input", "input_kind") for problem in request_problems(request))
        return None, None if wrong else error


def _looked(console: Console, request: TransformRequest, wrong: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """What only a look tells, once the plan was asked for and nothing else is wrong."""
    if wrong or st.session_state.get(_PLANNED) != request:
        return ()
    return console.cached(
        ("batch", "checked", repr(request)), LOOK_SECONDS, lambda: console.batch.checked(request)
    )  # fmt: skip


def _cost(console: Console, request: TransformRequest, preview: InputPreview | None) -> None:
    costs = console.batch.ceiling(request, preview)
    with st.container(border=True, key="batch-cost"):
        with st.grid(3, min_column_width=140):
            st.metric("While it runs", formats.per_hour(costs.usd_per_hour), border=True)
            likely = "not known" if costs.seconds_likely is None else f"about {formats.duration(costs.seconds_likely)}"
            st.metric("Likely to take", likely, border=True)
            usd = "not known" if costs.usd_likely is None else f"about {formats.money(costs.usd_likely)}"
            st.metric("Likely in all", usd, border=True)
        st.markdown(f":gray[:small[{literal(costs.basis)}]]")


def _plan(console: Console, request: TransformRequest, preview: InputPreview | None, *, sound: bool) -> None:
    planned = st.session_state.get(_PLANNED) == request

    def ask() -> None:
        st.session_state[ASKED] = True
        st.session_state[_PLANNED] = request

    if not planned:
        st.button("Review the plan", type="primary", icon=":material/checklist:", on_click=ask, key="batch.plan")
        return
    if not sound:
        st.markdown(":red[:material/block: Mend what is marked above; the plan is made once it is.]")
        return
    with error_box.shown():
        run = plan_review.show(
            console, console.batch.plan(request, preview), key="batch", verb="Start",
            replan=lambda: console.batch.plan(request, preview),
        )  # fmt: skip
        if run:
            st.session_state.pop(_PLANNED, None)
            st.session_state.pop(f"batch.{request.copy_of or request.model}.suggested", None)
            run_progress.follow(run)

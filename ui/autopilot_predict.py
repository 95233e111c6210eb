"""The tab "Predict" of an AutoML job: one row from a form, a file, or a whole prefix of S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot import Candidate, Job, ProblemKind
from services.autopilot.using.candidates import Used, keys_of, usable
from services.autopilot.using.predicting import Asked
from services.autopilot.using.schema import Schema
from ui import (
    autopilot_endpoints,
    autopilot_forecast,
    autopilot_predict_batch,
    autopilot_predict_file,
    autopilot_predict_row,
    empty_state,
    error_box,
    formats,
    navigation,
)

if TYPE_CHECKING:
    from services.console import Console

ROW, FILE, BATCH = "One row", "A file", "Batch in S3"
_ROWS = {ProblemKind.TEXT: "A text", ProblemKind.IMAGE: "A picture", ProblemKind.FORECAST: "A history"}


def predict_tab(console: Console, job: Job, candidates: tuple[Candidate, ...]) -> None:
    """Write what answers for this job, and ask it."""
    if job.kind is ProblemKind.LANGUAGE:
        _language(console, job, candidates)
        return
    key = f"app.{job.name}"
    used: tuple[Used, ...] = ()
    with error_box.shown():
        used = autopilot_endpoints.answering(console, job, candidates)
    row = _ROWS.get(job.kind, ROW)
    ways = [row, FILE, BATCH] if job.kind in (ProblemKind.TABULAR, ProblemKind.TEXT) else [row]
    way: str | None = row
    if len(ways) > 1:
        way = st.segmented_control(
            "Predict", ways, default=row, required=True, key=f"{key}.way", label_visibility="collapsed",
            persist_state="session",
        )  # fmt: skip
    if way == BATCH:
        with error_box.shown():
            autopilot_predict_batch.show(console, job, usable(candidates), used, key)
        return
    if not used:
        _none(job, candidates)
        return
    chosen = _endpoint(used, key)
    asked = Asked(chosen.name, keys_of(chosen, candidates), chosen.detail.serverless)
    with error_box.shown():
        if job.kind is ProblemKind.IMAGE:
            autopilot_predict_row.picture(console, asked, key)
            return
        schema = autopilot_endpoints.schema(console, job)
        _told(schema)
        if way == FILE:
            autopilot_predict_file.show(console, schema, asked, key)
        elif job.kind is ProblemKind.FORECAST:
            autopilot_forecast.show(console, schema, asked, key)
        else:
            autopilot_predict_row.show(console, schema, asked, key)


def _endpoint(used: tuple[Used, ...], key: str) -> Used:
    by_name = {each.name: each for each in used}

    def shown(name: str) -> str:
        each = by_name[name]
        return f"{formats.short(name)} · {each.candidate or 'candidate not known'} · {each.detail.hardware}"

    chosen = st.selectbox(
        "Endpoint", list(by_name), format_func=shown, key=f"{key}.endpoint", persist_state="session"
    )  # fmt: skip
    return by_name.get(chosen or "", used[0])


def _none(job: Job, candidates: tuple[Candidate, ...]) -> None:
    if usable(candidates):
        words = "Deploy a candidate on the tab Deploy and ask it here, or predict in S3 by a batch job, without one."
        empty_state.show("query_stats", "No endpoint of this job answers", words)
    else:
        empty_state.show("query_stats", "There is nothing to ask yet", "No candidate of this job is trained.")


def _told(schema: Schema) -> None:
    many = formats.count(len(schema.features), "column")
    st.markdown(f":gray[:small[{many}, as the first {schema.rows:,} rows of the training table have them.]]")


def _language(console: Console, job: Job, candidates: tuple[Candidate, ...]) -> None:
    with error_box.shown():
        if autopilot_endpoints.answering(console, job, candidates):
            st.markdown("A fine-tuned language model is asked in the playground.")
            st.page_link(navigation.CHAT, label="Open the chat", icon=":material/chat:")
        else:
            _none(job, candidates)

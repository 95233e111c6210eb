"""Predictions of what lies in S3, or of a large file, by a transform job: no endpoint stands for it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot import Candidate, Job
from services.autopilot.using.batch_predicting import Prepared
from services.autopilot.using.batch_rows import fits
from services.autopilot.using.candidate_planner import BatchAsk
from services.autopilot.using.candidates import Used, needs_gpu, suggested_type
from services.autopilot.using.schema import Schema
from services.catalog import Use, instances
from services.errors import InvalidRequest
from services.legible import legible
from services.plans import Plan
from ui import (
    autopilot_batch_follow,
    autopilot_endpoints,
    autopilot_predict_file,
    autopilot_role,
    empty_state,
    error_box,
    field,
    formats,
    object_browser,
    plan_review,
)
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

HERE, THERE = "A file of this machine", "An object in S3"
MOST_INSTANCES = 20
MOST_HERE = 200 << 20  # bytes that are written anew while somebody waits for the page
_TOO_LARGE = (
    "It has {}: too much to be written anew while a page waits. `sagedeck autopilot predict {} {} --batch` does it; "
    "CSV without header, with the model's columns alone and in order, is sent as it lies."
)
_ENDINGS = (".csv", ".csv.gz", ".tsv", ".txt", ".gz", ".parquet", ".pq")


def show(console: Console, job: Job, ready: Sequence[Candidate], used: Sequence[Used], key: str) -> None:
    """Write the form, its plan, or what came of it."""
    if not ready:
        empty_state.show("query_stats", "There is nothing to predict with yet", "No candidate of this job is trained.")
        return
    if autopilot_batch_follow.current():
        autopilot_batch_follow.show(console, key)
        return
    asked: BatchAsk | None = st.session_state.get(f"{key}.batch")
    if asked is not None:
        _review(console, asked, key)
        return
    st.markdown("A transform job predicts a whole table without an endpoint, and ends by itself.")
    schema = autopilot_endpoints.schema(console, job)
    candidate = _candidate(job, ready, key)
    source = st.segmented_control(
        "What is predicted", [HERE, THERE], default=THERE, required=True, key=f"{key}.b.where", persist_state="session"
    )  # fmt: skip
    uri, table = "", None
    if source == THERE:
        uri = object_browser.chosen(console, f"{key}.b.uri", suffixes=_ENDINGS, label="Table in S3")
        able = bool(uri) and _looked(console, schema, uri)
    else:
        table = autopilot_predict_file.choose(console, f"{key}.b", schema.names)
        able = table is not None and autopilot_predict_file.verdict(schema, table) is not None
    instance_type, count = _machine(console, job, candidate, key)
    role = autopilot_role.choose(console, job.role, f"{key}.b.role")
    if st.button(
        "Review the plan", type="primary", icon=":material/fact_check:", key=f"{key}.b.review",
        disabled=not able or role is None or not instance_type,
    ):  # fmt: skip
        with error_box.shown(), st.spinner("The table is written as the job wants it…"):
            prepared: Prepared = console.batch_predictions.prepare(schema, candidate, uri=uri, table=table)
            assert role is not None
            st.session_state[f"{key}.batch"] = console.batch_predictions.ask(
                job, candidate, prepared, role=role, owner=console.owner, instance_type=instance_type, count=count
            )
            st.rerun()


def _candidate(job: Job, ready: Sequence[Candidate], key: str) -> Candidate:
    best = job.best.name if job.best else ""
    by_name = {each.name: each for each in sorted(ready, key=lambda each: each.name != best)}
    chosen = st.selectbox(
        "Candidate", list(by_name), format_func=lambda name: f"{name} · best" if name == best else name,
        key=f"{key}.b.candidate", persist_state="session",
    )  # fmt: skip
    return by_name.get(chosen or "", next(iter(by_name.values())))


def _looked(console: Console, schema: Schema, uri: str) -> bool:
    """Whether the object can be predicted from, by its first bytes; why not is said here."""
    try:
        table, match = console.cached(
            ("autopilot-look", schema.training.name, uri), 20.0, lambda: console.batch_predictions.look(schema, uri)
        )
    except InvalidRequest as problem:
        error_box.show(problem)
        return False
    size = formats.size(table.size)
    if table.size > MOST_HERE and not (match and fits(schema, table, match)):
        st.error(literal(_TOO_LARGE.format(size, schema.training.name, shlex.quote(uri))), icon=":material/error:")
        return False
    if match is None:
        st.markdown(f":gray[:small[Parquet, {size}: it is fetched and held against the schema before the plan.]]")
        return True
    notes = "".join(f"  \n:material/info: {literal(legible(each, 500))}" for each in match.notes)
    notes += "".join(f"  \n:material/warning: {literal(legible(each.words, 500))}" for each in match.misfits[:8])
    st.markdown(f"**All columns are there** :gray[:small[{size}, one read of its beginning]]{notes}")
    return True


def _machine(console: Console, job: Job, candidate: Candidate, key: str) -> tuple[str, int]:
    """The instance type and how many; types with a price here."""
    kinds = [spec.instance_type for spec in instances() if bool(spec.gpu_count) == needs_gpu(candidate)]
    prices = {kind: console.catalog.machine(kind, Use.TRANSFORM).usd_per_hour for kind in kinds}
    offered = sorted((kind for kind in kinds if prices[kind] is not None), key=lambda kind: (prices[kind] or 0.0, kind))
    usual = suggested_type(job, candidate)
    left, right = st.columns([3, 1])
    with left:
        kind = st.selectbox(
            "Instance type", offered, index=offered.index(usual) if usual in offered else 0, key=f"{key}.b.machine",
            format_func=lambda each: f"{each} · {formats.per_hour(prices.get(each))}", persist_state="session",
        )  # fmt: skip
    with right:
        count = st.number_input("Instances", value=1, step=1, key=f"{key}.b.count", persist_state="session")
        if not 1 <= int(count) <= MOST_INSTANCES:
            field.wrong(f"1 to {MOST_INSTANCES} instances.")
            return "", 1
    return kind or "", int(count)


def _review(console: Console, asked: BatchAsk, key: str) -> None:
    rows = "the object as it lies" if asked.source else "the table, written as the job wants it"
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="app-batch-summary"):
        st.markdown(f"**{literal(asked.candidate.name)}** :gray[predicts] {rows}", width="stretch")
        st.button("Change", icon=":material/edit:", key=f"{key}.b.change", on_click=_change, args=(key,))

    def planned() -> Plan:
        return console.batch_predictions.plan(asked)

    with error_box.shown():
        run = plan_review.show(console, planned(), key="app-batch", verb="Start", replan=planned)
        if run:
            _change(key)
            autopilot_batch_follow.follow(run)


def _change(key: str) -> None:
    st.session_state.pop(f"{key}.batch", None)

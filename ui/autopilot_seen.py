"""What is known of the data at once, from their first bytes; and the verdict, for which all of them are read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot import ProblemKind
from services.autopilot.requesting.request import Held
from services.deploy import Problem
from services.errors import SagedeckError
from services.jobs import JobStatus
from services.objects import Uri
from services.tables.kept import MOST_BYTES
from services.tables.looks import Look, Question
from services.tables.suggesting import suggested
from ui import (
    autopilot_data,
    autopilot_data_s3,
    autopilot_roles,
    error_box,
    formats,
    job_progress,
    table_doctor,
    table_rows,
)
from ui.autopilot_data import Chosen
from ui.autopilot_fields import KINDS, JobFields
from ui.autopilot_roles import Columns
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.tables.models import Preview

KEPT_SECONDS = 600.0
AT_ONCE = 50 << 20  # of a table in S3 that is read to be checked without a further click
OUT_USD_PER_GB = 0.09  # EC2's first tier of data out to the internet; within the region it is nothing
_FETCH = "autopilot.fetch"  # the job that reads a table from S3


def columns(console: Console, data: Chosen) -> tuple[Columns, int | None]:
    """The data's columns with what they are probably for, and their size in bytes; None where that is not known."""
    try:
        found, size = _preview(console, data)
    except SagedeckError:
        found, size = None, data.table.size if data.table else None
    if found is None:
        from services.tables.suggesting import Roles

        return Columns((), Roles()), size
    rows = tuple(tuple(row) for row in found.rows[: table_rows.SHOWN])
    problem = found.problem if data.table is not None else ""  # of S3 a beginning may be too little
    return Columns(tuple(found.columns), suggested(found), found.layout.header, rows, problem), size


def _preview(console: Console, data: Chosen) -> tuple[Preview | None, int | None]:
    from services.tables import previewed
    from services.tables.opened import opened

    if data.table is not None:
        table = data.table

        found = console.cached(
            ("tables", "preview", console.owner, table.sha256), KEPT_SECONDS, lambda: opened(table.path, table.name)
        )
        return found, table.size
    uri = Uri.parse(data.uri)
    if data.held is not Held.PREFIX:
        return None, None
    if not uri.folder:
        peek = autopilot_data_s3.peek(console, data.uri)
        return previewed(peek.head, uri.name), peek.size
    count, size = console.cached(
        ("objects", "stored", str(uri)), autopilot_data_s3.KEPT_SECONDS, partial(console.objects.stored, uri)
    )
    shelf = console.cached(
        ("objects", "shelf", str(uri), ""), autopilot_data_s3.KEPT_SECONDS, partial(console.objects.browse, uri, "")
    )
    first = next((each for each in shelf.entries if not each.folder and each.size), None)
    if first is None or not count:
        return None, size
    return previewed(autopilot_data_s3.peek(console, str(first.uri)).head, first.name), size


def verdict(
    console: Console, kind: ProblemKind, data: Chosen, known: Columns, look: Look, problems: Sequence[Problem]
) -> None:
    """Write what the doctor says, or what has to be done that it may say something.

    problems  what is wrong with the data and the columns chosen of them
    """
    fields = JobFields(kind)
    target, weight, problem = autopilot_roles.question(fields, data, known)
    if data.table is None:
        _stored(console, data)
    elif known.problem:
        st.error(f"**Autopilot would refuse this file**  \n{literal(known.problem)}", icon=":material/block:")
    elif not target and kind is not ProblemKind.LANGUAGE:
        st.info("Choose the column to be predicted; the doctor then looks at the table.", icon=":material/ads_click:")
    else:
        question = Question(data.table.sha256, target, weight, problem)
        told = "" if kind is ProblemKind.TABULAR else _told(fields, data, known, look)
        stops = [each.words for each in problems if each.field == "training"]
        table_doctor.show(console, question, look, stops=stops, told=told, unfit=len(problems) > len(stops))


def _told(fields: JobFields, data: Chosen, known: Columns, look: Look) -> str:
    """What the columns make of a table that is no plain one, as Markdown."""
    found = {each.name: each for each in look.statistics.columns} if look.statistics else {}
    role = {ProblemKind.TEXT: "label", ProblemKind.FORECAST: "item"}.get(fields.kind, "")
    column = found.get(autopilot_roles.read(fields, data, known, role)) if role else None
    if column is None:
        return literal(KINDS[fields.kind][2])
    what = ("class", "classes") if fields.kind is ProblemKind.TEXT else ("series", "series")
    return f"{code(column.name)} tells **{formats.count(column.distinct, *what)}** apart."


def _stored(console: Console, data: Chosen) -> None:
    """Data in S3 that were not read yet: one object may be read here and be checked row by row."""
    uri = Uri.parse(data.uri)
    if uri.folder or data.held is not Held.PREFIX:
        st.info(
            "Before the plan is made, the doctor reads the first object of several and holds the columns of the others "
            "against it. To have every row checked, choose one file.", icon=":material/info:",
        )  # fmt: skip
        return
    with error_box.shown():
        size = autopilot_data_s3.peek(console, data.uri).size
        if size > MOST_BYTES:
            st.info(
                f"{formats.size(size)}: too large to be read here; it is judged by its beginning. "
                "`sagedeck autopilot check` reads tables of any size.", icon=":material/info:",
            )  # fmt: skip
            return
        _fetch(console, data, uri, size)


def _fetch(console: Console, data: Chosen, uri: Uri, size: int) -> None:
    job = st.session_state.get(f"{_FETCH}.{data.uri}", "")
    if not job and size <= AT_ONCE:
        job = _begin(console, data, uri, size)
    if not job:
        usd = formats.money(size / 1e9 * OUT_USD_PER_GB).replace("$", "\\$")
        st.markdown(f":gray[It is judged by its beginning so far. Reading all {formats.size(size)} to this machine "
                    f"costs about {usd} where it is outside AWS (estimate).]")  # fmt: skip
        if st.button(
            f"Check every row ({formats.size(size)})", type="primary", icon=":material/stethoscope:",
            key="autopilot.fetch",
        ):  # fmt: skip
            job = _begin(console, data, uri, size)
    if not job:
        return
    view = job_progress.show(console, job, key="autopilot-fetch")
    if view is None or view.status not in (JobStatus.RUNNING, JobStatus.DONE):
        st.button("Read it again", icon=":material/refresh:", key="autopilot.fetch.again", on_click=_begin_again,
                  args=(console, data, uri, size))  # fmt: skip
    if view is not None and view.status is JobStatus.DONE and view.result:
        target = str(st.query_params.get("target", ""))
        autopilot_data.choose(str(view.result["sha256"]))
        st.session_state.pop(f"{_FETCH}.{data.uri}", None)
        if target:
            st.query_params["target"] = target
        st.rerun()


def _begin(console: Console, data: Chosen, uri: Uri, size: int) -> str:
    job = console.table_looks.fetch(console.owner, uri.name, partial(console.objects.open, uri), size, origin=str(uri))
    st.session_state[f"{_FETCH}.{data.uri}"] = job
    return job


def _begin_again(console: Console, data: Chosen, uri: Uri, size: int) -> None:
    with error_box.shown():
        _begin(console, data, uri, size)

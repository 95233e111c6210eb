"""A file of rows: held against the training table first, predicted in the background, downloaded with its answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot.using.guard import Match, matched
from services.autopilot.using.predicting import Asked
from services.autopilot.using.schema import Schema
from services.autopilot.using.scoring import scores_of
from services.autopilot.using.table_files import Given
from services.errors import InvalidRequest
from services.jobs import JobStatus, JobView
from services.legible import legible
from ui import autopilot_scores, error_box, formats, job_progress
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

MOST_DOWNLOAD = 200 << 20
ENDINGS = ["csv", "tsv", "txt", "gz", "parquet", "pq"]
_JOB = "predicted"  # the address's name of the job, so that it is found again after a refresh
_PIECE = 1 << 20


def show(console: Console, schema: Schema, asked: Asked, key: str) -> None:
    """Write the file's verdict, and the job that predicts it."""
    table = choose(console, key, schema.names)
    if table is not None:
        match = verdict(schema, table)
        rows = f"{table.rows:,} rows" if table.rows else formats.size(table.size)
        if match is not None and st.button(
            f"Predict the file, {rows}", type="primary", icon=":material/play_arrow:", key=f"{key}.start"
        ):
            st.query_params[_JOB] = console.predictions.start_file(asked, schema, table, match)
            st.rerun()
    job = str(st.query_params.get(_JOB, ""))
    if job:
        view = job_progress.show(console, job, key=f"{key}.file")
        if view is not None and view.status is JobStatus.DONE:
            done(console, view, key)


def choose(console: Console, key: str, known: Sequence[str]) -> Given | None:
    """Write the choice of a file; it is kept on this machine for a day."""
    given = st.file_uploader(
        "CSV or Parquet, with a header", type=ENDINGS, key=f"{key}.given",
        help="Any delimiter and encoding, gzip too. Columns are found by their names.",
    )  # fmt: skip
    if given is None:
        return None
    kept: tuple[str, Given] | None = st.session_state.get(f"{key}.kept")
    if kept is None or kept[0] != given.file_id:
        buffer = given.getbuffer()
        pieces = (bytes(buffer[at : at + _PIECE]) for at in range(0, len(buffer), _PIECE))
        kept = st.session_state[f"{key}.kept"] = (given.file_id, console.predictions.keep(given.name, pieces, known))
    return kept[1]


def verdict(schema: Schema, table: Given) -> Match | None:
    """Write how the file's columns stand to the model's; None where it cannot be predicted from."""
    try:
        match = matched(schema, table.columns, table.first, header=table.header)
    except InvalidRequest as problem:
        error_box.show(problem)
        return None
    lines = [f":material/info: {literal(legible(each, 500))}" for each in match.notes]
    lines += [f":material/warning: {literal(legible(each.words, 500))}" for each in match.misfits[:8]]
    said = "All columns are there." if not lines else "All columns are there:"
    st.markdown("  \n".join([f"**{said}**", *lines]))
    return match


def done(console: Console, view: JobView, key: str) -> None:
    """Write what came of it: the download, and how good it is where the file had the target."""
    with error_box.shown():
        path = console.predictions.result_of(view)
        if path.stat().st_size <= MOST_DOWNLOAD:
            name = f"predictions-{(view.payload.get('file') or 'table').rpartition('.')[0] or 'table'}.csv"
            rows = int((view.result or {}).get("rows", 0))
            st.download_button(
                f"Download {formats.count(rows, 'prediction')}", path.read_bytes(), name, "text/csv",
                on_click="ignore", icon=":material/download:", key=f"{key}.down",
            )  # fmt: skip
        else:
            st.markdown("The file is too large for a browser: `sagedeck autopilot predict … --into FILE` writes it.")
        scores = scores_of(view.result)
        if scores is not None:
            autopilot_scores.show(scores, key=f"{key}.scores")

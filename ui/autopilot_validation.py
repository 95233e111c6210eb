"""What candidates are measured on: a part of the data that is kept back, or a set of its own, sent or in S3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot import ProblemKind
from services.autopilot.requesting.request import LocalFile, S3Data, Source
from services.deploy import Problem
from services.errors import NotFound
from services.tables.kept import MEGABYTE, UPLOAD_BYTES
from ui import autopilot_data, error_box, formats, object_browser
from ui.autopilot_fields import JobFields
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.tables.kept import KeptTable
    from ui.autopilot_data import Chosen

SPLIT, SENT, STORED = "A part of the data", "A file of its own", "A set in S3"
_HOW, _TABLE, _ADDRESS, _ROUND = "validation.how", "validation.table", "validation.address", "validation.round"


def own(fields: JobFields) -> bool:
    """Whether a set of its own was asked for."""
    return fields.text(_HOW) in (SENT, STORED)


def read(console: Console, fields: JobFields, data: Chosen) -> Source | None:
    """The set as the form stands; of one that is asked for and not given yet an empty address."""
    if fields.kind is ProblemKind.FORECAST or not own(fields):
        return None
    if fields.text(_HOW) == SENT:
        table = _kept(console, fields)
        return LocalFile(str(table.path), table.name) if table else S3Data(uri="")
    return S3Data(uri=fields.text(_ADDRESS), held=data.held)


def told(console: Console, fields: JobFields, found: Sequence[Problem]) -> tuple[Problem, ...]:
    """What is wrong; of a file that was not sent yet that it is missing, not that its address is none."""
    if fields.kind is ProblemKind.FORECAST or fields.text(_HOW) != SENT or _kept(console, fields) is not None:
        return tuple(found)
    missing = Problem("validation", "Send the file that candidates are to be checked against, or keep back a part.")
    return (*(each for each in found if each.field.partition(".")[0] != "validation"), missing)


def show(console: Console, fields: JobFields) -> None:
    """Write the choice, and what belongs to it."""
    ways = [SPLIT, STORED] if fields.kind is ProblemKind.IMAGE else [SPLIT, SENT, STORED]
    how = st.segmented_control(
        "Checked against", ways, default=SPLIT, required=True, key=fields.at(_HOW), persist_state="session",
        help="Candidates are measured on rows that they were not trained on.",
    )  # fmt: skip
    if how == SENT:
        _sent(console, fields)
        fields.under("validation", empty=True)
    elif how == STORED:
        address = object_browser.chosen(
            console, fields.at("validation.browser"), folders=fields.kind is ProblemKind.IMAGE,
            label="Validation data in S3", help=fields.of("validation").words,
        )  # fmt: skip
        st.session_state[fields.at(_ADDRESS)] = address
        fields.under("validation", empty=not address)
    else:
        fields.figure(
            "validation_fraction", at="validation.percent", label="Kept back for it, per cent", step=5, width=220
        )


def _sent(console: Console, fields: JobFields) -> None:
    table = _kept(console, fields)
    if table is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/table: {literal(table.name)} :gray[{formats.size(table.size)}]", width="content")
            st.button("Another", type="tertiary", key=fields.at("validation.other"), on_click=_forget, args=(fields,))
        return
    file = st.file_uploader(
        "Validation data: a file with the same columns", type=list(autopilot_data.SUFFIXES),
        max_upload_size=UPLOAD_BYTES // MEGABYTE, key=fields.at(f"{_ROUND}.{st.session_state.get(_ROUND, 0)}"),
    )  # fmt: skip
    if file is not None:
        with error_box.shown():
            st.session_state[fields.at(_TABLE)] = autopilot_data.keep(console, file).sha256
            st.session_state[_ROUND] = int(st.session_state.get(_ROUND, 0)) + 1
            st.rerun()


def _kept(console: Console, fields: JobFields) -> KeptTable | None:
    try:
        sha256 = fields.text(_TABLE)
        return console.kept_tables.open(console.owner, sha256) if sha256 else None
    except NotFound:
        return None


def _forget(fields: JobFields) -> None:
    st.session_state.pop(fields.at(_TABLE), None)

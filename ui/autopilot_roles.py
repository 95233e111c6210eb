"""Which column of a table is what: the one to be predicted, the weight, the text, the time. Suggested, then chosen."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot import ProblemKind
from ui.autopilot_fields import JobFields
from ui.escape import literal

if TYPE_CHECKING:
    from services.tables.suggesting import Roles
    from ui.autopilot_data import Chosen

_TARGET = "target"  # in the page's address: the doctor's question is found again after a refresh
_TYPES = {
    "": "As inferred",
    "Regression": "A number (regression)",
    "BinaryClassification": "One of two (binary)",
    "MulticlassClassification": "One of several (multiclass)",
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns a person may choose from, and what is suggested.

    header  whether the file names them; without, the doctor is told a column by its place
    rows    the first ones, as they stand
    problem why nothing can be shown of the table, "" where something can
    """

    names: tuple[str, ...]
    roles: Roles
    header: bool = True
    rows: tuple[tuple[str, ...], ...] = ()
    problem: str = ""


def key_of(data: Chosen) -> str:
    """A short name of what was chosen: its columns are its own, whatever was chosen before."""
    told = data.table.sha256 if data.table else data.uri
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def name_of(data: Chosen, role: str) -> str:
    """The name of a role's field."""
    return f"column.{role}.{key_of(data)}"


def target_role(kind: ProblemKind) -> str:
    """The role that the doctor looks at; "" for a kind without a target."""
    return {ProblemKind.TABULAR: "target", ProblemKind.TEXT: "label", ProblemKind.FORECAST: "target"}.get(kind, "")


def read(fields: JobFields, data: Chosen, columns: Columns, role: str) -> str:
    """The column that has a role as the form stands: chosen, else named in the address, else suggested."""
    chosen = fields.value(name_of(data, role))
    if not columns.names:  # typed; see _pick
        return _typed(role, fields.kind) if chosen is None else str(chosen).strip()
    if chosen in columns.names:
        return str(chosen)
    return "" if chosen == "" else _default(columns, role, fields.kind)


def _typed(role: str, kind: ProblemKind) -> str:
    """What the address says of a column whose name nobody can hold against the table yet."""
    return str(st.query_params.get(_TARGET, "")) if role == target_role(kind) else ""


def _default(columns: Columns, role: str, kind: ProblemKind) -> str:
    named = str(st.query_params.get(_TARGET, ""))
    if role == target_role(kind) and named in columns.names:
        return named
    found = {
        "target": columns.roles.target, "label": columns.roles.target, "content": columns.roles.text,
        "timestamp": columns.roles.time, "item": columns.roles.item,
    }.get(role, "")  # fmt: skip
    return found if found in columns.names else ""


def question(fields: JobFields, data: Chosen, columns: Columns) -> tuple[str, str, str]:
    """Target, weight and problem type as the doctor is asked about them."""
    role = target_role(fields.kind)
    target = read(fields, data, columns, role) if role else ""
    by_place = target and not columns.header and target in columns.names
    place = str(columns.names.index(target)) if by_place else target
    if fields.kind is not ProblemKind.TABULAR:
        return place, "", ""
    return place, read(fields, data, columns, "weight"), fields.text("settings.problem_type")


def show(fields: JobFields, data: Chosen, columns: Columns) -> None:
    """Write the fields; images have none, and a language model's columns have fixed names."""
    if columns.problem:  # told by the doctor
        return
    if fields.kind is ProblemKind.LANGUAGE:
        _fixed(columns.names)
        return
    with st.grid(3, min_column_width=210):
        if fields.kind is ProblemKind.TABULAR:
            _pick(fields, data, columns, "target", "settings.target", "Column to be predicted")
            with st.container():
                fields.one("settings.problem_type", shown=lambda each: _TYPES[each], none=_TYPES[""])
            _pick(fields, data, columns, "weight", "settings.sample_weight", "Sample weight", none="None")
        elif fields.kind is ProblemKind.TEXT:
            _pick(fields, data, columns, "content", "settings.content", "Column of the text")
            _pick(fields, data, columns, "label", "settings.label", "Column of the label")
        elif fields.kind is ProblemKind.FORECAST:
            _pick(fields, data, columns, "target", "settings.target", "Number to be forecast")
            _pick(fields, data, columns, "timestamp", "settings.timestamp", "Time")
            _pick(fields, data, columns, "item", "settings.item", "Item: which series a row is of")
    target = question(fields, data, columns)[0]
    if target:
        st.query_params[_TARGET] = read(fields, data, columns, target_role(fields.kind))
    if columns.roles.reason and target and fields.value(name_of(data, target_role(fields.kind))) is None:
        st.markdown(f":gray[:small[Suggested: {literal(columns.roles.reason)}]]")


def carry(data: Chosen, to: str, kind: ProblemKind, renamed: dict[str, str]) -> None:
    """Have a copy's columns mean what the same columns of the table meant. `to` is the copy's sha256."""
    short = hashlib.sha256(to.encode()).hexdigest()[:12]
    for name in [str(each) for each in st.session_state]:
        if name.startswith(f"autopilot.{kind.name}.column.") and name.endswith(f".{key_of(data)}"):
            value = st.session_state[name]
            st.session_state[f"{name.rpartition('.')[0]}.{short}"] = renamed.get(value, value)
    if str(st.query_params.get(_TARGET, "")) in renamed:
        st.query_params[_TARGET] = renamed[str(st.query_params[_TARGET])]


def _pick(
    fields: JobFields, data: Chosen, columns: Columns, role: str, field: str, label: str, *, none: str = ""
) -> None:
    if not columns.names:  # of a manifest nobody knows them yet
        fields.ask(
            label, name_of(data, role), field, value=_typed(role, fields.kind), placeholder=none or "its name",
            help=fields.of(field).words,
        )  # fmt: skip
        return
    options = ["", *columns.names] if none else list(columns.names)
    default = _default(columns, role, fields.kind)
    empty = {} if none or default else {"placeholder": "Choose a column"}
    with st.container():
        fields.pick(
            label, name_of(data, role), field, options, default=default, shown=lambda each: each or none,
            help=fields.of(field).words, **empty,
        )  # fmt: skip


def _fixed(names: Sequence[str]) -> None:
    wanted = ("input", "output")
    if all(each in names for each in wanted):
        st.markdown(":green[:material/check_circle:] Its columns `input` and `output` are what is trained on.")
    elif names:
        st.error(
            "A language model is tuned on exactly two columns, `input` and `output`. This table has: "
            + ", ".join(literal(each) for each in names[:12]) + ".", icon=":material/error:",
        )  # fmt: skip

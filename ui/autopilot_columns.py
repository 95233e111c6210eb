"""A look at the table: its columns with what is in them, each taken or left out and of a type; and pictures of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.autopilot import ProblemKind
from services.tables.models import ColumnKind
from ui import formats, table_charts, table_rows
from ui.escape import literal

if TYPE_CHECKING:
    from services.tables.models import Association, Column, Statistics
    from ui.autopilot_fields import JobFields

AUTO = "Auto"
TYPES = {
    AUTO: "", "Numerical": "numeric", "Categorical": "categorical", "Text": "text", "Datetime": "datetime",
    "Sequence": "sequence",
}  # fmt: skip
COLUMNS, ROWS, TARGET, WITH_IT, ONE, MISSING = (
    "Columns", "First rows", "Target", "Goes with the target", "One column", "Missing",
)  # fmt: skip
_ROUND, _HEIGHT = "autopilot.columns.round", 440
SPARKS = 12
_ODD = (ColumnKind.IDENTIFIER, ColumnKind.EMPTY)
_TYPED = {word: name for name, word in TYPES.items()}


def left_out(key: str) -> tuple[str, ...]:
    """The columns a person left out of the table of this key."""
    return tuple(st.session_state.get(f"autopilot.off.{key}", ()))


def types(key: str) -> tuple[tuple[str, str], ...]:
    """The types a person gave, as (column, word of the request) pairs."""
    return tuple(dict(st.session_state.get(f"autopilot.types.{key}", {})).items())


def show(
    fields: JobFields, key: str, names: Sequence[str], found: Statistics | None, fixed: Sequence[str], *,
    rows: Sequence[Sequence[str]], sequence: bool,
) -> None:  # fmt: skip
    """Write the look.

    fixed     columns that mean something else: the target, the weight, the time
    rows      the first ones, for as long as not more is known
    sequence  whether that type may be given
    """
    target = found.target if found else ""
    tabs = [COLUMNS, ROWS, *([TARGET, WITH_IT] if target else []), *([ONE, MISSING] if found else [])]
    drawn = dict(zip(tabs, st.tabs(tabs, on_change="rerun", key=f"autopilot.look.{len(tabs)}"), strict=True))
    for name, tab in drawn.items():
        if tab.open:
            with tab:
                if found is None and name == ROWS:
                    table_rows.rows(names, rows, key=f"autopilot.first.{key}")
                elif name == COLUMNS or found is None:
                    chooses = fields.kind in (ProblemKind.TABULAR, ProblemKind.FORECAST)
                    _columns(key, names, found, fixed, sequence=sequence, chooses=chooses)
                else:
                    _picture(name, found, key)
    for field in ("settings.features", "settings.types"):
        fields.under(field)


def _picture(name: str, found: Statistics, key: str) -> None:
    columns = {each.name: each for each in found.columns}
    if name == ROWS:
        table_rows.rows([each.name for each in found.columns], found.sample, key=f"autopilot.rows.{key}")
    elif name == TARGET and found.target in columns:
        table_charts.column(columns[found.target], key=f"autopilot.target.{key}")
    elif name == WITH_IT:
        table_charts.associations(found, key=f"autopilot.with.{key}")
    elif name == MISSING:
        table_charts.missing(found, key=f"autopilot.missing.{key}")
    elif columns:
        telling = [each.name for each in found.columns if each.kind not in _ODD and each.name != found.target]
        first = list(columns).index(telling[0]) if telling else 0
        wanted = st.selectbox("Column", list(columns), index=first, key=f"autopilot.one.{key}", width=320)
        chosen = columns.get(str(wanted)) or next(iter(columns.values()))
        st.markdown(f":gray[{literal(told(chosen))}]")
        table_charts.column(chosen, key=f"autopilot.one.chart.{key}")


def told(column: Column) -> str:
    """A column in a sentence."""
    about = "" if column.distinct_exact else "about "
    parts = [str(column.kind), f"{about}{formats.count(column.distinct, 'value')}"]
    if column.missing:
        parts.append(f"{column.missing / max(1, column.rows):.1%} missing")
    if column.mean is not None:
        parts.append(f"mean {column.mean:,.4g}")
    if column.low is not None and column.high is not None:
        parts.append(f"from {column.low:,.4g} to {column.high:,.4g}")
    middle = dict(column.quantiles).get(0.5)
    if middle is not None:
        parts.append(f"median {middle:,.4g}")
    return " · ".join(parts)


def _columns(
    key: str, names: Sequence[str], found: Statistics | None, fixed: Sequence[str], *, sequence: bool, chooses: bool
) -> None:
    known = {each.name: each for each in found.columns} if found else {}
    withs = {each.column: each for each in found.associations} if found else {}
    open_ = [name for name in names if name not in fixed]
    if chooses:
        _buttons(key, open_, known, set(left_out(key)))
    place = f"autopilot.columns.{key}.{st.session_state.get(_ROUND, 0)}.{int(sequence)}.{found is not None}"
    # as it was when this grid was first drawn: it adds its own edits, and begins anew where its rows are others
    off, typed = st.session_state.setdefault(f"{place}.base", (left_out(key), dict(types(key))))
    rows: dict[str, list[Any]] = {}
    if chooses:
        rows["Use"] = [name in open_ and name not in off for name in names]
    rows["Column"] = table_rows.unique(names)
    if chooses:
        rows["Type"] = [_TYPED.get(typed.get(name, ""), AUTO) for name in names]
    if found is not None:
        rows |= _facts([known.get(name) for name in names], [withs.get(name) for name in names], found)
    st.data_editor(
        rows, key=place, hide_index=True, width="stretch", height=min(_HEIGHT, 3 + 35 * (1 + max(1, len(names)))),
        disabled=[name for name in rows if name not in ("Use", "Type")],
        on_change=_edited, args=(place, key, tuple(names), tuple(open_)), column_config=_config(sequence, found),
    )  # fmt: skip


def _buttons(key: str, open_: Sequence[str], known: dict[str, Column], off: set[str]) -> None:
    taken = [name for name in open_ if name not in off]
    odd = [name for name in open_ if name in known and known[name].kind in _ODD]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{len(taken):,}** of {formats.count(len(open_), 'column')} to learn from", width="stretch")
        st.button("All", type="tertiary", key=f"autopilot.all.{key}", disabled=not off, on_click=_leave, args=(key, ()))
        st.button("None", type="tertiary", key=f"autopilot.none.{key}", on_click=_leave, args=(key, tuple(open_)))
        if odd:
            empty = any(known[name].kind is ColumnKind.EMPTY for name in odd)
            words = (
                f"Without {len(odd):,} empty or identifying"
                if empty
                else f"Without {formats.count(len(odd), 'identifier')}"
            )
            st.button(
                words, type="tertiary", key=f"autopilot.odd.{key}",
                help="Leaves out columns that only number the rows, or hold nothing.",
                on_click=_leave, args=(key, tuple(dict.fromkeys((*off, *odd)))),
            )  # fmt: skip


def _facts(
    columns: Sequence[Column | None], withs: Sequence[Association | None], found: Statistics
) -> dict[str, list[Any]]:
    out: dict[str, list[Any]] = {
        "Looks like": [str(each.kind) if each else "" for each in columns],
        "Spread": [_spark(each) for each in columns],
    }
    if found.associations:
        out["With target"] = [each.strength if each else None for each in withs]
    return out | {
        "Missing": [each.missing / max(1, each.rows) * 100 if each else None for each in columns],
        "Values": [each.distinct if each else None for each in columns],
        "Such as": [", ".join(each.examples[:3]) if each else "" for each in columns],
    }


def _spark(column: Column | None) -> list[int]:
    """At most a dozen bars: more are too thin to be seen in a cell."""
    if column is None:
        return []
    counts = [each.count for each in column.histogram]
    step = -(-len(counts) // SPARKS) or 1
    return [sum(counts[at : at + step]) for at in range(0, len(counts), step)] or [
        count for _, count in column.top[:SPARKS]
    ]


def _config(sequence: bool, found: Statistics | None) -> dict[str, Any]:
    offered = [name for name in TYPES if sequence or name != "Sequence"]
    column = st.column_config
    config: dict[str, Any] = {
        "Use": column.CheckboxColumn(width="small", pinned=True, help="Whether it is learned from."),
        "Column": column.TextColumn(width="medium", pinned=True),
        "Type": column.SelectboxColumn(options=offered, required=True, width="small",
                                       help="Auto lets Autopilot tell it from what is in the column."),
    }  # fmt: skip
    if found is not None:
        config |= {
            "Spread": column.BarChartColumn(width="small", y_min=0),
            "Missing": column.ProgressColumn(format="%.1f %%", min_value=0, max_value=100, width="small"),
            "Values": column.NumberColumn(format="localized", width="small", help="How many different ones."),
            "With target": column.ProgressColumn(format="%.2f", min_value=0, max_value=1, width="small"),
        }
    return config


def _edited(place: str, key: str, names: tuple[str, ...], open_: tuple[str, ...]) -> None:
    """Take in what was ticked and typed; what a target or weight was given is put back."""
    changed = (st.session_state.get(place) or {}).get("edited_rows", {})
    before, kinds = st.session_state.get(f"{place}.base", ((), {}))
    off, typed, fixed = list(before), dict(kinds), False
    for number, change in changed.items():
        name = names[int(number)]
        if name not in open_:
            fixed = True
            continue
        if "Use" in change:
            off = [each for each in off if each != name] + ([] if change["Use"] else [name])
        if "Type" in change:
            typed.pop(name, None)
            if TYPES.get(change["Type"]):
                typed[name] = TYPES[change["Type"]]
    st.session_state[f"autopilot.off.{key}"], st.session_state[f"autopilot.types.{key}"] = tuple(off), typed
    if fixed:
        st.session_state[_ROUND] = int(st.session_state.get(_ROUND, 0)) + 1
        st.toast(
            "What is predicted, weighed by or told apart by is not learned from, so it stays as it is.",
            icon=":material/lock:",
        )


def _leave(key: str, names: tuple[str, ...]) -> None:
    st.session_state[f"autopilot.off.{key}"] = names
    st.session_state[_ROUND] = int(st.session_state.get(_ROUND, 0)) + 1

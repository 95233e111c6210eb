"""The form of a forecast: how often, how far, how sure, and what is done about gaps."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from services.autopilot.requesting.known import ALGORITHMS, FILLINGS
from ui.autopilot_fields import JobFields

FREQUENCIES = ("15min", "30min", "1H", "6H", "D", "W", "M", "Y")
_HINTS = {"15min": "Every 15 minutes", "30min": "Every 30 minutes", "1H": "Hourly", "6H": "Every 6 hours", "D": "Daily",
          "W": "Weekly", "M": "Monthly", "Y": "Yearly"}  # fmt: skip
_AGGREGATIONS = {"": "Added up", "sum": "Added up", "avg": "Their mean", "first": "The first", "min": "The least",
                 "max": "The greatest"}  # fmt: skip
_QUANTILES = [f"p{each}" for each in (1, 5, 10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 95, 99)]


def show(fields: JobFields, names: Sequence[str]) -> None:
    """Write the form. `names` are the table's columns."""
    with st.grid(3, min_column_width=190):
        with st.container():
            fields.one(
                "settings.frequency", options=FREQUENCIES, shown=lambda each: _HINTS.get(each, each),
                accept_new_options=True, label="How often",
            )  # fmt: skip
        with st.container():
            fields.figure("settings.horizon", label="Steps to forecast")
        with st.container():
            fields.many("settings.quantiles", options=_QUANTILES, accept_new_options=True, max_selections=5)
    further = st.expander("Gaps, groups, holidays, algorithms", type="compact", key=fields.at("series"),
                          on_change="rerun")  # fmt: skip
    if further.open:
        with further:
            _further(fields, names)


def _further(fields: JobFields, names: Sequence[str]) -> None:
    with st.grid(2, min_column_width=240):
        with st.container():
            fields.many("settings.grouping", options=names, placeholder="The item alone", max_selections=5)
        with st.container():
            fields.one("settings.aggregation", shown=lambda each: _AGGREGATIONS[each],
                       label="Several numbers of one step are")  # fmt: skip
        with st.container():
            fields.line("settings.holidays", placeholder="none; else a country, such as DE")
        with st.container():
            fields.many("settings.algorithms", options=ALGORITHMS["TimeSeriesForecasting"], placeholder="All of them")
    _filling(fields, names)


def _filling(fields: JobFields, names: Sequence[str]) -> None:
    st.markdown(":small[Fill what is missing]")
    column = st.column_config
    ways = list(dict.fromkeys(way for each in FILLINGS.values() for way in each))
    rows = st.data_editor(
        [{"Column": None, "Where": None, "With": None, "Value": None}], num_rows="dynamic", hide_index=True,
        key=fields.at("filling"), width="stretch",
        column_config={
            "Column": column.SelectboxColumn(options=list(names), width="medium"),
            "Where": column.SelectboxColumn(options=list(FILLINGS), width="medium"),
            "With": column.SelectboxColumn(options=[*ways, *([] if "value" in ways else ["value"])], width="small"),
            "Value": column.TextColumn(width="small", help="The number, where it is filled with a value."),
        },
    )  # fmt: skip
    st.session_state[fields.at("filling.rows")] = list(rows)
    fields.under("settings.filling")

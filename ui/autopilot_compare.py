"""Candidates laid beside each other: every metric of two to four of them, the best marked; and all of them as CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot.watching.following import value_of
from services.autopilot.watching.leaderboard import (
    FEWEST_COMPARED,
    MOST_COMPARED,
    algorithm,
    compared,
    leaderboard,
    metrics_of,
)
from services.autopilot.watching.metrics import is_share, words
from services.legible import cell
from ui import charts, formats, plain_table
from ui.escape import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.autopilot import Candidate, Job
    from services.autopilot.watching.leaderboard import Compared

_SETS = {"Validation": "validation", "Train": "training", "Test": "test"}


def show(job: Job, candidates: Sequence[Candidate], ticked: Sequence[str], key: str) -> None:
    """Write the comparison of what is ticked in the table or chosen here."""
    names = [each.name for each in candidates]
    if len(names) < FEWEST_COMPARED:
        return
    st.subheader("Compare", anchor=False)
    chosen = st.multiselect(
        "Candidates to compare", names, default=list(ticked), max_selections=MOST_COMPARED,
        key=f"{key}.compare.{'|'.join(ticked)}", placeholder="Two to four, or tick rows above",
        format_func=formats.short,
    )  # fmt: skip
    if len(chosen) < FEWEST_COMPARED:
        st.markdown(":gray[Two to four candidates are laid beside each other, with every metric they have.]")
        return
    of = {each.name: each for each in candidates}
    picked = [of[name] for name in chosen]
    rows = compared(picked)
    _bars(picked, rows, key)
    _table(picked, rows)


def _table(picked: Sequence[Candidate], rows: Sequence[Compared]) -> None:
    heads = [literal(formats.short(each.name, 30)) for each in picked]
    told = []
    for row in rows:
        cells = {"Metric": literal(words(row.metric)), "On": _SETS.get(row.which, literal(row.which))}
        for place, value in enumerate(row.values):
            shown = formats.measure(value) if value is not None else ""
            cells[f"{place + 1}. {heads[place]}"] = f"**{shown}**" if place in row.best else shown
        told.append(cells)
    if told:
        plain_table.show(told, key="autopilot-compared-figures")
    else:
        st.markdown(":gray[None of them has a metric to compare.]")


def _bars(picked: Sequence[Candidate], rows: Sequence[Compared], key: str) -> None:
    """Metrics of validation that run from 0 to 1, side by side."""
    shares = [row for row in rows if row.which == "Validation" and is_share(row.metric)]
    if not shares:
        return
    data = [
        {"type": "bar", "name": formats.short(each.name, 30), "x": [words(row.metric) for row in shares],
         "y": [row.values[place] for row in shares], "marker": {"color": charts.colour(place)},
         "hovertemplate": "%{y:.4f}"}
        for place, each in enumerate(picked)
    ]  # fmt: skip
    layout = {
        "height": 300, "margin": {"l": 0, "r": 8, "t": 6, "b": 0}, "template": {"layout": {}}, "barmode": "group",
        "legend": {"orientation": "h", "y": -0.2, "x": 0, "yanchor": "top"}, "xaxis": {"automargin": True},
        "yaxis": {"automargin": True, "nticks": 5},
    }  # fmt: skip
    names = ", ".join(each.name for each in picked)
    st.plotly_chart(
        charts.plotly().Figure(data=data, layout=layout, _validate=False), key=f"{key}.bars",
        config={"displayModeBar": False}, alt=f"Metrics of validation of {names}, the table below has the figures",
    )  # fmt: skip


def as_csv(job: Job, candidates: Sequence[Candidate]) -> bytes:
    """Every candidate with every metric, for a spreadsheet; no cell begins a formula."""
    metrics = [(which, name) for which in _SETS for name in metrics_of(candidates, which)]
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    heads = [f"{name} ({_SETS[which]})" for which, name in metrics]
    lines.writerow(["rank", "candidate", "status", "algorithm", *heads])
    for place in leaderboard(job, candidates):
        each = place.candidate
        values = [value_of(each, name, which) for which, name in metrics]
        texts = [cell(text) for text in (each.name, each.status, algorithm(each))]
        lines.writerow([place.rank or "", *texts, *("" if value is None else repr(value) for value in values)])
    return written.getvalue().encode()

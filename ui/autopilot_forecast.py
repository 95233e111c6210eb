"""A forecast: a history goes in, from a file or as the training table begins, and what comes next is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.autopilot.using.answers import Forecast
from services.autopilot.using.guard import matched
from services.autopilot.using.predicting import Asked, written
from services.autopilot.using.schema import Schema
from services.autopilot.using.table_files import Given, records
from services.legible import cell, legible
from ui import charts, error_box, formats
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

ENDINGS = ["csv", "tsv", "txt", "gz", "parquet"]
MOST_ROWS = 50_000  # of history sent at once


def show(console: Console, schema: Schema, asked: Asked, key: str) -> None:
    """Write where the history comes from, and the forecast."""
    training = schema.training
    words = f"{training.horizon} steps of {training.frequency} after the last row of each {training.item}"
    st.markdown(f":gray[:small[{literal(words)}. The history needs {literal(', '.join(schema.names))}.]]")
    given = st.file_uploader("History, CSV or Parquet", type=ENDINGS, key=f"{key}.past")
    own = given is None and st.toggle("Use the training table as the history", value=True, key=f"{key}.own")
    able = own or given is not None
    if st.button("Forecast", type="primary", icon=":material/play_arrow:", key=f"{key}.go", disabled=not able):
        with error_box.shown(), st.spinner("The model is asked…"):
            table = console.predictions.keep(given.name, [given.getvalue()], schema.names) if given else None
            rows = _history(console, schema, table)
            found = console.predictions.forecast(asked, schema, rows), _past(schema, rows)
            st.session_state[f"{key}.forecast"] = found
    series, past = st.session_state.get(f"{key}.forecast") or ((), {})
    if series:
        _drawn(schema, series, past, key)


def _history(console: Console, schema: Schema, table: Given | None) -> list[list[str]]:
    """The rows of a file in the order of the features, or those the training table begins with."""
    if table is None:
        return console.predictions.history(schema.training.name)
    match = matched(schema, table.columns, table.first, header=table.header)
    return [match.row(row) for row, _ in zip(records(table), range(MOST_ROWS), strict=False)]


def _past(schema: Schema, rows: Sequence[Sequence[str]]) -> dict[str, list[tuple[str, float]]]:
    """Moments and values by item, for the chart; what is no number is left out."""
    places = [schema.names.index(name) for name in (schema.training.item, schema.training.moment, schema.target)]
    past: dict[str, list[tuple[str, float]]] = {}
    for row in rows:
        item, moment, value = (row[place] for place in places)
        try:
            past.setdefault(item, []).append((moment, float(value)))
        except ValueError:
            continue
    return past


def _drawn(schema: Schema, series: Sequence[Forecast], past: dict[str, list[tuple[str, float]]], key: str) -> None:
    by_name = {each.item: each for each in series}
    label = literal(legible(schema.training.item, 60) or "Series")
    name = st.selectbox(label, list(by_name), key=f"{key}.item", format_func=lambda each: legible(each, 60))
    if name not in by_name:
        return
    found = by_name[name]
    before = past.get(name, [])[-max(4 * len(found.moments), 60) :]
    figure = charts.plotly().Figure()
    at, values = [moment for moment, _ in before], [value for _, value in before]
    figure.add_scatter(x=at, y=values, name="history", mode="lines", line={"color": charts.colour(0)})
    _lines(figure, found)
    figure.update_layout(
        height=340, margin={"l": 0, "r": 8, "t": 8, "b": 0}, hovermode="x unified",
        legend={"orientation": "h", "y": 1.15},
    )  # fmt: skip
    figure.update_yaxes(title=charts.plainly(schema.target, 60))
    alt = f"History and forecast of {legible(name, 60)}, {formats.count(len(found.moments), 'step')}"
    st.plotly_chart(figure, key=f"{key}.chart", config={"displayModeBar": False}, alt=alt)
    st.download_button(
        "Download all forecasts", _table(schema, series), "forecast.csv", "text/csv", on_click="ignore",
        icon=":material/download:", key=f"{key}.down",
    )  # fmt: skip


def _lines(figure: Any, found: Forecast) -> None:
    """The mean, and the space between the outermost quantiles."""
    values = dict(found.values)
    bounds = sorted((each for each in values if each[:1] == "p" and each[1:].isdigit()), key=lambda each: int(each[1:]))
    for name in dict.fromkeys((*bounds[:1], *bounds[-1:])):
        filled = {"fill": "tonexty", "fillcolor": "rgba(135,145,165,0.25)"} if name != bounds[0] else {}
        line = {"width": 1, "dash": "dot", "color": "#8791a5"}
        figure.add_scatter(x=found.moments, y=values[name], name=name, mode="lines", line=line, **filled)
    middle = "mean" if "mean" in values else next(iter(values), "")
    line = {"color": charts.colour(1)}
    figure.add_scatter(x=found.moments, y=values.get(middle, ()), name=middle, mode="lines", line=line)


def _table(schema: Schema, series: Sequence[Forecast]) -> bytes:
    head = [schema.training.item, schema.training.moment, *(name for name, _ in series[0].values)] if series else []
    rows = [
        [str(cell(each.item)), str(cell(moment)), *(str(values[place]) for _, values in each.values)]
        for each in series
        for place, moment in enumerate(each.moments)
    ]
    return written([[str(cell(name)) for name in head], *rows])

"""What-if on one row: one column is swept over its values, all else staying, and the prediction drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot.using.predicting import Asked
from services.autopilot.using.schema import NUMERIC, Feature, Schema
from services.autopilot.using.what_if import Moved, between, lines_of, moved, swept, values_of
from services.legible import legible
from services.tables.numerals import is_number
from ui import charts, error_box, field
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

MOST_LINES = 6


def show(console: Console, schema: Schema, asked: Asked, row: Sequence[str], key: str) -> None:
    """Write the choice of a column, its range, and the chart."""
    with st.expander("What if one column were different?", icon=":material/ssid_chart:", key=f"{key}.if",
                     on_change="rerun") as folded:  # fmt: skip
        if not folded.open:
            return
        able = [each.name for each in schema.features if values_of(each)]
        if not able:
            st.markdown(":gray[No column has numbers or a few values to try.]")
            return
        name = st.selectbox("Column", able, key=f"{key}.if.column", persist_state="session") or able[0]
        feature = schema.feature(name)
        values = _values(feature, key)
        sweep = st.button(
            "Try its values", icon=":material/play_arrow:", key=f"{key}.if.go", disabled=not values,
            help="One request: the row above, with each of these values in that column.",
        )  # fmt: skip
        if sweep and values:
            with error_box.shown():
                answers = console.predictions.ask(asked, swept(schema, row, name, values))
                st.session_state[f"{key}.if.found"] = (asked.endpoint, name, moved(values, answers), list(row))
        found = st.session_state.get(f"{key}.if.found")
        if found and found[:2] == (asked.endpoint, name):
            _chart(schema, feature, found[2], found[3][schema.names.index(name)], key)


def _values(feature: Feature, key: str) -> tuple[str, ...]:
    """The values to try, of a number as far as the person bounds them."""
    values = values_of(feature)
    if feature.kind != NUMERIC:
        return values
    left, right = st.columns(2)
    at = f"{key}.if.{feature.name}"
    with left:
        low = st.text_input("From", value=values[0], key=f"{at}.low", autocomplete="off")
    with right:
        high = st.text_input("To", value=values[-1], key=f"{at}.high", autocomplete="off")
    if not (is_number(low) and is_number(high)):
        field.wrong("From and to are numbers.")
        return ()
    if float(low) >= float(high):
        field.wrong("The first number has to be the smaller one.")
        return ()
    return between(float(low), float(high), whole=feature.whole)


def _chart(schema: Schema, feature: Feature, found: Sequence[Moved], now: str, key: str) -> None:
    lines = lines_of(found, regression=schema.training.regression)
    if not lines:
        words = ", ".join(f"{each.value}: {legible(each.answer.label, 40)}" for each in found)
        st.markdown(f":small[{literal(words)}]")
        return
    if len(lines) > MOST_LINES:
        ranked = sorted(lines, key=lambda label: -max(value or 0.0 for value in lines[label]))
        lines = {label: lines[label] for label in ranked[:MOST_LINES]}
    numeric = feature.kind == NUMERIC
    axis = [float(each.value) if numeric else charts.plainly(each.value) for each in found]
    figure = charts.plotly().Figure()
    for place, (label, values) in enumerate(lines.items()):
        colour = charts.colour(place)
        marker = {"size": 7 if numeric else 11, "color": colour}
        how = {"mode": "lines+markers" if numeric else "markers", "marker": marker, "line": {"color": colour}}
        figure.add_scatter(x=axis, y=values, name=charts.plainly(label), **how)
    figure.update_layout(
        height=300, margin={"l": 0, "r": 8, "t": 8, "b": 0}, hovermode="x unified",
        showlegend=len(lines) > 1, legend={"orientation": "h", "y": 1.15},
    )  # fmt: skip
    title = schema.target if schema.training.regression else f"probability of {schema.target}"
    figure.update_yaxes(title=charts.plainly(title, 60), **({} if schema.training.regression else {"range": [0, 1.02]}))
    figure.update_xaxes(title=charts.plainly(feature.name, 60), **({} if numeric else {"type": "category"}))
    if numeric and is_number(now):
        figure.add_vline(x=float(now), line={"dash": "dot", "color": "#8791a5"})
    said = f"{feature.name} from {found[0].value} to {found[-1].value}"
    st.plotly_chart(
        figure, key=f"{key}.if.chart", config={"displayModeBar": False}, alt=f"Prediction by {legible(said, 200)}"
    )

"""Charts, drawn by Plotly, which is loaded when the first one is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import streamlit as st

from services.legible import legible

if TYPE_CHECKING:
    from services.metrics import Series

_QUIET = "#8791a5"  # of rules and thresholds: seen on white and on black
_FEW = 40  # figures of a line; fewer get a dot each, as one between two gaps draws no line
_SUFFIX = {"ms": " ms", "percent": " %", "seconds": " s", "count": ""}
_HEIGHT, _LEGEND = 180, 20
_LETTERS = 72  # that a row of a legend holds
_DAY = 86_400
# Streamlit's stand-ins, which the browser replaces with the five chartCategoricalColors of the theme, light or dark
_COLOURS = [f"#00000{number}" for number in range(1, 6)]
_DASHES = ("solid", "dot", "dash", "dashdot")  # where there are more lines than colours


def bars(names: Sequence[str], values: Sequence[float], *, alt: str, unit: str = "", key: str) -> None:
    """Horizontal bars with their values at the end; no axis titles, since the heading says what is shown."""
    graph_objects = plotly()
    figure = graph_objects.Figure(
        graph_objects.Bar(
            x=list(values), y=list(names), orientation="h", text=[f"{unit}{value:,.2f}" for value in values],
            textposition="outside", cliponaxis=False, hoverinfo="skip",
        )
    )  # fmt: skip
    figure.update_layout(
        height=28 * len(names) + 24, margin={"l": 0, "r": 48, "t": 4, "b": 4}, bargap=0.35, showlegend=False
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(automargin=True, ticksuffix="  ")
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=alt)


def lines(
    series: Sequence[Series], *, unit: str, alt: str, key: str, marks: Sequence[float] = (), limit: float | None = None
) -> None:
    """Lines over time, with gaps where nothing was measured. One label for every line of a moment under the pointer.

    unit    "count", "ms", "percent" or "seconds"
    marks   moments with a dotted rule, in seconds since the epoch
    limit   a threshold, drawn across
    """
    zone = here()
    known = next((each.points for each in series if each.points), ())
    times = [moment(at, zone) for at, _ in known]
    several = len(series) > 1
    days = bool(known) and known[-1][0] - known[0][0] > _DAY
    layout: dict[str, Any] = {
        "height": _HEIGHT + (_LEGEND * _rows([each.label for each in series]) if several else 0),
        "margin": {"l": 0, "r": 8, "t": 6, "b": 0},
        "template": {"layout": {}},  # Plotly's own is 7 kB a chart, and none of it is used
        "showlegend": several,
        "legend": {"orientation": "h", "y": -0.16, "x": 0, "yanchor": "top"},
        "hovermode": "x unified",
        "xaxis": {
            "automargin": True,
            "nticks": 6,
            "tickformat": "%b %-d" if days else "%H:%M",
            "hoverformat": "%b %-d, %H:%M",
            **({"range": [times[0], times[-1]]} if times else {}),
        },
        "yaxis": {"automargin": True, "rangemode": "tozero", "nticks": 5, "ticksuffix": _SUFFIX.get(unit, "")},
        "shapes": [_rule(moment(at, zone)) for at in marks if known and known[0][0] <= at <= known[-1][0]],
    }
    if limit is not None:
        layout["shapes"].append(_threshold(limit))
        top = max((value for each in series for _, value in each.points if value is not None), default=0.0)
        layout["yaxis"]["range"] = [0, 1.1 * max(top, limit) or 1]
    data = [_line(each, times, unit, number) for number, each in enumerate(series)]
    figure = plotly().Figure(data=data, layout=layout, _validate=False)  # validating takes ten times as long
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=alt)


def here() -> tzinfo:
    """The time zone of whoever looks, as far as the browser tells."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError, OSError):
        return UTC


def moment(at: float, zone: tzinfo) -> str:
    """Seconds since the epoch as a chart's axis takes it."""
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M:%S")


def plainly(text: str, longest: int = 40) -> str:
    """A name of others as Plotly shows it character by character: it knows some HTML, links and TeX among it."""
    shown = legible(" ".join(text.split()), longest)
    return shown.replace("<", "‹").replace(">", "›").replace("&", "＆").replace("$", "＄")


def colour(number: int) -> str:
    """One of the theme's colours, light or dark."""
    return _COLOURS[number % len(_COLOURS)]


def _rows(labels: Sequence[str]) -> int:
    """About how many rows a legend takes: every place of it is as wide as the longest label."""
    a_row = max(1, _LETTERS // (max(len(label) for label in labels) + 7))
    return -(-len(labels) // a_row)


def plotly() -> Any:
    from plotly import graph_objects, io

    if "streamlit" not in io.templates:  # Streamlit was imported before Plotly could be: see cli/serving.py
        from streamlit.elements.lib.streamlit_plotly_theme import configure_streamlit_plotly_theme

        configure_streamlit_plotly_theme()
    return graph_objects


def _line(series: Series, times: list[str], unit: str, number: int) -> dict[str, Any]:
    values = [value for _, value in series.points]
    few = sum(value is not None for value in values) < _FEW
    turn, place = divmod(number, len(_COLOURS))
    look = {"width": 1.6, "color": _COLOURS[place], "dash": _DASHES[turn % len(_DASHES)]}
    shown = ",.0f" if unit == "count" else ",.1f"
    return {
        "type": "scatter", "x": times, "y": values, "name": series.label, "connectgaps": False,
        "mode": "lines+markers" if few else "lines", "line": look, "marker": {"size": 4},
        "hovertemplate": f"%{{y:{shown}}}{_SUFFIX.get(unit, '')}",
    }  # fmt: skip


def _rule(at: str) -> dict[str, Any]:
    line = {"color": _QUIET, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _threshold(value: float) -> dict[str, Any]:
    line = {"color": "#d6455d", "width": 1.2, "dash": "dash"}
    return {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": value, "y1": value, "line": line}

"""Two pictures to choose a setting from: quality against what it costs, and passage size against search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.evaluation import parts_of
from services.evaluation.report import ALL_NAMES
from ui import charts

if TYPE_CHECKING:
    from services.evaluation import Scored

_BEST, _OTHER = "#000001", "#000002"  # the theme's first two colours
_HEIGHT = 340
_SCALE = [[0, "#c9d7f8"], [1, "#1746b3"]]  # more is darker; either end can be read on both themes


def against(rows: Sequence[Scored], figure: str, cost: str, best: str, equal: set[str]) -> None:
    """Each setting a dot with the interval of its quality; the best filled, those that may be as good ringed."""
    drawn = [row for row in rows if row.figures[figure].value is not None and row.figures[cost].value is not None]
    data = []
    groups = (
        ("Best", [row for row in drawn if row.id == best], _BEST, "circle", 13),
        ("No worse than noise", [row for row in drawn if row.id in equal and row.id != best], _BEST, "circle-open", 11),
        ("Worse", [row for row in drawn if row.id not in equal and row.id != best], _OTHER, "circle", 8),
    )
    for name, group, colour, symbol, size in groups:
        if group:
            data.append(_dots(name, group, figure, cost, colour, symbol, size))
    layout: dict[str, Any] = {
        "height": _HEIGHT, "margin": {"l": 0, "r": 8, "t": 6, "b": 0}, "template": {"layout": {}},
        "legend": {"orientation": "h", "y": 1.12, "x": 0}, "hovermode": "closest",
        "xaxis": {"automargin": True, "rangemode": "tozero", "nticks": 6, "title": {"text": ALL_NAMES[cost]}},
        "yaxis": {"automargin": True, "nticks": 6, "title": {"text": ALL_NAMES[figure]}},
    }  # fmt: skip
    figure_drawn = charts.plotly().Figure(data=data, layout=layout, _validate=False)
    st.plotly_chart(figure_drawn, key="evaluation.against", config={"displayModeBar": False},
                    alt=f"{ALL_NAMES[figure]} of {len(drawn)} settings against {ALL_NAMES[cost]}")  # fmt: skip


def _dots(
    name: str, rows: Sequence[Scored], figure: str, cost: str, colour: str, symbol: str, size: int
) -> dict[str, Any]:
    found = [row.figures[figure] for row in rows]
    values = [each.value or 0.0 for each in found]
    over = [(each.high if each.high is not None else value) - value for each, value in zip(found, values, strict=True)]
    under = [value - (each.low if each.low is not None else value) for each, value in zip(found, values, strict=True)]
    return {
        "type": "scatter", "mode": "markers", "name": name, "x": [row.figures[cost].value for row in rows], "y": values,
        "text": [safe(row.label) for row in rows], "hovertemplate": "%{text}<br>%{y:.3f} · %{x:.3g}<extra></extra>",
        "marker": {"size": size, "color": colour, "symbol": symbol, "line": {"width": 2, "color": colour}},
        "error_y": {"type": "data", "symmetric": False, "array": over, "arrayminus": under, "thickness": 1,
                    "width": 3, "color": colour},
    }  # fmt: skip


def heat(rows: Sequence[Scored], figure: str) -> None:
    """The best value of every cut with every search, as colours with their numbers."""
    cells: dict[tuple[str, str], float] = {}
    sizes: dict[str, int] = {}
    for row in rows:
        value = row.figures[figure].value
        if value is not None:
            parts = parts_of(row.setting)
            cut = f"{parts['Cut at']} {parts['Size/overlap']}"
            sizes[cut] = row.setting.cut.size
            key = cut, " ".join(filter(None, (parts["Search"], parts["Diversity"])))
            cells[key] = max(value, cells.get(key, value))
    across = sorted({search for _, search in cells})
    down = sorted(sizes, key=lambda cut: (sizes[cut], cut))
    values = [[cells.get((cut, search)) for search in across] for cut in down]
    data = {
        "type": "heatmap", "x": across, "y": down, "z": values, "colorscale": _SCALE, "showscale": False,
        "texttemplate": "%{z:.2f}", "hovertemplate": "%{y}, %{x}: %{z:.3f}<extra></extra>", "xgap": 2, "ygap": 2,
    }  # fmt: skip
    layout = {
        "height": 90 + 44 * len(down), "margin": {"l": 0, "r": 8, "t": 6, "b": 0}, "template": {"layout": {}},
        "xaxis": {"automargin": True, "type": "category"}, "yaxis": {"automargin": True, "type": "category"},
    }  # fmt: skip
    drawn = charts.plotly().Figure(data=[data], layout=layout, _validate=False)
    st.plotly_chart(drawn, key="evaluation.heat", config={"displayModeBar": False},
                    alt=f"{ALL_NAMES[figure]} by passage size and search")  # fmt: skip


def safe(text: str) -> str:
    """A name for a chart's label, in which Plotly reads a few tags."""
    return text.replace("<", "‹").replace(">", "›")

"""Charts of a candidate's reports. Names of classes, columns and items are data: Plotly's little markup is undone."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui import charts, formats

if TYPE_CHECKING:
    from services.autopilot.watching.report_models import Confusion, Curve, Residuals, Series

_GREY = "#8791a5"
_FEW_CLASSES = 12  # whose counts are written into the squares
_LETTERS = 24


def confusion(found: Confusion, key: str) -> None:
    """The confusion matrix: rows are what was true, columns what was said; shades by the share of the row."""
    st.markdown("**Confusion matrix** :gray[(down: true, across: predicted)]")
    shares = [[count / (sum(row) or 1) for count in row] for row in found.counts]
    names = [_shown(label, number) for number, label in enumerate(found.labels)]
    small = len(names) <= _FEW_CLASSES  # their counts are a layer of text, which has the theme's colour
    data = {
        "type": "heatmap", "z": shares, "x": names, "y": names, "zmin": 0, "zmax": 1, "showscale": False,
        "colorscale": [[0, "rgba(90,120,220,0.06)"], [1, "rgba(90,120,220,0.6)"]], "xgap": 2, "ygap": 2,
        "customdata": found.counts, "hovertemplate": "true %{y}, predicted %{x}: %{customdata:,}<extra></extra>",
    }  # fmt: skip
    places = [(x, y) for y in range(len(names)) for x in range(len(names))] if small else []
    counts = {"type": "scatter", "mode": "text", "x": [names[x] for x, _ in places],
              "y": [names[y] for _, y in places], "text": [f"{found.counts[y][x]:,}" for x, y in places],
              "hoverinfo": "skip", "textfont": {"size": 13, **_ink()}}  # fmt: skip
    right = sum(row[place] for place, row in enumerate(found.counts))
    total = sum(map(sum, found.counts))
    _draw(
        [data, counts], key, f"Confusion matrix of {len(names)} classes: {right:,} of {total:,} rows are told rightly",
        height=max(240, min(520, 34 * len(names) + 70)),
        xaxis={"automargin": True, "type": "category", "showgrid": False},
        yaxis={"automargin": True, "type": "category", "autorange": "reversed", "showgrid": False},
    )  # fmt: skip


def roc(found: Curve, key: str) -> None:
    """The receiver operating characteristic, with the line of guessing."""
    st.markdown("**ROC** :gray[(false against true positives)]")
    area = sum((b - a) * (c + d) / 2 for a, b, c, d in zip(found.x, found.x[1:], found.y, found.y[1:], strict=False))
    _draw([_curve(found, "false positives", "true positives"), _straight()], key,
          f"ROC curve, the area under it is about {area:.2f}", xaxis=_share(), yaxis=_share())  # fmt: skip


def precision_recall(found: Curve, key: str) -> None:
    """Precision over recall."""
    st.markdown("**Precision over recall**")
    _draw([_curve(found, "recall", "precision")], key, f"Precision over recall in {len(found.x)} points",
          xaxis=_share(), yaxis=_share())  # fmt: skip


def predicted(found: Residuals, key: str) -> None:
    """What was predicted against what was true."""
    st.markdown("**Predicted against true**")
    low, high = min((*found.actual, *found.predicted)), max((*found.actual, *found.predicted))
    points = {"type": "scatter", "mode": "markers", "x": found.actual, "y": found.predicted,
              "marker": {"size": 5, "color": charts.colour(0), "opacity": 0.7},
              "hovertemplate": "true %{x:.5g}, predicted %{y:.5g}<extra></extra>"}  # fmt: skip
    _draw([points, _straight(low, high)], key, f"Predicted against true values of {len(found.actual)} rows")


def residuals(found: Residuals, key: str) -> None:
    """How far off predictions are, as a histogram."""
    st.markdown("**Residuals** :gray[(true less predicted)]")
    off = [true - said for true, said in zip(found.actual, found.predicted, strict=True)]
    data = {"type": "histogram", "x": off, "marker": {"color": charts.colour(0)}, "nbinsx": 30,
            "hovertemplate": "%{x}: %{y} rows<extra></extra>"}  # fmt: skip
    mean = sum(off) / len(off)
    _draw([data], key, f"Histogram of {len(off)} residuals; their mean is {mean:.3g}", bargap=0.05)


def impact(columns: Sequence[tuple[str, float]], key: str) -> None:
    """How much each column matters, the most at the top."""
    names = [_shown(name, number) for number, (name, _) in enumerate(columns)]
    values = [value for _, value in columns]
    data = {"type": "bar", "orientation": "h", "x": values, "y": names, "marker": {"color": charts.colour(0)},
            "text": [formats.measure(value) for value in values], "textposition": "outside", "cliponaxis": False,
            "hovertext": [html.escape(name) for name, _ in columns],
            "hovertemplate": "%{hovertext}: %{x:.5g}<extra></extra>"}  # fmt: skip
    first = ", ".join(name for name, _ in columns[:3])
    _draw(
        [data], key, f"Impact of {len(columns)} columns; the most: {first}", height=24 * len(columns) + 50,
        xaxis={"visible": False}, yaxis={"automargin": True, "type": "category", "autorange": "reversed"},
        margin={"l": 0, "r": 56, "t": 6, "b": 0},
    )  # fmt: skip


def forecast(found: Series, key: str) -> None:
    """What came, and what was forecast: the line of the middle, and the band between the outermost quantiles."""
    lines = dict(found.quantiles)
    order = list(lines)
    data: list[Mapping[str, Any]] = []
    if len(order) > 1:
        low, high = order[0], order[-1]
        data += [
            {"type": "scatter", "mode": "lines", "x": found.moments, "y": lines[low], "line": {"width": 0},
             "name": low, "showlegend": False, "hovertemplate": "%{y:.5g}"},
            {"type": "scatter", "mode": "lines", "x": found.moments, "y": lines[high], "line": {"width": 0},
             "fill": "tonexty", "fillcolor": "rgba(90,120,220,0.22)", "name": f"{low} to {high}",
             "hovertemplate": "%{y:.5g}"},
        ]  # fmt: skip
    middle = lines.get("p50") or found.mean or (lines[order[len(order) // 2]] if order else ())
    data.append({"type": "scatter", "mode": "lines", "x": found.moments, "y": middle, "name": "Forecast",
                 "line": {"color": charts.colour(0), "width": 2, "dash": "dash"},
                 "hovertemplate": "%{y:.5g}"})  # fmt: skip
    data.append({"type": "scatter", "mode": "lines", "x": found.moments, "y": found.actual, "name": "What came",
                 "line": {"color": charts.colour(1), "width": 2}, "hovertemplate": "%{y:.5g}"})  # fmt: skip
    inside = _inside(found, lines, order)
    said = f"; {inside:.0%} of what came lies between {order[0]} and {order[-1]}" if inside is not None else ""
    _draw(
        data, key, f"Forecast of {found.item or 'the series'} over {len(found.moments)} moments held out{said}",
        height=320, hovermode="x unified", showlegend=True, xaxis={"automargin": True, "nticks": 6},
        legend={"orientation": "h", "y": -0.18, "x": 0, "yanchor": "top"},
    )  # fmt: skip
    if inside is not None:
        st.markdown(f":gray[{inside:.0%} of what came lies between {order[0]} and {order[-1]}.]")


def _inside(found: Series, lines: Mapping[str, Sequence[float | None]], order: Sequence[str]) -> float | None:
    if len(order) < 2:
        return None
    told = [
        low <= came <= high
        for came, low, high in zip(found.actual, lines[order[0]], lines[order[-1]], strict=True)
        if came is not None and low is not None and high is not None
    ]
    return sum(told) / len(told) if told else None


def _curve(found: Curve, across: str, up: str) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "x": found.x, "y": found.y,
            "line": {"color": charts.colour(0), "width": 2},
            "hovertemplate": f"{across} %{{x:.3f}}, {up} %{{y:.3f}}<extra></extra>"}  # fmt: skip


def _ink() -> dict[str, str]:
    """A colour that is read on every shade of a square, where the browser tells whether it is light or dark."""
    dark = {"dark": "#f4f6fb", "light": "#131c31"}.get(str(getattr(st.context.theme, "type", "")))
    return {"color": dark} if dark else {}


def _straight(low: float = 0.0, high: float = 1.0) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "x": [low, high], "y": [low, high], "hoverinfo": "skip",
            "line": {"color": _GREY, "width": 1, "dash": "dot"}}  # fmt: skip


def _share() -> dict[str, Any]:
    return {"automargin": True, "range": [-0.02, 1.02], "nticks": 6}


def _shown(name: str, number: int) -> str:
    """A name as a place on an axis: short, no markup, and another one than every other."""
    short = name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"
    clash = "\u200b" * number if short != name else ""
    return html.escape(short or "(empty)") + clash


def _draw(data: Sequence[Mapping[str, Any]], key: str, alt: str, **layout: Any) -> None:
    whole = {
        "height": 280, "margin": {"l": 0, "r": 8, "t": 6, "b": 0}, "template": {"layout": {}}, "showlegend": False,
        "xaxis": {"automargin": True, "nticks": 6}, "yaxis": {"automargin": True, "nticks": 6}, **layout,
    }  # fmt: skip
    figure = charts.plotly().Figure(data=list(data), layout=whole, _validate=False)
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=alt)

"""What costs, as bars: by owner, type, tag or region now; by day from Cost Explorer with today's estimate beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui import charts, formats

if TYPE_CHECKING:
    from services.costs import Spent, Sum

MOST_BARS, MOST_GROUPS = 12, 6
NOBODY = "nobody named"
OTHERS = "others"
_HEIGHT = 300


def sums(found: Sequence[Sum], *, alt: str, key: str) -> None:
    """Bars of what each comes to an hour, the dearest on top; nothing where nothing has a known price."""
    priced = [each for each in found if each.usd_per_hour > 0]
    if not priced:
        return
    top, rest = priced[:MOST_BARS], priced[MOST_BARS:]
    rows = [(formats.short(each.name or NOBODY, 28), each.usd_per_hour) for each in top]
    if rest:
        rows.append((f"{len(rest)} more", sum(each.usd_per_hour for each in rest)))
    rows.reverse()  # Plotly draws from below
    charts.bars([name for name, _ in rows], [usd for _, usd in rows], alt=alt, unit="$", key=key)


def days(spent: Spent, estimates: Mapping[date, float], *, key: str) -> None:
    """Stacked bars of each day's cost by group, and an outlined one for days that are not whole: our own estimate."""
    names = [name for name, _ in spent.groups[:MOST_GROUPS]]
    others = len(spent.groups) > MOST_GROUPS
    at = [str(day.day) for day in spent.days]
    data: list[dict[str, Any]] = []
    for name in (*names, *((OTHERS,) if others else ())):
        values = []
        for day in spent.days:
            told = dict(day.groups)
            values.append(sum(usd for group, usd in told.items() if group not in names) if name == OTHERS else
                          told.get(name, 0.0))  # fmt: skip
        data.append({"type": "bar", "name": formats.short(name, 28), "x": at, "y": values, "offsetgroup": "aws",
                     "hovertemplate": "$%{y:,.2f}"})  # fmt: skip
    if estimates:
        mine = {"color": "rgba(0,0,0,0)", "line": {"color": "#8791a5", "width": 2}}
        data.append({"type": "bar", "name": "this console's estimate", "x": [str(day) for day in estimates],
                     "y": list(estimates.values()), "offsetgroup": "mine", "marker": mine,
                     "hovertemplate": "$%{y:,.2f}"})  # fmt: skip
    layout: dict[str, Any] = {
        "height": _HEIGHT + 22 * ((len(data) + 1) // 2), "barmode": "stack", "bargap": 0.2,
        "margin": {"l": 0, "r": 4, "t": 6, "b": 0}, "hovermode": "x unified",
        "legend": {"orientation": "h", "y": -0.18, "x": 0, "yanchor": "top"}, "showlegend": True,
        "xaxis": {"type": "date", "tickformat": "%b %-d", "automargin": True, "nticks": 8},
        "yaxis": {"tickprefix": "$", "automargin": True, "rangemode": "tozero", "nticks": 5},
    }  # fmt: skip
    figure = charts.plotly().Figure(data=data, layout=layout)
    whole = sum(day.usd for day in spent.days)
    st.plotly_chart(
        figure, key=key, config={"displayModeBar": False},
        alt=f"SageMaker's cost by day for {len(spent.days)} days, {formats.money(whole)} in all as Cost Explorer tells",
    )  # fmt: skip

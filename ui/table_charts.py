"""A table in pictures: one column, the target, what goes with it, and what is missing. Plotly, loaded when drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui import charts, formats
from ui.escape import literal

if TYPE_CHECKING:
    from services.tables.models import Association, Column, Statistics

_FIRST, _SECOND = "#000001", "#000002"  # Streamlit's stand-ins for the theme's first two colours
MOST_BARS, LONGEST = 20, 28
_ROW, _TALL = 24, 260


def column(found: Column, *, key: str) -> None:
    """One column: how its numbers spread, or which values come how often."""
    if found.histogram:
        _histogram(found, key)
    elif found.top and found.top[0][1] == 1 and len(found.top) > 1:
        st.markdown(":gray[Every value comes once, so there is nothing to compare.]")
    elif found.top:
        _values(found, key)
    else:
        st.markdown(":gray[Nothing in this column can be drawn.]")


def _histogram(found: Column, key: str) -> None:
    bins = found.histogram
    data = {
        "type": "bar",
        "x": [(each.low + each.high) / 2 for each in bins],
        "y": [each.count for each in bins],
        "width": [(each.high - each.low) or 1.0 for each in bins],
        "customdata": [[each.low, each.high] for each in bins],
        "hovertemplate": "%{customdata[0]:.4~g} to %{customdata[1]:.4~g}: %{y:,}<extra></extra>",
        "marker": {"color": _FIRST, "line": {"width": 0}},
    }
    layout: dict[str, Any] = {
        "height": _TALL, "margin": {"l": 0, "r": 8, "t": 6, "b": 0}, "template": {"layout": {}}, "bargap": 0.04,
        "xaxis": {"automargin": True, "nticks": 6}, "yaxis": {"automargin": True, "nticks": 5, "rangemode": "tozero"},
    }  # fmt: skip
    spread = f" from {found.low:,.4g} to {found.high:,.4g}" if found.low is not None and found.high is not None else ""
    _draw(data, layout, key, f"How the values of {found.name} spread{spread}")


def _values(found: Column, key: str) -> None:
    top = found.top[:MOST_BARS]
    total = max(1, found.rows - found.missing)
    names = [name or "(empty)" for name, _ in top]
    _bars(
        names, [count for _, count in top], key, f"How often the values of {found.name} come",
        [f"{count:,} · {count / total:.1%}" for _, count in top],
    )  # fmt: skip
    if found.distinct > len(top):
        st.markdown(f":gray[:small[The {len(top)} most frequent of {formats.count(found.distinct, 'value')}.]]")


def associations(found: Statistics, *, key: str) -> None:
    """How strongly each column goes with the target, the strongest first."""
    ranked = sorted(found.associations, key=lambda each: -each.strength)
    if not ranked:
        st.markdown(":gray[Nothing can be compared with the target.]")
        return
    shown = ranked[:MOST_BARS]
    _bars(
        [each.column for each in shown], [each.strength for each in shown], key,
        f"How strongly {len(shown)} columns go with {found.target}", [_strength(each) for each in shown],
        colours=[_SECOND if (each.signed or 0) < 0 else _FIRST for each in shown], most=1.0,
    )  # fmt: skip
    measures = ", ".join(dict.fromkeys(each.measure for each in shown))
    words = f"0 is none, 1 is complete: {measures}, in {formats.count(found.sampled, 'row')}."
    signed = " The second colour: the target falls as the column rises." if any(_falls(e) for e in shown) else ""
    more = f" The strongest {len(shown)} of {len(ranked)}." if len(ranked) > len(shown) else ""
    st.markdown(f":gray[:small[{literal(words + signed + more)}]]")


def _falls(each: Association) -> bool:
    return (each.signed or 0) < 0


def _strength(each: Association) -> str:
    return f"{each.signed:+.2f}" if each.signed is not None else f"{each.strength:.2f}"


def missing(found: Statistics, *, key: str) -> None:
    """The share of cells that are missing, by column."""
    short = sorted((each for each in found.columns if each.missing), key=lambda each: -each.missing / max(1, each.rows))
    if not short:
        st.markdown(":green[:material/check_circle:] No cell is missing.")
        return
    shown = short[:MOST_BARS]
    shares = [each.missing / max(1, each.rows) for each in shown]
    _bars(
        [each.name for each in shown], shares, key, f"Missing cells in {len(shown)} columns",
        [f"{share:.1%}" for share in shares], most=1.0,
    )  # fmt: skip
    whole = len(found.columns) - len(short)
    st.markdown(f":gray[:small[{formats.count(whole, 'column is', 'columns are')} complete.]]")


def _bars(
    names: Sequence[str], values: Sequence[float], key: str, alt: str, texts: Sequence[str], *,
    colours: Sequence[str] = (), most: float = 0.0,
) -> None:  # fmt: skip
    places = list(range(len(names)))  # by place: two names may be shortened to the same
    data = {
        "type": "bar", "orientation": "h", "x": list(values), "y": places, "text": list(texts),
        "textposition": "outside", "cliponaxis": False, "customdata": [safe(name, 120) for name in names],
        "hovertemplate": "%{customdata}: %{text}<extra></extra>",
        "marker": {"color": list(colours) or _FIRST, "line": {"width": 0}},
    }  # fmt: skip
    top = most or max(values, default=1) or 1
    layout: dict[str, Any] = {
        "height": _ROW * len(names) + 16, "margin": {"l": 0, "r": 72, "t": 2, "b": 2}, "bargap": 0.35,
        "template": {"layout": {}}, "showlegend": False, "xaxis": {"visible": False, "range": [0, top]},
        "yaxis": {"automargin": True, "autorange": "reversed", "tickvals": places, "ticksuffix": "  ",
                  "ticktext": [safe(name) for name in names]},
    }  # fmt: skip
    _draw(data, layout, key, alt)


def _draw(data: dict[str, Any], layout: dict[str, Any], key: str, alt: str) -> None:
    figure = charts.plotly().Figure(data=[data], layout=layout, _validate=False)
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=alt)


def safe(name: str, longest: int = LONGEST) -> str:
    """A name for a chart, in which Plotly reads a few tags and links, and Streamlit formulas."""
    plain = " ".join(name.split()) or "(no name)"
    plain = plain.replace("<", "‹").replace(">", "›").replace("&", "＆").replace("$", "＄")
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"

"""Charts, drawn by Plotly, which is loaded when the first one is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st


def bars(names: Sequence[str], values: Sequence[float], *, alt: str, unit: str = "", key: str) -> None:
    """Horizontal bars with their values at the end; no axis titles, since the heading says what is shown."""
    from plotly import graph_objects, io

    if "streamlit" not in io.templates:  # Streamlit was imported before Plotly could be: see cli/serving.py
        from streamlit.elements.lib.streamlit_plotly_theme import configure_streamlit_plotly_theme

        configure_streamlit_plotly_theme()
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

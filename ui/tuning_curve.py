"""The losses of a training over its time, as one chart, and a sentence on what they say."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from services.tuning import Curve, TrainingJob, verdict
from ui import formats
from ui.escape import literal


def show(job: TrainingJob, curves: Sequence[Curve]) -> None:
    """Write the chart, or why there is none."""
    if not curves:
        waiting = job.status.moving
        st.markdown(
            ":gray[There is no loss yet: the script tells one a few minutes after it has begun.]" if waiting
            else ":gray[Its log told no loss.]"
        )  # fmt: skip
        return
    with st.container(horizontal=True, gap="medium"):
        for curve in curves:
            st.metric(literal(curve.label), f"{curve.points[-1][1]:.4f}", border=True)
    words = verdict(curves)
    if words:
        st.markdown(literal(words))
    _chart(job, curves)


def _chart(job: TrainingJob, curves: Sequence[Curve]) -> None:
    from ui.charts import plotly

    start = job.started or min(curve.points[0][0] for curve in curves)
    longest = max((curve.points[-1][0] - start).total_seconds() for curve in curves)
    unit, label = (60.0, "min") if longest > 180 else (1.0, "s")
    data = [
        {
            "type": "scatter", "mode": "lines+markers", "name": curve.label,
            "x": [(at - start).total_seconds() / unit for at, _ in curve.points],
            "y": [value for _, value in curve.points],
            "line": {"width": 1.8, "color": f"#00000{place}"}, "marker": {"size": 4},
            "hovertemplate": "%{y:.4f}",
        }
        for place, curve in enumerate(curves, 1)
    ]  # fmt: skip
    layout = {
        "height": 260, "margin": {"l": 0, "r": 8, "t": 6, "b": 0}, "template": {"layout": {}}, "showlegend": True,
        "legend": {"orientation": "h", "y": -0.2, "x": 0, "yanchor": "top"}, "hovermode": "x unified",
        "xaxis": {"automargin": True, "nticks": 6, "ticksuffix": f" {label}"},
        "yaxis": {"automargin": True, "nticks": 5},
    }  # fmt: skip
    last = ", ".join(f"{curve.label} {curve.points[-1][1]:.3f}" for curve in curves)
    st.plotly_chart(
        plotly().Figure(data=data, layout=layout, _validate=False), key=f"tune.curve.{job.name}",
        config={"displayModeBar": False}, alt=f"Losses over {formats.duration(longest)} of training: {last}",
    )  # fmt: skip

"""How good predictions are: the figures, and of labels the matrix of what was taken for what."""

from __future__ import annotations

import streamlit as st

from services.autopilot.using.scoring import Scores
from services.legible import legible
from ui import formats, plain_table
from ui.escape import literal

MOST_LABELS = 12


def show(scores: Scores, *, key: str) -> None:
    """Write them."""
    out = f"; {scores.left_out:,} without a value of the target left out" if scores.left_out else ""
    st.markdown(f"**Measured against the file's own target** :gray[:small[{scores.rows:,} rows{out}]]")
    if not scores.values:
        st.markdown(":gray[No row of the file has a value of the target.]")
        return
    with st.grid(4, min_column_width=130):
        for name, value in scores.values:
            st.metric(name, formats.figure(value), border=True)
    if scores.labels and len(scores.labels) <= MOST_LABELS:
        names = [literal(legible(label, 30)) for label in scores.labels]
        rows = [
            {"True ↓ predicted →": f"**{name}**"}
            | {column: f"{count:,} :gray[:small[as {column}]]" for column, count in zip(names, row, strict=True)}
            for name, row in zip(names, scores.matrix, strict=True)
        ]
        plain_table.show(rows, key=key.replace(".", "-"))

"""The first records of a job's input, as one read showed them."""

from __future__ import annotations

import streamlit as st

from services.batch import InputPreview
from services.batch.payloads import readable
from ui import formats
from ui.escape import literal

SHOWN = 5


def show(preview: InputPreview) -> None:
    """Write what the input begins with, and what may not be as it should."""
    parts = [f"**{literal(preview.object.name)}** · {formats.size(preview.size)}"]
    if preview.objects is not None and preview.total is not None:
        more = "over " if not preview.complete else ""
        parts.append(f"{more}{formats.count(preview.objects, 'object')} with {formats.size(preview.total)}")
    if preview.rows:
        parts.append(f"about {preview.rows:,.0f} records")
    with st.container(border=True, key="batch-preview"):
        st.markdown("First records of " + " · ".join(parts))
        lines = [readable(each) for each in preview.records[:SHOWN]]
        st.code("\n".join(lines) or "(nothing)", language="text", wrap_lines=True, line_numbers=len(lines) > 1)
        for note in preview.notes:
            st.markdown(f":orange[:material/warning: {literal(note)}]")

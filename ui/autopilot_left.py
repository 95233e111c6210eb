"""What a job has left in S3: how much, where, and what keeping it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from ui import autopilot_reads, formats, plain_table
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.autopilot import Job
    from services.console import Console

MOST_ROWS = 20


def show(console: Console, job: Job) -> None:
    """Write it; where it may not be listed, which permission is missing."""
    try:
        left = autopilot_reads.left(console, job)
    except SagedeckError as error:
        st.markdown(f":orange[:material/lock: What it left in S3 is not shown: {literal(error.what)} "
                    f"{literal(error.why)}]")  # fmt: skip
        return
    if left is None:
        return
    if not left.count:
        st.markdown(f":gray[It left nothing in S3 at {code(left.prefix)}]")
        return
    over = "" if left.complete else "over "
    cost = formats.a_month(left.usd_per_month)
    st.markdown(
        f"**Left in S3:** {over}{formats.count(left.count, 'object')}, {over}{formats.size(left.size)}, "
        f"{literal(cost)} to keep :gray[:small[({literal(left.price_source)})]]"
    )
    rows = [
        {"Below": code(name), "Objects": f"{count:,}", "Size": formats.size(size)}
        for name, count, size in left.folders[:MOST_ROWS]
    ]
    plain_table.show(rows, key="autopilot-left-figures")
    st.markdown(f":gray[:small[At {code(left.prefix)}. It stays until somebody deletes it.]]")

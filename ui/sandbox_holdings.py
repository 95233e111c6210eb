"""What the sandbox holds: the four numbers that matter as metrics, the rest as one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui.escape import literal

if TYPE_CHECKING:
    from services.sandbox_control import Holdings

_JOBS = " jobs"
_ICONS = {"Endpoints": "dns", "Models": "deployed_code", "Jobs": "model_training", "Notebooks": "edit_note"}
# Words of the records that say little to a person
_WORDS = {
    "Apps": "Studio apps",
    "Artifacts": "Trained artefacts",
    "Domains": "Studio domains",
    "Policies": "Scaling policies",
    "Spaces": "Studio spaces",
    "Targets": "Scaled variants",
    "User profiles": "Studio profiles",
}


def show(holdings: Holdings) -> None:
    """Write the counts, or that there is nothing yet."""
    counts = dict(holdings.counts)
    if not counts:
        st.markdown("**Nothing yet.** Whatever is deployed here is held by the sandbox and costs nothing.")
        return
    counts["Jobs"] = sum(number for kind, number in counts.items() if kind.endswith(_JOBS))
    with st.grid(4, min_column_width=110):
        for kind, icon in _ICONS.items():
            st.metric(kind, f"{counts.pop(kind, 0):,}", icon=f":material/{icon}:", border=True)
    rest = [
        f":gray-badge[{literal(_WORDS.get(kind, kind))} · {number:,}]"
        for kind, number in counts.items()
        if number and not kind.endswith(_JOBS)
    ]
    st.markdown(" ".join(rest))

"""What wants a person: a yellow box for each concern, the same in a run and on an endpoint's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from ui.escape import literal

if TYPE_CHECKING:
    from services.endpoints import Concern


def show(concerns: Sequence[Concern]) -> None:
    """Write each concern: what happened, why perhaps, what to do."""
    for concern in concerns:
        lines = [f"**{literal(concern.what)}**", literal(concern.why), literal(concern.next)]
        st.warning("  \n".join(line for line in lines if line), icon=":material/visibility:")

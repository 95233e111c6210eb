"""What wants a person: a yellow box for each concern, the same in a run, on Home and in an endpoint's drawer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from ui import navigation
from ui.escape import literal

if TYPE_CHECKING:
    from services.endpoints import Concern

MOST = 5


def show(concerns: Sequence[Concern]) -> None:
    """Write each concern: what happened, why perhaps, what to do."""
    for concern in concerns:
        lines = [f"**{literal(concern.what)}**", literal(concern.why), literal(concern.next)]
        st.warning("  \n".join(line for line in lines if line), icon=":material/visibility:")


def needs_attention(concerns: Sequence[Concern]) -> None:
    """The part of Home that is there only when something wants a person."""
    if not concerns:
        return
    with st.container(border=True, key="attention"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader("Needs attention", anchor=False, width="stretch")
            st.page_link(navigation.ENDPOINTS, label="All endpoints", icon=":material/arrow_forward:")
        show(concerns[:MOST])
        if len(concerns) > MOST:
            st.markdown(f":gray[{len(concerns) - MOST} more.]")

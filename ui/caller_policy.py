"""What another program needs to call an endpoint: the least policy, to hand on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import streamlit as st

from ui import error_box

if TYPE_CHECKING:
    from services.console import Console


def show(console: Console, endpoint: str) -> None:
    """A folded part with the policy; read once it is opened."""
    part = st.expander(
        "Policy to call this endpoint", type="compact", icon=":material/key:", key="caller.policy", on_change="rerun"
    )
    if part.open:
        with part, error_box.shown():
            st.markdown(":gray[For whoever calls it from elsewhere: it may do this and nothing else.]")
            st.code(json.dumps(console.caller_policy(endpoint), indent=1), language="json")

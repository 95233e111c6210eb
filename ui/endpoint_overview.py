"""What an endpoint is made of: its variants, components, configuration, models, tags, and what to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import caller_policy

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail


def show(console: Console, detail: EndpointDetail) -> None:
    """Write the tab."""
    st.markdown("**ARN**")
    st.code(detail.arn, language=None, wrap_lines=True)
    st.markdown("**Address of its invocations**")
    st.code(detail.url, language=None, wrap_lines=True)
    caller_policy.show(console, detail.name)

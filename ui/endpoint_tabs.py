"""The tabs of an endpoint's page. Only the open one is drawn, so only it reads and polls; the address names it."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

import streamlit as st

from ui import error_box

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail

# Each module has `show(console, detail)`.
_VIEWS = {
    "Overview": "ui.endpoint_overview",
    "Metrics": "ui.metrics_view",
    "Logs": "ui.log_view",
    "Test": "ui.test_view",
    "Alarms": "ui.alarm_view",
    "Activity": "ui.endpoint_events",
}


def show(console: Console, detail: EndpointDetail) -> None:
    """Write the tabs and the view of the open one."""
    views = {name: module for name, module in _VIEWS.items() if find_spec(module) is not None}
    tabs = st.tabs(list(views), key="tab", on_change="rerun", bind="query-params")
    for tab, module in zip(tabs, views.values(), strict=True):
        if tab.open:
            with tab, error_box.shown():
                import_module(module).show(console, detail)

"""The tab of budgets: what there are and how they stand, and the form of a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from ui import budget_form, budget_view, empty_state

if TYPE_CHECKING:
    from services.console import Console


def show(console: Console) -> None:
    """Write the budgets, then the form or the plan that it gave."""
    budget_view.show(console)
    try:
        listed, missing = budget_view.every(console)
    except SagedeckError:
        return  # said above
    if budget_form.review(console):
        return
    if not listed and not missing:
        empty_state.show(
            "notifications", "No budget", "AWS mails nobody when SageMaker costs more than you meant to spend."
        )
    with st.expander("New budget", icon=":material/add_alert:", key="bill.budget", on_change="rerun") as form:
        if form.open:
            budget_form.show(console)

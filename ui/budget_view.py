"""The account's budgets on what SageMaker costs: how they stand, on Home when one fires, and deleting them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.alarms.budgets import LAG
from services.endpoints import Concern, Worry
from services.errors import PermissionDenied, SagedeckError
from ui import deletion, error_box, formats
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.alarms import Budget
    from services.console import Console

KEEP_SECONDS = 300.0  # AWS counts anew three times a day
_ACTION = "budgets:ViewBudget"


def every(console: Console) -> tuple[tuple[Budget, ...], str]:
    """The budgets, and which permission is missing where they may not be read. Raises SagedeckError."""

    def read() -> tuple[tuple[Budget, ...], str]:
        try:
            return console.alarms.list_budgets(), ""
        except PermissionDenied as refused:  # kept as well: who may not is not asked for again with every redraw
            return (), refused.action or _ACTION

    return console.cached(("budgets", "listed"), KEEP_SECONDS, read)


def concerns(console: Console, unread: list[str]) -> list[Concern]:
    """The budgets that fire, for Home. Who may not read budgets is told in the tab Alarms, not on every visit."""
    try:
        budgets, _ = every(console)
    except SagedeckError as problem:
        unread.append(f"Budgets are not known: {problem.what}")
        return []
    return [
        Concern(Worry.ALARM, "", each.says, "", f"It is the account's ({each.name}), and hours behind.")
        for each in budgets
        if each.firing
    ]


def show(console: Console) -> None:
    """Write the account's budgets, where there are any or they may not be read."""
    try:
        budgets, missing = every(console)
    except SagedeckError as problem:
        error_box.show(problem)
        return
    if missing:
        st.markdown(f":gray[:small[What the account costs is not known: it needs the permission {code(missing)}.]]")
    if budgets:
        st.subheader("Cost of the account", anchor=False)
        st.markdown(f":gray[:small[{literal(LAG)}]]")
    deletion.show(console, "budget", lambda name: console.alarms.plan_delete_budgets([name]))
    for budget in sorted(budgets, key=lambda each: not each.firing):
        _card(console, budget)


def _card(console: Console, budget: Budget) -> None:
    with st.container(border=True, key=f"budget-{budget.name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Cost** · {literal(budget.name)}", width="stretch")
            st.markdown(_badge(budget), width="content")
        st.markdown(literal(budget.says))
        if budget.limit and budget.spent is not None:
            st.progress(min(1.0, max(0.0, budget.spent / budget.limit)))
        when = f" Counted {formats.ago(budget.updated, console.connection.now())}." if budget.updated else ""
        st.markdown(f":gray[:small[{literal(budget.tells + when)}]]")
        if st.button("Delete…", icon=":material/delete:", key=f"budget.delete.{budget.name}", type="tertiary"):
            deletion.ask("budget", budget.name)


def _badge(budget: Budget) -> str:
    if budget.exceeded:
        return ":red-badge[:material/notifications_active: Exceeded]"
    if budget.firing:
        return ":orange-badge[:material/notifications_active: Firing]"
    return ":green-badge[:material/check_circle: OK]"

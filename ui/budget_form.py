"""The form of a budget on what SageMaker costs the account: the limit, who is told and from when on; and its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.alarms import BudgetRequest, budget_problems, suggest_limit
from services.alarms.budgets import LAG, NAME, NOT_ONE
from services.deploy import Problem
from services.errors import SagedeckError
from ui import endpoint_reads, error_box, field, plan_review, run_progress
from ui.escape import literal

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from services.console import Console
    from services.plans import Plan

_ASKED, _PLAN = "budgets.asked", "budgets.new"


def show(console: Console) -> None:
    """Write the fields."""
    slots: dict[str, DeltaGenerator] = {}  # where what is wrong with a field is told
    st.markdown(f":gray[:small[{literal(f'{NOT_ONE} {LAG}')}]]")
    found = suggest_limit(_burn(console))
    limit = st.number_input("USD a month", value=found.threshold, step=1.0, key="budget.limit", format="%g")
    st.markdown(f":gray[:small[{literal(found.words)}]]")
    slots["limit"] = st.container()
    with st.container(horizontal=True):
        percents = {}
        for name, label in (("actual", "Tell at percent spent"), ("forecast", "Tell at percent forecast")):
            with st.container():
                usual = getattr(BudgetRequest(limit=1.0), name)
                percents[name] = st.number_input(label, value=usual, step=1.0, key=f"budget.{name}", format="%g")
                slots[name] = st.container()
    told = st.text_input("E-mail addresses", key="budget.email", autocomplete="email", placeholder="a@b.org, c@d.org")
    slots["email"] = st.container()
    title = st.text_input("Name of the budget", value=NAME, key="budget.name", autocomplete="off")
    slots["name"] = st.container()
    request = BudgetRequest(
        limit=float(limit or 0.0),
        emails=tuple(each.strip() for each in (told or "").split(",") if each.strip()),
        name=(title or "").strip(),
        actual=float(percents["actual"] or 0.0),
        forecast=float(percents["forecast"] or 0.0),
    )
    wrong = list(budget_problems(request))
    pressed = st.button("Show the plan", type="primary", icon=":material/checklist:", key="budget.plan")
    if pressed and not request.emails:
        wrong.append(Problem("email", "Enter the address that is to be told."))
    for problem in wrong:
        with slots.get(problem.field) or st.container():
            field.wrong(problem.words)
    if pressed and not wrong:
        _plan(console, request)


def review(console: Console) -> bool:
    """Write the plan once it was asked for; whether there is one."""
    asked: BudgetRequest | None = st.session_state.get(_ASKED)
    if asked is None:
        return False

    def plan() -> Plan:
        return console.alarms.plan_budget(asked)

    with error_box.shown():
        shown = st.session_state.get(_PLAN) or plan()
        run = plan_review.show(
            console, shown, key="budget-new", verb="Create", more=True, replan=plan,
            changed=lambda new: st.session_state.update({_PLAN: new}),
        )  # fmt: skip
        if run:
            _leave()
            run_progress.follow(run)
    st.button("Change what is asked for", type="tertiary", icon=":material/edit:", key="budget.again", on_click=_leave)
    return True


def _plan(console: Console, request: BudgetRequest) -> None:
    with error_box.shown():
        st.session_state[_PLAN] = console.alarms.plan_budget(request)
        st.session_state[_ASKED] = request
        st.rerun()


def _burn(console: Console) -> float:
    """USD an hour of what costs and has a known price, as far as it was read: all of it, or endpoints."""
    try:
        details = endpoint_reads.looked(console).details.values()
        return max(sum(each.usd_per_hour or 0.0 for each in details), console.costs.bill().total.usd_per_hour)
    except SagedeckError:
        return 0.0


def _leave() -> None:
    st.session_state.pop(_ASKED, None)
    st.session_state.pop(_PLAN, None)

"""Bill: what costs now, what it came to this month, AWS's own count by day, and budgets."""

import streamlit as st

from ui import cost_budgets, cost_days, cost_now, cost_scope, error_box, page_head, run_progress, session

console = session.console()
with page_head.show("Bill", "What costs now, also while stopped; what it came to, and when an amount is reached."):
    regions = cost_scope.show(console)
    if st.button("Refresh", icon=":material/refresh:"):
        console.refresh()
        console.resources.forget()

if run_progress.current():
    run_progress.show(console, run_progress.current())
    st.button("Close", type="tertiary", on_click=run_progress.leave)

now, days, budgets = st.tabs(["Now", "By day", "Budgets"], key="tab", on_change="rerun", bind="query-params")
if now.open:
    with now, error_box.shown():
        cost_now.show(console, regions)
if days.open:
    with days, error_box.shown():
        cost_days.show(console, regions)
if budgets.open:
    with budgets, error_box.shown():
        cost_budgets.show(console)

"""Notebooks: notebook instances made, started, opened, stopped, grown and deleted; what each costs, running or not."""

from functools import partial

import streamlit as st

from services.notebooks import ABOUT
from services.resources import Kind
from ui import (
    empty_state,
    error_box,
    lease_reads,
    notebook_cards,
    notebook_form,
    page_head,
    session,
    workspace_notebook,
    workspace_plans,
    workspace_reads,
)

PAGE = notebook_cards.PAGE
IDLE_DAYS = 7

console = session.console()
with page_head.show("Notebooks", "Machines with Jupyter on them: what each costs, running or stopped."):
    if st.button("Refresh", icon=":material/refresh:", key=f"{PAGE}.refresh"):
        console.refresh()
        console.resources.forget()
    st.button("New notebook instance", type="primary", icon=":material/add:", key=f"{PAGE}.add",
              on_click=notebook_form.open_form)  # fmt: skip

under_way = workspace_plans.run(console, PAGE)
with error_box.shown():
    if st.session_state.get(notebook_form.NEW):
        notebook_form.show(console)
    notebook_form.change(console)
    notebook_form.start(console)
    workspace_plans.show(console, PAGE)

with error_box.shown():
    held = workspace_reads.held(console)
    workspace_reads.gaps(held, Kind.NOTEBOOK)
    rows = console.notebooks.list_notebooks(held)
    idle = {each.key.name: each for each in console.savings.idle_workplaces(held, IDLE_DAYS)}
    if rows:
        notebook_cards.figures(rows, idle)
        leases = lease_reads.notebooks(console, held)
        shown = workspace_reads.chosen(rows, PAGE, lambda each: each.name, lambda each: each.status)
        for each in shown:
            notebook_cards.card(console, each, idle.get(each.name), leases.get(each.name))
        workspace_reads.passing(
            console,
            {each.name: partial(notebook_cards.status_of, console, each.name) for each in shown if each.state.passes},
            {each.name: each.status for each in shown},
        )
    elif not (held.listing or under_way or workspace_plans.asked(PAGE) or st.session_state.get(notebook_form.NEW)):
        empty_state.show("book_2", "No notebook instance", f"{ABOUT} Make the first with the button above.")
    st.markdown(
        ":gray[:small[A notebook instance runs until somebody stops it, or until the end it was given when it was made "
        "or started. Studio's spaces have no such end; AWS can stop them when nobody works in them.]]"
    )
    workspace_notebook.show(console, PAGE)

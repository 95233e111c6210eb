"""Savings: what is idle, oversized or orphaned, with the proof, what it costs a month, and the plan that ends it."""

import streamlit as st

from services.savings import What
from ui import (
    empty_state,
    error_box,
    navigation,
    page_head,
    polling,
    run_progress,
    saving_aside,
    saving_head,
    saving_orphans,
    saving_plans,
    saving_rows,
    session,
)

READING_SECONDS = 2.0

console = session.console()
with page_head.show("Savings", "What is idle, oversized or orphaned: with the proof, and the plan that ends it."):
    if st.button("Look again", icon=":material/refresh:"):
        console.refresh()
        console.resources.forget()
        console.savings.forget()

if run_progress.current():
    view = run_progress.show(console, run_progress.current())
    if view is not None and view.status.ended:
        console.resources.forget()
    st.button("Close the run", icon=":material/close:", on_click=run_progress.leave)
    st.stop()

with error_box.shown():
    found = console.savings.look(saving_head.days())

    def still_reading() -> float | None:
        """Draw the page again once more is known."""
        now = console.savings.look(saving_head.days())
        if now.reading != found.reading:
            st.rerun()
        return READING_SECONDS if now.reading else None

    saving_head.show(found)
    saving_head.controls(console, found)
    saving_head.notes(found)
    if found.reading:
        polling.adaptive(still_reading, "savings.pace", READING_SECONDS)
    saving_plans.show(console)

    titles = {What.IDLE: "Idle", What.OVERSIZED: "Oversized", What.ORPHAN: "Orphaned"}
    counted = [f"{title} ({len(found.of(what)):,})" for what, title in titles.items()]
    for what, tab in zip(titles, st.tabs(counted), strict=True):
        with tab, error_box.shown():
            several = found.of(what)
            if several and what is What.ORPHAN:
                saving_orphans.show(console, several)
            elif several:
                saving_rows.show(console, several, what)
            elif what is not What.ORPHAN and found.asking.metrics:
                st.markdown(":gray[How much endpoints are used is not read yet: the button above has it read.]")
            else:
                empty_state.show(
                    "check_circle", "Nothing found", "Nothing here can be saved, as far as it was looked at.",
                    page=navigation.ENDPOINTS, label="Endpoints",
                )  # fmt: skip
    saving_aside.show(console, found)

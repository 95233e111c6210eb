"""Clean up: everything an account holds, what may go and what stays, the plan, typed confirmation, receipts."""

import streamlit as st

from ui import (
    cleanup_filters,
    cleanup_graph,
    cleanup_review,
    cleanup_table,
    empty_state,
    error_box,
    navigation,
    page_head,
    polling,
    run_progress,
    session,
)

EVERY_SECONDS = 2.0
console = session.console()


def drop() -> None:
    """Look anew at the next drawing."""
    console.cleaning.forget()


with page_head.show("Clean up", "What this account holds and nobody needs: removed in order, with proof."):
    st.button("Look again", icon=":material/refresh:", on_click=drop)
    if run_progress.current():
        st.button("Close the run", icon=":material/close:", on_click=run_progress.leave)

if run_progress.current():
    view = run_progress.show(console, run_progress.current())
    if view is not None and view.status == "done":
        st.success("Everything in this plan is gone; each thing has its receipt.", icon=":material/check_circle:")
    if view is not None and view.status.ended:
        drop()
    st.stop()

cleanup_filters.show(console)
request = cleanup_filters.request(console)


def progress() -> None:
    """How far looking is; the page is drawn anew once it is over."""
    held = console.resources.held(request.regions)
    if not held.listing and not held.reading:
        st.rerun()
    known = len(held.resources) - held.reading
    words = f"Looked into {known:,} of {len(held.resources):,} things" if held.resources else "Listing what there is"
    st.progress(known / max(1, len(held.resources)), text=f"{words}…")
    if st.button("Show what is known so far", type="tertiary", icon=":material/refresh:"):
        st.rerun()


with error_box.shown():
    found = console.cleaning.look(request)
    if found.listing or found.reading:
        polling.live(progress, EVERY_SECONDS)
    if not found.items and not found.listing:
        empty_state.show(
            "check_circle", "Nothing to clean up", "Nothing that these filters mean is here.",
            page=navigation.HOME, label="Home",
        )  # fmt: skip
    elif found.items:
        cleanup_review.figures(found)
        cleanup_filters.expanded(found)
        cleanup_table.show(found)
        with st.expander("What uses what", icon=":material/account_tree:", key="clean_up-graph"):
            cleanup_graph.show(found)
        cleanup_review.downloads(console, found)
    if found.going:
        cleanup_review.confirm(console, found, lambda: console.cleaning.look(request), drop)

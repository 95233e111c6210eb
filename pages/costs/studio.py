"""Remove Studio: each domain with people, spaces, apps, files; what is ticked goes, in order, with proof."""

import streamlit as st

from services.cleanup.domains import domains, studio_request
from ui import (
    cleanup_review,
    cost_scope,
    empty_state,
    error_box,
    navigation,
    page_head,
    polling,
    run_progress,
    session,
    studio_tree,
)

EVERY_SECONDS = 2.0
console = session.console()


def drop() -> None:
    """Look anew at the next drawing."""
    console.cleaning.forget()


with page_head.show("Remove Studio", "Domains with all they hold: each part kept or removed, in order, with proof."):
    regions = cost_scope.show(console)
    st.button("Look again", icon=":material/refresh:", on_click=drop)
    if run_progress.current():
        st.button("Close the run", icon=":material/close:", on_click=run_progress.leave)

if run_progress.current():
    view = run_progress.show(console, run_progress.current())
    if view is not None and view.status.ended:
        drop()
    st.stop()


def progress() -> None:
    """How far looking is; the page is drawn anew once it is over."""
    now = console.resources.held(regions)
    if not now.listing and not now.reading:
        st.rerun()
    known = len(now.resources) - now.reading
    st.progress(known / max(1, len(now.resources)), text=f"Looked into {known:,} of {len(now.resources):,} things…")


with error_box.shown():
    held = console.resources.held(regions)
    trees = domains(held)
    if held.listing or held.reading:
        polling.live(progress, EVERY_SECONDS)
    if trees:
        tree = studio_tree.which(trees)
        request = studio_request(tree, studio_tree.chosen(tree), console.cleaning.owner)
        found = console.cleaning.look(request) if studio_tree.chosen(tree) else None
        studio_tree.show(tree, console.priced(held), found)
        if found is None:
            st.markdown(":gray[Tick what is to go. What cannot do without it is ticked along.]")
        else:
            cleanup_review.figures(found)
            cleanup_review.downloads(console, found)
        if found is not None and found.going:
            cleanup_review.confirm(console, found, lambda: console.cleaning.look(request), drop)
    elif not held.listing:
        empty_state.show(
            "domain", "No Studio domain", "There is none in these regions, so none costs anything.",
            page=navigation.BILL, label="Bill",
        )  # fmt: skip

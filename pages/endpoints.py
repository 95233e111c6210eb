"""Endpoints: every one of this account and region, with status, machine, price and age; a row opens its detail."""

import streamlit as st

from ui import (
    empty_state,
    endpoint_changes,
    endpoint_detail,
    endpoint_reads,
    endpoint_table,
    navigation,
    page_head,
    paused_endpoints,
    polling,
    run_progress,
    session,
)

console = session.console()
with page_head.show("Endpoints", "What runs in this account and region, whoever made it."):
    if st.button("Refresh", icon=":material/refresh:"):
        console.refresh()

if run_progress.current():
    view = run_progress.show(console, run_progress.current())
    endpoint_changes.ended(view)
    st.button("Close", type="tertiary", on_click=run_progress.leave)

endpoint_changes.show(console)
listed = endpoint_reads.listed(console)
paused = paused_endpoints.listed(console)
if not listed:
    if paused:
        st.markdown(":gray[Nothing runs in this account and region, so nothing is billed by the hour.]")
        paused_endpoints.show(console, paused)
        st.stop()
    empty_state.show(
        "dns", "No endpoints here", "Nothing runs in this account and region, so nothing is billed by the hour.",
        page=navigation.DEPLOY, label="Deploy a pair",
    )  # fmt: skip
    st.stop()
every = endpoint_reads.seconds_between_looks(console)


def table() -> None:
    """The table, refreshed while a status changes."""
    now = endpoint_reads.listed(console)
    if every and endpoint_reads.seconds_between_looks(console) is None:
        st.rerun()
    chosen = endpoint_table.show(console, now)
    if chosen:
        endpoint_detail.open_detail(console, chosen)


polling.live(table, every)
paused_endpoints.show(console, paused)

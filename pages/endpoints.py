"""Endpoints: every one of this account and region, with status, machine, price and age; a row opens its detail."""

import streamlit as st

from ui import (
    empty_state,
    endpoint_detail,
    endpoint_reads,
    endpoint_table,
    navigation,
    page_head,
    plan_review,
    polling,
    run_progress,
    session,
)

console = session.console()
with page_head.show("Endpoints", "What runs in this account and region, whoever made it."):
    if st.button("Refresh", icon=":material/refresh:"):
        console.refresh()

if run_progress.current():
    run_progress.show(console, run_progress.current())
    st.button("Close", type="tertiary", on_click=run_progress.leave)

leaving = st.session_state.get("endpoints.delete", "")
if leaving:
    plan = st.session_state.get("endpoints.plan") or console.endpoints.plan_delete(leaving)
    st.session_state["endpoints.plan"] = plan
    run = plan_review.show(
        console, plan, key="endpoints", verb="Delete", typed=leaving,
        replan=lambda: console.endpoints.plan_delete(leaving),
        changed=lambda new: st.session_state.update({"endpoints.plan": new}),
    )  # fmt: skip
    if st.button("Keep it", type="tertiary", key="endpoints.keep") or run:
        st.session_state.pop("endpoints.delete", None)
        st.session_state.pop("endpoints.plan", None)
        run_progress.follow(run) if run else st.rerun()

listed = endpoint_reads.listed(console)
if not listed:
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

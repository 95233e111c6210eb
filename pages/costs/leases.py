"""Leases: which endpoints have an agreed end, who keeps to it, what they cost until then; extend, change, give one."""

import streamlit as st

from ui import (
    empty_state,
    endpoint_changes,
    endpoint_reads,
    error_box,
    formats,
    inventory_line,
    lease_board,
    lease_panel,
    lease_reads,
    navigation,
    page_head,
    run_progress,
    session,
)

console = session.console()
with page_head.show("Leases", "When endpoints end by agreement, also while no console runs; and what they cost until."):
    if st.button("Refresh", icon=":material/refresh:"):
        console.refresh()

if run_progress.current():
    endpoint_changes.ended(run_progress.show(console, run_progress.current()))
    st.button("Close", type="tertiary", on_click=run_progress.leave)

with error_box.shown():
    listed = endpoint_reads.listed(console)
    if not listed:
        empty_state.show(
            "event_busy", "No endpoints here", "Nothing runs in this account and region, so nothing has to end.",
            page=navigation.DEPLOY, label="Deploy",
        )  # fmt: skip
        st.stop()
    details = endpoint_reads.details(console)
    looked = endpoint_reads.looked(console)
    schedules, unread = lease_reads.schedules(console)
    leases, without = lease_reads.leases(console, details.values(), schedules)
    now = console.leases.now()
    lease_board.figures(leases, without, now)
    inventory_line.show(looked)
    if unread is not None:
        error_box.show(unread)
    lease_board.keeper(console, console.why_not_scheduled())
    if leases:
        lease_board.table(leases, now)
    else:
        st.markdown(":gray[No endpoint has an end yet. Choose one below and give it its end.]")
    of = {each.name: each for each in leases}
    names = [*of, *(each.name for each in without)]
    if names:
        chosen = st.selectbox(
            "Endpoint", names, key="leases.chosen", filter_mode="contains",
            format_func=lambda name: f"{formats.short(name)}{'' if name in of else ' · no end'}",
        )  # fmt: skip
        lease_panel.review(console)
        endpoint_changes.show(console)
        lease_panel.show(console, details[chosen], of.get(chosen))

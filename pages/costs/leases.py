"""Leases: what has an agreed end, who keeps to it, what it costs until then; extend, change, give one."""

import streamlit as st

from services.leases import Subject, subject_key
from services.resources import Kind
from ui import (
    empty_state,
    endpoint_changes,
    endpoint_reads,
    error_box,
    inventory_line,
    lease_board,
    lease_panel,
    lease_reads,
    navigation,
    page_head,
    run_progress,
    session,
    workspace_plans,
    workspace_reads,
)

console = session.console()
with page_head.show("Leases", "What ends by agreement, also while no console runs; and what it costs until then."):
    if st.button("Refresh", icon=":material/refresh:"):
        console.refresh()

if run_progress.current():
    endpoint_changes.ended(run_progress.show(console, run_progress.current()))
    st.button("Close", type="tertiary", on_click=run_progress.leave)

with error_box.shown():
    listed = endpoint_reads.listed(console)
    held = workspace_reads.held(console)
    workspace_reads.gaps(held, Kind.NOTEBOOK)
    notebooks = console.leases.notebooks(held)
    if not listed and not notebooks:
        empty_state.show(
            "event_busy", "No endpoints here", "Nothing runs in this account and region, so nothing has to end.",
            page=navigation.DEPLOY, label="Deploy",
        )  # fmt: skip
        st.stop()
    details: dict[str, Subject] = {**endpoint_reads.details(console)}
    details |= {subject_key(each): each for each in notebooks}
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
        st.markdown(":gray[Nothing has an end yet. Choose below what is to get one.]")
    of = {each.key: each for each in leases}
    names = [*of, *(subject_key(each) for each in without)]
    if names:
        chosen = st.selectbox(
            "Endpoint or notebook instance", names, key="leases.chosen", filter_mode="contains",
            format_func=lambda key: f"{lease_reads.label(details[key])}{'' if key in of else ' · no end'}",
        )  # fmt: skip
        lease_panel.review(console)
        endpoint_changes.show(console)
        workspace_plans.show(console, lease_panel.PAGE)
        lease_panel.show(console, details[chosen], of.get(chosen))

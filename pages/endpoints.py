"""Endpoints: every one of this account and region, with status, machine, cost and traffic; a row opens its page."""

from __future__ import annotations

import streamlit as st

from services.endpoints import EndpointRow, find_endpoints
from ui import (
    empty_state,
    endpoint_changes,
    endpoint_filters,
    endpoint_reads,
    endpoint_several,
    endpoint_table,
    error_box,
    inventory_line,
    navigation,
    page_head,
    paused_endpoints,
    polling,
    run_progress,
    session,
)
from ui.escape import literal

console = session.console()
with page_head.show("Endpoints", "What runs in this account and region, whoever made it."):
    if st.button("Refresh", icon=":material/refresh:"):
        console.refresh()

if run_progress.current():
    view = run_progress.show(console, run_progress.current())
    endpoint_changes.ended(view)
    st.button("Close", type="tertiary", on_click=run_progress.leave)

endpoint_changes.show(console)
endpoint_several.show(console)


def table() -> float | None:
    """Filters and table, drawn on their own; how soon they want to be drawn again."""
    looked = endpoint_reads.looked(console, st.session_state.get("endpoints.seen", ()))
    details = looked.details
    rows = [
        EndpointRow(summary=each, detail=detail, task=endpoint_reads.task_of(detail) if detail else "")
        for each in looked.summaries
        for detail in (details.get(each.name),)
    ]
    found = find_endpoints(endpoint_filters.query(), rows, console.connection.now())
    endpoint_filters.show(found)
    endpoint_filters.to_address()
    shown = endpoint_filters.page_of(found.rows)
    st.session_state["endpoints.seen"] = [each.summary.name for each in shown]
    seen = console.traffic.look(each.detail for each in shown if each.detail)
    endpoint_filters.summary(found, endpoint_table.total(found.rows))
    chosen, ticked = endpoint_table.show(console, shown, seen) if shown else (None, ())
    if not shown:
        empty_state.show("search_off", "No endpoint matches", "Take a condition away, or another word.")
    endpoint_filters.pages(len(found.rows))
    endpoint_several.choose(console, ticked, len(shown), tuple(each.summary.name for each in found.rows))
    inventory_line.show(looked)
    if seen.problem is not None:
        st.markdown(f":orange[:material/help: Requests are not shown: {literal(seen.problem.what)}]")
    if chosen:
        _act(*chosen)
    soon = endpoint_reads.READING_SECONDS if seen.waiting else None
    return soon or endpoint_reads.seconds_between_looks(console, looked)


def _act(verb: str, name: str) -> None:
    if verb in (endpoint_table.OPEN, endpoint_table.TEST):
        tab = {"tab": "Test"} if verb == endpoint_table.TEST else {}
        st.switch_page(navigation.ENDPOINT, query_params={"endpoint": name, **tab})
    endpoint_changes.ask(verb, name)
    st.rerun()


with error_box.shown():
    if endpoint_reads.listed(console):
        polling.adaptive(table, "endpoints.every", endpoint_reads.READING_SECONDS)
        paused_endpoints.show(console, paused_endpoints.listed(console))
        st.stop()
    paused = paused_endpoints.listed(console)
    if paused:
        st.markdown(":gray[Nothing runs in this account and region, so nothing is billed by the hour.]")
        paused_endpoints.show(console, paused)
    else:
        empty_state.show(
            "dns", "No endpoints here", "Nothing runs in this account and region, so nothing is billed by the hour.",
            page=navigation.DEPLOY, label="Deploy a pair",
        )  # fmt: skip

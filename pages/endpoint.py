"""One endpoint (`?endpoint=NAME&tab=…`): what it is, whether it is well, what to do with it, and its tabs."""

import streamlit as st

from ui import (
    endpoint_changes,
    endpoint_head,
    endpoint_lookup,
    endpoint_tabs,
    lease_panel,
    navigation,
    run_progress,
    session,
)

console = session.console()
name = str(st.query_params.get("endpoint", ""))
with st.container(horizontal=True, horizontal_alignment="distribute"):
    st.page_link(navigation.ENDPOINTS, label="Endpoints", icon=":material/arrow_back:")
    st.page_link(
        navigation.BATCH, label="Batch with its model", icon=":material/batch_prediction:",
        query_params={"endpoint": name}, help="Have its model answer a whole S3 prefix, beside the endpoint.",
    )  # fmt: skip
detail = endpoint_lookup.found(console, name)
if detail is not None:
    endpoint_head.show(console, detail)

if run_progress.current():
    view = run_progress.show(console, run_progress.current())
    endpoint_changes.ended(view)
    st.button("Close", type="tertiary", on_click=run_progress.leave)
endpoint_changes.show(console, name)
if detail is None:
    endpoint_lookup.instead(console, name)
    st.stop()

endpoint_lookup.denied()
endpoint_head.troubles(console, detail)
lease_panel.line(console, detail)
endpoint_tabs.show(console, detail)
endpoint_lookup.watch(console, detail)

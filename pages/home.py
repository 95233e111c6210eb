"""Home: what runs, what it costs an hour, what is in progress, and what to do next."""

import streamlit as st

from ui import (
    burn_chart,
    concern_box,
    endpoint_picker,
    endpoint_reads,
    endpoint_table,
    formats,
    in_progress,
    navigation,
    next_steps,
    page_head,
    paused_endpoints,
    session,
)

console = session.console()
with page_head.show("Home", "What runs, what it costs, what to do next."):
    if st.button("Refresh", icon=":material/refresh:"):
        console.refresh()
    if st.button("Deploy", type="primary", icon=":material/rocket_launch:"):
        st.switch_page(navigation.DEPLOY)

listed = endpoint_reads.listed(console)
details = endpoint_reads.details(console)
documents = console.knowledge.documents()
embedding, chat = endpoint_picker.pair(console)
hourly = sum(detail.usd_per_hour or 0.0 for detail in details.values())
unknown = sum(detail.usd_per_hour is None for detail in details.values())

with st.grid(4, min_column_width=160):
    ready = sum(each.ready for each in listed)
    st.metric("Endpoints in service", f"{ready} of {len(listed)}", icon=":material/dns:", border=True)
    st.metric(
        "Costs now", formats.at_least(hourly, unknown), icon=":material/payments:", border=True,
        help=f"{formats.count(unknown, 'endpoint')} of unknown price not counted" if unknown else None,
    )  # fmt: skip
    st.metric(
        "If left running",
        formats.UNKNOWN_PRICE if unknown and not hourly else formats.per_month(hourly),
        icon=":material/calendar_month:",
        border=True,
    )
    st.metric("Documents", f"{len(documents):,}", icon=":material/description:", border=True)

concern_box.needs_attention(console.concerns(details.values()))
next_steps.show(next_steps.steps(pair=bool(embedding and chat), documents=len(documents)))

left, right = st.columns([2, 1], gap="small")
with left, st.container(border=True, height="stretch"):
    st.subheader("Endpoints", anchor=False)
    if listed:
        endpoint_table.brief(console, listed)
        burn_chart.show(details)
        st.page_link(navigation.ENDPOINTS, label="All endpoints", icon=":material/arrow_forward:")
    else:
        st.markdown(":gray[Nothing runs, so nothing is billed by the hour.]")
    paused_endpoints.brief(console)
with right, st.container(border=True, height="stretch"):
    st.subheader("In progress", anchor=False)
    in_progress.show(console)

"""Home: what runs, what it costs, whether it is well, what is in progress, and what to do next."""

import streamlit as st

from ui import (
    burn_chart,
    endpoint_picker,
    endpoint_reads,
    endpoint_table,
    home_attention,
    home_figures,
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
home_figures.show(console)
home_attention.show(console)
steps = None if listed else st.container()

left, right = st.columns([2, 1], gap="small")
with left, st.container(border=True, height="stretch"):
    st.subheader("Endpoints", anchor=False)
    if listed:
        endpoint_table.brief(console, listed)
        burn_chart.show(endpoint_reads.looked(console).details)
        st.page_link(navigation.ENDPOINTS, label="All endpoints", icon=":material/arrow_forward:")
    else:
        st.markdown(":gray[Nothing runs, so nothing is billed by the hour.]")
    paused_endpoints.brief(console)
with right, st.container(border=True, height="stretch"):
    st.subheader("In progress", anchor=False)
    in_progress.show(console)

with steps or st.container():  # filled last: which endpoints are of use is known last
    embedding, chat = endpoint_picker.pair(console)
    next_steps.show(next_steps.steps(pair=bool(embedding and chat), documents=len(console.knowledge.documents())))

"""Sandbox: what the stand-in holds, its clock, what is made to go wrong in it, and how to fill or empty it."""

import streamlit as st

from ui import empty_state, navigation, page_head, sandbox_faults, sandbox_holdings, sandbox_tools, session

console = session.console()
with page_head.show("Sandbox", "What stands in for AWS here, and what to make go wrong in it."):
    if st.button("Refresh", icon=":material/refresh:"):
        console.refresh()

control = console.sandbox
if control is None:
    empty_state.show(
        "science", "This is a real account", "What is on this page is for the stand-in that needs no account.",
        page=navigation.SETTINGS, label="Open Settings",
    )  # fmt: skip
    st.stop()

sandbox_tools.told()
kinds, held = sandbox_faults.known(console, control), control.faults()
if held:
    sandbox_faults.active(console, control, held, {each.kind: each.title for each in kinds})

holdings = control.holdings()
left, right = st.columns([3, 2], gap="small")
with left, st.container(border=True, height="stretch"):
    st.subheader("What it holds", anchor=False)
    sandbox_holdings.show(holdings)
    sandbox_tools.fill(console, control, first=not holdings.counts)
with right, st.container(border=True, height="stretch"):
    st.subheader("Its clock", anchor=False)
    sandbox_tools.clock(console, control, holdings)

with st.container(border=True):
    st.subheader("What goes wrong", anchor=False)
    st.markdown(":gray[A switch makes it happen everywhere, every time; Adjust says where and how often.]")
    sandbox_faults.switches(console, control, kinds, held)

sandbox_tools.empty(console, control)

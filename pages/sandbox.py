"""Sandbox: what the stand-in holds, its clock, what is made to go wrong in it, and how to empty or fill it."""

import streamlit as st

from ui import empty_state, error_box, navigation, page_head, plain_table, sandbox_faults, sandbox_tools, session

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

kinds, held = control.fault_kinds(), control.faults()
if held:
    sandbox_faults.active(console, control, held, {each.kind: each.title for each in kinds})

left, right = st.columns([3, 2], gap="medium")
with left, st.container(border=True, height="stretch"):
    st.subheader("What it holds", anchor=False)
    holdings = control.holdings()
    if holdings.counts:
        plain_table.facts({kind: f"{number:,}" for kind, number in holdings.counts.items()}, key="holdings")
    else:
        st.markdown(":gray[Nothing yet. Whatever is deployed here is held by the sandbox and costs nothing.]")
    with st.container(horizontal=True):
        with error_box.shown():
            sandbox_tools.fill(console, control)
        sandbox_tools.empty(console, control)
with right, st.container(border=True, height="stretch"):
    st.subheader("Its clock", anchor=False)
    sandbox_tools.clock(console, control, holdings)

with st.container(border=True):
    st.subheader("What goes wrong", anchor=False)
    st.markdown(":gray[A switch makes it happen everywhere, every time; Adjust says where and how often.]")
    sandbox_faults.switches(console, control, kinds, held)

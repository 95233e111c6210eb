"""Autopilot: pick a table, hear what is wrong with it, see what it may cost, launch."""

import streamlit as st

from ui import autopilot_launch, autopilot_reviewed, page_head, run_progress, session

console = session.console()
with page_head.show("Autopilot", "From a table to predictions: pick data, hear what is wrong with it, launch."):
    if run_progress.current():
        st.button("Launch another", icon=":material/add:", on_click=run_progress.leave)

reviewed = autopilot_reviewed.current()
if run_progress.current():
    autopilot_reviewed.running(console, run_progress.current())
elif reviewed is not None:
    autopilot_reviewed.show(console, reviewed)
else:
    autopilot_launch.show(console)

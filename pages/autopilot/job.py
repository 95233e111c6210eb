"""One AutoML job (`?job=NAME&tab=…`): how far it is, what came out, what to do with it; found again after a refresh."""

import streamlit as st

from ui import autopilot_job, autopilot_tabs, navigation, run_progress, session

console = session.console()
st.page_link(navigation.AUTOPILOT_JOBS, label="Experiments", icon=":material/arrow_back:")
job = autopilot_job.found(console, str(st.query_params.get("job", "")))
if job is None:
    st.stop()

candidates = autopilot_job.candidates(console, job)
autopilot_job.show(console, job, candidates)
if run_progress.current():
    run_progress.show(console, run_progress.current())
    st.button("Close", type="tertiary", on_click=run_progress.leave)
autopilot_tabs.show(console, job, candidates)
autopilot_job.watch(console, job, candidates)

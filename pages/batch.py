"""Batch: a model's answers to everything below an S3 prefix, by a job that ends by itself; `?job=NAME` is one job,
`?endpoint=NAME` begins one with the model behind an endpoint."""

import streamlit as st

from ui import batch_form, batch_job, batch_jobs, error_box, page_head, polling, run_progress, session

JOBS, NEW = "Jobs", "New job"


def begin() -> None:
    """Open the form of a new job; for a button's callback."""
    st.session_state["batch.tab"] = NEW
    polling.whole()


console = session.console()
with page_head.show("Batch", "A model's answers to a whole S3 prefix, by a job that ends by itself."):
    if st.button("Refresh", icon=":material/refresh:"):
        console.refresh()
    if batch_job.current():
        st.button("All jobs", icon=":material/arrow_back:", on_click=batch_job.leave)

if run_progress.current():
    view = run_progress.show(console, run_progress.current())
    made = [step for step in view.plan if step.operation == "create_transform_job"] if view else []
    with st.container(horizontal=True, gap="small"):
        if view is not None and view.status == "done" and made:
            name = str(made[0].parameters["TransformJobName"])
            if st.button("Follow the job", type="primary", icon=":material/arrow_forward:"):
                run_progress.leave()
                st.query_params["job"] = name
                st.rerun()
        st.button("Close", type="tertiary", on_click=run_progress.leave)
    st.stop()

with error_box.shown():
    if batch_job.current():
        batch_job.show(console, batch_job.current())
        st.stop()
    if st.query_params.get("endpoint"):
        st.session_state.setdefault("batch.tab", NEW)
    jobs, new = st.tabs([JOBS, NEW], on_change="rerun", key="batch.tab")
    if jobs.open:
        with jobs:
            polling.adaptive(lambda: batch_jobs.show(console, begin), "batch.every", 3.0)
    if new.open:
        with new:
            batch_form.show(console)

"""Fine-tune: a text model learns from your text, by a plan; its training is followed, and its result deployed."""

import streamlit as st

from ui import error_box, page_head, run_progress, session, tuning_job, tuning_jobs, tuning_launch, tuning_reviewed

NEW, JOBS = "New", "Jobs"

console = session.console()
job = str(st.query_params.get("job", ""))
with page_head.show("Fine-tune", "A text model learns from your own text: plan, train, compare, deploy."):
    if run_progress.current():
        st.button("Back", icon=":material/arrow_back:", on_click=run_progress.leave, key="tune.back")
    elif job:
        st.button("All jobs", icon=":material/list:", on_click=tuning_reviewed.leave_job, key="tune.all")

reviewed = tuning_reviewed.current()
if run_progress.current():
    tuning_reviewed.running(console, run_progress.current())
elif job:
    with error_box.shown():
        tuning_job.show(console, job)
elif reviewed is not None:
    tuning_reviewed.show(console, reviewed)
else:
    what = st.segmented_control(
        "What", [NEW, JOBS], default=NEW, required=True, key="tune.what", label_visibility="collapsed",
        persist_state="session",
    )  # fmt: skip
    with error_box.shown():
        if what == JOBS:
            tuning_jobs.show(console)
        else:
            tuning_launch.show(console)

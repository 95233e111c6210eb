"""Activity: every run and job of this owner, newest first, each with its receipts."""

import streamlit as st

from ui import (
    activity_rows,
    empty_state,
    job_progress,
    journal_view,
    navigation,
    page_head,
    run_progress,
    session,
    status_chip,
)

MOST = 100

console = session.console()
with page_head.show("Activity", "What this console did: which calls, when, with what result."):
    st.button("Refresh", icon=":material/refresh:")

view = st.segmented_control(
    "Show", ["Runs and jobs", "Every call"], default="Runs and jobs", required=True, key="activity.view",
    label_visibility="collapsed",
)  # fmt: skip
if view == "Every call":
    journal_view.show(console)
    st.stop()
jobs = console.jobs.list(console.owner, limit=MOST)
rows = activity_rows.rows(console.runs.list(MOST), jobs)
if run_progress.current():
    run_progress.show(console, run_progress.current())
    st.button("Close", type="tertiary", on_click=run_progress.leave)
for job in jobs:
    if job.status == "running":
        job_progress.show(console, job.id, key=f"activity-{job.id}")
if not rows:
    empty_state.show(
        "history", "Nothing was done yet", "Plans that were run and files that were read are listed here.",
        page=navigation.DEPLOY, label="Deploy a pair",
    )  # fmt: skip
    st.stop()
chosen = st.dataframe(
    [row.shown() for row in rows],
    hide_index=True,
    on_select="rerun",
    selection_mode="single-row",
    key="activity.table",
    alt="Runs and jobs, newest first",
    column_config={
        "Started": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm:ss", pinned=True),
        "What": st.column_config.TextColumn(width="large"),
        "Status": status_chip.column({row.status for row in rows}),
    },
)
st.markdown(":gray[:small[Tick a plan's row to see its steps and receipts.]]")
picked = [rows[number].run for number in chosen.selection.rows if number < len(rows)]
if picked and picked[0] and picked[0] != run_progress.current():
    run_progress.follow(picked[0])

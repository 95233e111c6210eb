"""Activity: every run and job of this owner, newest first, each with its receipts."""

from datetime import UTC, datetime

import streamlit as st

from ui import empty_state, error_box, formats, job_progress, navigation, page_head, run_progress, session, status_chip

MOST = 100

console = session.console()
with page_head.show("Activity", "What this console did: who, when, which calls, with what result."):
    st.button("Refresh", icon=":material/refresh:")

with error_box.shown():
    runs = console.runs.list(MOST)
    jobs = console.jobs.list(console.connection.owner, limit=MOST)
    if run_progress.current():
        run_progress.show(console, run_progress.current())
        st.button("Close", type="tertiary", on_click=run_progress.leave)
    for job in jobs:
        if job.status == "running":
            job_progress.show(console, job.id, key=f"activity-{job.id}")
    rows = [
        *({"Started": run.started, "What": run.title, "Kind": "Plan", "Status": run.status,
           "Took": (run.ended or run.now) - run.started, "Running now": formats.per_hour(run.usd_per_hour)
           if run.usd_per_hour is None or run.usd_per_hour else "—", "id": run.id} for run in runs),
        *({"Started": job.started, "What": job.title, "Kind": job.kind.capitalize(), "Status": job.status,
           "Took": (job.ended or job.started) - job.started, "Running now": "—", "id": ""} for job in jobs),
    ]  # fmt: skip
    rows.sort(key=lambda row: row["Started"], reverse=True)
    if not rows:
        empty_state.show(
            "history", "Nothing was done yet", "Plans that were run and files that were read are listed here.",
            page=navigation.DEPLOY, label="Deploy a pair",
        )  # fmt: skip
        st.stop()
    words = list(dict.fromkeys(chip.word for chip in status_chip.CHIPS.values()))
    colours = [next(chip.colour for chip in status_chip.CHIPS.values() if chip.word == word) for word in words]
    shown = [
        {
            **{name: value for name, value in row.items() if name != "id"},
            "Started": datetime.fromtimestamp(float(row["Started"]), UTC),
            "Status": [status_chip.chip(str(row["Status"])).word],
            "Took": formats.duration(float(row["Took"])),
        }
        for row in rows
    ]
    chosen = st.dataframe(
        shown,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="activity.table",
        alt="Runs and jobs, newest first",
        column_config={
            "Started": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm:ss", pinned=True),
            "What": st.column_config.TextColumn(width="large"),
            "Status": st.column_config.MultiselectColumn(options=words, color=colours),
        },
    )
    st.markdown(":gray[:small[Tick a plan's row to see its steps and receipts.]]")
    picked = [rows[row]["id"] for row in chosen.selection.rows if row < len(rows)]
    if picked and picked[0] and picked[0] != run_progress.current():
        run_progress.follow(str(picked[0]))

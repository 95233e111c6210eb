"""Every call this console made, found by words, status and time, and downloaded; the report of one run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from services.plans.records import (
    as_csv,
    as_json,
    matching,
    records,
    report_json,
    report_markdown,
    report_of,
)
from ui import formats, status_chip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.console import Console
    from services.plans import RunView
    from services.plans.records import Record

MOST_RUNS = 500
SPANS = {
    "Last hour": 3600.0,
    "Last day": 86_400.0,
    "Last week": 7 * 86_400.0,
    "Last 30 days": 30 * 86_400.0,
    "All": 0.0,
}


def report_buttons(console: Console, view: RunView, *, key: str) -> None:
    """Downloads of what became of a run."""
    with st.popover("Report", icon=":material/summarize:", key=f"{key}-report"):
        report = report_of(view, console.owner)
        saved = report.saved_per_month
        if saved is None or saved:
            amount = "price unknown" if saved is None else f"{formats.money(saved)} (an estimate)"
            st.markdown(f"No longer bills a month: **{amount}**".replace("$", "\\$"))
        st.markdown(
            f"{formats.count(len(report.done), 'call')} done, {len(report.gone)} seen gone, {len(report.left)} left"
        )
        name = f"run-{view.id[:8]}"
        st.download_button(
            "Markdown", report_markdown(report), f"{name}.md", "text/markdown", key=f"{key}-report-md",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            "JSON", report_json(report), f"{name}.json", "application/json", key=f"{key}-report-json",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def show(console: Console) -> None:
    """The journal as a table with its filters."""
    found = records(console.runs.list(MOST_RUNS), console.owner)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Find", key="journal.text", placeholder="name, call, ARN, request id…", icon=":material/search:"
        )
        span = st.selectbox("When", list(SPANS), index=2, key="journal.span", width=150)
        statuses = sorted({record.status for record in found})
        status = st.selectbox(
            "Status", ["", *statuses], key="journal.status", width=150,
            format_func=lambda value: status_chip.chip(value).word if value else "Any",
        )  # fmt: skip
        changes = st.toggle("Only changes", value=True, key="journal.changes", help="Without calls that only look.")
    now = datetime.now(UTC).timestamp()
    since = now - SPANS[span] if SPANS[span] else 0.0
    shown = matching(found, text=text, status=status, since=since, changes=changes)
    st.markdown(f":gray[:small[{formats.count(len(shown), 'call')} of {len(found)}; nothing secret is kept of any.]]")
    if not shown:
        st.info("No call matches. Widen the time, or look at those that only read.", icon=":material/filter_alt_off:")
        return
    _table(shown)
    with st.container(horizontal=True):
        for words, kind, made in (("CSV", "text/csv", as_csv(shown)), ("JSON", "application/json", as_json(shown))):
            st.download_button(
                words, made, f"journal.{words.lower()}", kind, key=f"journal.{words}", icon=":material/download:",
                on_click="ignore",
            )  # fmt: skip


def _table(shown: Sequence[Record]) -> None:
    st.dataframe(
        [
            {
                "When": datetime.fromtimestamp(record.at, UTC),
                "Call": record.call,
                "Name": record.name,
                "Status": [status_chip.chip(record.status).word],
                "Cost change": _cost(record),
                "Seen gone": "yes" if record.gone else "",
                "Why": record.what,
                "Problem": record.problem,
                "Request": record.request_id,
                "Plan": record.title,
                "Who": record.who,
            }
            for record in shown
        ],
        hide_index=True,
        alt="Calls, newest first",
        column_config={
            "When": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm:ss", pinned=True),
            "Status": status_chip.column({record.status for record in shown}),
            "Why": st.column_config.TextColumn(width="medium"),
        },
    )


def _cost(record: Record) -> str:
    usd = record.usd_per_hour
    if usd == 0:
        return ""
    return formats.per_hour(usd) if usd is None else f"{'+' if usd > 0 else '−'}{formats.per_hour(abs(usd))}"

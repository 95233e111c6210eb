"""The AutoML jobs of an account as a table: searched, narrowed, a page at a time, kept in the address.

Names and states are the list's; what a job is about is described for the rows on screen, a few at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.autopilot import ProblemKind
from services.autopilot.watching.following import WORDS
from services.autopilot.watching.metrics import words
from services.errors import SagedeckError
from ui import autopilot_reads, empty_state, formats, status_chip
from ui.escape import literal

if TYPE_CHECKING:
    from services.autopilot import Job
    from services.console import Console

STEP = 25
TEXT, STATUS, PAGE = "experiments.text", "experiments.status", "experiments.page"
_ADDRESS = {TEXT: "q", STATUS: "status"}
_WRITTEN = "experiments.address"
_LONGEST = 100
KINDS = {
    ProblemKind.TABULAR: "Table", ProblemKind.TEXT: "Text", ProblemKind.IMAGE: "Images",
    ProblemKind.FORECAST: "Forecast", ProblemKind.LANGUAGE: "Language model",
}  # fmt: skip
PROBLEMS = {
    "Regression": "Regression", "BinaryClassification": "Two classes", "MulticlassClassification": "Several classes"
}  # fmt: skip
# AWS's words of a job's state; a status nobody has listed keeps its own.
BADGES = {"InProgress": "In progress", "Stopping": "Stopping", "Completed": "Completed", "Failed": "Failed",
          "Stopped": "Stopped", "Unknown": "Unknown"}  # fmt: skip


def badge(job: Job) -> str:
    """A job's status as a Markdown badge."""
    return status_chip.badge(job.status.value)


def about(job: Job) -> str:
    """What a job is about, in a word or two."""
    return PROBLEMS.get(job.problem) or KINDS[job.kind]


def show(console: Console, jobs: Sequence[Job]) -> tuple[str, bool]:
    """Write search, choices and table; the job that was opened ("" none), and whether rows wait to be described."""
    _from_address()
    _filters(jobs)
    found = [each for each in jobs if _fits(each)]
    _to_address()
    _summary(len(found), len(jobs))
    if not found:
        empty_state.show("search_off", "No job matches", "Take a condition away, or another word.")
        return "", False
    pages = -(-len(found) // STEP)
    number = min(int(st.session_state.get(PAGE) or 1), pages)
    shown = tuple(found[(number - 1) * STEP : number * STEP])
    told, complete = _described(console, shown)
    opened = _table(console, shown, told)
    if pages > 1:
        st.pagination(pages, key=PAGE, persist_state="session")
    return opened, not complete


def by_name() -> str:
    """Write a field for a job's name, for who may not list jobs; the name that was given."""
    with st.form("experiments-by-name", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name of a job", max_chars=64, help="One job can be looked at without listing all.")
        sent = st.form_submit_button("Open", icon=":material/open_in_full:")
    return (name or "").strip() if sent else ""


def _described(console: Console, shown: tuple[Job, ...]) -> tuple[dict[str, Job], bool]:
    try:
        return autopilot_reads.known(console, shown)
    except SagedeckError as error:
        st.markdown(f":orange[:material/lock: What jobs are about is not shown: {literal(error.what)} "
                    f"{literal(error.why)}]")  # fmt: skip
        return {}, True


def _filters(jobs: Sequence[Job]) -> None:
    counts = Counter(each.status.value for each in jobs)
    with st.container(horizontal=True, gap="small", key="experiments-filters"):
        st.text_input(
            "Search", key=TEXT, placeholder="Name of a job, or a reason why it failed…", icon=":material/search:",
            type="search", live=True, label_visibility="collapsed", on_change=_first_page, width="stretch",
            max_chars=_LONGEST,
        )  # fmt: skip
        names = sorted(counts, key=lambda name: -counts[name])
        chosen = st.session_state.get(STATUS)
        st.selectbox(
            "Status", names if not chosen or chosen in names else [*names, chosen], index=None, key=STATUS,
            placeholder="Any status", label_visibility="collapsed", format_func=lambda name: BADGES.get(name, name),
            on_change=_first_page, width=160,
        )  # fmt: skip


def _summary(found: int, of: int) -> None:
    said = formats.count(of, "job") if found == of else f"{found:,} of {formats.count(of, 'job')}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":gray[{said}]", width="content")
        narrowed = bool(st.session_state.get(TEXT) or st.session_state.get(STATUS))
        st.button("Clear", icon=":material/close:", type="tertiary", on_click=_clear, key="experiments.clear",
                  disabled=not narrowed)  # fmt: skip


def _table(console: Console, shown: Sequence[Job], told: dict[str, Job]) -> str:
    now, opened = console.connection.now(), "experiments.open"
    st.dataframe(
        [_row(told.get(each.name, each), each.name in told, now) for each in shown],
        hide_index=True, placeholder="—", alt="AutoML jobs with status, problem, best value and time",
        height=len(shown) * 35 + 38, key="experiments.table",
        column_config={
            "Name": st.column_config.ButtonColumn("Name", key=opened, type="tertiary", width=230, alignment="left"),
            "Status": status_chip.column({each.status.value for each in shown}, 110),
            "Problem": st.column_config.TextColumn(width=110),
            "Target": st.column_config.TextColumn(width=120),
            "Best": st.column_config.NumberColumn(format="%.4g", width=80),
            "By": st.column_config.TextColumn(width=120),
            "Remark": st.column_config.TextColumn(width="large"),
        },
    )  # fmt: skip
    click: Any = st.session_state.get(opened)
    return shown[click["row"]].name if click and click["row"] < len(shown) else ""


def _row(job: Job, described: bool, now: float) -> dict[str, object]:
    best = job.best.objective if job.best is not None else None
    until = job.ended.timestamp() if job.ended else now
    return {
        "Name": job.name,
        "Status": [status_chip.chip(job.status.value).word],
        "Stage": WORDS.get(job.stage, job.stage) if job.status.moving else None,
        "Problem": about(job) if described else None,
        "Target": job.target or None,
        "Best": best.value if best else None,
        "By": words(best.name) if best else None,
        "Took": formats.duration(until - job.created.timestamp()) if job.created else None,
        "Created": f"{job.created.astimezone(UTC):%Y-%m-%d %H:%M}" if job.created else None,
        "Remark": job.failure or "; ".join(job.partial) or None,
    }


def _fits(job: Job) -> bool:
    text, status = str(st.session_state.get(TEXT) or ""), st.session_state.get(STATUS)
    said = f"{job.name} {job.failure} {' '.join(job.partial)} {job.stage}".casefold()
    return (not status or job.status.value == status) and all(word in said for word in text.casefold().split())


def _first_page() -> None:
    st.session_state.pop(PAGE, None)


def _clear() -> None:
    st.session_state.update({TEXT: "", STATUS: None})
    _first_page()


def _from_address() -> None:
    told = {name: str(st.query_params[name]) for name in _ADDRESS.values() if name in st.query_params}
    if told != st.session_state.get(_WRITTEN) and (told or TEXT not in st.session_state):
        st.session_state[TEXT] = told.get("q", "")[:_LONGEST]
        st.session_state[STATUS] = told.get("status", "")[:_LONGEST] or None


def _to_address() -> None:
    wanted = {name: str(st.session_state[key]) for key, name in _ADDRESS.items() if st.session_state.get(key)}
    now = {name: str(st.query_params[name]) for name in _ADDRESS.values() if name in st.query_params}
    foreign = any(name in st.query_params for name in ("job", "tab", "candidate"))
    if now != wanted or foreign:
        drop = (*now, "job", "tab", "candidate")
        kept = {name: value for name, value in st.query_params.items() if name not in drop}
        st.query_params.from_dict(kept | wanted)
    st.session_state[_WRITTEN] = wanted


def age(at: datetime | None, now: float) -> str:
    """How long ago, by the other side's clock."""
    return formats.ago(at.timestamp() if at else None, now)

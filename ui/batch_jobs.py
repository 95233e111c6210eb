"""Transform jobs as a list: state, time, machine, cost; a row opens its job."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from services.batch import TransformJob
from services.batch.service import MOST_JOBS
from services.connection import Mode
from ui import empty_state, formats, polling, status_chip
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

KEPT_SECONDS = 10.0
ROWS = 20
STATES = ("InProgress", "Stopping", "Completed", "Failed", "Stopped")
POLITE_SECONDS, SANDBOX_SECONDS = 15.0, 3.0


def listed(console: Console) -> tuple[TransformJob, ...]:
    """The newest 500 jobs, read at most every ten seconds."""
    seconds = KEPT_SECONDS if console.connection.mode is Mode.AWS else SANDBOX_SECONDS - 0.5
    return console.cached(("batch", "jobs"), seconds, console.batch.list_jobs)


def seconds_between_looks(console: Console) -> float:
    """How often a job that moves is looked at."""
    return SANDBOX_SECONDS if console.connection.mode is Mode.SANDBOX else POLITE_SECONDS


def show(console: Console, begin: Callable[[], None]) -> float | None:
    """Write the list; how soon it wants to be drawn again. `begin` leads to a new job where there is none."""
    jobs = listed(console)
    if not jobs:
        empty_state.show(
            "batch_prediction", "No transform job yet",
            "A job has a model answer everything below an S3 prefix, and ends by itself.",
            label="New job", begin=begin,
        )  # fmt: skip
        return None
    found = _filtered(jobs)
    page = _page(len(found))
    shown = console.batch.described(found[(page - 1) * ROWS : page * ROWS])
    _figures(console, jobs)
    for each in shown:
        _row(console, each)
    if not found:
        empty_state.show("search_off", "No job matches", "Take a condition away, or another word.")
    return seconds_between_looks(console) if any(each.status.moving for each in jobs) else None


def _filtered(jobs: tuple[TransformJob, ...]) -> tuple[TransformJob, ...]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Filter", key="batch.filter", live=True, autocomplete="off", placeholder="a part of the name"
        ).strip()  # fmt: skip
        states = st.pills(
            "State", [state for state in STATES if any(job.status == state for job in jobs)], key="batch.states",
            selection_mode="multi", format_func=lambda state: status_chip.chip(state).word,
        )  # fmt: skip
    return tuple(job for job in jobs if words.lower() in job.name.lower() and (not states or job.status in states))


def _page(count: int) -> int:
    pages = -(-count // ROWS)
    return int(st.pagination(pages, key="batch.page")) if pages > 1 else 1


def _figures(console: Console, jobs: tuple[TransformJob, ...]) -> None:
    running = console.batch.described(job for job in jobs if job.status.moving)
    prices = [console.batch.spent(job).usd_per_hour for job in running]
    unknown = sum(price is None for price in prices)
    now = formats.at_least(sum(price or 0.0 for price in prices), unknown) if running else "nothing"
    failed = sum(job.status == "Failed" for job in jobs)
    whole = formats.count(len(jobs), "job") if len(jobs) < MOST_JOBS else f"the newest {MOST_JOBS} jobs"
    parts = [whole, f"{len(running)} under way", f"{failed} failed", f"costs {now} now"]
    st.markdown(f":gray[{literal(' · '.join(parts))}]")


def _row(console: Console, job: TransformJob) -> None:
    spent, now = console.batch.spent(job), console.connection.now()
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"batch-row-{job.name}"):
        with st.container(gap=None, width="stretch"):
            st.button(
                f"**{literal(job.name)}**", type="tertiary", key=f"batch.open.{job.name}", on_click=_open,
                args=(job.name,), help=job.name,
            )  # fmt: skip
            asked = job.request
            facts = [f"{asked.copy_of or asked.model}", f"{asked.count} × {asked.instance_type}"] if asked else []
            cost = formats.UNKNOWN_PRICE if spent.usd is None else f"cost {formats.money(spent.usd)}"
            facts += [formats.duration(job.elapsed(now)), cost]
            st.markdown(f":gray[:small[{literal(' · '.join(facts))}]]")
        st.markdown(status_chip.badge(job.status), width="content")


def _open(name: str) -> None:
    st.query_params["job"] = name
    polling.whole()

"""Where prices, quotas, models and images are from, how old they are, and a button to renew each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.catalog.plausible import Doubt
from services.errors import Problem
from services.jobs import JobStatus, JobView
from ui import error_box, formats, job_progress
from ui.escape import literal

if TYPE_CHECKING:
    from services.catalog.refreshing import DataSet, Refreshing, Standing
    from services.console import Console
    from services.jobs import JobHandle

KIND = "refresh"
_MOST = 40  # jobs that are looked through for the newest of each data set
ACCEPTS: Mapping[str, str] = {
    Doubt.FEWER: "it has more than a quarter fewer rows",
    Doubt.JUMPS: "prices moved by more than half",
}


def show(console: Console) -> None:
    """Write a row for each data set; a renewal goes on while one is elsewhere, and is found again here."""
    latest, region = _latest(console), literal(console.refreshing.region)
    st.markdown(f":gray[What is known of AWS in {region}. Prices are read anew by themselves once they are a day old.]")
    for standing in console.refreshing.standings():
        _row(console, standing, latest.get(str(standing.name)))


def _row(console: Console, standing: Standing, job: JobView | None) -> None:
    running = job is not None and job.status is JobStatus.RUNNING
    with st.container(horizontal=True, vertical_alignment="center", key=f"settings-row-{standing.name}"):
        dated = "" if standing.as_of in standing.source else f" · read {literal(standing.as_of)}"
        note = f":gray[:small[{literal(standing.source)}{dated}]]"
        rows = formats.count(standing.rows, "row")
        st.markdown(f"**{literal(standing.title)}** {rows}  \n{note}", width="stretch")
        st.button(
            "Renew", key=f"refresh.{standing.name}", icon=":material/refresh:", disabled=running,
            help=f"Read {standing.name} anew now. It takes some seconds and goes on in the background.",
            on_click=_start, args=(console, standing.name),
        )  # fmt: skip
    if running and job is not None:
        job_progress.show(console, job.id, key=f"refresh-{standing.name}")
    elif job is not None and job.result is not None:
        _ended(console, standing.name, job.result)
    elif job is not None and job.problem is not None:
        error_box.show(job.problem)
    elif standing.problem is not None:
        error_box.show(standing.problem)


def _ended(console: Console, name: DataSet, result: Mapping[str, Any]) -> None:
    if result["done"]:
        st.success(f"{result['before']:,} rows before, {result['after']:,} now.", icon=":material/check_circle:")
        return
    error_box.show(Problem(**result["problem"]))
    refused = [Doubt(each) for each in result["refused"]]
    if refused:
        st.button(
            "Take it all the same", key=f"refresh.accept.{name}", icon=":material/rule:",
            help=f"Read it again, and use it although {' and '.join(ACCEPTS[each] for each in refused)}.",
            on_click=_start, args=(console, name, tuple(refused)),
        )  # fmt: skip


def _start(console: Console, name: DataSet, accepted: tuple[Doubt, ...] = ()) -> None:
    refreshing = console.refreshing
    console.jobs.start(
        KIND, console.connection.owner, f"Renew {name} in {refreshing.region}",
        lambda handle: _work(refreshing, name, accepted, handle),
        key=f"{name} {refreshing.region}", payload={"name": str(name), "region": refreshing.region},
    )  # fmt: skip


def _work(refreshing: Refreshing, name: DataSet, accepted: tuple[Doubt, ...], handle: JobHandle) -> dict[str, Any]:
    def report(share: float, words: str) -> None:
        handle.checkpoint()
        handle.report(share, words)

    return refreshing.renew(name, accepted, report).as_dict()


def _latest(console: Console) -> dict[str, JobView]:
    """The newest renewal of each data set in this region."""
    found: dict[str, JobView] = {}
    for job in console.jobs.list(console.connection.owner, KIND, _MOST):
        if job.payload.get("region") == console.refreshing.region:
            found.setdefault(str(job.payload.get("name")), job)
    return found

"""The tab "Leaderboard": candidates ranked, searched, sorted by any metric, and some laid beside each other."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.autopilot.watching.following import value_of
from services.autopilot.watching.leaderboard import MOST_COMPARED, Query, algorithm, leaderboard, metrics_of
from services.autopilot.watching.metrics import minimized, objective_of, words
from ui import autopilot_compare, autopilot_tabs, empty_state, formats, polling, status_chip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.autopilot import Candidate, Job
    from services.autopilot.watching.leaderboard import Place
    from services.console import Console

SETS = {"Validation": "Validation", "Train": "Training", "Test": "Test"}
MOST_SEEN = 14  # rows; further ones are scrolled to
_LONGEST = 100


def show(console: Console, job: Job, candidates: tuple[Candidate, ...]) -> None:
    """Write the view."""
    if not candidates:
        if job.status.moving:
            empty_state.show("leaderboard", "No candidate yet", "The first one comes once it is trained.")
        else:
            empty_state.show("leaderboard", "No candidates", "The job ended before one was trained.")
        return
    polling.alone(lambda: _view(job, candidates))


def _view(job: Job, candidates: Sequence[Candidate]) -> None:
    key = f"board.{job.name}"
    query = _query(job, candidates, key)
    places = leaderboard(job, candidates, query)
    if len(places) < len(candidates):
        st.markdown(f":gray[{len(places):,} of {formats.count(len(candidates), 'candidate')}]")
    if not places:
        empty_state.show("search_off", "No candidate matches", "Take a condition away, or another word.")
        return
    opened, ticked = _table(job, places, query, key)
    if opened:
        st.query_params["candidate"] = opened
        autopilot_tabs.go("Candidate")
    st.download_button(
        "Download as CSV", lambda: autopilot_compare.as_csv(job, candidates), f"{job.name}-candidates.csv", "text/csv",
        icon=":material/download:", on_click="ignore", key=f"{key}.csv", type="tertiary",
    )  # fmt: skip
    autopilot_compare.show(job, [each.candidate for each in places], ticked, key)


def _query(job: Job, candidates: Sequence[Candidate], key: str) -> Query:
    """What is asked of the board; the address repeats it."""
    _from_address(key)
    objective = objective_of(job)
    with st.container(horizontal=True, gap="small", key="board-filters"):
        text = st.text_input("Search", key=f"{key}.text", placeholder="Name of a candidate…", type="search", live=True,
                             icon=":material/search:", label_visibility="collapsed", max_chars=_LONGEST,
                             width="stretch")  # fmt: skip
        kinds = sorted({algorithm(each) for each in candidates} - {""})
        kind = _choice("Any algorithm", kinds, f"{key}.algorithm")
        status = _choice("Any status", sorted({each.status for each in candidates}), f"{key}.status")
    with st.container(horizontal=True, gap="small", key="board-order", vertical_alignment="bottom"):
        sets = [each for each in SETS if metrics_of(candidates, each)] or ["Validation"]
        which = sets[0]
        if len(sets) > 1:
            which = st.segmented_control("Measured on", sets, default=sets[0], key=f"{key}.set", required=True,
                                         format_func=lambda name: SETS[name]) or sets[0]  # fmt: skip
        metrics = list(metrics_of(candidates, which))
        if objective in metrics:
            metrics.sort(key=lambda name: name != objective)
        metric = ""
        if metrics:
            metric = st.selectbox("Sorted by", metrics, key=f"{key}.metric.{which}", width=230, format_func=words) or ""
    asked = {"q": text or "", "by": metric if metric != objective else "", "algorithm": kind, "status": status}
    _to_address(asked)
    return Query(text or "", status, kind, metric, which)


def _choice(label: str, names: list[str], key: str) -> str:
    chosen = st.session_state.get(key)
    if chosen and chosen not in names:
        names = [*names, chosen]
    picked = st.selectbox(label, names, index=None, key=key, placeholder=label, label_visibility="collapsed", width=160)
    return str(picked or "")


def _table(job: Job, places: Sequence[Place], query: Query, key: str) -> tuple[str, tuple[str, ...]]:
    names = [each.candidate.name for each in places]
    mark = hashlib.sha256("\n".join((query.which, *names)).encode()).hexdigest()[:12]
    opened = f"{key}.open.{mark}"
    metrics = [
        *dict.fromkeys(
            (*((query.metric,) if query.metric else ()), *metrics_of([each.candidate for each in places], query.which))
        )
    ]
    chosen: Any = st.dataframe(
        [_row(each, metrics, query.which) for each in places],
        hide_index=True, placeholder="—", key=f"{key}.table.{mark}", on_select="rerun", selection_mode="multi-row",
        alt=f"Candidates of {job.name} with their metrics", height=min(len(places), MOST_SEEN) * 35 + 38,
        column_config={
            "#": st.column_config.NumberColumn(width=40, help="Rank by the job's objective"),
            "Candidate": st.column_config.ButtonColumn(key=opened, type="tertiary", width=290, alignment="left"),
            "Status": status_chip.column({each.candidate.status for each in places}, 110),
            "Behind": st.column_config.NumberColumn(
                format="percent", help="The best, by the job's objective", width=80
            ),
            **{_heading(name): st.column_config.NumberColumn(
                format="%.4g", help="Less is better" if minimized(name) else "More is better") for name in metrics},
        },
    )  # fmt: skip
    ticked = tuple(names[row] for row in chosen.selection.rows if row < len(names))
    click = st.session_state.get(opened)
    if len(ticked) > MOST_COMPARED:
        st.markdown(f":orange[The first {MOST_COMPARED} of them are laid beside each other.]")
    return (names[click["row"]] if click and click["row"] < len(names) else ""), ticked[:MOST_COMPARED]


def _row(place: Place, metrics: Sequence[str], which: str) -> dict[str, object]:
    each = place.candidate
    return {
        "#": place.rank,
        "Candidate": each.name,
        "Status": [status_chip.chip(each.status).word],
        "Behind": place.behind,
        **{_heading(name): value_of(each, name, which) for name in metrics},
    }


def _heading(metric: str) -> str:
    return words(metric)


def _from_address(key: str) -> None:
    if f"{key}.text" in st.session_state:
        return
    told = {name: str(st.query_params.get(name, ""))[:_LONGEST] for name in ("q", "by", "algorithm", "status")}
    st.session_state[f"{key}.text"] = told["q"]
    for name in ("algorithm", "status"):
        st.session_state[f"{key}.{name}"] = told[name] or None
    if told["by"]:
        st.session_state[f"{key}.metric.Validation"] = told["by"]


def _to_address(asked: dict[str, str]) -> None:
    for name, value in asked.items():
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value
        elif not value:
            st.query_params.pop(name, None)

"""The log of an endpoint's containers: its end as it is written, or what a stretch of time holds.

Lines are cells of a table or a block of code: nothing in them is read as Markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.logs import BadPattern, Filter, Found, Level, LogGroup, component, endpoint, select
from ui import log_table, log_words, polling
from ui.escape import literal
from ui.log_words import LIVE, Asked, Read

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail

SPANS = {
    LIVE: 0,
    "15 min": 900,
    "1 hour": 3600,
    "6 hours": 21_600,
    "1 day": 86_400,
    "7 days": 604_800,
    "30 days": 2_592_000,
}
MOST_FOUND = 2_000  # lines of a search that are shown
SEARCH_SECONDS = 60.0
DAY = 86_400
LEVELS = {"Errors": Level.ERROR, "Warnings": Level.WARNING, "Info": Level.INFO, "Debug": Level.DEBUG}
_ALL = "All"


def show(console: Console, detail: EndpointDetail) -> None:
    """Write the view. CloudWatch is asked while it is drawn, and only as often as its live tail is looked at."""
    key = f"logs.{detail.name}"
    every = _seconds(console, detail, key)

    def draw() -> None:
        _view(console, detail, key)
        if _seconds(console, detail, key) != every:
            st.rerun()  # how often this part is drawn again is settled where the page draws it

    polling.live(draw, every)


def _seconds(console: Console, detail: EndpointDetail, key: str) -> float | None:
    """How often to look again: never at a stretch of time, nor while somebody holds it still."""
    state = st.session_state
    if state.get(f"{key}.paused") or state.get(f"{key}.span", LIVE) != LIVE:
        return None
    return console.logs.live(_group_of(detail, str(state.get(f"{key}.of") or ""))).held().every


def _view(console: Console, detail: EndpointDetail, key: str) -> None:
    asked = _controls(console, detail, key)
    if asked is None:
        return
    read = _search(console, asked) if asked.span else _live(console, asked)
    now = console.connection.now()
    lines = select(read.lines, asked.wanted)
    st.markdown(f":gray[{literal(log_words.summary(asked, read, lines, now))}]")
    if not lines:
        log_words.empty(detail, asked, read)
        return
    log_table.show(lines, asked, key, now)
    _download(console, asked, key, now)


def _live(console: Console, asked: Asked) -> Read:
    live = console.logs.live(asked.group)
    showing = live.held() if asked.paused else live.look()
    return Read(showing.lines, showing.page, showing.every, showing.page.more_streams)


def _search(console: Console, asked: Asked) -> Read:
    wanted = asked.wanted
    levels = ",".join(sorted(wanted.levels))
    name = ("logs", asked.group.name, wanted.text, wanted.pattern, levels, wanted.begins, str(asked.span))

    def load() -> Found:
        return console.logs.search(
            asked.group, text=wanted.text, regex=wanted.pattern, levels=wanted.levels, begins=wanted.begins,
            since=console.connection.now() - asked.span, limit=MOST_FOUND,
        )  # fmt: skip

    with st.spinner("Searching…"):
        found = console.cached(name, SEARCH_SECONDS, load)
    return Read(found.lines, found)


def _controls(console: Console, detail: EndpointDetail, key: str) -> Asked | None:
    """Write the controls; None, with the reason at its field, where they cannot be followed."""
    with st.container(horizontal=True, vertical_alignment="top", gap="small", key="log-controls"):
        group = _group(detail, key)
        span = st.selectbox("Time", list(SPANS), key=f"{key}.span", width=120, help="Live: the end as it is written.")
        begins = _streams(console, group, key)
        with st.container(width=240, gap=None):
            text = (st.text_input("Find", key=f"{key}.text", placeholder="text in a line", live=True) or "").strip()
            regex = bool(st.session_state.get(f"{key}.regex"))
            problem = _problem(text) if regex else ""
            if problem:
                st.markdown(f":red[{literal(problem)}]")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="log-switches"):
        chosen = st.pills(
            "Level", list(LEVELS), selection_mode="multi", key=f"{key}.levels", label_visibility="collapsed",
            width="content",
        )  # fmt: skip
        st.toggle("Regular expression", key=f"{key}.regex", help="RE2: without look-around. Case does not count.")
        wrap = st.toggle("Wrap", key=f"{key}.wrap", help="Show several lines of a long one.")
        paused = st.toggle("Pause", key=f"{key}.paused") if span == LIVE else False
        _newest(key)
    if problem:
        return None
    levels = frozenset(LEVELS[each] for each in chosen or ())
    wanted = Filter("" if regex else text, text if regex else "", levels, begins)
    return Asked(group, wanted, SPANS[span or LIVE], bool(paused), wrap)


def _newest(key: str) -> None:
    """The way back to the newest line, which stands at the top, and on with the live tail."""

    def back() -> None:
        st.session_state[f"{key}.paused"] = False
        log_table.begin_anew(key)

    st.button("Newest", icon=":material/vertical_align_top:", key=f"{key}.newest", on_click=back, type="tertiary")


def _problem(pattern: str) -> str:
    try:
        Filter(pattern=pattern).check()
    except BadPattern as error:
        return " ".join(part for part in (error.what, error.why) if part)
    return ""


def _group(detail: EndpointDetail, key: str) -> LogGroup:
    if not detail.components:
        return endpoint(detail.name)
    names = [*detail.components, detail.name]
    help = "Its inference components, or the endpoint itself."
    return _group_of(detail, str(st.selectbox("Log of", names, key=f"{key}.of", width=200, help=help)))


def _group_of(detail: EndpointDetail, chosen: str) -> LogGroup:
    if not detail.components or chosen == detail.name:
        return endpoint(detail.name)
    return component(chosen or detail.components[0])


def _streams(console: Console, group: LogGroup, key: str) -> str:
    """With what the streams begin that are wanted: a variant, one of its instances; "" everything."""
    seen = {line.stream for line in console.logs.live(group).held().lines}
    chosen = st.session_state.get(f"{key}.stream") or _ALL
    variants = sorted({name.split("/")[0] for name in seen})
    offered = [_ALL, *(f"{name}/" for name in variants if len(variants) > 1), *sorted(seen)]
    if chosen == _ALL and len(seen) < 2:
        return ""
    if chosen not in offered:
        offered.append(chosen)
    picked = st.selectbox("Instance", offered, key=f"{key}.stream", width=210)
    return "" if picked in (None, _ALL) else str(picked)


def _download(console: Console, asked: Asked, key: str, now: float) -> None:
    span = asked.span or DAY
    which = next((label for label, seconds in SPANS.items() if seconds == span), "1 day")

    def text() -> bytes:
        pieces = console.logs.download(asked.group, since=now - span, until=now + 1, wanted=asked.wanted)
        return "".join(pieces).encode("utf-8", "replace")

    name = asked.group.name.rpartition("/")[2]
    st.download_button(
        f"Download the last {which.removeprefix('1 ')}" + ("" if asked.wanted.empty else ", filtered"), text,
        file_name=f"{name}.log", mime="text/plain", key=f"{key}.download", icon=":material/download:",
        on_click="ignore",
        help="As text, at most 50 MB; what is left out is said at its end.",
    )  # fmt: skip

"""The end of a training's log, followed while it moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.logs import Filter, LogGroup, select
from ui import formats, log_table, polling
from ui.escape import literal
from ui.log_words import Asked

if TYPE_CHECKING:
    from services.console import Console

DAYS = 30


def show(console: Console, group: LogGroup, *, moving: bool) -> None:
    """Write it, the newest line first; a text finds lines."""
    key = f"tune.log.{group.begins}"
    every = console.logs.live(group).held().every if moving else None

    def draw() -> None:
        typed = st.text_input("Find", key=f"{key}.text", placeholder="text in a line", live=True, width=260)
        text = (typed or "").strip()
        live = console.logs.live(group)
        page = live.look().page if moving or not live.held().lines else live.held().page
        lines = select(live.held().lines, Filter(text))
        if page.problem:
            st.markdown(f":orange[:material/warning:] {literal(page.problem)}")
        if not lines:
            st.markdown(":gray[It has written nothing yet.]" if not text else ":gray[No line holds this.]")
            return
        st.markdown(f":gray[{formats.count(len(lines), 'line')}, the newest above.]")
        log_table.show(lines, Asked(group, Filter(text), span=DAYS * 86_400), key, console.connection.now())

    polling.live(draw, every)

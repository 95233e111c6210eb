"""A word, on whatever page one is, when a run has ended since this browser last looked; and a sign that one is alive.

It asks this machine's journal and never AWS, and only while a run is alive. When one ends, the page is drawn once more:
it shows what has changed, and the asking stops if that was the last.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import NotFound
from ui import error_box, formats, polling, status_chip
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import Pulse

EVERY_SECONDS = 2.0
MOST = 20  # newest runs that are looked at
_ALIVE = "notices.alive"


def show(console: Console) -> None:
    """Tell of the runs that have ended since, and look again while one is alive. Before the page, which may stop."""
    before: frozenset[str] = st.session_state.get(_ALIVE, frozenset())
    alive = st.session_state[_ALIVE] = _alive(console.runs.pulses(MOST))
    for run_id in sorted(before - alive):
        with error_box.shown():
            _toast(console, run_id)
    if not alive:
        return
    st.set_page_config(page_title=f"({len(alive)}) Sagedeck")

    def look() -> None:
        if alive - _alive(console.runs.pulses(MOST)):
            console.refresh()
            st.rerun()

    polling.live(look, EVERY_SECONDS)


def _alive(pulses: Iterable[Pulse]) -> frozenset[str]:
    return frozenset(pulse.id for pulse in pulses if not pulse.status.ended)


def _toast(console: Console, run_id: str) -> None:
    try:
        view = console.runs.view(run_id)
    except NotFound:
        return
    chip = status_chip.chip(view.status)
    words = f"{chip.word} after {formats.duration((view.ended or view.now) - view.started)}"
    if view.status in ("failed", "interrupted"):
        words += "; Activity says why"
    elif view.usd_per_hour is None or view.usd_per_hour:
        words += f"; costs {formats.per_hour(view.usd_per_hour)}"
    title = literal(formats.short(view.title))  # a toast folds what is longer
    st.toast(f"**{title}**  \n{words.replace('$', chr(92) + '$')}.", icon=f":material/{chip.icon}:", duration="long")

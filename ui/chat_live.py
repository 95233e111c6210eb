"""Answers that are being written: one script run draws all of them, from threads that go on without it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner_utils.exceptions import StopException

from ui import chat_view, polling
from ui.escape import answer as harmless

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from services.chats import Asking, Conversation, Live, Turn
    from services.console import Console

BETWEEN_DRAWS = 0.05  # seconds
ENDED_SECONDS = 1.0
LOOK_SECONDS = 0.3  # a stop or a click is heard when something is drawn, so something is, also while nothing comes


def show(console: Console, chat: Conversation, asking: Asking, turn: Turn) -> None:
    """Write the answers of a turn as they come, until all have ended.

    A click elsewhere ends this drawing and not the answers; Stop, here or at the input, ends them and keeps what came.
    """
    under_way = {live.answer.endpoint for live in asking.lives}
    others = tuple(each for each in turn.shown if each.endpoint not in under_way)  # asked again was only one of several
    # Beside what is emptied below, not in it: a fragment that draws where its place has gone ends the whole page.
    polling.live(lambda: _again(asking), ENDED_SECONDS)
    place = st.empty()
    with place.container():
        st.button("Stop", icon=":material/stop_circle:", key=f"chat.stop.{asking.turn}", on_click=asking.stop)
        spots = []
        for frame, live in zip(chat_view.frames(len(asking.lives)), asking.lives, strict=True):
            with frame:
                chat_view.heading(live.answer.endpoint)
                spots.append(st.empty())
        try:
            _follow(asking, spots)
        except StopException:
            asking.stop()
            raise
        if others:
            chat_view.answers(console, chat, turn, others)
    place.empty()
    known = console.chats.open(chat.id)
    chat_view.answers(console, known, known.turn(asking.turn) or turn)


def _again(asking: Asking) -> None:
    """Stopped at the input, this script drew no further: the page is drawn anew with what was kept."""
    if asking.ended:
        st.rerun()


def _follow(asking: Asking, spots: list[DeltaGenerator]) -> None:
    started, changes = time.perf_counter(), -1
    drawn = [-1] * len(spots)
    while True:
        changes = asking.wait(changes, LOOK_SECONDS)
        for number, (live, spot) in enumerate(zip(asking.lives, spots, strict=True)):
            drawn[number] = _draw(live, spot, drawn[number], time.perf_counter() - started)
        if asking.ended:
            return
        time.sleep(BETWEEN_DRAWS)


def _draw(live: Live, spot: DeltaGenerator, before: int, seconds: float) -> int:
    """Write one answer where it changed; the time it has been waited for while there is none. The new state."""
    text = live.answer.text
    now = live.changed + live.ended
    if not text and not live.ended:
        waited = f" · {seconds:.0f} s" if seconds >= 1 else ""
        spot.markdown(f":gray[:shimmer[Waiting for the first word{waited}]]")
    elif now != before or not live.ended:
        spot.markdown(harmless(text), width=760)
    return now

"""One turn of a chat with an endpoint: streamed, kept whatever ends it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError, StreamBroken
from services.inference import ChatParams, Delta, Message
from ui import diagnosis_box, error_box
from ui.escape import answer

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from services.console import Console

BETWEEN_DRAWS = 0.04  # seconds
TURNS_SENT = 20


@dataclass(slots=True)
class Turn:
    """What was said and what came back, so far."""

    words: str
    text: str = ""
    stopped: bool = False
    problem: SagedeckError | None = None
    seconds: float = 0.0
    last: Delta | None = None


def stream(console: Console, endpoint: str, words: str, turns: list[Turn], *, system: str, params: ChatParams) -> None:
    """Send `words` and write the answer as it comes; as in `answer_view.stream`, the turn is kept from the start."""
    messages = _messages(turns, words, system)
    turn = Turn(words, stopped=True)
    turns.append(turn)
    started = time.perf_counter()
    _words(turn)
    with st.chat_message("assistant", avatar=":material/smart_toy:"):
        place = st.empty()
        place.markdown(":gray[:shimmer[Waiting for the first word]]")
        try:
            _write(console.stream(endpoint, messages, params), turn, place)
        except SagedeckError as error:
            turn.problem = error
            if isinstance(error, StreamBroken):
                turn.text = turn.text or error.partial
        turn.stopped, turn.seconds = False, time.perf_counter() - started
        place.empty()
        _answer(console, turn)


def _write(deltas: Iterator[Delta], turn: Turn, place: DeltaGenerator) -> None:
    drawn = 0.0
    for delta in deltas:
        turn.text += delta.text
        turn.last = delta if delta.done else turn.last
        now = time.perf_counter()
        if delta.text and now - drawn >= BETWEEN_DRAWS:
            place.markdown(answer(turn.text))
            drawn = now


def _messages(turns: list[Turn], words: str, system: str) -> list[Message]:
    messages = [Message("system", system.strip())] if system.strip() else []
    for turn in [turn for turn in turns if turn.text][-TURNS_SENT:]:
        messages += [Message("user", turn.words), Message("assistant", turn.text)]
    return [*messages, Message("user", words)]


def show(console: Console, turn: Turn) -> None:
    """Write a turn that is over."""
    _words(turn)
    with st.chat_message("assistant", avatar=":material/smart_toy:"):
        _answer(console, turn)


def _words(turn: Turn) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        st.text(turn.words)


def _answer(console: Console, turn: Turn) -> None:
    if turn.text:
        st.markdown(answer(turn.text), width=760)
    if turn.stopped:
        st.markdown(":orange-badge[:material/stop_circle: Stopped] :gray[:small[What had arrived is kept.]]")
    if turn.problem is not None:
        error_box.show(turn.problem)
        diagnosis_box.of_problem(console, turn.problem)
    if turn.last is not None:
        st.markdown(f":gray[:small[{_measured(turn)}]]")


def _measured(turn: Turn) -> str:
    parts = [f"{turn.seconds:.1f} s"]
    timing, usage = (turn.last.timing, turn.last.usage) if turn.last else (None, None)
    if timing and timing.first_token_ms is not None:
        parts.append(f"first word after {timing.first_token_ms:.0f} ms")
    if timing and timing.tokens_per_second:
        parts.append(f"{timing.tokens_per_second:.0f} tokens/s")
    if usage and usage.completion_tokens:
        parts.append(f"{usage.completion_tokens} tokens")
    return " · ".join(parts)

"""Where one writes, and what stands at it: why a message was not sent, and the ways that would mend it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from services.chats import Asking, Conversation, Setup
from services.errors import InvalidRequest, SagedeckError
from ui import chat_mending, chat_session, error_box, formats
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

_REFUSED, _AGAIN = "chat.refused", "chat.send-again"
MOST_SIGNS = 2_000_000  # the endpoint's own limit comes first


@dataclass(frozen=True, slots=True)
class Box:
    """What came of the input: the conversation after sending, and its answers under way."""

    sent: Conversation | None = None
    asking: Asking | None = None


def show(console: Console, chat: Conversation | None, setup: Setup) -> Box:
    """Draw the input at the bottom and send what was written."""
    refill = st.session_state.pop(chat_session.PENDING, None)
    if refill is not None:
        st.session_state["chat.words"] = refill
    place = st.bottom.container()
    words = st.chat_input(
        "Say something", key="chat.words", max_chars=MOST_SIGNS, submit_mode="stop", disabled=not setup.endpoints
    )
    again = st.session_state.pop(_AGAIN, None)
    if again is not None:
        words, setup = again
    elif refill is not None:
        words = None
    if words:
        try:
            asking = console.chats.ask(words, setup, chat.id if chat else "")
        except SagedeckError as error:
            st.session_state[_REFUSED], st.session_state[chat_session.PENDING] = (error, words), words
            st.rerun()
        st.session_state.pop(_REFUSED, None)
        chat_session.follow(asking.conversation)
        return Box(console.chats.open(asking.conversation), asking)
    with place:
        _refusal(setup)
        if not setup.endpoints:
            error_box.show(InvalidRequest("No endpoint is chosen.", "", "Choose one to four above."))
    return Box()


def _send(words: str, setup: Setup) -> None:
    """Send once more at the next drawing; what was changed for it stays in the options."""
    st.session_state.pop(_REFUSED, None)
    st.session_state[chat_session.PENDING] = ""  # what stands in the input is what is sent now
    chat_session.load(setup)
    st.session_state[_AGAIN] = (words, setup)


def _refusal(setup: Setup) -> None:
    """Why it was not sent, with the ways that mend it. The words stand in the input again."""
    kept = st.session_state.get(_REFUSED)
    if kept is None:
        return
    error, words = kept
    chat_mending.show(error, setup, partial(_send, words))


def greeting(names: list[str]) -> None:
    """An empty conversation: who would be talked to."""
    if not names:
        return
    who = ", ".join(literal(formats.short(name)) for name in names)
    several = " They answer side by side, each sees its own answers." if len(names) > 1 else ""
    st.markdown(f":gray[Talking to {who}.{several}]")

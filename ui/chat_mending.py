"""What was not sent for its length or its pace: why, and buttons that send it otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from services.chats import Setup, Turn
from services.errors import RateLimited, RequestTooLong, SagedeckError
from ui import error_box, formats

if TYPE_CHECKING:
    from services.console import Console

_REFUSED = "chat.turn.refused"


def show(error: SagedeckError, setup: Setup, send: Callable[[Setup], None], *, key: str = "chat") -> None:
    """Say why, with a button for each setup with which it may be sent; `send` is called before the next drawing."""
    error_box.show(error)
    with st.container(horizontal=True):
        if isinstance(error, RequestTooLong) and error.drop:
            shorter = replace(setup, skip=setup.skip + error.drop)
            st.button(f"Send without the oldest {formats.count(error.drop, 'message')}", key=f"{key}.drop",
                      on_click=send, args=(shorter,))  # fmt: skip
        if isinstance(error, RequestTooLong) and error.answer_tokens:
            params = replace(setup.params, max_new_tokens=error.answer_tokens)
            st.button(f"Send, with {error.answer_tokens:,} tokens for the answer", key=f"{key}.shorter",
                      on_click=send, args=(replace(setup, params=params),))  # fmt: skip
        if isinstance(error, RateLimited):
            st.button("Send again", key=f"{key}.resend", on_click=send, args=(setup,))


@dataclass(frozen=True, slots=True)
class Again:
    """A turn asked once more: by these endpoints (none named: all of the turn), or in other `words`."""

    chat: str
    turn: str
    endpoints: tuple[str, ...] = ()
    words: str = ""


def ask(console: Console, again: Again, setup: Setup) -> None:
    """Ask it; why it was refused stands at the turn from the next drawing on. For callbacks, too."""
    st.session_state.pop(_REFUSED, None)
    try:
        if again.words:
            console.chats.edit(again.chat, again.turn, again.words, setup)
        else:
            console.chats.regenerate(again.chat, again.turn, again.endpoints, setup)
    except SagedeckError as error:
        st.session_state[_REFUSED] = (again, setup, error)
        return
    st.session_state.pop("chat.editing", None)


def refused(console: Console, turn: Turn, endpoints: tuple[str, ...] = ()) -> None:
    """Why this turn could not be asked again by these endpoints, and what would mend it."""
    kept = st.session_state.get(_REFUSED)
    if kept is None:
        return
    again, setup, error = kept
    if (again.turn, again.endpoints) == (turn.id, endpoints):
        show(error, setup, partial(ask, console, again), key=f"chat.again.{turn.id}.{len(endpoints)}")

"""Which conversation this tab shows, and how the next turn is asked: in the address, and in the session."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from services.chats import MOST_ENDPOINTS, Conversation, Setup
from services.errors import SagedeckError

if TYPE_CHECKING:
    from services.console import Console

_CURRENT, _SETUP, _LOADED = "chat.current", "chat.setup", "chat.loaded"
_BASE, _ROUND = "chat.base", "chat.round"
_ENDPOINTS = "endpoints"  # ?endpoints=a,b: asked side by side, in a conversation of their own
PENDING = "chat.pending"  # words that were not sent, so that nobody has to write them again


def current(console: Console) -> Conversation | None:
    """The conversation of the address, else the one this session showed last. Raises NotFound for one that is gone."""
    id = str(st.query_params.get("chat", "")) or str(st.session_state.get(_CURRENT, ""))
    if not st.query_params.get("chat") and asked():
        show("")
        return None
    if not id:
        return None
    try:
        found = console.chats.open(id)
    except SagedeckError:
        show("")
        raise
    st.query_params["chat"] = st.session_state[_CURRENT] = id
    return found


def show(id: str) -> None:
    """Show this conversation from the next drawing on; "" begins a new one."""
    st.session_state[_CURRENT] = id
    for name in ("chat.editing", PENDING):
        st.session_state.pop(name, None)
    if id:
        st.query_params["chat"] = id
    else:
        st.query_params.pop("chat", None)


def kept_setup(chat: Conversation | None, usual: Setup) -> Setup:
    """How the conversation was asked last, else as this session asked last, else `usual`."""
    if chat is not None:
        return chat.setup
    last: Setup | None = st.session_state.get(_SETUP)
    return usual if last is None else replace(last, examples=(), skip=0)


def asked() -> list[str]:
    """The endpoints that the address names, to be asked side by side."""
    return [name for name in str(st.query_params.get(_ENDPOINTS, "")).split(",") if name]


def fill_in(chat: Conversation | None, setup: Setup, ready: list[str]) -> None:
    """Put a setup into the widgets when another conversation is shown, or when they were not drawn for a while."""
    _fill_in(chat, setup, ready)
    named = asked()
    found = [name for name in named if name in ready][:MOST_ENDPOINTS]
    if chat is None and found:
        st.session_state["chat.endpoints"] = found
    if len(found) == len(named):  # else one is still being read
        st.query_params.pop(_ENDPOINTS, None)


def _fill_in(chat: Conversation | None, setup: Setup, ready: list[str]) -> None:
    id = chat.id if chat else ""
    if st.session_state.get(_LOADED) == id and "chat.endpoints" in st.session_state:
        st.session_state["chat.endpoints"] = [name for name in st.session_state["chat.endpoints"] if name in ready]
        return
    st.session_state[_LOADED] = id
    st.session_state["chat.endpoints"] = [name for name in setup.endpoints if name in ready] or ready[:1]
    load(setup)


def load(setup: Setup) -> None:
    """Begin the options with this setup. Their fields get new keys, since a field in a closed popover is not there yet
    to be given a value."""
    st.session_state[_BASE] = setup
    st.session_state[_ROUND] = round_() + 1


def base() -> Setup:
    """What the fields of the options began with."""
    found: Setup = st.session_state[_BASE]
    return found


def round_() -> int:
    """How often they were begun: part of their keys."""
    return int(st.session_state.get(_ROUND, 0))


def keep_setup(setup: Setup) -> None:
    """What a new conversation of this session begins with."""
    st.session_state[_SETUP] = setup


def follow(id: str) -> None:
    """A conversation that was just begun is the one that is shown; its widgets are filled in already."""
    st.session_state[_CURRENT] = st.session_state[_LOADED] = id
    st.query_params["chat"] = id

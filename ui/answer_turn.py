"""A question while it is answered, and after: what the session holds, with what the state database keeps of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.errors import SagedeckError
from services.knowledge import AskRequest
from services.knowledge.asked import AskedTurn
from ui import retrieval_options

if TYPE_CHECKING:
    from services.console import Console

TURNS, CONVERSATION, AGAIN = "ask.turns", "ask.conversation", "ask.again"
ADDRESS = "conversation"  # in the page's address, so that a reload finds it


@dataclass(slots=True)
class Turn:
    """One question with what came of it so far; in the session from its first moment, also when it was stopped."""

    kept: AskedTurn
    error: SagedeckError | None = None

    def change(self, **values: Any) -> None:
        """Know something more of it."""
        self.kept = replace(self.kept, **values)


def begin(console: Console, request: AskRequest, turns: list[Turn]) -> Turn:
    """A further question of the conversation on this page."""
    turn = Turn(console.asked.begin(str(st.session_state.get(CONVERSATION, "")), request))
    st.session_state[CONVERSATION] = st.query_params[ADDRESS] = turn.kept.conversation
    turns.append(turn)
    return turn


def on_page(console: Console) -> list[Turn]:
    """The turns of the conversation this page shows; after a reload those of the one its address names."""
    named = str(st.query_params.get(ADDRESS, ""))
    if TURNS not in st.session_state or (named and named != st.session_state.get(CONVERSATION)):
        open_conversation(console, named)
    turns: list[Turn] = st.session_state[TURNS]
    if turns:
        st.query_params[ADDRESS] = turns[0].kept.conversation
    return turns


def open_conversation(console: Console, conversation: str) -> None:
    """Show this conversation, with the settings its last question was asked with; "" begins a new one."""
    kept = console.asked.turns(conversation) if conversation else ()
    st.session_state[TURNS] = [Turn(each) for each in kept]
    st.session_state[CONVERSATION] = conversation if kept else ""
    if kept:
        retrieval_options.use(kept[-1].request.settings)
    else:
        st.query_params.pop(ADDRESS, None)


def delete(console: Console, conversation: str) -> None:
    """Remove a conversation for good, and begin a new one; a callback."""
    console.asked.delete(conversation)
    open_conversation(console, "")


def ask_again(position: int, question: str) -> None:
    """Have a question asked anew at the next run; what follows it in the conversation goes."""
    st.session_state[AGAIN] = (position, question)


def asked_again(console: Console, turns: list[Turn]) -> str:
    """The question that is to be asked anew, the turns from there on taken away; "" when none is."""
    position, question = st.session_state.pop(AGAIN, (len(turns), ""))
    if question:
        console.asked.drop([turn.kept for turn in turns[position:]])
        del turns[position:]
    return str(question)

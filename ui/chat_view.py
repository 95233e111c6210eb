"""A turn of a conversation: what was said, and the answers side by side with their figures, votes and attempts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.chats import Answer, AnswerStatus, Conversation, Turn, Vote
from ui import chat_mending, chat_session, diagnosis_box, error_box, formats
from ui.chat_mending import Again
from ui.escape import answer as harmless
from ui.escape import literal

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from services.chats import Setup
    from services.console import Console

_COST = "What all instances of this endpoint cost while this call ran: an estimate, since calls share them."


def words(console: Console, chat: Conversation, turn: Turn, setup: Setup) -> None:
    """What was said, and what can be done with it: edit, ask again, fork, another branch."""
    with st.chat_message("user", avatar=":material/person:"):
        if st.session_state.get("chat.editing") == turn.id:
            _edit(console, chat, turn, setup)
            chat_mending.refused(console, turn)
            return
        with st.container(horizontal=True, gap="small"):
            st.text(turn.words, width="stretch")
            chosen = st.menu_button(
                "More", ["Edit", "Ask all again", "Fork from here"], key=f"chat.more.{turn.id}", type="tertiary"
            )
        _branches(console, chat, turn)
        chat_mending.refused(console, turn)
    if chosen == "Edit":
        st.session_state["chat.editing"] = turn.id
        st.session_state[f"chat.edit.{turn.id}"] = turn.words
        st.rerun()
    elif chosen == "Ask all again":
        chat_mending.ask(console, Again(chat.id, turn.id), turn.setup)
        st.rerun()
    elif chosen == "Fork from here":
        chat_session.show(console.chats.fork(chat.id, turn.id))
        st.rerun()


def _edit(console: Console, chat: Conversation, turn: Turn, setup: Setup) -> None:
    """The words in a field; sending them makes a branch beside this one."""
    with st.form(f"chat.form.{turn.id}", border=False):
        said = st.text_area("Your message", key=f"chat.edit.{turn.id}")
        with st.container(horizontal=True):
            sent = st.form_submit_button("Send", type="primary")
            left = st.form_submit_button("Cancel")
    if left:
        st.session_state.pop("chat.editing", None)
        st.rerun()
    if sent:
        chat_mending.ask(console, Again(chat.id, turn.id, words=said or " "), setup)
        st.rerun()


def _branches(console: Console, chat: Conversation, turn: Turn) -> None:
    beside = chat.siblings(turn)
    if len(beside) < 2:
        return
    at = [each.id for each in beside].index(turn.id)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        _switch(
            f"chat.branch.{turn.id}", "Version", at, len(beside),
            lambda to: console.chats.choose_branch(chat.id, beside[to].id),
        )  # fmt: skip


def _switch(key: str, what: str, at: int, of: int, choose: object) -> None:
    """‹ 2/3 ›"""
    st.button("‹", key=f"{key}.before", type="tertiary", disabled=at == 0, on_click=choose, args=(at - 1,),  # type: ignore[arg-type]
              help=f"{what} before")  # fmt: skip
    st.markdown(f":gray[:small[{what} {at + 1} of {of}]]", width="content")
    st.button("›", key=f"{key}.after", type="tertiary", disabled=at == of - 1, on_click=choose, args=(at + 1,),  # type: ignore[arg-type]
              help=f"{what} after")  # fmt: skip


def frames(count: int) -> Sequence[DeltaGenerator]:
    """Where answers stand: one as a message, several as columns, which a phone stacks."""
    if count == 1:
        return [st.chat_message("assistant", avatar=":material/smart_toy:")]
    return st.columns(count, border=True)


def heading(name: str) -> None:
    """Which endpoint speaks."""
    st.markdown(f"**{literal(formats.short(name, 40))}**")


def answers(console: Console, chat: Conversation, turn: Turn, shown: tuple[Answer, ...] = ()) -> None:
    """The answers of a turn that is over, a column each; under one another on a phone."""
    found = shown or turn.shown
    if not found:
        return
    for frame, each in zip(frames(len(found)), found, strict=True):
        with frame:
            heading(each.endpoint)
            one(console, chat, turn, each, several=len(found) > 1)


def one(console: Console, chat: Conversation, turn: Turn, each: Answer, *, several: bool) -> None:
    """One answer with everything about it."""
    if each.text:
        st.markdown(harmless(each.text), width=760)
    if each.status is AnswerStatus.STOPPED:
        why = literal(each.note) or "What had arrived is kept."
        st.markdown(f":orange-badge[:material/stop_circle: Stopped] :gray[:small[{why}]]")
    if each.status is AnswerStatus.RUNNING:
        st.markdown(":gray[:shimmer[Being written in another window]]")
    if each.problem is not None:
        error_box.show(each.problem)
        diagnosis_box.of_problem(console, each.problem)
    _figures(each)
    _judge(console, chat, turn, each, several=several)


def _figures(each: Answer) -> None:
    """The strip: first token, speed, tokens, cost. What was not measured is left out."""
    figures, parts = each.figures, []
    if figures.first_token_ms is not None:
        parts.append(f"first token {formats.milliseconds(figures.first_token_ms)}")
    if figures.tokens_per_second is not None:
        parts.append(f"{figures.tokens_per_second:,.1f} tokens/s")
    if figures.tokens_out is not None:
        read = f"{figures.tokens_in:,} in, " if figures.tokens_in is not None else ""
        parts.append(f"{read}{figures.tokens_out:,} out")
    if figures.seconds is not None:
        parts.append(f"{figures.seconds:.1f} s")
        parts.append(f"≈ {cost(figures.usd)}" if figures.usd is not None else formats.UNKNOWN_PRICE)
    if parts:
        st.markdown(f":gray[:small[{literal(' · '.join(parts))}]]", help=_COST)


def cost(usd: float) -> str:
    """A price that is mostly a fraction of a cent."""
    return f"${usd:.6f}" if usd < 0.01 else formats.money(usd)


def _judge(console: Console, chat: Conversation, turn: Turn, each: Answer, *, several: bool) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key=f"chat-judge-{each.id}"):
        key = f"chat.vote.{each.id}"

        def voted() -> None:
            given = st.session_state.get(key)
            console.chats.vote(each.id, {None: Vote.NONE, 0: Vote.DOWN, 1: Vote.UP}[given])

        before = {Vote.NONE: None, Vote.DOWN: 0, Vote.UP: 1}[each.vote]
        st.feedback("thumbs", key=key, default=before, on_change=voted)
        if several:
            st.button(
                "Best", key=f"chat.best.{each.id}", type="primary" if each.preferred else "tertiary",
                icon=":material/trophy:", help="The best answer of this turn",
                on_click=console.chats.prefer, args=(each, not each.preferred),
            )  # fmt: skip
        st.button("Again", key=f"chat.again.{each.id}", type="tertiary", icon=":material/replay:",
                  help="Ask this endpoint once more; this answer stays as an earlier attempt",
                  on_click=chat_mending.ask,
                  args=(console, Again(chat.id, turn.id, (each.endpoint,)), turn.setup))  # fmt: skip
        tries = turn.attempts(each.endpoint)
        if len(tries) > 1:
            at = [one.id for one in tries].index(each.id)
            _switch(
                f"chat.try.{each.id}", "Attempt", at, len(tries),
                lambda to: console.chats.choose_attempt(chat.id, tries[to]),
            )  # fmt: skip
    chat_mending.refused(console, turn, (each.endpoint,))

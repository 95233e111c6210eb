"""Conversations with one's documents: found again, exported, removed; and the judgements of answers as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.knowledge import feedback
from ui import answer_turn, formats
from ui.answer_turn import Turn
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

SHOWN = 30  # conversations in the list; words find the others


def show(console: Console, turns: list[Turn]) -> None:
    """What the popover holds."""
    st.button("New conversation", icon=":material/add_comment:", on_click=answer_turn.open_conversation,
              args=(console, ""), width="stretch")  # fmt: skip
    if turns:
        _export(turns)
        st.button("Delete this conversation", icon=":material/delete:", type="tertiary", key="ask.delete",
                  help="With its answers, the passages kept with them, and your feedback. It cannot be brought back.",
                  on_click=answer_turn.delete, args=(console, turns[0].kept.conversation))  # fmt: skip
    words = st.text_input("Search in questions and answers", key="ask.words", icon=":material/search:", live=True)
    found = console.asked.conversations((words or "").strip())
    if not found:
        st.markdown(":gray[Nothing asked yet.]" if not words else ":gray[No conversation holds these words.]")
    for each in found[:SHOWN]:
        title = each.title if len(each.title) <= 60 else f"{each.title[:57]}…"
        st.button(
            f"{literal(title)}  \n:small[:gray[{formats.count(each.turns, 'question')} · {formats.ago(each.at)}]]",
            key=f"ask-open-{each.id}", type="tertiary", width="stretch",
            on_click=answer_turn.open_conversation, args=(console, each.id),
        )  # fmt: skip
    if len(found) > SHOWN:
        st.markdown(f":gray[:small[{len(found) - SHOWN} more; search for their words.]]")
    _judgements(console)


def _export(turns: list[Turn]) -> None:
    kept = [turn.kept for turn in turns]
    with st.container(horizontal=True, gap="xsmall"):
        st.download_button("Markdown", lambda: feedback.conversation_markdown(kept), "conversation.md",
                           "text/markdown", icon=":material/download:", on_click="ignore")  # fmt: skip
        st.download_button("JSON", lambda: feedback.conversation_json(kept), "conversation.json",
                           "application/json", icon=":material/download:", on_click="ignore")  # fmt: skip


def _judgements(console: Console) -> None:
    judged = console.asked.judged()
    if not judged:
        return
    st.divider()
    good = sum(each.vote > 0 for each in judged)
    st.markdown(f"**Feedback** :gray[{good} good, {sum(each.vote < 0 for each in judged)} bad]")
    with st.container(horizontal=True, gap="xsmall"):
        st.download_button("CSV", feedback.feedback_csv(judged), "feedback.csv", "text/csv",
                           icon=":material/download:", on_click="ignore", key="ask.feedback.csv")  # fmt: skip
        st.download_button("JSON", feedback.feedback_json(judged), "feedback.json", "application/json",
                           icon=":material/download:", on_click="ignore", key="ask.feedback.json")  # fmt: skip

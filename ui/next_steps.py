"""The three steps from nothing to a cited answer, and which of them are done."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from ui import navigation

_OTHERS = (
    (navigation.AUTOPILOT, "a table, to predict a column of it", "auto_awesome"),
    (navigation.FINE_TUNE, "text, to tune a model on", "model_training"),
    (navigation.NOTEBOOKS, "a notebook", "book_2"),
)


class NextStep(NamedTuple):
    """One step: its words, its page, and whether it is done."""

    icon: str
    title: str
    text: str
    page: str
    label: str
    done: bool


def steps(*, pair: bool, documents: int) -> tuple[NextStep, ...]:
    """The steps, given what is there."""
    return (
        NextStep("rocket_launch", "1 · Deploy a pair", "An embedding model finds, a language model answers. "
                 "You see plan and price first.", navigation.DEPLOY, "Deploy a pair", pair),
        NextStep("upload_file", "2 · Add documents", "Drop PDF, Word, Markdown, HTML or text files. "
                 "They are read, cut and embedded.", navigation.DOCUMENTS, "Add documents", documents > 0),
        NextStep("forum", "3 · Ask", "Answers stream in with numbered citations that open the passage.",
                 navigation.ASK, "Ask your documents", False),
    )  # fmt: skip


def show(wanted: tuple[NextStep, ...]) -> None:
    """Three cards, the first that is not done being the one to press; below them, other ways to begin."""
    current = next((step for step in wanted if not step.done), wanted[-1])
    for column, step in zip(st.columns(3, gap="small"), wanted, strict=True):
        with column, st.container(border=True, height="stretch", gap="small"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f":material/{step.icon}: **{step.title}**", width="stretch")
                if step.done:
                    st.markdown(":green-badge[:material/check: Done]", width="content")
            st.markdown(f":gray[{step.text}]")
            st.space("stretch")
            pressed = st.button(
                step.label, type="primary" if step is current else "secondary", key=f"next.{step.icon}",
                icon=":material/arrow_forward:", width="stretch",
            )  # fmt: skip
            if pressed:
                st.switch_page(step.page)
    with st.container(horizontal=True, vertical_alignment="center", key="next-others"):
        st.markdown(":gray[Or begin with]", width="content")
        for page, label, icon in _OTHERS:
            st.page_link(page, label=label, icon=f":material/{icon}:", width="content")

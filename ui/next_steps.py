"""The three steps from nothing to a cited answer, and which of them are done."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from ui import navigation


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
    """Three cards; the first that is not done is the one to press."""
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

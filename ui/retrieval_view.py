"""What a search found: each passage with its scores as bars, how the evidence is judged, and the prompt it makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.knowledge import Evidence, Passage
from ui import bars, formats, passage_view
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.inference import Message
    from services.knowledge.asking import Prepared

EXCERPT = 320  # characters of a passage in the list; opening it shows the rest in its page


def show(console: Console, prepared: Prepared, asked: str, seconds: float, *, key: str) -> None:
    """The retrieval alone: nobody was asked to answer."""
    found, judged = prepared.found, prepared.evidence
    if prepared.question.rewritten:
        searched(prepared.question.text, prepared.question.by_model)
    many = formats.count(len(found.passages), "passage")
    st.markdown(f"**{many}** for “{literal(asked)}” :gray[:small[· {formats.milliseconds(seconds * 1000)}]]")
    evidence(judged)
    without_index(found.rescored)
    if not found.passages:
        st.info("Nothing fits these settings. Lower the floor, choose other documents or take the filter away.",
                icon=":material/search_off:")  # fmt: skip
    passages(console, found.passages, key=key)
    prompt(prepared.messages, key=key)


def searched(text: str, by_model: bool) -> None:
    """The question as it was searched for, on demand."""
    who = "The language model put in what it leans on" if by_model else "What was asked before goes along"
    with st.expander("Searched for another wording", type="compact", icon=":material/manage_search:"):
        st.markdown(f"Searched for: {literal(text)}  \n:gray[:small[{who}, so that passages are found.]]")


def evidence(judged: Evidence) -> None:
    """How it is judged whether the passages can hold the answer."""
    verdict = "enough to answer" if judged.answerable else "too little to answer"
    nearest = f"nearest meaning {judged.cosine:.2f}, " if judged.cosine > -1.0 else ""
    if nearest and judged.trust < 1.0:
        nearest = f"{nearest[:-2]} (trusted {judged.trust:.0%}, as the model seems to know the language), "
    st.markdown(
        f":gray[Evidence {judged.score:.2f}, {verdict}: {nearest}words of the question found {judged.coverage:.0%}]"
    )


def without_index(rescored: int) -> None:
    """Say that words were weighed among some passages only."""
    if rescored:
        st.markdown(
            f":gray[:material/info: :small[This database has no keyword index: words were weighed among the "
            f"{rescored:,} passages nearest in meaning.]]"
        )


def passages(console: Console, found: Sequence[Passage], *, key: str) -> None:
    """The passages, best first, each with its scores; all bars are of one scale."""
    most = max((value for each in found for _, value in scores(each)), default=1.0)
    for number, passage in enumerate(found, 1):
        with st.container(border=True, gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{number}** {literal(passage_view.place(passage))}", width="stretch")
                if st.button("Open", key=f"{key}-open-{number}", type="tertiary", help=f"Open passage {number}"):
                    passage_view.open_passage(console, passage)
            bars.show(scores(passage), label=f"Scores of passage {number}", most=max(1.0, most))
            st.text(passage.text if len(passage.text) < EXCERPT else f"{passage.text[:EXCERPT]}…")


def scores(passage: Passage) -> list[tuple[str, float]]:
    """A passage's scores by name, as far as there are such."""
    named = (
        ("Sum", passage.score),
        ("Meaning (cosine)", passage.cosine),
        ("Words (of the best)", passage.keyword),
        ("Rerank", passage.rerank),
    )
    return [(name, value) for name, value in named if value is not None]


def prompt(sent: Sequence[Message], *, key: str) -> None:
    """The prompt as the model gets it, each message to be copied."""
    if st.toggle("Show the prompt as the model gets it", key=f"{key}-prompt"):
        for message in sent:
            st.markdown(f"**{literal(message.role)}**")
            st.code(message.content, language=None, wrap_lines=True)

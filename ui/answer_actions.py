"""Under an answer: what it took, a thumb, asking again or otherwise; and what to do when the documents do not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from ui import answer_turn, formats, retrieval_options
from ui.answer_turn import Turn

if TYPE_CHECKING:
    from services.console import Console

LEAST_STEP = 0.05  # under the evidence there was, so that the same passages pass
_THUMBS = {0: -1, 1: 1}  # st.feedback's value -> vote


def usd(console: Console, endpoint: str, seconds: float) -> float | None:
    """What an endpoint costs in this time, busy or not; None where its price is not known."""
    try:
        hourly = console.detail(endpoint).usd_per_hour
    except SagedeckError:
        return None
    return None if hourly is None else hourly * seconds / 3600


def show(console: Console, turn: Turn, position: int) -> None:
    """The row under an answer that is over."""
    key = f"ask-{turn.kept.id}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":gray[:small[{measured(turn)}]]", width="content")
        st.feedback(
            "thumbs", key=f"{key}-vote", on_change=_vote, args=(console, turn, f"{key}-vote"),
            default={-1: 0, 1: 1}.get(turn.kept.vote),
        )  # fmt: skip
        st.button(
            "Ask again", key=f"{key}-again", type="tertiary", icon=":material/refresh:",
            help="Ask the same question with the options as they stand now; what follows it goes.",
            on_click=answer_turn.ask_again, args=(position, turn.kept.question),
        )  # fmt: skip
        with st.popover("Edit", type="tertiary", icon=":material/edit:", key=f"{key}-edit", on_change="rerun") as edit:
            if edit.open:
                _edit(turn, position, key)
        if turn.kept.vote:
            with st.popover("Say why", type="tertiary", icon=":material/rate_review:"):
                st.text_input(
                    "What is right or wrong about it", value=turn.kept.comment, key=f"{key}-why", max_chars=500,
                    on_change=_comment, args=(console, turn, f"{key}-why"),
                )  # fmt: skip


def measured(turn: Turn) -> str:
    """Seconds, first word, tokens and what the language endpoint cost meanwhile."""
    kept = turn.kept
    parts = [f"{kept.seconds:.1f} s"]
    if kept.first_token is not None:
        parts.append(f"first word after {kept.first_token:.1f} s")
    if kept.tokens:
        parts.append(formats.count(kept.tokens, "token"))
    if kept.text:
        parts.append("price unknown" if kept.usd is None else f"≈ \\${kept.usd:.6f}".rstrip("0"))
    return " · ".join(parts)


def _vote(console: Console, turn: Turn, key: str) -> None:
    given = st.session_state.get(key)
    turn.change(vote=_THUMBS.get(given, 0) if given is not None else 0)
    console.asked.judge(turn.kept.id, turn.kept.vote, turn.kept.comment)


def _comment(console: Console, turn: Turn, key: str) -> None:
    turn.change(comment=str(st.session_state.get(key) or "").strip())
    console.asked.judge(turn.kept.id, turn.kept.vote, turn.kept.comment)


def _edit(turn: Turn, position: int, key: str) -> None:
    text = st.text_area("Question", value=turn.kept.question, key=f"{key}-question", max_chars=4000)
    st.button(
        "Ask this instead", key=f"{key}-instead", type="primary", disabled=not (text or "").strip(),
        help="What follows it in the conversation goes.",
        on_click=answer_turn.ask_again, args=(position, (text or "").strip()),
    )  # fmt: skip


def after_refusal(turn: Turn, position: int) -> None:
    """What can be done next; the nearest passages stand below."""
    kept = turn.kept
    evidence, settings = kept.evidence, kept.request.settings
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if evidence is not None and not evidence.answerable and kept.passages:
            lower = max(0.0, round(evidence.score - LEAST_STEP, 2))
            st.button(
                "Answer all the same", key=f"ask-{kept.id}-lower", icon=":material/arrow_downward:",
                help=f"Needs evidence of {lower:.2f} from then on; there is {evidence.score:.2f}, and "
                f"{settings.threshold:.2f} was needed. The model may still find nothing.",
                on_click=_with, args=("threshold", lower, position, kept.question),
            )  # fmt: skip
        if settings.k < retrieval_options.MOST_K:
            more = min(retrieval_options.MOST_K, settings.k * 2)
            st.button(
                f"Give it {more} passages", key=f"ask-{kept.id}-more", icon=":material/unfold_more:",
                on_click=_with, args=("k", more, position, kept.question),
            )  # fmt: skip
    if kept.passages:
        st.markdown(":gray[:small[Or see below what comes nearest, and ask with its words.]]")


def _with(name: str, value: float, position: int, question: str) -> None:
    st.session_state[f"ask.{name}"] = value
    answer_turn.ask_again(position, question)

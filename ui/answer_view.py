"""A question and its answer: streamed, with citations that open their passage, and what was found on demand."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError, StreamBroken
from services.knowledge import AskRequest, Citation, Evidence, Finished, NotInDocuments, Passage, Retrieved, TextDelta
from services.knowledge.prompt import messages
from ui import bars, diagnosis_box, error_box, formats, passage_view
from ui.escape import answer, literal

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from services.console import Console

BETWEEN_DRAWS = 0.04  # seconds; more often than the eye sees only costs bandwidth
EXCERPT = 320  # characters of a passage in the list; opening it shows the rest in its page
TURNS_REMEMBERED = 6  # sent along as history; older ones cost tokens and seldom matter
_NUMBER = re.compile(r"\\\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\\\]")


@dataclass(slots=True)
class Turn:
    """One question with what came of it so far; kept in the session, also when its stream was stopped."""

    question: str
    text: str = ""
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    evidence: Evidence | None = None
    not_found: str = ""
    stopped: bool = False
    problem: SagedeckError | None = None
    seconds: float = 0.0
    first_token: float | None = None
    request: AskRequest | None = None


def history(turns: list[Turn]) -> tuple[tuple[str, str], ...]:
    """The last turns as (role, text) pairs."""
    kept = [turn for turn in turns if turn.text][-TURNS_REMEMBERED:]
    return tuple(pair for turn in kept for pair in (("user", turn.question), ("assistant", turn.text)))


def stream(console: Console, request: AskRequest, turns: list[Turn], *, key: str) -> None:
    """Ask and write the answer as it comes.

    The turn is in `turns` from its first moment, as stopped: a stop or a click elsewhere ends this script in any `st`
    call, and the next run may draw before this one has noticed.
    """
    turn = Turn(question=request.question, request=request, stopped=True)
    turns.append(turn)
    started = time.perf_counter()
    _question(turn)
    with st.chat_message("assistant", avatar=":material/auto_awesome:"):
        place = st.empty()
        place.markdown(":gray[:shimmer[Looking through the documents]]")
        try:
            _follow(console, request, turn, place, started)
        except SagedeckError as error:
            turn.problem = error
            if isinstance(error, StreamBroken):
                turn.text = turn.text or error.partial
        turn.stopped, turn.seconds = False, time.perf_counter() - started
        place.empty()
        _answer(console, turn, key)


def _follow(console: Console, request: AskRequest, turn: Turn, place: DeltaGenerator, started: float) -> None:
    drawn = 0.0
    for event in console.knowledge.answer(request):
        match event:
            case Retrieved(passages, evidence):
                turn.passages, turn.evidence = passages, evidence
                place.markdown(f":gray[:shimmer[Reading {formats.count(len(passages), 'passage')}]]")
            case TextDelta(text):
                turn.text += text
                now = time.perf_counter()
                if turn.first_token is None:
                    turn.first_token = now - started
                if now - drawn >= BETWEEN_DRAWS:
                    place.markdown(with_numbers(turn.text))
                    drawn = now
            case Finished(text, citations):
                turn.text, turn.citations = text, citations
            case NotInDocuments(reason):
                turn.not_found = reason


def with_numbers(text: str) -> str:
    """A model's text as safe Markdown, its citation numbers as badges."""
    return _NUMBER.sub(
        lambda found: " ".join(f":blue-badge[{number.strip()}]" for number in found.group(1).split(",")), answer(text)
    )


def show(console: Console, turn: Turn, *, key: str) -> None:
    """Write a turn that is over."""
    _question(turn)
    with st.chat_message("assistant", avatar=":material/auto_awesome:"):
        _answer(console, turn, key)


def _question(turn: Turn) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(literal(turn.question))


def _answer(console: Console, turn: Turn, key: str) -> None:
    if turn.not_found:
        st.info(f"**Not in the documents.** {literal(turn.not_found)}", icon=":material/search_off:")
    elif turn.text:
        st.markdown(with_numbers(turn.text), width=760)
    if turn.stopped:
        st.markdown(":orange-badge[:material/stop_circle: Stopped] :gray[:small[What had arrived is kept.]]")
    if turn.problem is not None:
        error_box.show(turn.problem)
        diagnosis_box.of_problem(console, turn.problem)
    if turn.citations:
        with st.container(horizontal=True, gap="xsmall"):
            for citation in turn.citations:
                _citation(console, citation, key)
    _found(console, turn, key)


def _citation(console: Console, citation: Citation, key: str) -> None:
    passage = citation.passage
    name = passage.source if len(passage.source) <= 40 else f"{passage.source[:37]}…"
    if st.button(
        f"{citation.number} · {literal(name)}, p. {passage.page}",
        key=f"{key}-citation-{citation.number}",
        icon=":material/format_quote:",
        help="Found by comparing the answer with the passages" if citation.inferred else None,
    ):
        passage_view.open_passage(console, passage)


def _found(console: Console, turn: Turn, key: str) -> None:
    if not turn.passages:
        return
    label = f"{formats.count(len(turn.passages), 'nearest passage')} · {turn.seconds:.1f} s"
    found = st.expander(label, type="compact", key=f"{key}-found", on_change="rerun")
    if not found.open:
        return
    with found:
        if turn.evidence is not None:
            evidence = turn.evidence
            st.markdown(
                f":gray[Evidence {evidence.score:.2f}: nearest meaning {evidence.cosine:.2f}, "
                f"words of the question found {evidence.coverage:.0%}]"
            )
        bars.show(
            [(f"{number} {each.source}, page {each.page}", each.score) for number, each in enumerate(turn.passages, 1)],
            label="Score of each passage",
        )
        for number, passage in enumerate(turn.passages, 1):
            with st.container(border=True, gap="xsmall"):
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.markdown(f"**{number}** {literal(passage.source)}, page {passage.page}", width="stretch")
                    if st.button("Open", key=f"{key}-open-{number}", type="tertiary"):
                        passage_view.open_passage(console, passage)
                st.text(passage.text if len(passage.text) < EXCERPT else f"{passage.text[:EXCERPT]}…")
        if turn.request is not None and st.toggle("Show the prompt as the model got it", key=f"{key}-prompt"):
            for message in messages(turn.request.question, turn.passages, turn.request.history):
                st.markdown(f"**{literal(message.role)}**")
                st.code(message.content, language=None, wrap_lines=True)

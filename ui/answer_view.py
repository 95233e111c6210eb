"""A question and its answer: streamed, with citations that open their passage, and what was found on demand."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError, StreamBroken, problem_of
from services.knowledge import AskRequest, Citation, Finished, NotInDocuments, Retrieved, TextDelta
from services.knowledge.prompt import messages
from ui import answer_actions, answer_turn, diagnosis_box, error_box, formats, passage_view, retrieval_view
from ui.answer_turn import Turn
from ui.escape import answer, literal

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from services.console import Console

BETWEEN_DRAWS = 0.04  # seconds; more often than the eye sees only costs bandwidth
_NUMBER = re.compile(r"\\\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\\\]")


def stream(console: Console, request: AskRequest, turns: list[Turn]) -> None:
    """Ask and write the answer as it comes.

    The turn is in `turns` from its first moment, as stopped: a stop or a click elsewhere ends this script in any `st`
    call, and the next run may draw before this one has noticed.
    """
    turn = answer_turn.begin(console, request, turns)
    started = time.perf_counter()
    _question(turn)
    with st.chat_message("assistant", avatar=":material/auto_awesome:"):
        place = st.empty()
        place.markdown(":gray[:shimmer[Looking through the documents]]")
        try:
            _follow(console, request, turn, place, started)
            turn.change(stopped=False)
        except SagedeckError as error:
            partial = error.partial if isinstance(error, StreamBroken) else ""
            turn.error = error
            turn.change(problem=problem_of(error), text=turn.kept.text or partial, stopped=False)
        finally:
            seconds = time.perf_counter() - started
            turn.change(seconds=seconds, usd=answer_actions.usd(console, request.chat, seconds))
            console.asked.keep(turn.kept)
        place.empty()
        _answer(console, turn, len(turns) - 1, last=True)


def _follow(console: Console, request: AskRequest, turn: Turn, place: DeltaGenerator, started: float) -> None:
    drawn = 0.0
    for event in console.knowledge.answer(request):
        match event:
            case Retrieved():
                _retrieved(turn, event)
                place.markdown(f":gray[:shimmer[Reading {formats.count(len(event.passages), 'passage')}]]")
            case TextDelta(text):
                now = time.perf_counter()
                turn.change(text=turn.kept.text + text, first_token=turn.kept.first_token or now - started)
                if now - drawn >= BETWEEN_DRAWS:
                    place.markdown(with_numbers(turn.kept.text))
                    drawn = now
            case Finished(text, citations, done):
                usage = getattr(done, "usage", None)
                turn.change(text=text, citations=citations, tokens=usage.completion_tokens if usage else None)
            case NotInDocuments(reason):
                turn.change(not_found=reason)


def _retrieved(turn: Turn, event: Retrieved) -> None:
    rescored = event.found.rescored if event.found else 0
    turn.change(passages=event.passages, evidence=event.evidence, searched=event.searched, by_model=event.by_model,
                rescored=rescored)  # fmt: skip


def with_numbers(text: str) -> str:
    """A model's text as safe Markdown, its citation numbers as badges."""
    return _NUMBER.sub(
        lambda found: " ".join(f":blue-badge[{number.strip()}]" for number in found.group(1).split(",")), answer(text)
    )


def show(console: Console, turn: Turn, position: int, *, last: bool) -> None:
    """Write a turn that is over; `last` of its conversation."""
    _question(turn)
    with st.chat_message("assistant", avatar=":material/auto_awesome:"):
        _answer(console, turn, position, last=last)


def _question(turn: Turn) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(literal(turn.kept.question))


def _answer(console: Console, turn: Turn, position: int, *, last: bool) -> None:
    kept, key = turn.kept, f"ask-{turn.kept.id}"
    if kept.not_found:
        st.info(f"**Not in the documents.** {literal(kept.not_found)}", icon=":material/search_off:")
        if last:
            answer_actions.after_refusal(turn, position)
    elif kept.text:
        st.markdown(with_numbers(kept.text), width=760)
    if kept.stopped:
        st.markdown(":orange-badge[:material/stop_circle: Stopped] :gray[:small[What had arrived is kept.]]")
    if kept.problem is not None:
        error_box.show(kept.problem)
        if turn.error is not None:
            diagnosis_box.of_problem(console, turn.error)
    if kept.citations:
        with st.container(horizontal=True, gap="xsmall"):
            for citation in kept.citations:
                _citation(console, citation, key)
        _unfound(kept.citations)
    answer_actions.show(console, turn, position)
    _found(console, turn, key)


def _citation(console: Console, citation: Citation, key: str) -> None:
    passage = citation.passage
    name = passage.source if len(passage.source) <= 40 else f"{passage.source[:37]}…"
    where = str(passage.metadata.get("label") or f"p. {passage.page}")
    told = []
    if citation.inferred:
        told.append("Found by comparing the answer with the passages.")
    if citation.unfound:
        told.append("Words of its sentence are not found in the passage.")
    if st.button(
        f"{citation.number} · {literal(name)}, {literal(where)}",
        key=f"{key}-citation-{citation.number}",
        icon=":material/rule:" if citation.unfound else ":material/format_quote:",
        help=" ".join(told) or None,
    ):
        passage_view.open_passage(console, passage, citation.unfound)


def _unfound(citations: tuple[Citation, ...]) -> None:
    """Say of which citations a sentence's words are missing: a hint, since other words may mean the same."""
    numbers = [str(each.number) for each in citations if each.unfound]
    if numbers:
        st.markdown(
            f":orange[:material/rule: :small[Not found in the passage: words of a sentence that cites "
            f"{', '.join(numbers)}. It may be said in other words; open the passage and compare.]]"
        )


def _found(console: Console, turn: Turn, key: str) -> None:
    kept = turn.kept
    if kept.searched:
        retrieval_view.searched(kept.searched, kept.by_model)
    if not kept.passages:
        return
    label = formats.count(len(kept.passages), "nearest passage")
    found = st.expander(label, type="compact", key=f"{key}-found", on_change="rerun")
    if not found.open:
        return
    with found:
        if kept.evidence is not None:
            retrieval_view.evidence(kept.evidence)
        retrieval_view.without_index(kept.rescored)
        retrieval_view.passages(console, kept.passages, key=key)
        request = kept.request
        asked = kept.searched or request.question
        retrieval_view.prompt(messages(asked, kept.passages, request.history, request.rules), key=key)

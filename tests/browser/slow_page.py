"""Launched by test_stopping: a conversation with a model that takes its time, through the console's own widget."""

import time
from collections.abc import Iterator

import streamlit as st

from services.knowledge import AnswerEvent, AskRequest, Retrieved, TextDelta
from tests.pages.fake_console import EVIDENCE, PASSAGE, FakeConsole
from ui import answer_view

WORDS = 400


def events(_: AskRequest) -> Iterator[AnswerEvent]:
    """A word every 50 ms, for 20 seconds."""
    yield Retrieved((PASSAGE,), EVIDENCE)
    for number in range(WORDS):
        yield TextDelta(f"word{number} ")
        time.sleep(0.05)


st.title("Slow")
console = FakeConsole()
console.knowledge.events = events
turns = st.session_state.setdefault("turns", [])
question = st.chat_input("Ask", submit_mode="stop")
for number, turn in enumerate(turns):
    answer_view.show(console, turn, number, last=False)  # type: ignore[arg-type]
st.button("Look again")
if question:
    request = AskRequest(question, "embedder", "speaker")
    answer_view.stream(console, request, turns)  # type: ignore[arg-type]

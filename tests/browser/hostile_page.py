"""The page of hostile_app: `?raw=1` shows the texts with Streamlit's stock elements, else through ui.escape."""

import os
from typing import Any

import streamlit as st

from services.errors import Problem
from services.knowledge import AskRequest, Citation, Evidence, Passage
from services.knowledge.asked import AskedTurn
from services.knowledge.prompt import messages
from services.prompts import PromptDraft
from tests.browser.hostile import texts
from ui import answer_view, passage_view, prompt_detail, retrieval_view
from ui.answer_turn import Turn
from ui.escape import answer, code, literal

raw = st.query_params.get("raw")


def asked(text: str, number: int) -> None:
    """The views of a question, its answer, what was found for it, and of a prompt, all of it hostile."""
    told = {"section": text, "label": text}
    passage = Passage("p", text, f"{text}.txt", "a" * 64, 1, 0, len(text), 0.5, 0.4, 0.3, told)
    request = AskRequest(text, text, text, rules=text)
    turn = AskedTurn(
        f"{number}", "c", request, text, (Citation(1, passage, unfound=(text,)),), (passage,),
        Evidence(True, 0.5, 0.4, 0.3), text, problem=Problem(text, text, text), vote=1, comment=text,
    )  # fmt: skip
    nobody: Any = None  # nothing is pressed here
    answer_view.show(nobody, Turn(turn), 0, last=True)
    retrieval_view.passages(nobody, (passage,), key=f"found-{number}")
    st.session_state[f"sent-{number}-prompt"] = True
    retrieval_view.prompt(messages(text, (passage,), (), text), key=f"sent-{number}")
    prompt_detail.filled_in(PromptDraft(text, text=f"{text} {{{{a}}}}", system=text), key=f"draft-{number}")


for number, text in enumerate(texts(os.environ["HOSTILE_URL"])):
    if raw:
        st.markdown(text)
        if "http-equiv" not in text:  # no policy stops a refresh, so the console passes no foreign words as HTML
            st.markdown(text, unsafe_allow_html=True)
            st.html(text)
        st.button(text, key=f"button-{number}")
        st.table({"a": [text]})
        st.info(text)
    else:
        st.markdown(answer(text))
        st.markdown(answer_view.with_numbers(text))
        st.markdown(literal(text))
        st.markdown(code(text))
        st.button(literal(text), key=f"button-{number}")
        st.html(passage_view.marked(text, text, text))
        st.text(text)
        asked(text, number)
st.title("All shown")

"""The page of hostile_app: `?raw=1` shows the texts with Streamlit's stock elements, else through ui.escape."""

import os

import streamlit as st

from tests.browser.hostile import texts
from ui import answer_view, passage_view
from ui.escape import answer, code, literal

raw = st.query_params.get("raw")
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
st.title("All shown")

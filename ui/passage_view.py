"""A cited passage in its place: the page of the PDF with the passage marked, or the text with it marked."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.knowledge import Passage

AROUND = 1500  # characters of the page shown before and after a passage that is not in a PDF


@st.dialog("Passage", width="large", position="right", icon=":material/format_quote:")
def open_passage(console: Console, passage: Passage) -> None:
    """The drawer that a citation opens."""
    st.subheader(literal(passage.source), anchor=False)
    facts = [f"page {passage.page}", f"score {passage.score:.2f}"]
    if passage.cosine is not None:
        facts.append(f"meaning {passage.cosine:.2f}")
    if passage.keyword is not None:
        facts.append(f"words {passage.keyword:.2f}")
    st.markdown(f":gray[{' · '.join(facts)}]")
    picture = _picture(console, passage)
    if picture is not None:
        st.image(picture, alt=f"Page {passage.page} of {passage.source}, the passage marked", width="stretch")
        with st.expander("The passage as text"):
            st.html(marked("", passage.text, ""))
    else:
        st.html(marked(*_in_its_page(console, passage)))


def marked(before: str, passage: str, after: str) -> str:
    """HTML of a text with the passage marked; every character of the document is escaped."""
    style = "white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.55;max-width:46rem"
    mark = "background:rgba(255,196,0,.32);color:inherit;padding:.1em 0"
    parts = (html.escape(before), f'<mark style="{mark}">{html.escape(passage)}</mark>', html.escape(after))
    return f'<div style="{style}">{"".join(parts)}</div>'


def _picture(console: Console, passage: Passage) -> bytes | None:
    if not passage.source.lower().endswith(".pdf"):
        return None
    try:
        return console.knowledge.page_picture(passage)
    except SagedeckError:
        return None  # the text stands in


def _in_its_page(console: Console, passage: Passage) -> tuple[str, str, str]:
    try:
        text = console.knowledge.page_text(passage)
    except SagedeckError:
        return "", passage.text, ""
    if text[passage.start : passage.end] != passage.text:
        return "", passage.text, ""
    return text[max(0, passage.start - AROUND) : passage.start], passage.text, text[passage.end : passage.end + AROUND]

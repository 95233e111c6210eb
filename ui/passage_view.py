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

KEPT_SECONDS = 60.0  # of a drawn page or a read document: long enough to look at its other passages
AROUND = 1500  # characters of the page shown before and after a passage that is not in a PDF


@st.dialog("Passage", width=760, position="right", icon=":material/format_quote:")
def open_passage(console: Console, passage: Passage) -> None:
    """The drawer that a citation opens."""
    st.markdown(f"**{literal(passage.source)}** · page {passage.page}", help=_why(passage))
    picture = _picture(console, passage)
    if picture is not None:
        with st.container(border=True):
            st.image(picture, alt=f"Page {passage.page} of {passage.source}, the passage marked", width="stretch")
        with st.expander("The passage as text"):
            st.html(marked("", passage.text, ""))
    else:
        st.html(marked(*_in_its_page(console, passage)))


def _why(passage: Passage) -> str:
    parts = [f"Found with a score of {passage.score:.2f}"]
    if passage.cosine is not None:
        parts.append(f"nearness in meaning {passage.cosine:.2f}")
    if passage.keyword is not None:
        parts.append(f"rare words shared {passage.keyword:.2f}")
    return "; ".join(parts) + "."


def marked(before: str, passage: str, after: str) -> str:
    """HTML of a text with the passage marked; every character of the document is escaped."""
    style = "white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.55;max-width:46rem"
    mark = "background:rgba(255,196,0,.32);color:inherit;padding:.1em 0"
    parts = (html.escape(before), f'<mark style="{mark}">{html.escape(passage)}</mark>', html.escape(after))
    return f'<div style="{style}">{"".join(parts)}</div>'


def _picture(console: Console, passage: Passage) -> bytes | None:
    if not passage.source.lower().endswith(".pdf"):
        return None

    def draw() -> bytes:
        original = console.originals.open(console.owner, passage.document)
        picture: bytes = console.reader.draw(original.path, passage.page, passage.text, owner=console.owner)
        return picture

    key = ("picture", console.owner, passage.document, str(passage.page), passage.id)
    try:
        return console.cached(key, KEPT_SECONDS, draw)
    except SagedeckError:
        return None  # the text stands in


def _in_its_page(console: Console, passage: Passage) -> tuple[str, str, str]:
    """The text before the passage, the passage, and the text after it; only the passage where its page is not kept."""

    def read() -> dict[int, str]:
        original = console.originals.open(console.owner, passage.document)
        reading = console.reader.read(original.path, original.name, console.owner)
        return {page.number: page.text for page in reading.pages}

    try:
        text = console.cached(("pages", console.owner, passage.document), KEPT_SECONDS, read).get(passage.page, "")
    except SagedeckError:
        return "", passage.text, ""
    start, end = passage.start, passage.end
    if text[start:end] != passage.text:
        start = text.find(passage.text)
        end = start + len(passage.text)
    if start < 0:
        return "", passage.text, ""
    return text[max(0, start - AROUND) : start], passage.text, text[end : end + AROUND]

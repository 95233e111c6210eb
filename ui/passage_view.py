"""A cited passage in its place: the page of the PDF with the passage marked, or the text with it marked."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import NotFound, SagedeckError
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.knowledge import Passage

KEPT_SECONDS = 60.0  # of a drawn page or a read document: long enough to look at its other passages
AROUND = 1500  # characters of the page shown before and after a passage that is not in a PDF
GONE = "The original is gone from this machine: this is the passage as it was read in."
LOCKED = "The original opens with a password only, which is kept nowhere: this is the passage as it was read in."
EDITED = "This passage was edited before it was stored: it is not word for word what the document says."
ELSEWHERE = "The document cannot be read again here: this is the passage as it was read in."


def place(passage: Passage) -> str:
    """Where a passage stands: file, page or what the page is called, and section."""
    told = passage.metadata
    where = str(told.get("label") or f"page {passage.page}")
    section = str(told.get("section") or "")
    return ", ".join(part for part in (passage.source, where, section) if part)


@st.dialog("Passage", width=760, position="right", icon=":material/format_quote:")
def open_passage(console: Console, passage: Passage, unfound: tuple[str, ...] = ()) -> None:
    """The drawer that a citation opens. `unfound` are sentences that cite it and whose words it does not hold."""
    told = passage.metadata
    st.markdown(f"**{literal(passage.source)}** · {literal(told.get('label') or f'page {passage.page}')}",
                help=_why(passage))  # fmt: skip
    if told.get("section"):
        st.markdown(f":gray[:material/segment: {literal(told['section'])}]")
    for sentence in unfound:
        st.warning(f"Words of this sentence are not found in the passage: “{literal(sentence)}”",
                   icon=":material/rule:")  # fmt: skip
    if told.get("edited"):
        _alone(passage, EDITED)
        return
    picture = _picture(console, passage)
    if picture is not None:
        with st.container(border=True):
            st.image(picture, alt=f"Page {passage.page} of {passage.source}, the passage marked", width="stretch")
        with st.expander("The passage as text"):
            st.html(marked("", passage.text, ""))
        return
    around, note = _in_its_page(console, passage)
    if note:
        _alone(passage, note)
    else:
        st.html(marked(*around))


def _alone(passage: Passage, note: str) -> None:
    st.info(note, icon=":material/info:")
    st.html(marked("", passage.text, ""))


def _why(passage: Passage) -> str:
    parts = [f"Found with a score of {passage.score:.2f}"]
    if passage.cosine is not None:
        parts.append(f"nearness in meaning {passage.cosine:.2f}")
    if passage.keyword is not None:
        parts.append(f"rare words shared {passage.keyword:.2f}")
    if passage.rerank is not None:
        parts.append(f"by the reranker {passage.rerank:.2f}")
    return "; ".join(parts) + "."


def write(before: str, passage: str, after: str) -> None:
    """Write a text with the passage in it marked."""
    st.html(marked(before, passage, after))


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


def _in_its_page(console: Console, passage: Passage) -> tuple[tuple[str, str, str], str]:
    """The text before the passage, the passage and the text after it; or why there is only the passage."""

    def read() -> tuple[dict[int, str], bool]:
        original = console.originals.open(console.owner, passage.document)
        reading = console.reader.read(original.path, original.name, console.owner)
        locked = reading.refusal is not None and reading.refusal.locked
        return {page.number: page.text for page in reading.pages}, locked

    alone = ("", passage.text, "")
    try:
        pages, locked = console.cached(("pages", console.owner, passage.document), KEPT_SECONDS, read)
    except NotFound:
        return alone, GONE
    except SagedeckError:
        return alone, ELSEWHERE
    text, start, end = pages.get(passage.page, ""), passage.start, passage.end
    held = text[start:end]
    if not (held and passage.text.endswith(held)):  # a table's rows come with its header before them
        start, held = text.find(passage.text), passage.text
        end = start + len(held)
    if start < 0:
        return alone, LOCKED if locked else ELSEWHERE
    return (text[max(0, start - AROUND) : start], held, text[end : end + AROUND]), ""

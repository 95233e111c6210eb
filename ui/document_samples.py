"""Sample sets: small collections to try things with; looked into, added, and asked what they can answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import streamlit as st

from services.knowledge.samples import SampleSet, list_samples, preview_sample, sample_request, sample_uploads
from ui import chunk_settings, document_choice, error_box, formats
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.knowledge import DocumentRecord
    from ui.document_upload import Target

QUESTIONS = 4  # suggested of a set; a phone shows each as a line
LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "ru": "Russian", "ar": "Arabic",
    "ja": "Japanese", "zh": "Chinese", "tr": "Turkish", "el": "Greek", "hi": "Hindi", "th": "Thai",
}  # fmt: skip


def show(console: Console, target: Target, records: Sequence[DocumentRecord]) -> None:
    """Write the sets, one beside the other."""
    held = {record.document for record in records}
    with st.grid(3, min_column_width=260):
        for each in list_samples():
            with st.container(border=True, height="stretch", key=f"sample-{each.id}"):
                _card(console, target, each, added=documents(each.id) <= held)


def suggestions(console: Console, records: Sequence[DocumentRecord]) -> None:
    """Write questions to the sets that were added; each leads to Ask with the question filled in."""
    held = {record.document: record for record in records}
    for each in list_samples():
        if documents(each.id) <= held.keys():
            mine = [held[document] for document in documents(each.id)]
            with st.container(border=True, key=f"suggested-{each.id}"):
                st.markdown(f":material/lightbulb: **Try asking “{literal(each.title)}”**")
                with st.container(horizontal=True, gap="small"):
                    for number, one in enumerate(each.questions[:QUESTIONS]):
                        if st.button(literal(one.question), key=f"suggested.{each.id}.{number}", wrap=True):
                            document_choice.ask(console, mine, one.question)


@cache
def documents(sample: str) -> frozenset[str]:
    """The sha256 of a set's documents."""
    return frozenset(hashlib.sha256(upload.data).hexdigest() for upload in sample_uploads(sample))


def _card(console: Console, target: Target, sample: SampleSet, *, added: bool) -> None:
    st.markdown(f"**{literal(sample.title)}**  \n{literal(sample.about)}")
    languages = ", ".join(LANGUAGES.get(each, each) for each in sample.languages)
    told = f"{formats.count(len(sample.entries), 'document')} · {formats.size(sample.size)} · {languages}"
    st.markdown(f":gray[:small[{literal(told)}]]")
    with st.container(horizontal=True, gap="small"):
        if added:
            st.markdown(":green-badge[:material/done_all: Already there]", width="content")
        elif st.button(
            "Add", icon=":material/add:", key=f"sample.{sample.id}.add", disabled=console.connection.read_only
        ):
            _add(console, target, sample)
        if st.button("Look inside", icon=":material/visibility:", type="tertiary", key=f"sample.{sample.id}.look"):
            look(sample)


def _add(console: Console, target: Target, sample: SampleSet) -> None:
    with error_box.shown():
        request = sample_request(
            sample.id, target.embedding, store=target.store, collection=target.collection,
            chunks=chunk_settings.current(),
        )  # fmt: skip
        st.query_params["job"] = console.knowledge.ingest(request)
        st.rerun()


@st.dialog("Sample set", width="large", icon=":material/visibility:")
def look(sample: SampleSet) -> None:
    """A document of a set as its file has it, and what may be asked."""
    st.markdown(f"**{literal(sample.title)}**  \n{literal(sample.about)}")
    names = {entry.name: entry for entry in sample.entries}
    name = st.selectbox(
        "Document", list(names), key=f"sample.{sample.id}.entry",
        format_func=lambda each: f"{each} ({formats.size(names[each].size)})",
    )  # fmt: skip
    if name:
        st.markdown(f":gray[{literal(names[name].about)}]")
        with st.container(border=True, height=360):
            st.text(preview_sample(sample.id, name))
    st.markdown("**What may be asked**")
    for one in sample.questions:
        source = f" :gray[:small[{literal(one.source)}]]" if one.source else " :gray[:small[nothing in it says so]]"
        st.markdown(f"- {literal(one.question)}{source}")

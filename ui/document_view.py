"""One document opened: its pages with the passages as they are stored, the passages one by one, its original."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.documents import clean_name, estimate_tokens
from services.errors import SagedeckError
from services.knowledge import DocumentRecord, Space
from ui import (
    chunk_figures,
    chunk_settings,
    chunk_text,
    document_choice,
    document_deletion,
    document_filters,
    document_names,
    document_pages,
    document_replacing,
    document_table,
    error_box,
    formats,
    status_chip,
    store_picker,
)
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.documents import Reading
    from services.knowledge import Passage

KEPT_SECONDS = 120.0  # of a reading and of its passages: as long as one looks at other pages of it
A_PAGE = 10  # passages shown at once
TABS = ("Pages", "Passages", "Cut anew", "Replace")


def current(records: Sequence[DocumentRecord]) -> DocumentRecord | None:
    """The document the address names, None when it names none or one that is gone."""
    wanted = str(st.query_params.get("document", ""))
    found = next((record for record in records if document_table.address(record) == wanted), None) if wanted else None
    if wanted and found is None:
        st.query_params.pop("document", None)
    return found


def show(console: Console, record: DocumentRecord) -> None:
    """Write the document; what goes wrong in a part of it is said there."""
    _head(console, record)
    first = st.session_state.pop("document.tab", TABS[0])
    pages, passages, anew, replace = st.tabs(TABS, default=first, on_change="rerun", key=f"document.tabs.{first}")
    with error_box.shown():
        if pages.open:
            with pages:
                _pages(console, record)
        if passages.open:
            with passages:
                _passages(stored(console, record), record)
        if anew.open:
            with anew:
                document_replacing.passages(console, record, document_table.address(record))
        if replace.open:
            with replace:
                document_replacing.version(console, record, document_table.address(record))


def stored(console: Console, record: DocumentRecord) -> tuple[Passage, ...]:
    """A document's passages as its store has them, in the order of the text."""

    def read() -> tuple[Passage, ...]:
        space = Space(console.owner, record.collection, record.model, record.dimension)
        store = console.knowledge.store(record.store)
        found: tuple[Passage, ...] = store.get(space, store.ids(space, record.document))
        return found

    key = ("stored", console.owner, document_table.address(record), record.job, str(record.chunks))
    held: tuple[Passage, ...] = console.cached(key, KEPT_SECONDS, read)
    return held


def reading_of(console: Console, record: DocumentRecord) -> Reading:
    """A document's original, read again; its refusal says why where it cannot be, as of one with a password."""

    def read() -> Reading:
        original = console.originals.open(console.owner, record.document)
        reading: Reading = console.reader.read(original.path, original.name, console.owner)
        return reading

    found: Reading = console.cached(("reading", console.owner, record.document), KEPT_SECONDS, read)
    return found


def _head(console: Console, record: DocumentRecord) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("All documents", icon=":material/arrow_back:", type="tertiary", on_click=_leave, key="document.back")
        st.markdown(status_chip.badge(record.status), width="content")
    st.subheader(document_names.shown(record.name, 90), anchor=False)
    facts = [
        document_filters.kind_of(record.kind),
        formats.count(record.pages, "page"),
        formats.count(record.chunks, "passage"),
        formats.size(record.size),
        chunk_settings.sentence(record.cut) + (", changed by hand" if record.edited else ""),
        f"added {formats.ago(record.added)}",
    ]
    where = f"{literal(store_picker.NAMES[record.store])}, {code(record.collection)}, found by {code(record.model)}"
    st.markdown(f":gray[{literal(' · '.join(facts))}]  \n:gray[{where}]")
    with st.container(horizontal=True, gap="small"):
        if st.button("Ask only this", type="primary", icon=":material/forum:", key="document.ask"):
            document_choice.ask(console, [record])
        _download(console, record)
        if st.button("Delete…", icon=":material/delete:", key="document.delete", disabled=console.connection.read_only):
            document_deletion.ask(console, [record])


def _download(console: Console, record: DocumentRecord) -> None:
    try:
        path = console.originals.open(console.owner, record.document).path
    except SagedeckError:
        st.markdown(":gray[The original is not kept here.]", width="content")
        return
    st.download_button(
        "Download the original", path.read_bytes, clean_name(record.name), "application/octet-stream",
        on_click="ignore", icon=":material/download:", key="document.download",
    )  # fmt: skip


def _leave() -> None:
    st.query_params.pop("document", None)


def _pages(console: Console, record: DocumentRecord) -> None:
    passages = stored(console, record)
    reading = reading_of(console, record)
    if reading.refusal is not None:
        st.info(
            f"The pages cannot be shown: {literal(reading.refusal.reason)} The passages are stored and can be asked.",
            icon=":material/lock:" if reading.refusal.locked else ":material/info:",
        )
        return
    for warning in reading.warnings:
        st.warning(document_names.shown(warning, 400), icon=":material/warning:")
    number = document_pages.picker(len(reading.pages), key=f"document.page.{document_table.address(record)}")
    page = reading.pages[number - 1]
    here = [(place, each) for place, each in enumerate(passages, 1) if each.page == page.number]
    with st.container(horizontal=True, vertical_alignment="center"):
        document_pages.head(page, len(here))
        looks = record.kind == "pdf" and st.toggle("As it looks", key="document.looks", persist_state="session")
    if looks:
        picture = console.cached(
            ("drawn", console.owner, record.document, str(page.number)), KEPT_SECONDS,
            lambda: console.reader.draw(
                console.originals.open(console.owner, record.document).path, page.number, owner=console.owner
            ),
        )  # fmt: skip
        st.image(picture, alt=f"Page {page.number}", width=760)
        return
    spans = [chunk_text.Span(each.start, each.end, place) for place, each in here]
    chunk_text.show(page.text, spans, f"Page {page.number} with its passages")


def _passages(passages: Sequence[Passage], record: DocumentRecord) -> None:
    chunk_figures.show([estimate_tokens(each.text) for each in passages], None)
    last = -(-len(passages) // A_PAGE)
    key = f"document.passages.{document_table.address(record)}"
    number = document_pages.picker(last, key=key, noun="Passages, part")
    for place, each in enumerate(passages[(number - 1) * A_PAGE : number * A_PAGE], (number - 1) * A_PAGE + 1):
        with st.container(border=True, gap="small"):
            st.markdown(f"**{place}** · {where(each)} · :gray[{estimate_tokens(each.text):,} tokens (estimate)]")
            st.text(each.text)


def where(passage: Passage) -> str:
    """A passage's page, and the section it stands under."""
    label = str(passage.metadata.get("label") or "")
    section = str(passage.metadata.get("section") or "")
    parts = [document_names.shown(label or f"Page {passage.page}")]
    return " · ".join([*parts, document_names.shown(section, 160)] if section else parts)

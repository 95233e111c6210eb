"""Look before it is stored: a file's pages with its passages, live while the cut is changed; passages can be edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.documents import estimate_tokens
from services.knowledge import ChunkPlan
from ui import chunk_editing, chunk_figures, chunk_settings, chunk_text, document_names, document_pages, polling
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.documents import Refusal
    from ui.document_draft import Draft


def show(
    console: Console, draft: Draft, *, key: str, cut: str = chunk_settings.NEW, usual: ChunkPlan | None = None
) -> None:
    """Write the cut, the figures, the page and the passages; a change draws this part again and nothing else.

    cut     whose fields say how it is cut (chunk_settings)
    usual   the cut they begin with; None: as the owner has chosen for new files
    """
    polling.alone(lambda: _draw(console, draft, key, cut, usual))


def _draw(console: Console, draft: Draft, key: str, cut: str, usual: ChunkPlan | None) -> None:
    left, right = st.columns([1, 2], gap="medium")
    with left:
        plan = chunk_settings.show(cut, usual)
        if draft.edited and plan != draft.plan:
            _ask_before_losing(draft, key, cut)
            return
    with right, st.spinner("Reading…", show_time=True):
        seen = draft.cut(console, plan)
    if seen.reading.refusal is not None:
        refused(draft, seen.reading.refusal, key)
        return
    with right:
        chunk_figures.show([estimate_tokens(each.text) for each in draft.passages], seen.token_cap)
    for warning in seen.reading.warnings:
        st.warning(document_names.shown(warning, 400), icon=":material/warning:")
    pages, passages = st.tabs(["Pages", "Passages"], on_change="rerun", key=f"{key}.tabs")
    if pages.open:
        with pages:
            _page(draft, key)
    if passages.open:
        with passages:
            chunk_editing.show(draft, seen, key=key)


def refused(draft: Draft, refusal: Refusal, key: str) -> None:
    """Why a file cannot be looked at; of one with a password, the field for it."""
    st.error(f"**{literal(refusal.reason)}**  \n{literal(refusal.hint)}", icon=":material/block:")
    if not refusal.locked:
        return
    with st.form(f"{key}.unlock", border=False):
        word = st.text_input(
            "Password", type="password", autocomplete="off", help="It opens the file and is kept nowhere."
        )
        if st.form_submit_button("Open", icon=":material/lock_open:") and word:
            draft.password = word
            st.rerun()


def _ask_before_losing(draft: Draft, key: str, cut: str) -> None:
    """The cut was changed after passages were: cutting anew gives those changes up, so it is asked for."""
    st.warning("You changed passages. Another cut makes them anew, without your changes.", icon=":material/edit:")
    st.button("Cut anew", key=f"{key}.anew", type="primary", on_click=draft.before.clear)
    if draft.plan is not None:
        st.button(
            "Keep my passages", key=f"{key}.keep", on_click=chunk_settings.put_back, args=(cut, draft.plan)
        )  # fmt: skip


def _page(draft: Draft, key: str) -> None:
    pages = draft.seen.pages if draft.seen is not None else ()
    number = document_pages.picker(len(pages), key=f"{key}.page")
    page = pages[number - 1]
    here = [each for each in draft.passages if each.page == page.number]
    document_pages.head(page, len(here))
    spans = [chunk_text.Span(each.start, each.end, each.ordinal + 1) for each in here if not each.edited]
    edited = sum(each.edited for each in here)
    more = f" {edited} of them hold your own words and are not marked here." if edited else ""
    chunk_text.show(page.text, spans, f"Page {page.number} with its passages", more)

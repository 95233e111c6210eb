"""A document's passages one by one before they are stored: rewritten, parted, put together, left out, undone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

from services.documents import estimate_tokens
from services.documents.editing import change_passage, drop_passage, merge_passages, split_passage, too_long
from ui import document_names, document_pages, formats

if TYPE_CHECKING:
    from services.documents import Chunk
    from services.knowledge.previews import ChunkPreview
    from ui.document_draft import Draft

A_PAGE = 6  # passages shown at once
LONGEST = 20_000  # characters one may write into a passage
SHOWN = 50  # characters of a place to part at
_PLACES = re.compile(r"(?<=[.!?。！？؟।])\s+|\n+")


def show(draft: Draft, seen: ChunkPreview, *, key: str) -> None:
    """Write the passages of one page of the list, each with what can be done to it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        changes = len(draft.before)
        st.button("Undo", icon=":material/undo:", key=f"{key}.undo", disabled=not changes, on_click=draft.undo)
        told = f"{formats.count(changes, 'change')}: these passages are stored as they stand here." if changes else (
            "As they are cut. What you change here is stored instead."
        )  # fmt: skip
        st.markdown(f":gray[{told}]", width="content")
    cap = seen.token_cap
    over = too_long(draft.passages, cap)
    only = bool(over) and st.toggle(f"Only the {len(over):,} over the model's limit", key=f"{key}.over")
    shown = [draft.passages[place] for place in over] if only else list(draft.passages)
    number = document_pages.picker(-(-len(shown) // A_PAGE), key=f"{key}.list", noun="Passages, part")
    for each in shown[(number - 1) * A_PAGE : number * A_PAGE]:
        _passage(draft, each, seen, key)


def _passage(draft: Draft, each: Chunk, seen: ChunkPreview, key: str) -> None:
    cap, tokens = seen.token_cap, estimate_tokens(each.text)
    place = " · ".join(
        document_names.shown(part, 160) for part in (each.label or f"Page {each.page}", each.section) if part
    )
    mark = " · :orange[:material/warning: over the limit]" if cap is not None and tokens > cap else ""
    mark += " · :blue[:material/edit: changed]" if each.edited else ""
    # a field of its own for each text: after a change the places of those behind it are others
    name = f"{key}.{each.ordinal}.{hash(each.text) & 0xFFFFFFFF:x}"
    with st.container(border=True, gap="small"):
        st.markdown(f"**{each.ordinal + 1}** · {place} · :gray[{tokens:,} tokens (estimate)]{mark}")
        st.text_area(
            f"Passage {each.ordinal + 1}", each.text, key=f"{name}.text", max_chars=LONGEST, height="content",
            label_visibility="collapsed", on_change=_rewrite, args=(draft, each.ordinal, f"{name}.text"),
        )  # fmt: skip
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            _parting(draft, each, name)
            st.button(
                "Merge with next", icon=":material/merge:", key=f"{name}.merge", type="tertiary",
                disabled=each.ordinal + 1 >= len(draft.passages), on_click=_do, args=(draft, "merge", each.ordinal),
            )  # fmt: skip
            st.button(
                "Leave out", icon=":material/remove_circle:", key=f"{name}.drop", type="tertiary",
                on_click=_do, args=(draft, "drop", each.ordinal),
            )  # fmt: skip


def _parting(draft: Draft, each: Chunk, name: str) -> None:
    """Where a passage may be parted: before one of its sentences or lines."""
    places = parting_places(each.text)
    with st.popover("Split", icon=":material/call_split:", type="tertiary", disabled=not places):
        if places:
            middle = min(places, key=lambda place: abs(place - len(each.text) // 2))
            chosen = st.selectbox(
                "Split before", places, index=places.index(middle), key=f"{name}.place",
                format_func=lambda place: f"{each.text[place : place + SHOWN]}…",
            )  # fmt: skip
            st.button(
                "Split here", key=f"{name}.split", type="primary", on_click=_do,
                args=(draft, "split", each.ordinal, chosen),
            )  # fmt: skip


def parting_places(text: str) -> list[int]:
    """The places in a text, after the first, where a sentence or a line begins."""
    return [match.end() for match in _PLACES.finditer(text) if 0 < match.end() < len(text)]


def _rewrite(draft: Draft, ordinal: int, field: str) -> None:
    text = str(st.session_state.get(field) or "")
    if ordinal < len(draft.passages) and text.strip() != draft.passages[ordinal].text.strip():
        pages = draft.seen.pages if draft.seen is not None else ()
        draft.change(change_passage(draft.passages, ordinal, text, pages))


def _do(draft: Draft, what: str, ordinal: int, place: int = 0) -> None:
    if ordinal >= len(draft.passages):
        return
    pages = draft.seen.pages if draft.seen is not None else ()
    if what == "merge":
        draft.change(merge_passages(draft.passages, ordinal, pages))
    elif what == "split":
        draft.change(split_passage(draft.passages, ordinal, place, pages))
    elif len(draft.passages) > 1:
        draft.change(drop_passage(draft.passages, ordinal))

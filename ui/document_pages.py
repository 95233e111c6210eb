"""Which page of a document is looked at, and what it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import document_names, formats

if TYPE_CHECKING:
    from services.documents import Page

FEW = 12  # pages that a pager shows at once


def picker(count: int, *, key: str, noun: str = "Page") -> int:
    """A page from 1: nothing to choose of one, a pager for a few, a field for a book."""
    if count <= 1:
        return 1
    if count <= FEW:
        return min(count, int(st.pagination(count, key=f"{key}.{count}")))
    return int(st.number_input(f"{noun}, of {count:,}", 1, count, 1, key=f"{key}.{count}", width=180))


def head(page: Page, passages: int) -> None:
    """Write a page's name and how many passages begin on it."""
    name = page.label or f"Page {page.number}"
    st.markdown(f"**{document_names.shown(name)}** · {formats.count(passages, 'passage')}", width="content")

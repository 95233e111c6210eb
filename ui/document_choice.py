"""What one goes to Ask with: the only documents to look into, and a question already written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import streamlit as st

from ui import navigation

if TYPE_CHECKING:
    from services.console import Console
    from services.knowledge import DocumentRecord

ONLY = "ask.documents"  # sha256 of the documents to look into; absent or empty: all
QUESTION = "ask.question"  # the field of the page Ask


def ask(records: Iterable[DocumentRecord] = (), question: str = "") -> None:
    """Open Ask for these documents only (none given: for all), with a question in its field."""
    st.session_state[ONLY] = tuple(dict.fromkeys(record.document for record in records))
    if question:
        st.session_state[QUESTION] = question
    st.switch_page(navigation.ASK)


def chosen(console: Console) -> tuple[DocumentRecord, ...]:
    """The documents Ask is to look into, of those that are still there; empty: all of them."""
    only = set(st.session_state.get(ONLY) or ())
    if not only:
        return ()
    newest = {record.document: record for record in reversed(console.knowledge.documents())}
    return tuple(record for document, record in newest.items() if document in only)


def clear() -> None:
    """Ask all documents again; for a button's callback."""
    st.session_state.pop(ONLY, None)

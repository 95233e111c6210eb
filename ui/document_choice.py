"""What one goes to Ask with: the only documents to look into, and a question already written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import streamlit as st

from ui import navigation, store_picker

if TYPE_CHECKING:
    from services.knowledge import DocumentRecord

ONLY = "ask.documents"  # of the page Ask: sha256 of the documents to look into; empty: all
QUESTION = "ask.question"  # of the page Ask: what is asked next


def ask(records: Iterable[DocumentRecord] = (), question: str = "") -> None:
    """Open Ask for these documents only (none given: for all), with a question in its field."""
    chosen = list(records)
    st.session_state[ONLY] = list(dict.fromkeys(record.document for record in chosen))
    places = {(record.store, record.collection, record.dimension) for record in chosen}
    if len(places) == 1:
        store_picker.use(*places.pop())
    if question:
        st.session_state[QUESTION] = question
    st.switch_page(navigation.ASK)

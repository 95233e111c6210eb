"""What one goes to Ask with: the only documents to look into, and a question already written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import streamlit as st

from ui import document_names, navigation, store_picker, usual

if TYPE_CHECKING:
    from services.console import Console
    from services.knowledge import DocumentRecord

ONLY = "ask.documents"  # of the page Ask: sha256 of the documents to look into; empty: all
QUESTION = "ask.question"  # of the page Ask: what is asked next
MOST_NAMED = 3


def ask(console: Console, records: Iterable[DocumentRecord] = (), question: str = "") -> None:
    """Open Ask for these documents only (none given: for all), with a question in its field."""
    chosen = list(records)
    usual.begin_asking(console)
    st.session_state[ONLY] = list(dict.fromkeys(record.document for record in chosen))
    places = {(record.store, record.collection, record.dimension) for record in chosen}
    if len(places) == 1:
        store_picker.use(*places.pop())
    if question:
        st.session_state[QUESTION] = question
    st.switch_page(navigation.ASK)


def note(documents: Iterable[str], records: Iterable[DocumentRecord]) -> None:
    """On Ask: which documents alone are looked into, and the way back to all; nothing where it is all of them."""
    only = set(documents)
    names = list(dict.fromkeys(record.name for record in records if record.document in only))
    if not names:
        return
    told = ", ".join(f"**{document_names.shown(name, 40)}**" for name in names[:MOST_NAMED])
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="ask-only"):
        st.markdown(f":material/filter_alt: Only in {told}{more}", width="content")
        st.button("Ask all", type="tertiary", icon=":material/close:", on_click=_all, key="ask.only.all")


def _all() -> None:
    st.session_state[ONLY] = []

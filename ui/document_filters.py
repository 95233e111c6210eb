"""What is looked for among the documents: words, kind, collection, model, state; and in which order they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui import status_chip

if TYPE_CHECKING:
    from services.knowledge import DocumentRecord

TEXT, ORDER = "documents.text", "documents.order"
KIND, COLLECTION, MODEL, STATE = "documents.kind", "documents.collection", "documents.model", "documents.state"
CHOICES = (KIND, COLLECTION, MODEL, STATE)
FEWEST = 6  # documents; fewer are seen at a glance
WIDTH = 160  # pixels of a choice: two stand side by side on a phone

KINDS = {
    "pdf": "PDF", "docx": "Word", "pptx": "PowerPoint", "xlsx": "Excel", "csv": "CSV", "markdown": "Markdown",
    "html": "HTML", "text": "Text", "epub": "E-book", "email": "Mail", "rtf": "RTF", "odt": "OpenDocument",
}  # fmt: skip


class Order(StrEnum):
    """How the documents stand."""

    NEWEST = "Newest first"
    NAME = "By name"
    LARGEST = "Largest first"
    PASSAGES = "Most passages first"


_KEYS: dict[Order, Callable[[DocumentRecord], Any]] = {
    Order.NEWEST: lambda record: (-record.added, record.name.casefold()),
    Order.NAME: lambda record: (record.name.casefold(), -record.added),
    Order.LARGEST: lambda record: (-record.size, record.name.casefold()),
    Order.PASSAGES: lambda record: (-record.chunks, record.name.casefold()),
}
_FACETS: dict[str, tuple[str, Callable[[DocumentRecord], str]]] = {
    KIND: ("Any kind", lambda record: kind_of(record.kind)),
    COLLECTION: ("Any collection", lambda record: record.collection),
    MODEL: ("Any model", lambda record: record.model),
    STATE: ("Any state", lambda record: status_chip.chip(record.status).word),
}


def kind_of(kind: str) -> str:
    """What a kind of document is called."""
    return KINDS.get(kind, kind.upper() or "Unknown")


def show(records: Sequence[DocumentRecord]) -> tuple[DocumentRecord, ...]:
    """Write the line to type in and the choices, where there are documents enough; those that are found, in order."""
    if len(records) >= FEWEST:
        st.text_input(
            "Search", key=TEXT, placeholder="Name, kind, collection, model…", icon=":material/search:", type="search",
            live=True, label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
        with st.container(horizontal=True, gap="small", key="documents-filters"):
            for key, (placeholder, of) in _FACETS.items():
                counts = Counter(map(of, records))
                if len(counts) > 1 or st.session_state.get(key):
                    _select(key, placeholder, counts)
            st.selectbox(
                "Order", list(Order), key=ORDER, label_visibility="collapsed", width=WIDTH, persist_state="session"
            )
    return found(records)


def found(records: Sequence[DocumentRecord]) -> tuple[DocumentRecord, ...]:
    """The documents that the widgets ask for as they stand, in order."""
    narrowed = [record for record in records if _matches(record)] if len(records) >= FEWEST else records
    order = Order(st.session_state.get(ORDER) or Order.NEWEST)
    return tuple(sorted(narrowed, key=_KEYS[order]))


def clear() -> None:
    """Ask for nothing in particular; for a button's callback."""
    st.session_state.update({TEXT: "", **dict.fromkeys(CHOICES)})


def narrowed() -> bool:
    """Whether anything in particular is asked for."""
    return any(st.session_state.get(key) for key in (TEXT, *CHOICES))


def _matches(record: DocumentRecord) -> bool:
    if any(st.session_state.get(key) not in (None, of(record)) for key, (_, of) in _FACETS.items()):
        return False
    words = str(st.session_state.get(TEXT) or "").casefold().split()
    held = " ".join((record.name, *(of(record) for _, of in _FACETS.values()))).casefold()
    return all(word in held for word in words)


def _select(key: str, placeholder: str, counts: Counter[str]) -> None:
    names = [name for name, _ in counts.most_common()]
    chosen = st.session_state.get(key)
    if chosen and chosen not in names:
        names.append(chosen)  # nothing has it any more: it is shown as what excludes everything
    st.selectbox(
        placeholder, names, index=None, key=key, placeholder=placeholder, label_visibility="collapsed", width=WIDTH,
        persist_state="session",
    )  # fmt: skip

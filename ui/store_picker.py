"""Which store and collection: the embedded one on this machine, or the Astra database the connection names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.knowledge import StoreKind

if TYPE_CHECKING:
    from services.console import Console

NAMES = {StoreKind.LOCAL: "This machine", StoreKind.ASTRA: "Astra DB"}


def show(console: Console, *, key: str) -> tuple[StoreKind, str]:
    """The store, and the collection's name (empty: the usual one); Astra only where the connection has a database."""
    newest = next(iter(console.knowledge.documents()), None)
    offered = [StoreKind.LOCAL, *([StoreKind.ASTRA] if console.connection.astra else [])]
    usual = newest.store if newest and newest.store in offered else StoreKind.LOCAL
    store = st.segmented_control(
        "Store", offered, default=usual, required=True, key=f"{key}.store", format_func=NAMES.__getitem__,
        help="Astra DB is offered once Settings name a database.", persist_state="session",
    )  # fmt: skip
    collection = st.text_input(
        "Collection", key=f"{key}.collection", placeholder="the usual one", max_chars=48, persist_state="session",
        validate=(r"^([A-Za-z][A-Za-z0-9_]*)?$", "Letters, digits and underscores, beginning with a letter."),
        help="Empty: the usual collection of this embedding model.",
    )  # fmt: skip
    return store or StoreKind.LOCAL, (collection or "").strip()

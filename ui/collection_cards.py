"""The collections of a store: what each is for, how much is in it and whose, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.knowledge import Collection, StoreKind
from ui import deletion, empty_state, formats, navigation, store_picker
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import Plan

METRICS = {"cosine": "cosine", "dot_product": "dot product", "euclidean": "Euclidean distance"}


def show(console: Console, store: StoreKind, found: Sequence[Collection]) -> None:
    """Write a card for each, and the plan of the one that is to be emptied or deleted."""
    _changes(console, store)
    if not found:
        first = "makes one" if store is StoreKind.LOCAL else "brings the plan that makes one"
        empty_state.show("database", "No collections yet", f"The first document {first}; or make it here beforehand.")
    for each in found:
        _card(console, each)


def _changes(console: Console, store: StoreKind) -> None:
    def emptied(name: str) -> Plan:
        return console.knowledge.plan_empty_collection(store, name)

    def deleted(name: str) -> Plan:
        return console.knowledge.plan_delete_collection(store, name)

    deletion.show(console, f"collection.{store}.empty", emptied, verb="Empty", typed=True)
    deletion.show(console, f"collection.{store}", deleted, typed=True)


def _card(console: Console, each: Collection) -> None:
    key, closed = f"collection.{each.store}.{each.name}", console.connection.read_only
    with st.container(border=True, key=key.replace(".", "-")):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{code(each.name)}**", width="stretch")
            st.markdown(_badge(each), width="content")
        metric = METRICS.get(each.metric, literal(each.metric))
        st.markdown(f"{_count(each)} · {each.dimension} numbers a vector · {metric}")
        st.markdown(f":gray[:small[{_bound(each)} {_whose(each)}]]")
        with st.container(horizontal=True):
            if each.passages and st.button("Ask it", icon=":material/forum:", key=f"{key}.ask"):
                store_picker.use(each.store, each.name, each.dimension)
                st.switch_page(navigation.ASK)
            if each.passages and st.button("Empty…", icon=":material/mop:", key=f"{key}.empty", disabled=closed):
                deletion.ask(f"collection.{each.store}.empty", each.name)
            if st.button("Delete…", icon=":material/delete:", key=f"{key}.delete", disabled=closed, type="tertiary"):
                deletion.ask(f"collection.{each.store}", each.name)


def _badge(each: Collection) -> str:
    if each.made_here:
        return ":blue-badge[:material/check: Made here]"
    return ":gray-badge[:material/group: Made elsewhere]"


def _count(each: Collection) -> str:
    if each.passages is None:
        return "not counted"
    words = formats.count(each.passages, "passage")
    return f"at least {words}, where the server stops counting" if each.at_least else words


def _bound(each: Collection) -> str:
    if not each.models:
        return f"Free: it takes the first embedding model of {each.dimension} numbers that writes to it."
    return f"Embedding model: {', '.join(map(code, each.models))}; another is refused."


def _whose(each: Collection) -> str:
    return "Documents of others are in it too." if each.others else ""

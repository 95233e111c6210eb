"""What this person has made usual, such as by an evaluation: where the pages of the playground begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from ui import endpoint_picker, retrieval_options

if TYPE_CHECKING:
    from services.console import Console

_BEGUN = "ask.k"  # one of the fields of a search: where it has a value, a person has begun already


def begin_asking(console: Console) -> None:
    """Give the fields of a search and the prompt their usual values, where this session has none yet."""
    if _BEGUN in st.session_state:
        return
    chosen = console.knowledge_defaults.read()
    retrieval_options.use(chosen.search)
    if chosen.prompt:
        try:
            st.session_state["ask.prompt"] = console.prompts.get(chosen.prompt).id
        except SagedeckError:
            return  # it was deleted


def forget() -> None:
    """Begin anew with what is usual now."""
    for name in [name for name in st.session_state if str(name).startswith(("ask.", "documents.cut."))]:
        if str(name).rsplit(".", 1)[-1] in _FIELDS:
            del st.session_state[name]
    endpoint_picker.forget()


_FIELDS = frozenset(
    {"k", "mode", "weight", "threshold", "floor", "diversity", "rerank", "prompt", "size", "overlap", "method"}
)

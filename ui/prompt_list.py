"""The templates there are, one of them chosen; bringing in a file of them, and putting back what was just deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from services.prompts import PromptKind, PromptTemplate
from ui import error_box
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

NEW, CHOSEN, DELETED, REFUSED = "", "prompts.chosen", "prompts.deleted", "prompts.refused"
ADDRESS = "prompt"
KINDS = {PromptKind.ZERO_SHOT: "Request", PromptKind.FEW_SHOT: "With examples", PromptKind.RAG: "Rules for answers"}


def choose(console: Console) -> str:
    """The list to choose from; the id of the chosen template, "" for a new one."""
    offered = {each.id: each for each in console.prompts.list()}
    if CHOSEN not in st.session_state:
        named = str(st.query_params.get(ADDRESS, ""))
        st.session_state[CHOSEN] = named if named in offered else next(iter(offered), NEW)
    if st.session_state[CHOSEN] not in offered:
        st.session_state[CHOSEN] = NEW
    chosen = str(
        st.selectbox("Prompt", [NEW, *offered], key=CHOSEN, persist_state="session",
                     format_func=lambda id: _label(offered.get(id)), width=560)
        or NEW
    )  # fmt: skip
    if chosen:
        st.query_params[ADDRESS] = chosen
    else:
        st.query_params.pop(ADDRESS, None)
    return chosen


def _label(template: PromptTemplate | None) -> str:
    if template is None:
        return "A new prompt"
    whose = "with the console" if template.built_in else ("yours" if template.mine else f"of {template.owner}")
    return f"{template.name} · {KINDS[template.kind].lower()} · {whose}"


def _take(id: str) -> None:
    st.session_state[CHOSEN] = id


def head(console: Console) -> None:
    """The buttons beside the title."""
    st.button("New", icon=":material/add:", on_click=_take, args=(NEW,), help="Write a new prompt")
    with st.popover("Import", icon=":material/upload:"):
        file = st.file_uploader("A file that “Export” made", type=["json", "md"], key="prompts.file", max_upload_size=1)
        if file is not None:
            st.button("Import these", type="primary", key="prompts.import", on_click=_bring_in,
                      args=(console, file.name, file.getvalue()))  # fmt: skip
        error = st.session_state.pop(REFUSED, None)
        if error is not None:
            error_box.show(error)


def _bring_in(console: Console, name: str, content: bytes) -> None:
    try:
        _take(console.prompts.bring_in(name, content)[0].id)
    except SagedeckError as error:
        st.session_state[REFUSED] = error


def delete(console: Console, id: str) -> None:
    """Take a template away, to be brought back from the notice; a callback."""
    try:
        gone = console.prompts.delete(id)
    except SagedeckError as error:
        st.session_state[DELETED] = error
        return
    st.session_state[DELETED] = gone
    st.session_state[CHOSEN] = NEW


def deleted(console: Console) -> None:
    """The notice about what was just deleted, with a way back."""
    gone = st.session_state.get(DELETED)
    if isinstance(gone, SagedeckError):
        error_box.show(st.session_state.pop(DELETED))
    elif gone is not None:
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(f"“{literal(gone.name)}” is deleted.", width="stretch")
            st.button("Undo", icon=":material/undo:", on_click=_undelete, args=(console, gone.id))


def _undelete(console: Console, id: str) -> None:
    st.session_state.pop(DELETED, None)
    try:
        console.prompts.undelete(id)
    except SagedeckError as error:
        st.session_state[DELETED] = error
        return
    _take(id)

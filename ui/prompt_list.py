"""The templates there are, one chosen; bringing in a file of them, and putting back what was just deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from services.prompts import PromptKind, PromptTemplate
from ui import error_box
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

NEW, CHOSEN, DELETED = "", "prompts.chosen", "prompts.deleted"
ADDRESS = "prompt"
KINDS = {PromptKind.ZERO_SHOT: "Request", PromptKind.FEW_SHOT: "With examples", PromptKind.RAG: "Rules for answers"}
ICONS = {PromptKind.ZERO_SHOT: "short_text", PromptKind.FEW_SHOT: "format_list_numbered", PromptKind.RAG: "rule"}


def choose(console: Console) -> str:
    """The list; the id of the chosen template, "" for a new one."""
    offered = console.prompts.list()
    ids = [each.id for each in offered]
    if CHOSEN not in st.session_state:
        named = str(st.query_params.get(ADDRESS, ""))
        st.session_state[CHOSEN] = named if named in ids else (ids[0] if ids else NEW)
    chosen = str(st.session_state[CHOSEN])
    chosen = chosen if chosen in ids else NEW
    st.button("New prompt", icon=":material/add:", on_click=_take, args=(NEW,), width="stretch",
              type="primary" if chosen == NEW else "secondary")  # fmt: skip
    for title, group in _groups(offered):
        if group:
            st.markdown(f":gray[:small[{title}]]")
        for each in group:
            st.button(
                literal(each.name), key=f"prompts-{each.id}", on_click=_take, args=(each.id,), width="stretch",
                type="secondary" if each.id == chosen else "tertiary", icon=f":material/{ICONS[each.kind]}:",
                help=literal(each.draft.note) or KINDS[each.kind],
            )  # fmt: skip
    _bring_in(console)
    if chosen:
        st.query_params[ADDRESS] = chosen
    else:
        st.query_params.pop(ADDRESS, None)
    return chosen


def _groups(offered: tuple[PromptTemplate, ...]) -> tuple[tuple[str, list[PromptTemplate]], ...]:
    return (
        ("Yours", [each for each in offered if each.mine]),
        ("Shared by others", [each for each in offered if not each.mine and not each.built_in]),
        ("With the console", [each for each in offered if each.built_in]),
    )


def _take(id: str) -> None:
    st.session_state[CHOSEN] = id


def _bring_in(console: Console) -> None:
    with st.popover("Import", icon=":material/upload:", width="stretch"):
        file = st.file_uploader("A file that “Export” made", type=["json", "md"], key="prompts.file", max_upload_size=1)
        if file is not None and st.button("Import these", type="primary", key="prompts.import"):
            with error_box.shown():
                brought = console.prompts.bring_in(file.name, file.getvalue())
                _take(brought[0].id)
                st.rerun()


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
    console.prompts.undelete(id)
    _take(id)

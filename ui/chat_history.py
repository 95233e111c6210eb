"""The history of conversations: searched, renamed, pinned, forked, exported, imported, deleted with a way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.chats import Conversation, Listing, feedback_csv, feedback_json, to_markdown
from services.chats.importing import MOST_BYTES
from services.errors import SagedeckError
from ui import chat_session, error_box, formats
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

LISTED = 15  # at a time; searching finds the others
_ACTIONS = ("Rename", "Pin", "Fork", "Markdown", "JSON", "Delete")
_DELETED, _RENAMED, _ROUND = "chat.deleted", "chat.renaming", "chat.import.round"


def show(console: Console, current: Conversation | None) -> None:
    """What stands in the popover."""
    query = st.text_input("Search", key="chat.query", placeholder="Words of a title, question or answer")
    found = console.chats.list(query or "")
    if not found:
        st.markdown(":gray[Nothing found.]" if query else ":gray[Conversations are kept here as you have them.]")
    for each in found[: st.session_state.get("chat.listed", LISTED)]:
        _row(console, each, current)
    if len(found) > st.session_state.get("chat.listed", LISTED):
        more = st.session_state.get("chat.listed", LISTED) + LISTED
        st.button(
            f"More of {len(found)}", type="tertiary", key="chat.more",
            on_click=st.session_state.update, args=({"chat.listed": more},),
        )  # fmt: skip
    _files(console)


def _row(console: Console, each: Listing, current: Conversation | None) -> None:
    if st.session_state.get(_RENAMED) == each.id:
        _rename(console, each)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        shown = current is not None and current.id == each.id
        icon = ":material/keep:" if each.pinned else ":material/chat_bubble:" if shown else ":material/chat:"
        st.button(
            f"**{literal(each.title)}**" if shown else literal(each.title), key=f"chat.open.{each.id}",
            icon=icon, type="tertiary", width="stretch", on_click=chat_session.show, args=(each.id,),
            help=literal(f"{', '.join(each.endpoints)} · {formats.moment(each.updated)}"),
        )  # fmt: skip
        names = ["Unpin" if name == "Pin" and each.pinned else name for name in _ACTIONS]
        st.menu_button(
            "Actions", names, key=f"chat.action.{each.id}", type="tertiary", icon=":material/more_horiz:",
            on_click=_act, args=(console, each),
        )  # fmt: skip
    if each.excerpt:
        st.markdown(f":gray[:small[{literal(each.excerpt)}]]")
    wanted = st.session_state.get("chat.file")
    if wanted and wanted[0] == each.id:
        _file(console, each, wanted[1])


def _act(console: Console, each: Listing) -> None:
    """What was chosen from the menu of a row."""
    chosen = st.session_state.get(f"chat.action.{each.id}")
    st.session_state.pop("chat.file", None)
    if chosen == "Rename":
        st.session_state[_RENAMED] = each.id
    elif chosen in ("Pin", "Unpin"):
        console.chats.pin(each.id, chosen == "Pin")
    elif chosen == "Fork":
        chat_session.show(console.chats.fork(each.id))
    elif chosen in ("Markdown", "JSON"):
        st.session_state["chat.file"] = (each.id, chosen)
    elif chosen == "Delete":
        console.chats.delete(each.id)
        st.session_state[_DELETED] = (each.id, each.title)
        if st.query_params.get("chat") == each.id:
            chat_session.show("")


def _rename(console: Console, each: Listing) -> None:
    with st.form(f"chat.rename.{each.id}", border=False):
        title = st.text_input("Title", each.title, max_chars=200)
        if st.form_submit_button("Rename", type="primary"):
            with error_box.shown():
                console.chats.rename(each.id, title)
                st.session_state.pop(_RENAMED, None)
                st.rerun()


def _file(console: Console, each: Listing, kind: str) -> None:
    markdown = kind == "Markdown"
    st.download_button(
        f"Download as {kind}", key=f"chat.download.{each.id}.{kind}", icon=":material/download:", on_click="ignore",
        data=lambda: to_markdown(console.chats.open(each.id)) if markdown else console.chats.export(each.id),
        file_name=f"chat-{each.id}.{'md' if markdown else 'json'}",
        mime="text/markdown" if markdown else "application/json",
    )  # fmt: skip


def _files(console: Console) -> None:
    """All of them as a file, what was voted, and a file of this console's read in."""
    with st.expander("Files", type="compact", icon=":material/folder_open:"):
        with st.container(horizontal=True):
            for label, make, name, mime in (
                ("All, JSON", lambda: console.chats.export(), "chats.json", "application/json"),
                ("Feedback, CSV", lambda: feedback_csv(console.chats.ratings()), "feedback.csv", "text/csv"),
                ("Feedback, JSON", lambda: feedback_json(console.chats.ratings()), "feedback.json", "application/json"),
            ):
                st.download_button(label, make, name, mime, key=f"chat.file.{label}", on_click="ignore")
        number = st.session_state.get(_ROUND, 0)
        given = st.file_uploader(
            "Import conversations exported here (JSON)", type=["json"], key=f"chat.import.{number}",
            max_upload_size=MOST_BYTES // 1_000_000,
        )  # fmt: skip
        if given is not None:
            try:
                ids = console.chats.bring_in(given.getvalue())
            except SagedeckError as error:
                error_box.show(error)
                return
            st.session_state[_ROUND] = number + 1
            st.toast(f"Imported {formats.count(len(ids), 'conversation')}.", icon=":material/check:")
            st.rerun()


def undo(console: Console) -> None:
    """The way back from a deletion, until something else is opened."""
    deleted = st.session_state.get(_DELETED)
    if not deleted:
        return
    id, title = deleted

    def back() -> None:
        console.chats.restore(id)
        st.session_state.pop(_DELETED, None)
        chat_session.show(id)

    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(f"Deleted “{literal(formats.short(title))}”.", width="stretch")
        st.button("Undo", icon=":material/undo:", on_click=back)
        st.button("Close", type="tertiary", on_click=st.session_state.pop, args=(_DELETED, None))

"""A notebook to take along into a workspace: for an endpoint, or for a conversation; and how it gets there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

from services.chats.models import messages
from services.inference import Kind, Where
from services.inference.programs import Program, endpoint_notebook, program
from ui import endpoint_reads, error_box, formats, navigation

if TYPE_CHECKING:
    from services.console import Console
    from services.inference import Contract

ENDPOINT, CHAT = "An endpoint", "A conversation"
MOST_CHATS = 50
_FILE = re.compile(r"[^A-Za-z0-9._-]+")


def show(console: Console, page: str) -> None:
    """A folded part: which notebook, its download, and how it is uploaded."""
    key = f"{page}.along"
    part = st.expander("Take a notebook along", icon=":material/note_add:", key=key, on_change="rerun")
    if not part.open:
        return
    with part, error_box.shown():
        st.markdown("A notebook (.ipynb) that calls what you have here. Download it, open JupyterLab, and drop the "
                    "file into its file list: nothing can be uploaded from outside.")  # fmt: skip
        what = st.segmented_control("For", [ENDPOINT, CHAT], default=ENDPOINT, required=True, key=f"{key}.what")
        made = _of_endpoint(console, key) if what == ENDPOINT else _of_chat(console, key)
        if made:
            name, source = made
            st.download_button(
                "Download the notebook", source, f"{_FILE.sub('-', name).strip('-') or 'notebook'}.ipynb",
                "application/x-ipynb+json", icon=":material/download:", on_click="ignore", key=f"{key}.download",
            )  # fmt: skip
            st.markdown(":gray[:small[Its code runs with the workspace's role, which may call endpoints. No key, token "
                        "or password of yours is in it.]]")  # fmt: skip


def of_endpoint(console: Console, name: str) -> str:
    """The notebook of an endpoint. Raises what finding its contract does."""
    return endpoint_notebook(name, console.contract(name), _where(console))


def of_call(name: str, contract: Contract, where: Where, *, key: str) -> None:
    """An endpoint's notebook on the endpoint's own page, and where to run it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "As a notebook", endpoint_notebook(name, contract, where), f"{name}.ipynb", "application/x-ipynb+json",
            icon=":material/download:", on_click="ignore", key=f"{key}.notebook",
        )  # fmt: skip
    where_to(key=key)


def _of_endpoint(console: Console, key: str) -> tuple[str, str] | None:
    names = [each.name for each in endpoint_reads.listed(console) if each.status == "InService"]
    if not names:
        st.markdown(":gray[No endpoint is in service. Deploy one first.]")
        return None
    name = st.selectbox("Endpoint", names, key=f"{key}.endpoint", format_func=formats.short)
    return (name, of_endpoint(console, name)) if name else None


def _of_chat(console: Console, key: str) -> tuple[str, str] | None:
    listed = {each.id: each for each in console.chats.list(limit=MOST_CHATS) if each.endpoints and each.turns}
    if not listed:
        st.markdown(":gray[There is no conversation yet. Begin one under Chat.]")
        return None
    id = st.selectbox("Conversation", list(listed), key=f"{key}.chat", format_func=lambda each: listed[each].title)
    if not id:
        return None
    *before, last = console.chats.open(id).path()
    name = last.setup.endpoints[0]
    words = messages(last.setup, before, name, last.words)
    contract = console.contract(name, Kind.CHAT)
    return listed[id].title, program(Program.NOTEBOOK, name, words, last.setup.params, contract, _where(console))


def _where(console: Console) -> Where:
    return Where(console.connection.identity.region, console.connection.sandbox_url or "")


def where_to(*, key: str) -> None:
    """Links to the places where a notebook runs."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}-where-to"):
        st.markdown(":gray[:small[Where to run it:]]", width="content")
        st.page_link(navigation.NOTEBOOKS, label="Notebooks", icon=":material/book_2:")
        st.page_link(navigation.SPACES, label="Studio", icon=":material/workspaces:")

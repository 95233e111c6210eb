"""The conversation as a program: boto3, LangChain, the SageMaker SDK, a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.chats import Conversation, Setup
from services.chats.models import messages
from services.inference import Kind, Where
from services.inference.programs import Program, program
from ui import error_box, formats, workspace_notebook

if TYPE_CHECKING:
    from services.console import Console


def button(console: Console, chat: Conversation, setup: Setup) -> None:
    """What opens the dialog."""
    if st.button("Code", icon=":material/code:", help="This conversation as a program that goes on with it"):
        st.dialog("This conversation as a program", width="large")(lambda: show(console, chat, setup))()


def show(console: Console, chat: Conversation, setup: Setup) -> None:
    """The choice of endpoint and language, and the source."""
    path = chat.path()
    names = list(dict.fromkeys((*setup.endpoints, *(each.endpoint for turn in path for each in turn.shown))))
    name = names[0] if names else ""
    if len(names) > 1:
        name = st.selectbox("Endpoint", names, key="chat.code.endpoint", format_func=formats.short) or name
    kind = st.segmented_control(
        "As", list(Program), default=Program.BOTO3, required=True, key="chat.code.kind",
        format_func=lambda each: each.label,
    )  # fmt: skip
    with error_box.shown():
        source = source_of(console, chat, name, kind or Program.BOTO3)
        if kind is Program.NOTEBOOK:
            st.download_button(
                "Download the notebook", source, "conversation.ipynb", "application/x-ipynb+json",
                icon=":material/download:", type="primary", on_click="ignore",
            )  # fmt: skip
            workspace_notebook.where_to(key="chat")
        st.code(source, language="json" if kind is Program.NOTEBOOK else "python", height=440)


def source_of(console: Console, chat: Conversation, name: str, kind: Program) -> str:
    """The program that asks an endpoint the last turn after those before it. Raises what finding its contract does."""
    *before, last = chat.path()
    where = Where(console.connection.identity.region, console.connection.sandbox_url or "")
    contract = console.contract(name, Kind.CHAT)
    return program(kind, name, messages(last.setup, before, name, last.words), last.setup.params, contract, where)

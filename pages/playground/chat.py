"""Chat with one to four deployed language models at once: streamed, measured, branched, kept."""

import streamlit as st

from services.catalog import Task
from services.chats import Setup
from services.inference import ChatParams
from ui import (
    chat_code,
    chat_compare,
    chat_history,
    chat_input,
    chat_live,
    chat_options,
    chat_session,
    chat_view,
    empty_state,
    endpoint_picker,
    endpoint_reads,
    error_box,
    inventory_line,
    navigation,
    page_head,
    session,
)

TURNS_DRAWN = 12  # at first: each has a handful of widgets a column

console = session.console()
with page_head.show("Chat", "Straight to the models: nothing is looked up in your documents."):
    history = st.popover("History", icon=":material/history:", key="chat.history")
    options = st.popover("Options", icon=":material/tune:")
    code = st.container(width="content")
    st.button("New", icon=":material/add_comment:", help="Start a new conversation",
              on_click=chat_session.show, args=("",))  # fmt: skip

chat = None
with error_box.shown():
    chat = chat_session.current(console)
chat_history.undo(console)

usual = endpoint_picker.chat(console)
ready = endpoint_reads.ready_for(console, Task.CHAT)
if not ready and chat is None:
    with history:
        chat_history.show(console, chat)
    if inventory_line.wait(console, lambda: bool(endpoint_picker.chat(console))):
        st.stop()
    empty_state.show(
        "rocket_launch", "No language model yet", "Chatting needs a language model in service.",
        page=navigation.DEPLOY, label="Deploy a model",
    )  # fmt: skip
    st.stop()

first = Setup((usual,) if usual else (), params=ChatParams(max_new_tokens=console.settings.max_new_tokens))
chat_session.fill_in(chat, chat_session.kept_setup(chat, first), ready)
names = chat_options.endpoints(ready)
inventory_line.wait(console, lambda: False)  # more to choose from is still being read
with options:
    setup = chat_options.show(console, names)
chat_session.keep_setup(setup)

box = chat_input.show(console, chat, setup)
if box.sent is not None:
    chat = box.sent
with history:
    chat_history.show(console, chat)
asking = box.asking or (console.chats.under_way(chat.id) if chat else None)
if chat and asking is None:
    chat = console.chats.open(chat.id)  # it may have ended between the two looks
path = chat.path() if chat else ()
drawn = len(path) if st.session_state.get("chat.all") == (chat.id if chat else "") else TURNS_DRAWN
if chat and len(path) > drawn:
    st.button(f"Show the {len(path) - drawn} turns before", type="tertiary", key="chat.earlier",
              on_click=st.session_state.update, args=({"chat.all": chat.id},))  # fmt: skip
if chat is None:
    chat_input.greeting(names)
for turn in path[-drawn:] if chat else ():
    assert chat is not None
    chat_view.words(console, chat, turn, setup)
    live = asking if asking is not None and asking.turn == turn.id else None
    if live is None:
        chat_view.answers(console, chat, turn)
    else:
        chat_live.show(console, chat, live, turn)
if chat is not None and asking is not None:
    chat = console.chats.open(chat.id)
if chat is not None:
    chat_compare.show(chat)
    with code:
        chat_code.button(console, chat, setup)

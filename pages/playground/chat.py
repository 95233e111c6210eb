"""Chat with any deployed language model: streaming, a stop that keeps what arrived, parameters."""

import streamlit as st

from services.inference import ChatParams
from ui import chat_view, empty_state, endpoint_picker, error_box, inventory_line, navigation, page_head, session
from ui.escape import literal

console = session.console()
with page_head.show("Chat", "Straight to the model: nothing is looked up in your documents."):
    options = st.popover("Options", icon=":material/tune:")
    if st.button("New", icon=":material/add_comment:", help="Start a new conversation"):
        st.session_state["chat.turns"] = []

endpoint = endpoint_picker.chat(console)
if not endpoint:
    if inventory_line.wait(console, lambda: bool(endpoint_picker.chat(console))):
        st.stop()
    empty_state.show(
        "rocket_launch", "No language model yet", "Chatting needs a language model in service.",
        page=navigation.DEPLOY, label="Deploy a model",
    )  # fmt: skip
    st.stop()

with options:
    endpoint = endpoint_picker.choose_chat(console) or endpoint
    system = st.text_area("System prompt", key="chat.system", placeholder="You are a helpful assistant.", height=80)
    params = ChatParams(
        max_new_tokens=int(st.number_input("Longest answer (tokens)", 1, 8192, 512, key="chat.tokens")),
        temperature=st.slider("Temperature", 0.0, 2.0, 0.2, key="chat.temperature"),
        top_p=st.slider("Top p", 0.05, 1.0, 0.9, key="chat.top_p"),
    )

turns: list[chat_view.Turn] = st.session_state.setdefault("chat.turns", [])
words = st.chat_input("Say something", key="chat.words", max_chars=20_000, submit_mode="stop")
for turn in turns:
    chat_view.show(console, turn)
if not turns and not words:
    st.markdown(f":gray[Talking to {literal(endpoint)}.]")
if words:
    with error_box.shown():
        chat_view.stream(console, endpoint, words, turns, system=system, params=params)

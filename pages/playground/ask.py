"""Ask the documents: a streamed answer with numbered citations, each of which opens its passage."""

import streamlit as st

from services.knowledge import AskRequest, SearchMode, SearchSettings
from ui import (
    answer_view,
    empty_state,
    endpoint_picker,
    endpoint_reads,
    error_box,
    formats,
    inventory_line,
    navigation,
    page_head,
    session,
    store_picker,
)
from ui.escape import code, literal

console = session.console()
with page_head.show("Ask", "Answers come from your documents only, and say where."):
    options = st.popover("Options", icon=":material/tune:")
    if st.button("New", icon=":material/add_comment:", help="Start a new conversation"):
        st.session_state["ask.turns"] = []

embedding, chat = endpoint_picker.pair(console)
if not (embedding and chat):
    if inventory_line.wait(console, lambda: all(endpoint_picker.pair(console))):
        st.stop()
    empty_state.show(
        "rocket_launch", "No pair of models yet", "Asking needs an embedding model and a language model in service.",
        page=navigation.DEPLOY, label="Deploy a pair",
    )  # fmt: skip
    st.stop()
if not console.knowledge.documents():
    empty_state.show(
        "description", "No documents yet", "Add PDF, Word, Markdown, HTML or text files, then ask about them.",
        page=navigation.DOCUMENTS, label="Add documents",
    )  # fmt: skip
    st.stop()

with options:
    store, collection = store_picker.show(console, key="library")
    embedding = endpoint_picker.choose_embedding(console) or embedding
    chat = endpoint_picker.choose_chat(console) or chat
    k = st.slider("Passages given to the model", 1, 20, 5, key="ask.k", persist_state="session")
    mode = st.segmented_control(
        "Search by",
        list(SearchMode),
        default=SearchMode.HYBRID,
        required=True,
        key="ask.mode",
        format_func=str.capitalize,
    )
    threshold = st.slider(
        "Evidence needed", 0.0, 1.0, SearchSettings().threshold, key="ask.threshold",
        help="Below this the answer is “not in the documents”, and the model is not asked.",
    )  # fmt: skip

model = endpoint_reads.model_of(console, embedding)
if not any(record.model == model and record.store is store for record in console.knowledge.documents()):
    st.warning(
        f"None of your documents were read with the embedding model in use ({code(model)}) into this store. "
        "Add them again, or choose the model they were read with under Options.",
        icon=":material/warning:",
    )
turns: list[answer_view.Turn] = st.session_state.setdefault("ask.turns", [])
question = st.chat_input("Ask your documents", key="ask.question", max_chars=4000, submit_mode="stop")
for number, turn in enumerate(turns):
    answer_view.show(console, turn, key=f"ask-{number}")
if not turns and not question:
    asked = formats.count(len(console.knowledge.documents()), "document")
    st.markdown(
        f"Ask anything that your {asked} may say. Answers name their passages; what is not there is said to be missing."
        f"  \n:gray[:small[{literal(chat)} answers from what {literal(embedding)} finds.]]"
    )
if question:
    request = AskRequest(
        question=question.strip(),
        embedding=embedding,
        chat=chat,
        store=store,
        collection=collection,
        settings=SearchSettings(k=k, mode=mode or SearchMode.HYBRID, threshold=threshold),
        history=answer_view.history(turns),
    )
    with error_box.shown():
        answer_view.stream(console, request, turns, key=f"ask-{len(turns)}")

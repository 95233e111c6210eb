"""Ask the documents: a streamed answer with numbered citations, each of which opens its passage."""

import time

import streamlit as st

from services.knowledge import AskRequest
from services.knowledge.asked import history_of
from ui import (
    answer_history,
    answer_turn,
    answer_view,
    document_choice,
    empty_state,
    endpoint_picker,
    endpoint_reads,
    error_box,
    formats,
    inventory_line,
    navigation,
    page_head,
    prompt_choice,
    retrieval_options,
    retrieval_view,
    session,
    store_picker,
    usual,
)
from ui.escape import code, literal

ANSWER, SEARCH = "Answer", "Only search"
console = session.console()
with page_head.show("Ask", "Answers come from your documents only, and say where."):
    view = st.segmented_control("What to do", [ANSWER, SEARCH], default=ANSWER, required=True, key="ask.view",
                                label_visibility="collapsed", persist_state="session")  # fmt: skip
    options = st.popover("Options", icon=":material/tune:")
    talks = st.popover("Conversations", icon=":material/forum:", key="ask.talks", on_change="rerun")

embedding, chat = endpoint_picker.pair(console)
if not (embedding and chat):
    if inventory_line.wait(console, lambda: all(endpoint_picker.pair(console))):
        st.stop()
    empty_state.show(
        "rocket_launch", "No pair of models yet", "Asking needs an embedding model and a language model in service.",
        page=navigation.DEPLOY, label="Deploy a pair",
    )  # fmt: skip
    st.stop()
records = console.knowledge.documents()
if not records:
    empty_state.show(
        "description", "No documents yet", "Add PDF, Word, Excel, Markdown, HTML or text files, then ask about them.",
        page=navigation.DOCUMENTS, label="Add documents",
    )  # fmt: skip
    st.stop()

turns = answer_turn.on_page(console)
usual.begin_asking(console)
with options:
    store, collection, at_collection = store_picker.show(console, key="library")
    embedding = endpoint_picker.choose_embedding(console) or embedding
    chat = endpoint_picker.choose_chat(console) or chat
    rules, usable = prompt_choice.rules(console, key="ask.prompt")
    model = endpoint_reads.model_of(console, embedding)
    store_picker.check(console, store, collection, model, at_collection)
    held = retrieval_options.of_collection(records, model, store, collection)
    settings = retrieval_options.show(console, held)
if talks.open:
    with talks, error_box.shown():
        answer_history.show(console, turns)
if not held:
    st.warning(
        f"None of your documents were read with the embedding model in use ({code(model)}) into this store. "
        "Add them again, or choose the model they were read with under Options.",
        icon=":material/warning:",
    )
if not usable:
    st.warning("The prompt template lacks a value. Fill it in under Options.", icon=":material/edit_note:")

document_choice.note(settings.documents, held)
question = st.chat_input(
    "Ask your documents" if view == ANSWER else "Search your documents", key="ask.question", max_chars=4000,
    submit_mode="stop", disabled=not usable,
)  # fmt: skip
again = answer_turn.asked_again(console, turns)
question = again or (question or "").strip()
request = AskRequest(question, embedding, chat, store, collection, settings,
                     history_of([turn.kept for turn in turns]), rules)  # fmt: skip
if view == SEARCH and not again:
    if question:
        with error_box.shown():
            started = time.perf_counter()
            found = console.knowledge.prepare(request)
            st.session_state["ask.searched"] = (question, found, time.perf_counter() - started)
    if "ask.searched" in st.session_state:
        asked, found, seconds = st.session_state["ask.searched"]
        retrieval_view.show(console, found, asked, seconds, key="ask-search")
    else:
        st.markdown("See which passages a question finds, with their scores, and the prompt they make. No answer is "
                    "asked for.")  # fmt: skip
    st.stop()
for position, turn in enumerate(turns):
    answer_view.show(console, turn, position, last=position == len(turns) - 1 and not question)
if not turns and not question:
    st.markdown(
        f"Ask anything that your {formats.count(len(records), 'document')} may say. Answers name their passages; what "
        f"is not there is said to be missing.  \n:gray[:small[{literal(chat)} answers from what {literal(embedding)} "
        "finds.]]"
    )
if question:
    with error_box.shown():
        answer_view.stream(console, request, turns)

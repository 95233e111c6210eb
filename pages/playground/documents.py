"""Documents: drop files, look before they are stored, watch each be read, see what can be asked, open, delete."""

import streamlit as st

from services.knowledge import StoreKind
from ui import (
    astra_collection,
    chunk_settings,
    document_samples,
    document_stock,
    document_table,
    document_upload,
    document_view,
    empty_state,
    endpoint_picker,
    endpoint_reads,
    ingest_progress,
    inventory_line,
    navigation,
    page_head,
    run_progress,
    session,
    store_picker,
)
from ui.escape import code

console = session.console()
records = console.knowledge.documents()
with page_head.show("Documents", document_stock.sentence(console, records)):
    options = st.popover("Options", icon=":material/tune:")
embedding = endpoint_picker.embedding(console)
with options:
    store, collection, at_collection = store_picker.show(console, key="library")
    embedding = endpoint_picker.choose_embedding(console) or embedding
    model = endpoint_reads.model_of(console, embedding) if embedding else ""
    fits = store_picker.check(console, store, collection, model, at_collection)

target: document_upload.Target | None = None
opened = document_view.current(records)
if opened is not None:
    document_view.show(console, opened)
    st.stop()
if not embedding:
    if not inventory_line.wait(console, lambda: bool(endpoint_picker.embedding(console))):
        empty_state.show(
            "rocket_launch", "No embedding model yet", "Reading documents needs an embedding model in service.",
            page=navigation.DEPLOY, label="Deploy a pair",
        )  # fmt: skip
elif not fits:
    st.warning(
        f"The collection {code(collection)} is another embedding model's. Choose another collection or model under "
        "Options, and files can be added.", icon=":material/warning:",
    )  # fmt: skip
elif store is not StoreKind.ASTRA or astra_collection.ready(console, embedding, collection):
    chunk_settings.begin_with(console.knowledge_defaults.read().chunks)
    target = document_upload.Target(embedding, store, collection, model)
    document_upload.show(console, target, records)

if run_progress.current():
    run_progress.show(console, run_progress.current())
    st.button("Close", type="tertiary", on_click=run_progress.leave)
job = ingest_progress.current(console)
if job:
    ingest_progress.show(console, job)
    records = console.knowledge.documents()
if records:
    document_table.show(console, records)
    document_samples.suggestions(console, records)
elif target and not job:
    empty_state.show("description", "Nothing here yet", "Drop a file above, or begin with a set of samples below.")
if target:
    with st.expander("Sample sets to try things with", icon=":material/science:", expanded=not records):
        document_samples.show(console, target, records)

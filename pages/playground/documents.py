"""Documents: drop files, watch each be read, see what can be asked, delete."""

import streamlit as st

from services.documents import DEFAULT_LIMITS
from services.errors import InvalidRequest
from services.knowledge import IngestRequest, StoreKind, Upload
from ui import (
    astra_collection,
    document_table,
    empty_state,
    endpoint_picker,
    error_box,
    ingest_progress,
    inventory_line,
    navigation,
    page_head,
    run_progress,
    session,
    store_picker,
)

KINDS = ["pdf", "docx", "md", "markdown", "html", "htm", "txt"]
MOST_FILES = 200
MEGABYTE = 1 << 20

console = session.console()
with page_head.show("Documents", "PDF, Word, Markdown, HTML and text; the originals stay on this machine."):
    options = st.popover("Options", icon=":material/tune:")
embedding = endpoint_picker.embedding(console)
with options:
    store, collection = store_picker.show(console, key="library")
    embedding = endpoint_picker.choose_embedding(console) or embedding


def add(files: list[Upload]) -> None:
    """Start reading; the uploader is emptied, the job goes into the address."""
    if len(files) > MOST_FILES:
        raise InvalidRequest(f"{len(files)} files at once are too many.", "", f"Drop at most {MOST_FILES} at a time.")
    request = IngestRequest(tuple(files), embedding=embedding, store=store, collection=collection)
    st.session_state["documents.round"] = st.session_state.get("documents.round", 0) + 1
    st.query_params["job"] = console.knowledge.ingest(request)
    st.rerun()


if not embedding:
    if not inventory_line.wait(console, lambda: bool(endpoint_picker.embedding(console))):
        empty_state.show(
            "rocket_launch", "No embedding model yet", "Reading documents needs an embedding model in service.",
            page=navigation.DEPLOY, label="Deploy a pair",
        )  # fmt: skip
elif store is not StoreKind.ASTRA or astra_collection.ready(console, embedding, collection):
    dropped = st.file_uploader(
        "Drop files here", type=KINDS, accept_multiple_files=True,
        max_upload_size=DEFAULT_LIMITS.file_bytes // MEGABYTE,
        key=f"documents.files.{st.session_state.get('documents.round', 0)}",
        disabled=console.connection.read_only,
    )  # fmt: skip
    if dropped:
        with error_box.shown():
            add([Upload(file.name, file.getvalue()) for file in dropped])

if run_progress.current():
    run_progress.show(console, run_progress.current())
    st.button("Close", type="tertiary", on_click=run_progress.leave)
job = ingest_progress.current(console)
if job:
    ingest_progress.show(console, job)
records = console.knowledge.documents()
if records:
    document_table.show(console, records)
    if st.button("Ask these documents", type="primary", icon=":material/forum:"):
        st.switch_page(navigation.ASK)
elif embedding and not job:
    empty_state.show("description", "Nothing here yet", "Drop a file above; it can be asked some seconds later.")

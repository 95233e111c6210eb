"""A document made anew: by a new version of its file, or by another cut and changed passages of the same one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from services.documents import DEFAULT_LIMITS, SUFFIXES
from services.knowledge import IngestRequest, Upload
from ui import (
    chunk_preview,
    chunk_settings,
    document_draft,
    document_names,
    endpoint_picker,
    endpoint_reads,
    error_box,
    formats,
)
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.knowledge import DocumentRecord

MEGABYTE = 1 << 20


def version(console: Console, record: DocumentRecord, name: str) -> None:
    """Write the field for a new version of the file. `name`: the document's name in the address."""
    embedding = _embedding(console, record)
    if not embedding:
        return
    st.markdown(
        "The new version is read in beside the old one, which goes as soon as all of the new one can be asked. "
        f"It goes into the same collection, {literal(chunk_settings.sentence(record.cut))}."
    )
    file = st.file_uploader(
        "New version",
        type=[suffix.removeprefix(".") for suffix in SUFFIXES if suffix != ".zip"],
        max_upload_size=DEFAULT_LIMITS.file_bytes // MEGABYTE, key=f"document.version.{name}",
        disabled=console.connection.read_only,
    )  # fmt: skip
    if file is None:
        return
    if document_draft.sha256(file.getvalue()) == record.document:
        st.info("This is the same file, byte for byte: there is nothing to replace.", icon=":material/done_all:")
        return
    label = f"Replace with {document_names.shown(file.name)}, {formats.size(file.size)}"
    if st.button(label, type="primary", icon=":material/sync:", key="document.replace"):
        with error_box.shown():
            request = IngestRequest(
                (Upload(file.name, file.getvalue()),), embedding, record.store, record.collection, record.cut
            )
            _follow(console.knowledge.replace_document(record, request))


def passages(console: Console, record: DocumentRecord, name: str) -> None:
    """Write the preview of the document, to cut it anew or to change passages, and the way to store that."""
    embedding = _embedding(console, record)
    if not embedding:
        return
    if record.edited:
        st.info(
            "Passages of this document were changed by hand. What is shown here begins with the file's own text again; "
            "the changed passages stay as they are until you store these.", icon=":material/edit:",
        )  # fmt: skip
    draft = document_draft.of(name, record, embedding)
    chunk_preview.show(console, draft, key="anew", cut=f"anew.{name}.cut", usual=record.cut)
    closed = console.connection.read_only
    if st.button("Store these passages", type="primary", icon=":material/save:", key="document.store", disabled=closed):
        with error_box.shown():
            _store(console, record, draft)


def _store(console: Console, record: DocumentRecord, draft: document_draft.Draft) -> None:
    upload = replace(console.knowledge.upload_of(record), password=draft.password)
    edits = {record.document: draft.passages} if draft.edited else {}
    request = IngestRequest(
        (upload,), draft.embedding, record.store, record.collection, draft.plan or record.cut, edits
    )  # fmt: skip
    job = console.knowledge.ingest(request)
    document_draft.forget()
    _follow(job)


def _follow(job: str) -> None:
    st.query_params.pop("document", None)
    st.query_params["job"] = job
    st.rerun()


def _embedding(console: Console, record: DocumentRecord) -> str:
    """The endpoint to embed with: of the model the document was embedded with; empty, and said, where none is."""
    chosen = endpoint_picker.embedding(console)
    if chosen and endpoint_reads.model_of(console, chosen) == record.model:
        return chosen
    st.info(
        f"This document is found by the model {code(record.model)}. Deploy it, or choose its endpoint under Options, "
        "to store passages anew.", icon=":material/rocket_launch:",
    )  # fmt: skip
    return ""

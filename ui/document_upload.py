"""Files that are dropped: read at once, or held to be looked at, or because they will take long; then added.

What is dropped lies in the uploader until it is added, once and not copied; adding empties the uploader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

import streamlit as st

from services.documents import DEFAULT_LIMITS, SUFFIXES
from services.errors import DocumentRefused, InvalidRequest
from services.knowledge import IngestRequest, StoreKind, Upload
from services.knowledge.forecast import Forecast, forecast
from services.knowledge.service import JOB_KIND
from ui import (
    chunk_preview,
    chunk_settings,
    document_draft,
    document_filters,
    document_names,
    error_box,
    formats,
    plain_table,
    status_chip,
)
from ui.escape import literal

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from services.console import Console
    from services.knowledge import DocumentRecord

MOST_FILES = 200
MEGABYTE = 1 << 20
LONG_SECONDS = 60.0  # an ingest that is estimated to take longer is asked for; shorter ones begin at once
ROWS = 8
_ROUND, LOOK, _SHA = "documents.round", "documents.look", "documents.sha"
_PASSWORDS, _MEMBERS = "documents.passwords", "documents.members"  # of archives that lie in the uploader


@dataclass(frozen=True, slots=True)
class Target:
    """Where what is dropped goes."""

    embedding: str
    store: StoreKind
    collection: str
    model: str


def show(console: Console, target: Target, records: Sequence[DocumentRecord]) -> None:
    """Write the field to drop files into, and what is to be done with those that lie in it."""
    dropped = st.file_uploader(
        "Drop files here, or a ZIP of them",
        type=[suffix.removeprefix(".") for suffix in SUFFIXES],
        accept_multiple_files=True,
        max_upload_size=DEFAULT_LIMITS.file_bytes // MEGABYTE,
        key=f"documents.files.{st.session_state.get(_ROUND, 0)}",
        disabled=console.connection.read_only,
    )
    look = st.toggle(
        "Look before it is stored", key=LOOK, persist_state="session",
        help="Shows each file's text and how it is cut; change the cut or single passages, then store them.",
    )  # fmt: skip
    if not dropped:
        st.session_state.pop(_SHA, None)
        return
    with error_box.shown():
        if len(dropped) > MOST_FILES:
            raise InvalidRequest(
                f"{len(dropped)} files at once are too many.", "",
                f"Drop at most {MOST_FILES} at a time, or a ZIP of them.",
            )  # fmt: skip
        sizes = [(file.name, file.size) for file in dropped]
        jobs = console.jobs.list(console.owner, JOB_KIND, 20)
        told = forecast(sizes, chunk_settings.current(), records, jobs)
        if not look and (told.seconds or 0.0) <= LONG_SECONDS:
            add(console, target, dropped)
        _held(console, target, dropped, told, records, look=bool(look))


def add(console: Console, target: Target, dropped: Sequence[UploadedFile]) -> None:
    """Begin to read; the uploader is emptied, the job goes into the address, and the page is drawn again."""
    request = IngestRequest(
        tuple(Upload(file.name, file.getvalue(), _password(file)) for file in dropped),
        embedding=target.embedding,
        store=target.store,
        collection=target.collection,
        chunks=chunk_settings.current(),
        edits=document_draft.edits() if st.session_state.get(LOOK) else {},
    )
    st.query_params["job"] = console.knowledge.ingest(request)
    leave()
    st.rerun()


def leave() -> None:
    """Take what lies in the uploader out of it."""
    st.session_state[_ROUND] = int(st.session_state.get(_ROUND, 0)) + 1
    for key in (_SHA, _PASSWORDS, _MEMBERS):
        st.session_state.pop(key, None)
    document_draft.forget()


def _password(file: UploadedFile) -> str:
    """The password a dropped file was opened with to look at it."""
    drafts = {draft.source.name: draft.password for draft in document_draft.kept() if draft.password}
    archives: dict[str, str] = st.session_state.get(_PASSWORDS) or {}
    return archives.get(file.file_id) or drafts.get(file.name, "")


def estimate(told: Forecast) -> str:
    """A forecast in words; it says that it is one."""
    words = f"about {formats.count(told.passages, 'passage')}"
    if told.seconds is None:
        return f"{words} (estimate; how long it takes is known once a first ingest was measured)"
    return f"{words}, {formats.duration(max(1.0, told.seconds))} at the pace measured here (estimate)"


def _held(
    console: Console,
    target: Target,
    dropped: Sequence[UploadedFile],
    told: Forecast,
    records: Sequence[DocumentRecord],
    *,
    look: bool,
) -> None:
    """What is dropped and not added yet."""
    with st.container(border=True, key="documents-held"):
        size = formats.size(sum(file.size for file in dropped))
        st.markdown(f"**{formats.count(len(dropped), 'file')}** · {size} · {literal(estimate(told))}")
        there = {record.document: record for record in records if _same_place(record, target)}
        plain_table.show([_row(file, there) for file in dropped[:ROWS]], key="documents-held", header=False)
        if len(dropped) > ROWS:
            st.markdown(f":gray[and {len(dropped) - ROWS:,} more]")
        if look:
            _look(console, target, dropped)
        with st.container(horizontal=True, vertical_alignment="center"):
            label = f"Add {formats.count(len(dropped), 'file')}"
            if st.button(label, type="primary", icon=":material/add:", key="documents.add"):
                add(console, target, dropped)
            st.button("Leave them", type="tertiary", key="documents.leave", on_click=leave)
            if not look:
                st.markdown(f":gray[{literal(chunk_settings.sentence(chunk_settings.current()))}]", width="content")


def _same_place(record: DocumentRecord, target: Target) -> bool:
    return record.store is target.store and record.model == target.model


def _row(file: UploadedFile, there: dict[str, DocumentRecord]) -> dict[str, str]:
    record = there.get(_document(file))
    kind = PurePath(file.name).suffix.lstrip(".").upper()
    state = "" if record is None else (
        f"{status_chip.badge('already there')} :gray[as {document_names.shown(record.name)}; "
        f"{document_filters.kind_of(record.kind)} of {formats.count(record.chunks, 'passage')}]"
    )  # fmt: skip
    return {"File": f"**{document_names.shown(file.name)}**", "Size": f"{kind} · {formats.size(file.size)}",
            "State": state or ":gray[new]"}  # fmt: skip


def _document(file: UploadedFile) -> str:
    """A dropped file's name by content, found once."""
    known: dict[str, str] = st.session_state.setdefault(_SHA, {})
    if file.file_id not in known:
        known[file.file_id] = document_draft.sha256(file.getvalue())
    return known[file.file_id]


def _look(console: Console, target: Target, dropped: Sequence[UploadedFile]) -> None:
    """The preview of the chosen file, which may be one of an archive."""
    files = {each.file_id: each for each in dropped}
    chosen: str | None = dropped[0].file_id
    if len(dropped) > 1:
        chosen = st.selectbox(
            "File to look at",
            list(files),
            format_func=lambda name: document_names.plain(files[name].name),
            key="documents.looked-at",
        )
    file = files.get(chosen or "", dropped[0])
    if not file.name.lower().endswith(".zip"):
        draft = document_draft.of(file.file_id, Upload(file.name, file.getvalue()), target.embedding)
        chunk_preview.show(console, draft, key="look")
        return
    members = _members(console, file)
    if members:
        inside = st.selectbox(
            "In the archive", range(len(members)), format_func=lambda place: document_names.plain(members[place].name),
            key=f"documents.inside.{file.file_id}",
        )  # fmt: skip
        draft = document_draft.of(f"{file.file_id}.{inside}", members[inside], target.embedding)
        chunk_preview.show(console, draft, key="look")


def _members(console: Console, file: UploadedFile) -> tuple[Upload, ...]:
    """The files of an archive, kept while it lies in the uploader; of a locked one, the field for its password."""
    kept: dict[str, tuple[Upload, ...]] = st.session_state.setdefault(_MEMBERS, {})
    if file.file_id not in kept:
        words: dict[str, str] = st.session_state.setdefault(_PASSWORDS, {})
        try:
            word = words.get(file.file_id, "")
            kept[file.file_id] = console.knowledge.unpacked(Upload(file.name, file.getvalue(), word))
        except DocumentRefused as refused:
            error_box.show(refused)
            with st.form(f"unlock.{file.file_id}", border=False):
                word = st.text_input("Password", type="password", autocomplete="off") or ""
                if st.form_submit_button("Open", icon=":material/lock_open:") and word:
                    words[file.file_id] = word
                    st.rerun()
            return ()
    return kept[file.file_id]

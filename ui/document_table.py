"""The documents that can be asked: found by words and kinds, opened, asked alone, replaced, deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.knowledge import DocumentRecord
from ui import document_choice, document_deletion, document_filters, document_names, formats, status_chip

if TYPE_CHECKING:
    from services.console import Console

OPEN, ASK, REPLACE, DELETE = "Open", "Ask only this", "Replace…", "Delete…"
MENU = (f":material/open_in_full: {OPEN}", f":material/forum: {ASK}", f":material/sync: {REPLACE}",
        f":material/delete: {DELETE}")  # fmt: skip
MOST_SEEN = 12  # rows; further ones are scrolled to
MOST_ROWS = 5_000  # of a table in the browser; beyond, one searches
ROW_PIXELS = 35
ICONS = {
    "pdf": "picture_as_pdf", "docx": "article", "odt": "article", "rtf": "article", "pptx": "slideshow",
    "xlsx": "table_chart", "csv": "table_chart", "email": "mail", "epub": "menu_book", "html": "html",
    "markdown": "markdown",
}  # fmt: skip


def show(console: Console, records: Sequence[DocumentRecord]) -> None:
    """Write the search, the table and what can be done with the rows that are ticked."""
    shown = document_filters.show(records)
    if not shown:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(":gray[No document is like that.]", width="content")
            st.button("Show all", on_click=document_filters.clear, icon=":material/close:", type="tertiary")
        return
    ticked, click = _table(shown[:MOST_ROWS])
    _actions(console, records, shown, ticked)
    if click is not None:
        _act(console, *click)


def address(record: DocumentRecord) -> str:
    """A document's name in the address: one of one collection, store and model."""
    parts = (record.store, record.collection, record.model, record.document)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def _table(records: Sequence[DocumentRecord]) -> tuple[list[DocumentRecord], tuple[str, DocumentRecord] | None]:
    """Write the rows; those that are ticked, and what was chosen in a row's menu."""
    # what is ticked is told by its place, so other rows are another table
    key = hashlib.sha256("\n".join(map(address, records)).encode()).hexdigest()[:12]
    menu, opened = f"documents.menu.{key}", f"documents.open.{key}"
    chosen: Any = st.dataframe(
        _arrow(records),
        hide_index=True,
        height=min(len(records), MOST_SEEN) * ROW_PIXELS + ROW_PIXELS + 3,
        key=f"documents.table.{key}",
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="—",
        column_config=_columns(records, menu, opened),
        alt="Documents that can be asked",
    )
    ticked = [records[row] for row in (chosen.selection.rows if chosen else ()) if row < len(records)]
    click = st.session_state.get(menu)
    if click and click["row"] < len(records):
        verb = next((each for each in MENU if str(click["label"]).endswith(each.split(": ", 1)[1])), MENU[0])
        return ticked, (verb.split(": ", 1)[1], records[click["row"]])
    click = st.session_state.get(opened)
    return ticked, ((OPEN, records[click["row"]]) if click and click["row"] < len(records) else None)


def _columns(records: Sequence[DocumentRecord], menu: str, opened: str) -> dict[str, Any]:
    return {
        "Menu": st.column_config.ButtonColumn("", key=menu, type="tertiary", width=52),
        "Name": st.column_config.ButtonColumn("Name", key=opened, type="tertiary", width=280, alignment="left"),
        "Status": status_chip.column({record.status for record in records}),
        "Kind": st.column_config.TextColumn(width=90),
        "Pages": st.column_config.NumberColumn(width=70, format="localized"),
        "Passages": st.column_config.NumberColumn(width=85, format="localized"),
        "Size": st.column_config.NumberColumn(width=85, format="bytes"),
        "Added": st.column_config.DatetimeColumn(format="distance", width=120),
        "Collection": st.column_config.TextColumn(width=150),
        "Model": st.column_config.TextColumn(width=220, help="Passages can be found by the model that embedded them"),
    }


def _arrow(records: Sequence[DocumentRecord]) -> Any:
    """The rows as an Arrow table, which Streamlit sends as it is: by way of pandas it takes five times as long."""
    import pyarrow  # type: ignore[import-untyped]

    return pyarrow.table(
        {
            "Menu": [list(MENU)] * len(records),
            "Name": [_name(record) for record in records],
            "Status": [[status_chip.chip(record.status).word] for record in records],
            "Kind": [document_filters.kind_of(record.kind) for record in records],
            "Pages": [record.pages for record in records],
            "Passages": [record.chunks for record in records],
            "Size": [record.size for record in records],
            "Added": [datetime.fromtimestamp(record.added, UTC) for record in records],
            "Collection": [record.collection for record in records],
            "Model": [record.model for record in records],
        }
    )


def _name(record: DocumentRecord) -> str:
    """A file's name for a cell, its icon in front; nothing in it turns the line around or is an icon itself."""
    return f":material/{ICONS.get(record.kind, 'description')}: {document_names.plain(record.name)}"


def _actions(
    console: Console, records: Sequence[DocumentRecord], shown: Sequence[DocumentRecord], ticked: list[DocumentRecord]
) -> None:
    """Under the table: its toolbar covers what is above."""
    passages = sum(record.chunks for record in shown)
    counted = f"**{formats.count(len(shown), 'document')}** · {formats.count(passages, 'passage')}"
    if len(shown) < len(records):
        counted += f" · of {len(records):,}"
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Ask {'this one' if len(ticked) == 1 else f'these {len(ticked)}'} only" if ticked else "Ask all"
        if st.button(label, type="primary", icon=":material/forum:", key="documents.ask"):
            document_choice.ask(console, ticked)
        label = f"Delete {len(ticked)}" if ticked else "Delete"
        closed = not ticked or console.connection.read_only
        if st.button(label, icon=":material/delete:", disabled=closed, key="documents.delete"):
            document_deletion.ask(console, ticked)
        if len(shown) < len(records):
            st.button("Show all", on_click=document_filters.clear, icon=":material/close:", type="tertiary")
        st.markdown(counted, width="content")


def _act(console: Console, verb: str, record: DocumentRecord) -> None:
    if verb == ASK:
        document_choice.ask(console, [record])
    elif verb == DELETE:
        if not console.connection.read_only:
            document_deletion.ask(console, [record])
    else:
        st.query_params["document"] = address(record)
        if verb == REPLACE:
            st.session_state["document.tab"] = "Replace"
        st.rerun()

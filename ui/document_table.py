"""The documents that can be asked: a table, and deleting the ones ticked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from services.knowledge import DocumentRecord
from ui import error_box, formats, status_chip, store_picker
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

WAIT_SECONDS = 20.0  # deleting some documents takes less; what takes longer goes on and is listed under Activity


def show(console: Console, records: Sequence[DocumentRecord]) -> None:
    """Write the table; ticked rows can be deleted, with their passages and originals."""
    chosen = st.dataframe(
        [_row(record) for record in records],
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"documents.table.{len(records)}",
        alt="Documents that can be asked",
        column_config={
            "Name": st.column_config.TextColumn(width="medium"),
            "Status": status_chip.column({record.status for record in records}),
            "Added": st.column_config.DatetimeColumn(format="distance"),
        },
    )
    rows = chosen.selection.rows if chosen else []
    passages = sum(record.chunks for record in records)
    closed = not rows or console.connection.read_only
    with st.container(
        horizontal=True, vertical_alignment="center"
    ):  # under the table: its toolbar covers what is above
        label = f"Delete {len(rows)}" if rows else "Delete"
        if st.button(label, icon=":material/delete:", disabled=closed, key="documents.delete"):
            _delete(console, [records[row] for row in rows if row < len(records)])
        counted = f"**{formats.count(len(records), 'document')}** · {formats.count(passages, 'passage')}"
        st.markdown(counted, width="stretch")


def _row(record: DocumentRecord) -> dict[str, object]:
    return {
        "Name": record.name,
        "Status": [status_chip.chip(record.status).word],
        "Pages": record.pages,
        "Passages": record.chunks,
        "Size": formats.size(record.size),
        "Store": store_picker.NAMES[record.store],
        "Collection": record.collection,
        "Added": datetime.fromtimestamp(record.added, UTC),
    }


@st.dialog("Delete documents", icon=":material/delete:")
def _delete(console: Console, records: Sequence[DocumentRecord]) -> None:
    st.markdown(f"The passages and the originals of {formats.count(len(records), 'document')} will be gone:")
    for record in records[:10]:
        st.markdown(f"- {literal(record.name)}")
    if len(records) > 10:
        st.markdown(f"- and {len(records) - 10} more")
    if st.button("Delete", type="primary", icon=":material/delete:", key="documents.delete.confirm"):
        with error_box.shown():
            plan = console.knowledge.plan_delete_documents(tuple(records))
            view = console.runs.wait(console.runs.start(plan), WAIT_SECONDS)
            if view.problem is not None:
                error_box.show(view.problem)
            else:
                st.rerun()

"""Documents that are to go: what is lost is said, the plan is shown, and it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from ui import document_names, error_box, formats, plain_table, run_progress
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.knowledge import DocumentRecord
    from services.plans import Plan

WAIT_SECONDS = 20.0  # deleting some documents takes less; what takes longer is followed on the page
MOST_NAMED = 10


@st.dialog("Delete documents", icon=":material/delete:")
def ask(console: Console, records: Sequence[DocumentRecord]) -> None:
    """Say what goes, show the plan's steps, and delete once confirmed."""
    passages = formats.count(sum(record.chunks for record in records), "passage")
    documents = formats.count(len(records), "document")
    st.markdown(f"The passages ({passages}) and the originals of {documents} will be gone:")
    st.markdown("\n".join(f"- {document_names.shown(record.name)}" for record in records[:MOST_NAMED]))
    if len(records) > MOST_NAMED:
        st.markdown(f"and {len(records) - MOST_NAMED:,} more")
    st.markdown(
        ":gray[:small[This cannot be taken back here. Your own copies stay; adding them again reads and embeds them "
        "anew. Answers given before keep their words, but their citations no longer open.]]"
    )
    try:
        plan = console.knowledge.plan_delete_documents(tuple(records))
    except SagedeckError as error:
        error_box.show(error)
        return
    with st.expander(f"The plan: {formats.count(len(plan.steps), 'step')}", icon=":material/checklist:"):
        shown = [{"Step": str(number), "What": literal(step.reason)} for number, step in enumerate(plan.steps, 1)]
        plain_table.show(shown[:MOST_NAMED], key="documents-deletion", header=False)
        if len(shown) > MOST_NAMED:
            st.markdown(f":gray[and {len(shown) - MOST_NAMED:,} more of the same kind]")
    if st.button("Delete", type="primary", icon=":material/delete:", key="documents.delete.confirm"):
        _run(console, plan)


def _run(console: Console, plan: Plan) -> None:
    with error_box.shown():
        run = console.runs.start(plan, confirmed=plan)
        view = console.runs.wait(run, WAIT_SECONDS)
        st.query_params.pop("document", None)
        if view.problem is not None:
            error_box.show(view.problem)
        elif not view.status.ended:
            run_progress.follow(run)
        else:
            st.rerun()

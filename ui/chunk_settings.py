"""How documents are cut: the method, and how long a passage is and overlaps; the same wherever it is chosen."""

from __future__ import annotations

import streamlit as st

from services.documents import Method
from services.knowledge import ChunkPlan

NAMES = {Method.RECURSIVE: "Paragraphs", Method.HEADING: "Headings", Method.PAGE: "Pages", Method.ROW: "Table rows"}
HELP = (
    "**Paragraphs**: at paragraphs, else sentences and words; measured best for plain questions.  \n"
    "**Headings**: a section a passage.  \n**Pages**: a page, slide or sheet a passage.  \n"
    "**Table rows**: each row of a table with its column names."
)
SMALLEST, LARGEST, STEP = 200, 4000, 50
USUAL = ChunkPlan()
_USUAL = "documents.usual-cut"
NEW = "documents.cut"  # of what is dropped; a stored document that is cut anew has fields of its own


def begin_with(plan: ChunkPlan) -> None:
    """Let what is dropped be cut like this unless somebody says otherwise: as the owner has chosen."""
    st.session_state[_USUAL] = plan


def current(key: str = NEW, usual: ChunkPlan | None = None) -> ChunkPlan:
    """The cut as it is chosen now, also where its fields are not shown."""
    usual = usual or st.session_state.get(_USUAL) or USUAL
    size = int(st.session_state.get(f"{key}.size") or usual.size)
    overlap = st.session_state.get(f"{key}.overlap")
    overlap = usual.overlap if overlap is None else int(overlap)
    return ChunkPlan(size, min(overlap, size // 2), Method(st.session_state.get(f"{key}.method") or usual.method))


def show(key: str = NEW, usual: ChunkPlan | None = None) -> ChunkPlan:
    """Write the fields; the cut they say. An overlap is at most half of a passage."""
    usual = usual or st.session_state.get(_USUAL) or USUAL
    methods = list(Method)
    st.selectbox(
        "Cut at", methods, methods.index(usual.method), key=f"{key}.method", format_func=NAMES.__getitem__, help=HELP,
        persist_state="session",
    )  # fmt: skip
    st.slider(
        "Characters a passage", min(SMALLEST, usual.size), max(LARGEST, usual.size), usual.size, STEP,
        key=f"{key}.size", persist_state="session",
        help="At most; what the embedding model cannot read whole is cut further.",
    )  # fmt: skip
    st.slider(
        "Characters of overlap", 0, max(1000, usual.overlap), usual.overlap, 10, key=f"{key}.overlap",
        persist_state="session",
        help="What a passage repeats of the one before, so that a sentence between two is found; at most half of it.",
    )  # fmt: skip
    return current(key, usual)


def put_back(key: str, plan: ChunkPlan) -> None:
    """Set the fields to a cut; for a button's callback."""
    st.session_state.update(
        {f"{key}.method": plan.method, f"{key}.size": plan.size, f"{key}.overlap": plan.overlap}
    )  # fmt: skip


def sentence(plan: ChunkPlan) -> str:
    """A cut in words."""
    usual = " (usual)" if plan == USUAL else ""
    return f"cut at {NAMES[plan.method].lower()}, {plan.size:,} characters, {plan.overlap:,} of overlap{usual}"

"""What a job reads: a prefix, object or manifest in S3, a file that is sent first, or texts typed here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from services.batch import wrapped
from ui import object_browser
from ui.batch_fields import BatchFields
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

S3, FILE, TEXTS = "In S3", "A file", "Texts"
KINDS = {"S3Prefix": "A folder, or all that begins so", "ManifestFile": "A manifest that lists objects"}
MOST_MB = 200


def address(fields: BatchFields) -> str:
    """The address typed for the input."""
    return object_browser.typed(fields.at("input"))


def in_s3(fields: BatchFields) -> bool:
    """Whether the input lies in S3 already."""
    return (fields.text("from") or S3) == S3


def sent(console: Console, fields: BatchFields) -> str:
    """The file of this machine that is sent first, as the form stands; "" where the input lies in S3, or none is."""
    kind = fields.text("from") or S3
    if kind == FILE:
        _keep(console, fields)
        return fields.text("upload")
    lines = fields.text("texts").splitlines()
    if kind == S3 or fields.fits.contract is None or not any(line.strip() for line in lines):
        return ""
    return str(console.batch_inputs.put("texts.jsonl", wrapped(fields.fits.contract, lines)))


def _keep(console: Console, fields: BatchFields) -> None:
    """Keep a file that was just given; one is hashed once, not each time that the page is drawn."""
    given = st.session_state.get(fields.at("file"))
    if given is not None and st.session_state.get(fields.at("kept")) != given.file_id:
        st.session_state[fields.at("upload")] = str(console.batch_inputs.put(given.name, given.getvalue()))
        st.session_state[fields.at("kept")] = given.file_id


def show(console: Console, fields: BatchFields) -> None:
    """Write where the input is."""
    offered = [S3, FILE, *([TEXTS] if fields.fits.wraps else [])]
    kind = st.segmented_control(
        "Input", offered, default=S3, required=True, key=fields.at("from"), persist_state="session"
    )
    if kind == FILE:
        words = f"At most {MOST_MB} MB; larger ones with the command line, or from S3."
        st.file_uploader("File", key=fields.at("file"), max_upload_size=MOST_MB, help=words)
        if fields.text("upload"):
            st.markdown(f":gray[:small[Sent: {literal(Path(fields.text('upload')).name)}]]")
    elif kind == TEXTS:
        fields.lines(
            "Texts, one a line", "texts", "input", height=140,
            placeholder="Each line becomes a request in the shape that this model reads.",
        )  # fmt: skip
    else:
        fields.pick(
            "It is", "input_kind", "input_kind", list(KINDS), shown=lambda each: KINDS[each],
            help='A manifest is a JSON list: [{"prefix": "s3://bucket/folder/"}, "name", …].',
        )  # fmt: skip
        object_browser.chosen(
            console, fields.at("input"), folders=fields.text("input_kind") != "ManifestFile", either=True,
            label="Input in S3",
        )  # fmt: skip
    fields.under("input", empty=not (address(fields) or fields.text("upload") or fields.text("texts")))

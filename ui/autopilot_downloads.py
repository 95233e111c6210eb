"""Reports and notebooks: what there is, how large, to download or to look at as plain text. Nothing in them acts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot.watching.reports import MOST_DOWNLOAD
from services.errors import SagedeckError
from ui import error_box, formats
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.autopilot.watching.report_models import ReportFile
    from services.console import Console

MOST_LETTERS = 60_000  # of a file that is shown
_READ = (".json", ".csv", ".ipynb", ".txt", ".html", ".md", ".log")
MOST_ROWS = 60


def show(console: Console, files: Sequence[ReportFile], *, key: str, title: str = "Files of its reports") -> None:
    """Write the list, and the one file that is looked at."""
    if not files:
        return
    st.markdown(f"**{title}**")
    for number, file in enumerate(files[:MOST_ROWS]):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}-{number}"):
            size = f" · {formats.size(file.size)}" if file.size is not None else ""
            st.markdown(f"{literal(file.what)}:gray[{literal(size)}]", width="stretch", help=code(str(file.uri)))
            name = file.uri.name
            if name.endswith(_READ) and st.button("Look", key=f"{key}-look-{number}", type="tertiary",
                                                  icon=":material/visibility:"):  # fmt: skip
                looked = st.session_state.get(f"{key}.looked")
                st.session_state[f"{key}.looked"] = "" if looked == str(file.uri) else str(file.uri)
            _download(console, file, f"{key}-get-{number}")
    if len(files) > MOST_ROWS:
        st.markdown(f":gray[and {len(files) - MOST_ROWS:,} more]")
    looked = st.session_state.get(f"{key}.looked")
    for file in files:
        if looked and str(file.uri) == looked:
            _look(console, file)


def _download(console: Console, file: ReportFile, key: str) -> None:
    if file.size is not None and file.size > MOST_DOWNLOAD:
        st.markdown(f":gray[:small[larger than {formats.size(MOST_DOWNLOAD)}: {code(file.uri.copying)}]]")
        return
    st.download_button(
        "Download", lambda: console.autopilot.download(file), file.uri.name, "application/octet-stream",
        on_click="ignore", icon=":material/download:", type="tertiary", key=key,
    )  # fmt: skip


def _look(console: Console, file: ReportFile) -> None:
    with st.container(border=True):
        st.markdown(f"**{literal(file.uri.name)}**")
        try:
            content = console.autopilot.download(file)
        except SagedeckError as error:
            error_box.show(error)
            return
        text = _text(file.uri.name, content)
        st.code(text[:MOST_LETTERS], language=None, height=420, wrap_lines=True)
        if len(text) > MOST_LETTERS:
            st.markdown(":gray[Its beginning; the whole is in the download.]")


def _text(name: str, content: bytes) -> str:
    """A file as text; of a notebook its cells, one after the other."""
    text = content.decode("utf-8", "replace")
    if not name.endswith(".ipynb"):
        return text
    try:
        cells = json.loads(text)["cells"]
        return "\n\n".join("".join(cell["source"]) for cell in cells)
    except (ValueError, KeyError, TypeError, RecursionError):
        return text

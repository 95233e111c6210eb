"""The first rows of a table as they stand, in a grid: nothing a cell or a column's name says can act in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from ui.escape import code, literal

if TYPE_CHECKING:
    from services.tables.models import Layout, Preview

SHOWN, HEIGHT = 50, 390
_ENDS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "blank", ":": "colon"}


def preview(found: Preview, *, key: str) -> None:
    """Write a preview: its layout in a line, and its rows."""
    st.markdown(f":gray[:small[{layout(found.layout)}]]")
    rows([str(getattr(each, "name", each)) for each in found.columns], found.rows, key=key)


def rows(names: Sequence[str], values: Sequence[Sequence[object]], *, key: str) -> None:
    """Write rows below their columns' names, which may be empty or come twice."""
    shown = unique(names)
    table = {
        name: ["" if place >= len(row) or row[place] is None else str(row[place]) for row in values[:SHOWN]]
        for place, name in enumerate(shown)
    }
    st.dataframe(table, key=key, hide_index=True, height=min(HEIGHT, 3 + 35 * (1 + max(1, len(values[:SHOWN])))),
                 alt=f"The first rows of a table of {len(names)} columns")  # fmt: skip


def unique(names: Sequence[str]) -> list[str]:
    """The names as a grid can hold them: each once, none empty."""
    seen: dict[str, int] = {}
    out = []
    for place, name in enumerate(names, 1):
        plain = " ".join(name.split()) or f"(column {place})"
        seen[plain] = seen.get(plain, 0) + 1
        out.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    return out


def layout(found: Layout) -> str:
    """How a file is written, as Markdown."""
    if found.kind == "parquet":
        return "Parquet"
    parts = ["CSV", f"separated by {_ENDS.get(found.delimiter, code(found.delimiter))}", literal(found.encoding)]
    if found.bom:
        parts.append("with a byte order mark")
    if found.compression and found.compression.lower() not in ("none", ""):
        parts.append(f"compressed by {literal(found.compression)}")
    parts.append("header" if found.header else "no header")
    return " · ".join(parts)

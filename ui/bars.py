"""Small bars beside names, for what is rather looked at than read. Plain HTML: no chart library is loaded for it."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st


def show(rows: Sequence[tuple[str, float]], *, label: str, most: float | None = None) -> None:
    """Write (name, value) rows as bars, the longest of the greatest value or `most`; `label` is for who sees none."""
    st.html(markup(rows, label, most))


def markup(rows: Sequence[tuple[str, float]], label: str, most: float | None = None) -> str:
    """The HTML; every character of a name is escaped, and a name too long for its place is whole on hover."""
    most = most or max((value for _, value in rows), default=0.0) or 1.0
    lines = "".join(
        f'<div title="{html.escape(name)}">{html.escape(name)}</div>'
        f'<div><span style="width:{max(0.0, value) / most:.1%}"></span></div><div>{value:.2f}</div>'
        for name, value in rows
    )
    return f'<div class="sagedeck-bars" role="group" aria-label="{html.escape(label)}">{lines}</div>'

"""A small table as Markdown: it needs neither pandas nor Arrow, which cost a console 80 MB and half a second."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import streamlit as st


def show(rows: Sequence[Mapping[str, str]], *, key: str, header: bool = True) -> None:
    """Write rows of the same columns; values are Markdown that is already harmless (see ui.escape)."""
    with st.container(key=f"table-{key}{'' if header else '-bare'}", gap=None):
        st.markdown(markdown(rows))


def facts(values: Mapping[str, str], *, key: str) -> None:
    """Write a list of names and values."""
    show([{"Name": f":gray[{name}]", "Value": value} for name, value in values.items()], key=key, header=False)


def markdown(rows: Sequence[Mapping[str, str]]) -> str:
    """The table's source; a bar inside a value does not end its cell."""
    names = list(rows[0]) if rows else []
    lines = [names, ["---"] * len(names), *([_cell(row[name]) for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(value.split())) or "—"

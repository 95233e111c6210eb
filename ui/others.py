"""Whose endpoints there are besides one's own: take-down leaves them alone, and says so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import streamlit as st

from services.access import tag_value
from services.errors import SagedeckError
from ui import endpoint_reads, formats, navigation
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail

MOST_NAMED = 6


def show(console: Console) -> None:
    """One line about the endpoints of others, and in a sandbox the way to empty it; nothing when there are none."""
    mine = tag_value(console.owner)
    try:
        found = endpoint_reads.details(console)
    except SagedeckError:
        return  # the page's own look at what there is tells it
    others = [each for each in found.values() if not each.made_here or each.owner != mine]
    if not others:
        return
    one = len(others) == 1
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":material/group: **{formats.count(len(others), 'endpoint')} here {'is' if one else 'are'} not yours** "
            f"{_people(others)}: nothing here touches what others made, so {'it stays' if one else 'they stay'}.",
            width="stretch",
        )
        if console.sandbox is not None:
            st.page_link(navigation.SANDBOX, label="Empty the whole sandbox", icon=":material/science:")


def _people(others: Iterable[EndpointDetail]) -> str:
    names = sorted({each.owner.rpartition("/")[2] or "somebody" for each in others})
    more = ", …" if len(names) > MOST_NAMED else ""
    return literal(f"({', '.join(names[:MOST_NAMED])}{more})")

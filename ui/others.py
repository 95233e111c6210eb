"""Whose endpoints there are besides one's own: take-down leaves them alone, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.access import tag_value
from services.errors import SagedeckError
from ui import endpoint_reads, formats, navigation
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

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
    people = sorted({each.owner.rpartition("/")[2] for each in others if each.owner})
    names = f" ({', '.join(people[:MOST_NAMED])}{', …' if len(people) > MOST_NAMED else ''})" if people else ""
    verb, stay = ("is", "stays") if len(others) == 1 else ("are", "stay")
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":material/group: **{formats.count(len(others), 'endpoint')} here {verb} not yours**{literal(names)}: "
            f"nothing on this page touches what others made, so {'it' if len(others) == 1 else 'they'} {stay}.",
            width="stretch",
        )
        if console.sandbox is not None:
            st.page_link(navigation.SANDBOX, label="Empty the whole sandbox", icon=":material/science:")

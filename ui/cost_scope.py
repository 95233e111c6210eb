"""Which regions a page about cost looks at: this one, several, or all of the partition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from services.console import Console

_CHOSEN, _ALL = "bill.regions", "bill.all_regions"


def show(console: Console) -> tuple[str, ...]:
    """Write the choice; the regions chosen, this one where none is."""
    home, every = console.connection.identity.region, console.costs.regions()
    chosen = regions(console)
    label = home if chosen == (home,) else "All regions" if len(chosen) == len(every) else f"{len(chosen)} regions"
    with st.popover(label, icon=":material/public:"):
        whole = st.toggle("All regions", key=_ALL, help=f"{len(every)} regions; each is read at the polite rate.")
        st.multiselect("Regions", every, default=[home], key=_CHOSEN, disabled=whole, placeholder=home)
    return chosen


def regions(console: Console) -> tuple[str, ...]:
    """The regions chosen in this session."""
    home = console.connection.identity.region
    if st.session_state.get(_ALL):
        return tuple(console.costs.regions())
    return tuple(st.session_state.get(_CHOSEN) or (home,))

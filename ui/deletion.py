"""One thing of a list that is to go: asked for by its row, shown as a plan, run or left as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from ui import error_box, plan_review, run_progress

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import Plan


def ask(key: str, name: str) -> None:
    """Show the plan of this one from the next drawing on, and draw the page again. `key`: the list it is of."""
    st.session_state[f"{key}.going"] = name
    st.session_state.pop(f"{key}.going.plan", None)
    st.rerun()


def show(
    console: Console, key: str, plan_of: Callable[[str], Plan], *, verb: str = "Delete", typed: bool = False
) -> None:
    """Write the plan of what was asked for with this key; nothing while nothing is. `typed`: its name has to be."""
    name = st.session_state.get(f"{key}.going")
    if name is None:
        return

    def plan() -> Plan:
        return plan_of(name)

    kept = f"{key}.going.plan"
    with error_box.shown():
        shown = st.session_state.get(kept) or plan()
        st.session_state[kept] = shown
        run = plan_review.show(
            console, shown, key=f"{key}-delete", verb=verb, replan=plan, typed=name if typed else "",
            changed=lambda new: st.session_state.update({kept: new}),
        )  # fmt: skip
        if run:
            _leave(key)
            run_progress.follow(run)
    st.button("Leave it as it is", type="tertiary", key=f"{key}.keep", on_click=_leave, args=(key,))


def _leave(key: str) -> None:
    st.session_state.pop(f"{key}.going", None)
    st.session_state.pop(f"{key}.going.plan", None)

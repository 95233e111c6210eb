"""A change of a notebook instance or of Studio that somebody asked for: its plan, its run, what is seen anew then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from ui import error_box, plan_review, run_progress

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import Plan


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: what the button says, how it is planned, and what is to be typed first."""

    verb: str
    plan_of: Callable[[], Plan]
    typed: str = ""
    more: bool = False


def ask(page: str, verb: str, plan_of: Callable[[], Plan], *, typed: str = "", more: bool = False) -> None:
    """Ask for a change on a page; for a button's callback, or before drawing anew.

    more    its price adds to what is there already
    """
    leave(page)
    st.session_state[f"{page}.asked"] = Asked(verb, plan_of, typed, more)


def leave(page: str) -> None:
    """Ask for nothing any more."""
    for name in ("asked", "plan"):
        st.session_state.pop(f"{page}.{name}", None)


def asked(page: str) -> bool:
    """Whether the plan of something stands on the page."""
    return f"{page}.asked" in st.session_state


def show(console: Console, page: str) -> None:
    """The plan of what was asked for; nothing where nothing was. Once confirmed, its run is followed."""
    wanted: Asked | None = st.session_state.get(f"{page}.asked")
    if wanted is None:
        return
    held = f"{page}.plan"
    with error_box.shown():
        plan: Plan = st.session_state.get(held) or wanted.plan_of()
        st.session_state[held] = plan
        run = plan_review.show(
            console, plan, key=page, verb=wanted.verb, typed=wanted.typed, more=wanted.more, replan=wanted.plan_of,
            changed=lambda new: st.session_state.update({held: new}),
        )  # fmt: skip
        if run:
            _forget_names(page)
            leave(page)
            run_progress.follow(run)
    st.button("Leave it as it is", type="tertiary", key=f"{page}.keep", on_click=leave, args=(page,))


def _forget_names(page: str) -> None:
    """What was asked for takes the name of its form: the next one begins without."""
    for key in [str(key) for key in st.session_state]:
        if key.startswith(f"{page}.") and key.endswith(".name"):
            del st.session_state[key]


def run(console: Console, page: str) -> bool:
    """The run the address names; once it has ended, what is held is looked at anew, once. Whether it is under way."""
    name = run_progress.current()
    if not name:
        return False
    view = run_progress.show(console, name, key=page)
    seen = f"{page}.seen"
    if view is not None and view.status.ended and st.session_state.get(seen) != (name, view.status):
        st.session_state[seen] = (name, view.status)
        console.resources.forget()
    st.button("Close", type="tertiary", key=f"{page}.close", on_click=run_progress.leave)
    return view is not None and not view.status.ended

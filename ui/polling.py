"""Parts of a page that are drawn again on their own: when touched, or again and again while something is under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from ui import error_box

Drawn = TypeVar("Drawn")
_WHOLE = "polling.whole"


def live(draw: Callable[[], None], every_seconds: float | None) -> None:
    """Draw now and, unless `every_seconds` is None, again and again; what goes wrong in it stays inside it.

    Never within an `st.empty()` that the same run empties: a turn that comes late would draw where there is no
    container any more, at which the browser takes the whole page away ("'setIn' cannot be called on an ElementNode").
    """

    def guarded() -> None:
        _whole_if_asked()
        with error_box.shown():
            draw()

    st.fragment(guarded, run_every=every_seconds)()


def whole() -> None:
    """For the callback of a button inside such a part: what it leads to stands elsewhere, so draw the whole page."""
    st.session_state[_WHOLE] = True


def _whole_if_asked() -> None:
    if st.session_state.pop(_WHOLE, False):
        st.rerun()


def alone(draw: Callable[[], Drawn]) -> Drawn | None:
    """Draw a part that a click inside it draws again, and nothing else; what it gave, None when something went wrong.

    The rest of the page learns what it gives the next time that is drawn.
    """

    def guarded() -> Drawn | None:
        try:
            return draw()
        except Exception as error:  # noqa: BLE001 - as in error_box.shown, which cannot give a value
            error_box.last_resort(error)
            return None

    return st.fragment(guarded)()


def adaptive(draw: Callable[[], float | None], key: str, first_seconds: float) -> None:
    """Draw now, and again as soon as `draw` says each time; None: not again by itself. What goes wrong stays inside.

    `key` of the session holds the pace. A pace that gets slower takes hold at the next turn, so that a first drawing
    is not done twice.
    """
    every: float | None = st.session_state.setdefault(key, first_seconds)
    drawn = False

    def guarded() -> None:
        nonlocal drawn
        _whole_if_asked()
        wanted, again = every, drawn
        drawn = True
        with error_box.shown():
            wanted = draw()
        sooner = wanted is not None and (every is None or wanted < every)
        if sooner or (again and wanted != every):
            st.session_state[key] = wanted
            st.rerun()

    st.fragment(guarded, run_every=every)()


def beside(draw: Callable[[], None]) -> None:
    """Draw a part while the rest of the page goes on being drawn; what goes wrong in it stays inside it."""

    def guarded() -> None:
        with error_box.shown():
            draw()

    st.fragment(guarded, parallel=True)()

"""A part of a page that is drawn again by itself while something is under way."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui import error_box


def live(draw: Callable[[], None], every_seconds: float | None) -> None:
    """Draw now and, unless `every_seconds` is None, again and again; what goes wrong in it stays inside it."""

    def guarded() -> None:
        with error_box.shown():
            draw()

    st.fragment(guarded, run_every=every_seconds)()

"""Opening what runs: a link that signs in, shown once to who asked and kept nowhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import streamlit as st

from ui import error_box, formats, polling
from ui.escape import literal

if TYPE_CHECKING:
    from services.clients import Hidden

Given = tuple["Hidden", int]
"""The secret URL, and for how many seconds it can be opened."""
Get = Callable[[], Given]


@dataclass(frozen=True, slots=True)
class Way:
    """One button: what it says, what asks for its link."""

    label: str
    get: Get


def buttons(words: str, ways: Sequence[Way], *, key: str) -> None:
    """Buttons that ask for a link, the first of them the usual way; `words` on the link.

    The next drawing of this part no longer has the link.
    """
    with st.container(width="content"):
        polling.alone(partial(_draw, words, ways, key))


def _draw(words: str, ways: Sequence[Way], key: str) -> None:
    asked = None
    with st.container(horizontal=True, gap="small", width="content"):
        for number, way in enumerate(ways):
            kind: Literal["primary", "secondary"] = "secondary" if number else "primary"
            if st.button(way.label, key=f"{key}-{number}", type=kind, icon=":material/open_in_new:"):
                asked = way
    if asked is None:
        return
    with error_box.shown():
        url, seconds = asked.get()
        with st.container(border=True, gap="small", key=f"{key}-link", width=320):
            st.link_button(literal(words), url.reveal(), type="primary", icon=":material/login:")
            st.markdown(
                f":gray[:small[Opens within {formats.duration(seconds)}. Whoever has this link is signed in: pass it "
                "on to nobody. It is shown this once and kept nowhere.]]"
            )

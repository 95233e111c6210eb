"""A page with nothing to show yet: why it is empty, and the one thing to do about it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def show(
    icon: str, title: str, text: str, *, page: str = "", label: str = "", begin: Callable[[], None] | None = None
) -> None:
    """A bordered, centred note; `label` with `page` (as given to st.Page), or with `begin` where the next step is on
    this page, makes its one call to action.
    """
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        st.space("small")
        st.markdown(f"### :material/{icon}: {title}", text_alignment="center", anchors=False)
        st.markdown(text, text_alignment="center")
        if page:
            st.page_link(page, label=f"**{label}**", icon=":material/arrow_forward:")
        elif begin is not None and st.button(label, type="primary", icon=":material/add:", on_click=begin):
            st.rerun()  # it may stand in a fragment, and what it opens outside
        st.space("small")

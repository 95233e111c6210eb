"""A page with nothing to show yet: why it is empty, and the one thing to do about it."""

from __future__ import annotations

import streamlit as st


def show(icon: str, title: str, text: str, *, page: str = "", label: str = "") -> None:
    """A bordered, centred note; `page` (as given to st.Page) and `label` make its one call to action."""
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        st.space("small")
        st.markdown(f"### :material/{icon}: {title}", text_alignment="center", anchors=False)
        st.markdown(text, text_alignment="center")
        if page:
            st.page_link(page, label=f"**{label}**", icon=":material/arrow_forward:")
        st.space("small")

"""The first row of every page: its title, a sentence, and what belongs to the right of them."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def show(title: str, sentence: str = "") -> DeltaGenerator:
    """Write title and sentence; the container returned stands at their right (under them on a phone)."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        with st.container(gap=None, width="stretch"):
            st.title(title, anchor=False)
            if sentence:
                st.markdown(f":gray[{sentence}]")
        return st.container(horizontal=True, width="content", vertical_alignment="center", gap="small")

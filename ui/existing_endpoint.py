"""Use an endpoint that is there already, whoever made it: find out how it wants to be called, and test it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import endpoint_picker, endpoint_reads, error_box, navigation
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console


def show(console: Console) -> None:
    """A name, a test, and the endpoint is in use."""
    with st.container(border=True, key="existing"):
        st.markdown("The console looks at the endpoint, makes one small call to learn its payload, and remembers it.")
        with error_box.shown():
            names = [each.name for each in endpoint_reads.listed(console)]
            name = st.selectbox(
                "Endpoint name", names, index=None, accept_new_options=True, key="existing.name",
                placeholder="Choose, or type a name",
            )  # fmt: skip
            if st.button("Test and use", type="primary", icon=":material/link:", disabled=not name) and name:
                with st.spinner(f"Calling {literal(name)}…"):
                    result = console.smoke_test(name.strip())
                endpoint_picker.use(name.strip(), result.kind)
                st.success(
                    f"{code(name)} is in use as {literal(result.kind.value)} endpoint. "
                    f"{literal(endpoint_picker.smoke_sentence(result))}",
                    icon=":material/check_circle:",
                )
                st.page_link(navigation.DOCUMENTS, label="**Add documents**", icon=":material/arrow_forward:")

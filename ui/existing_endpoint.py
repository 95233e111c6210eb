"""Use an endpoint that is there already, whoever made it: find out how it wants to be called, and test it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.errors import InvalidRequest, SagedeckError
from ui import deployed, endpoint_reads, error_box, navigation
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

_TESTED = "existing.tested"  # (endpoint, component) that was last asked for


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
            subject = (name.strip(), _component(console, name.strip())) if name else ("", "")
            if st.button("Test and use", type="primary", icon=":material/link:", disabled=not name):
                deployed.forget([subject])
                st.session_state[_TESTED] = subject
            if name and st.session_state.get(_TESTED) == subject:
                _result(console, *subject)


def _component(console: Console, endpoint: str) -> str:
    """Which of the models that share the endpoint; "" where it holds one itself."""
    try:
        detail = console.detail(endpoint)
    except SagedeckError as error:
        error_box.show(error)
        return ""
    if detail.asynchronous:
        st.markdown(":gray[:small[Asynchronous: it is tested through S3; Ask and Chat do not wait for such answers.]]")
    if not detail.components:
        return ""
    return st.selectbox("Inference component", detail.components, key=f"existing.component.{endpoint}") or ""


def _result(console: Console, endpoint: str, component: str) -> None:
    detail = console.detail(endpoint)
    if not detail.ready:
        raise InvalidRequest(
            f"{endpoint} is {detail.status}.", detail.failure, "Test it when it is in service, or choose another."
        )
    answered = deployed.tested(console, [(endpoint, component)])
    if component and component != detail.components[0]:
        first = literal(detail.components[0])
        st.markdown(f":gray[:small[The pages Ask and Chat speak to the first component of an endpoint, here {first}.]]")
    if answered:
        st.page_link(navigation.DOCUMENTS, label="**Add documents**", icon=":material/arrow_forward:")

"""After a deployment: one real call to each new endpoint, and where to go next."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from services.inference import Kind, SmokeResult
from ui import endpoint_picker, error_box, navigation
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import RunView


def endpoints_of(view: RunView) -> list[str]:
    """The endpoints a run created, in order."""
    return [str(step.parameters["EndpointName"]) for step in view.plan if step.operation == "create_endpoint"]


def show(console: Console, view: RunView) -> None:
    """Test each endpoint once a session, write the results and the next step."""
    names = endpoints_of(view)
    if not names:
        return
    results: dict[str, SmokeResult | SagedeckError] = st.session_state.setdefault("deployed.results", {})
    with st.container(border=True, key="deployed"):
        st.subheader("Smoke test", anchor=False)
        for name in names:
            if name not in results:
                with st.spinner(f"One real call to {literal(name)}…"):
                    try:
                        results[name] = console.smoke_test(name)
                    except SagedeckError as error:
                        results[name] = error
            _result(name, results[name])
        answered = {result.kind for result in map(results.get, names) if isinstance(result, SmokeResult) and result.ok}
        if _next(answered):
            for name in names:
                results.pop(name, None)
            st.rerun()


def _next(answered: Set[Kind]) -> bool:
    """Where to go from here, the way to a cited answer first; True when the test is wanted again."""
    with st.container(horizontal=True):
        if Kind.EMBEDDING in answered and st.button("Add documents", type="primary", icon=":material/description:"):
            st.switch_page(navigation.DOCUMENTS)
        if Kind.CHAT in answered and st.button("Chat with the model", icon=":material/chat:"):
            st.switch_page(navigation.CHAT)
        if st.button("See the endpoints", icon=":material/dns:"):
            st.switch_page(navigation.ENDPOINTS)
        return st.button("Test again", icon=":material/replay:", type="tertiary", key="deployed.again")


def _result(name: str, result: SmokeResult | SagedeckError) -> None:
    if isinstance(result, SagedeckError):
        st.markdown(code(name))
        error_box.show(result)
        return
    if result.ok:
        endpoint_picker.use(name, result.kind)
    mark = ":green[:material/check_circle:]" if result.ok else ":red[:material/error:]"
    st.markdown(f"{mark} {code(name)} {literal(endpoint_picker.smoke_sentence(result))}")

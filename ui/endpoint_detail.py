"""One endpoint in a drawer: what to copy, what it runs, a test call, and the plan to delete it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import endpoint_picker, error_box, formats, status_chip
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail


@st.dialog("Endpoint", width="large", position="right", icon=":material/dns:")
def open_detail(console: Console, name: str) -> None:
    """The drawer that a row opens."""
    with error_box.shown():
        detail = console.endpoints.describe_endpoint(name)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(literal(detail.name), anchor=False, width="stretch")
            st.markdown(status_chip.badge(detail.status), width="content")
        if detail.failure:
            st.error(literal(detail.failure), icon=":material/error:")
        st.table(_facts(detail), border="horizontal", alt="Facts about the endpoint")
        st.markdown("**ARN**")
        st.code(detail.arn, language=None, wrap_lines=True)
        st.markdown("**Address of its invocations**")
        st.code(detail.url, language=None, wrap_lines=True)
        for model in detail.models:
            with st.expander(f"Model {literal(model.name)}"):
                st.table(
                    {"Image": code(model.image), "Artifact": code(model.artifact or "none"),
                     "Role": code(model.role_arn),
                     **{literal(key): code(value) for key, value in model.environment}},
                    border="horizontal", alt="Facts about the model",
                )  # fmt: skip
        _actions(console, detail)


def _facts(detail: EndpointDetail) -> dict[str, str]:
    price = formats.per_hour(detail.usd_per_hour).replace("$", "\\$")
    return {
        "Instances": literal(f"{detail.count} × {detail.instance_type}"),
        "Price": f"{price} :gray[{literal(detail.price_source)}]",
        "Created": literal(formats.ago(detail.created.timestamp())),
        "Model": literal(detail.model_id or "not from this console's catalogue"),
        "For": literal(detail.task or "unknown"),
        "Made by": literal(f"this console, for {detail.owner}" if detail.made_here else "somebody else"),
        "Configuration": code(detail.config_name),
    }


def _actions(console: Console, detail: EndpointDetail) -> None:
    with st.container(horizontal=True):
        test = st.button("Smoke test", icon=":material/network_check:", disabled=not detail.ready, key="detail.test")
        leave = st.button("Delete…", icon=":material/delete:", key="detail.delete")
    if test:
        with error_box.shown(), st.spinner("One real call…"):
            result = console.smoke_test(detail.name)
            endpoint_picker.use(detail.name, result.kind)
            st.success(literal(endpoint_picker.smoke_sentence(result)), icon=":material/check_circle:")
    if leave:
        st.session_state["endpoints.delete"] = detail.name
        st.session_state.pop("endpoints.plan", None)
        st.rerun()

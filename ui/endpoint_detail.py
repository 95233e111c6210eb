"""One endpoint in a drawer: what to copy, what it runs, a test call, and the ways to change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import (
    caller_policy,
    concern_box,
    diagnosis_box,
    endpoint_changes,
    endpoint_picker,
    endpoint_reads,
    endpoint_table,
    error_box,
    formats,
    plain_table,
    status_chip,
)
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail, ModelFacts


@st.dialog("Endpoint", width=760, position="right", icon=":material/dns:")
def open_detail(console: Console, name: str) -> None:
    """The drawer that a row opens."""
    with error_box.shown():
        detail = console.endpoints.describe_endpoint(name)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{literal(detail.name)}**", width="stretch")
            st.markdown(status_chip.badge(detail.status), width="content")
        if detail.failure:
            st.error(literal(detail.failure), icon=":material/error:")
            types = {variant.instance_type for variant in detail.variants}
            diagnosis_box.of_endpoint(console, detail.failure, types.pop() if len(types) == 1 else "", name)
        concern_box.show(console.concerns([detail]))
        plain_table.facts(_facts(detail, console.connection.now()), key="endpoint")
        st.markdown("**ARN**")
        st.code(detail.arn, language=None, wrap_lines=True)
        st.markdown("**Address of its invocations**")
        st.code(detail.url, language=None, wrap_lines=True)
        for number, model in enumerate(detail.models):
            with st.expander(f"Model {literal(model.name)}"):
                plain_table.facts(_model_facts(model), key=f"model-{number}")
        caller_policy.show(console, detail.name)
        _actions(console, detail)


def _facts(detail: EndpointDetail, now: float) -> dict[str, str]:
    price = endpoint_table.price_of(detail).replace("$", "\\$")
    source = f" :gray[{literal(detail.price_source)}]" if detail.usd_per_hour != 0 else ""
    several = {"Components": literal(", ".join(detail.components))} if detail.components else {}
    way = {"Called": "asynchronously: input and answer lie in S3"} if detail.asynchronous else {}
    return {
        "Instances": literal(detail.hardware),
        "Price": f"{price}{source}",
        "Created": literal(formats.ago(detail.created.timestamp(), now)),
        "Model": literal(detail.model_id or "not from this console's catalogue"),
        "For": literal(detail.task or "unknown"),
        **several,
        **way,
        "Made by": literal(f"this console, for {detail.owner}" if detail.made_here else "somebody else"),
        "Configuration": code(detail.config_name),
    }


def _model_facts(model: ModelFacts) -> dict[str, str]:
    told = {"Image": model.image, "Artifact": model.artifact or "none", "Role": model.role_arn}
    return {literal(name): code(value) for name, value in (*told.items(), *model.environment)}


def _actions(console: Console, detail: EndpointDetail) -> None:
    with st.container(horizontal=True):
        test = st.button(
            "Smoke test", icon=":material/network_check:", key="detail.test",
            disabled=not detail.ready or detail.asynchronous,
            help="It is called through S3, so nothing can wait for its answer here." if detail.asynchronous else None,
        )  # fmt: skip
        _changes(detail)
    if test:
        with error_box.shown(), st.spinner("One real call…"):
            result = console.smoke_test(detail.name)
            endpoint_picker.use(detail.name, result.kind)
            st.success(literal(endpoint_picker.smoke_sentence(result)), icon=":material/check_circle:")


def _changes(detail: EndpointDetail) -> None:
    """A button for each change; the page behind the drawer shows its form or its plan."""
    moving = detail.status in endpoint_reads.CHANGING or detail.status == "Failed"
    why = f"It is {detail.status}; wait until it has settled." if detail.status != "Failed" else "It failed: delete it."
    saves = f" (stops {formats.per_hour(detail.usd_per_hour)})" if detail.usd_per_hour else ""
    for verb, icon, label in (
        ("Pause", "pause_circle", f"Pause…{saves}"),
        ("Scale", "unfold_more", "Scale…"),
        ("Update", "sync_alt", "Update…"),
        ("Delete", "delete", "Delete…"),
    ):
        needless = verb == "Scale" and detail.serverless and len(detail.variants) == 1
        off = (moving and verb != "Delete") or needless
        said = "It is serverless and scales with its requests." if needless else why if off else None
        pressed = st.button(
            label.replace("$", "\\$"), icon=f":material/{icon}:", key=f"detail.{verb.lower()}", disabled=off, help=said
        )
        if pressed:
            endpoint_changes.ask(verb, detail.name)
            st.rerun()

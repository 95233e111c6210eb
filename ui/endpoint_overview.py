"""What an endpoint is made of: its variants, components, configuration, models, tags, and what to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.connection import Mode
from services.endpoints.aws_console import aws_links
from services.endpoints.composition import Composition
from services.errors import SagedeckError
from ui import caller_policy, endpoint_parts, error_box, formats, plain_table
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail


def show(console: Console, detail: EndpointDetail) -> None:
    """Write the tab; what may not be read is named, and the rest is there."""
    with st.spinner("Reading what it is made of…"):
        made = _made(console, detail)
    for problem in made.problems:
        st.warning(literal(problem), icon=":material/lock:")
    endpoint_parts.variants(made, detail)
    endpoint_parts.components(made)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Endpoint**")
        plain_table.facts(_facts(console, detail, made), key="endpoint")
    with right:
        st.markdown("**Configuration**")
        plain_table.facts(_configuration(console, detail, made), key="configuration")
    endpoint_parts.models(made, detail)
    _tags(detail)
    _copy(detail)
    caller_policy.show(console, detail.name)
    _links(console, detail)


def _made(console: Console, detail: EndpointDetail) -> Composition:
    try:
        return console.history.composition(detail.name)
    except SagedeckError as error:
        error_box.show(error)
        return Composition()


def _facts(console: Console, detail: EndpointDetail, made: Composition) -> dict[str, str]:
    now = console.connection.now()
    price = formats.per_hour(detail.usd_per_hour).replace("$", "\\$")
    source = f" :gray[{literal(detail.price_source)}]" if detail.usd_per_hour else ""
    facts = {
        "Price": "by the request" if detail.serverless else f"{price}{source}",
        "Created": _moment(detail.created.timestamp(), now),
        "Changed": _moment(detail.modified.timestamp(), now),
        "Model": literal(detail.model_id or "not named by a tag"),
        "For": literal(detail.task or "not named by a tag"),
        "Called": "asynchronously: input and answer lie in S3" if detail.asynchronous else "directly",
        "Made by": literal(f"this console, for {detail.owner}" if detail.made_here else "somebody else"),
    }
    for number, role in enumerate(made.roles or ((detail.role_arn,) if detail.role_arn else ()), 1):
        facts["Execution role" if number == 1 else f"Execution role {number}"] = code(role)
    return facts


def _configuration(console: Console, detail: EndpointDetail, made: Composition) -> dict[str, str]:
    facts = {"Name": code(detail.config_name) if detail.config_name else "not told"}
    if made.configured is not None:
        facts["Made"] = _moment(made.configured, console.connection.now())
    facts |= {literal(name): code(value) for name, value in made.settings}
    for variant in made.variants:
        of = f" of {literal(variant.name)}" if len(made.variants) > 1 else ""
        facts |= {f"{literal(name)}{of}": literal(value) for name, value in variant.settings}
    if not made.settings and not any(each.settings for each in made.variants):
        facts["Beyond that"] = "AWS's defaults: no data capture, network or key of its own"
    return facts


def _moment(at: float, now: float) -> str:
    return f"{literal(formats.ago(at, now))} :gray[{literal(formats.moment(at))}]"


def _tags(detail: EndpointDetail) -> None:
    with st.expander(f"Tags ({len(detail.tags)})", icon=":material/sell:"):
        if detail.tags:
            plain_table.facts({literal(key): code(value) for key, value in detail.tags}, key="tags")
        else:
            st.markdown(":gray[It has no tags.]")


def _copy(detail: EndpointDetail) -> None:
    st.markdown("**ARN**")
    st.code(detail.arn, language=None, wrap_lines=True)
    st.markdown("**Address of its invocations**")
    st.code(detail.url, language=None, wrap_lines=True)


def _links(console: Console, detail: EndpointDetail) -> None:
    """The way to AWS's own console; none from the sandbox, of which AWS knows nothing."""
    if console.connection.mode is Mode.SANDBOX:
        st.markdown(":gray[:small[In a real account, links to AWS's own console stand here. It knows no sandbox.]]")
        return
    links = aws_links(detail)
    if not links:
        return
    st.markdown("**In the AWS console** :gray[:small[opens AWS's own pages, with your login there]]")
    with st.container(horizontal=True):
        for what, url in links:
            st.link_button(literal(formats.short(what)), url, icon=":material/open_in_new:")

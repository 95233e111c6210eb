"""The request of a test call: template, parameters, the text itself with what is wrong about it, and how it is sent.

Drafts live in the session by endpoint, component and template, so that changing one's mind loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.errors import InvalidRequest
from services.inference import MAX_BODY_BYTES, Call, Contract, PayloadTemplate, templates
from services.inference.models import MAX_SERVERLESS_BYTES
from ui import field, formats
from ui.escape import literal

if TYPE_CHECKING:
    from services.endpoints import EndpointDetail
    from services.inference import Parameter

TYPES = ("application/json", "text/csv", "application/jsonlines", "text/plain", "application/x-image", "image/png",
         "image/jpeg", "audio/wav", "application/octet-stream")  # fmt: skip
EULA = "accept_eula=true"


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be sent as things stand. `problem`: why it cannot be, "" nothing."""

    call: Call
    template: PayloadTemplate
    problem: str = ""


def ask(detail: EndpointDetail, contract: Contract | None, task: str, *, component: str, variant: str) -> Draft:
    """The form; what it says is the draft."""
    key = f"test.{detail.name}.{component}"
    found = {each.id: each for each in templates.templates_for(contract, task)}
    chosen = st.selectbox(
        "Template", list(found), format_func=lambda each: found[each].title, key=f"{key}.template",
        persist_state="session", help="A request to begin with. Each keeps what you change in it.",
    )  # fmt: skip
    template = found[chosen]
    place = f"{key}.{chosen}"
    if f"{place}.body" not in st.session_state:
        st.session_state[f"{place}.body"] = template.body
    most = MAX_SERVERLESS_BYTES if detail.serverless else MAX_BODY_BYTES
    with st.container(horizontal=True, gap="medium"):
        with st.container(width="stretch"):
            options = _options(place, template, contract)
            body, problem = _body(place, template, str(options["content_type"]), most)
        if template.parameters and not mistake(place):
            with st.container(width=240):
                for parameter in template.parameters:
                    _parameter(place, parameter)
    streams = template.streams and not detail.asynchronous
    call = Call(
        detail.name, body, component=component, variant=variant, serverless=detail.serverless,
        stream=streams and bool(st.session_state.get(f"{place}.stream")), **options,
    )  # fmt: skip
    return Draft(call, template, problem or _unsendable(call))


def mistake(place: str) -> templates.Mistake | None:
    """Where the draft stops being JSON."""
    return templates.mistake_in(str(st.session_state.get(f"{place}.body", "")))


def load(name: str, call: Call, template: str) -> None:
    """Put a call of before into its form."""
    place = f"test.{name}.{call.component}.{template}"
    st.session_state[f"test.{name}.{call.component}.template"] = template
    st.session_state[f"{place}.body"] = call.body.decode(errors="replace")
    st.session_state[f"{place}.type"], st.session_state[f"{place}.accept"] = call.content_type, call.accept
    st.session_state[f"{place}.stream"] = call.stream
    st.session_state[f"{place}.attributes"] = call.custom_attributes


def _options(place: str, template: PayloadTemplate, contract: Contract | None) -> dict[str, str]:
    """How it is sent: folded away, since the template knows."""
    for name, value in (
        ("type", template.content_type),
        ("accept", template.accept),
        ("attributes", EULA if contract is not None and contract.accept_eula else ""),
    ):
        st.session_state.setdefault(f"{place}.{name}", value)
    given = st.session_state[f"{place}.type"]
    with st.popover("How it is sent", icon=":material/tune:"):
        types = list(TYPES) if given in TYPES else [given, *TYPES]
        kind = st.selectbox(
            "Content type", types, key=f"{place}.type", accept_new_options=True, persist_state="session"
        )
        accept = st.text_input("Accept", key=f"{place}.accept", persist_state="session")
        attributes = st.text_input(
            "Custom attributes", key=f"{place}.attributes", persist_state="session",
            help=f"Passed on to the container as they are. Some models want {EULA}, once you have read their licence.",
        )  # fmt: skip
        session = st.text_input(
            "Session", key=f"{place}.session", persist_state="session", help="NEW_SESSION begins one."
        )
        target = st.text_input(
            "Target model", key=f"{place}.target", persist_state="session", help="Of a multi-model endpoint."
        )
    return {
        "content_type": kind or template.content_type, "accept": accept or "", "custom_attributes": attributes or "",
        "session_id": session or "", "target_model": target or "",
    }  # fmt: skip


def _body(place: str, template: PayloadTemplate, kind: str, most: int) -> tuple[bytes, str]:
    """The request's bytes, and what is wrong with them."""
    st.text_area(
        "Request", key=f"{place}.body", height=260, persist_state="session",
        help=f"Up to {formats.size(most)}. A file below takes its place.",
    )  # fmt: skip
    text = str(st.session_state[f"{place}.body"] or "")
    wrong = mistake(place) if "json" in kind and "lines" not in kind else None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Format", icon=":material/format_align_left:", key=f"{place}.format",
            disabled=wrong is not None or mistake(place) is not None,
            type="tertiary", on_click=_format, args=(place,),
        )  # fmt: skip
        st.button(
            "Begin anew", icon=":material/restart_alt:", key=f"{place}.anew", type="tertiary",
            disabled=text == template.body, on_click=_anew, args=(place, template.body),
            help="The template as it was; what is written now goes.",
        )  # fmt: skip
        if template.streams:
            st.toggle("Stream", key=f"{place}.stream", persist_state="session", on_change=_stream, args=(place,))
    file = None
    with st.expander("Send a file instead", icon=":material/attach_file:", type="compact"):
        file = st.file_uploader(f"File, up to {formats.size(most)}", key=f"{place}.file", max_upload_size=6)
    body = file.getvalue() if file is not None else text.encode(errors="replace")
    if file is not None:
        st.markdown(f":gray[:small[{literal(file.name)} is sent as {literal(kind)}, {formats.size(len(body))}.]]")
        wrong = None
    problem = ""
    if wrong is not None:
        problem = f"Line {wrong.line}, column {wrong.column}: {wrong.words}."
    elif len(body) > most:
        problem = f"It has {len(body):,} bytes, and this endpoint takes {most:,} at most."
    elif not body:
        problem = "There is nothing to send."
    if problem:
        field.wrong(problem)
    return body, problem


def _parameter(place: str, parameter: Parameter) -> None:
    """A field beside the text that rewrites it, and follows what is written there."""
    key = f"{place}.parameter.{parameter.name}"
    body = str(st.session_state[f"{place}.body"])
    st.session_state[key] = _fitting(templates.value_at(body, parameter.path), parameter)
    args = (place, parameter)
    if isinstance(parameter.default, bool):
        st.toggle(parameter.name, key=key, on_change=_rewrite, args=args)
        return
    number = int if isinstance(parameter.default, int) else float
    st.number_input(  # a slider's figure is too pale for the dark theme
        parameter.name, number(parameter.minimum), number(parameter.maximum), step=number(parameter.step), key=key,
        on_change=_rewrite, args=args,
    )  # fmt: skip


def _fitting(value: Any, parameter: Parameter) -> Any:
    """What the text says, within what the field can show."""
    if isinstance(parameter.default, bool):
        return value if isinstance(value, bool) else parameter.default
    if isinstance(value, bool) or not isinstance(value, int | float):
        value = parameter.default
    within = min(max(value, parameter.minimum), parameter.maximum)
    return int(within) if isinstance(parameter.default, int) else float(within)


def _rewrite(place: str, parameter: Parameter) -> None:
    value = st.session_state[f"{place}.parameter.{parameter.name}"]
    try:
        changed = templates.with_value(str(st.session_state[f"{place}.body"]), parameter.path, value)
    except InvalidRequest:
        return  # what is written is no JSON now; it stays as it is
    st.session_state[f"{place}.body"] = changed


def _format(place: str) -> None:
    st.session_state[f"{place}.body"] = templates.formatted(str(st.session_state[f"{place}.body"]))


def _anew(place: str, body: str) -> None:
    st.session_state[f"{place}.body"] = body


def _stream(place: str) -> None:
    """The container wants `stream` in the request beside the way it is called."""
    on = bool(st.session_state[f"{place}.stream"])
    st.session_state[f"{place}.body"] = templates.streaming(str(st.session_state[f"{place}.body"]), on)


def _unsendable(call: Call) -> str:
    from services.inference.calls import request_of

    try:
        request_of(call)
    except InvalidRequest as error:
        return f"{error.what} {error.why}"
    return ""

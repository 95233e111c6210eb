"""The head of an endpoint's page: name, state, price, owner, what can be done with it, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import (
    alarm_view,
    concern_box,
    diagnosis_box,
    endpoint_changes,
    endpoint_picker,
    endpoint_reads,
    endpoint_table,
    error_box,
    formats,
    page_head,
    status_chip,
)
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail

_ICONS = {
    "Test": "network_check", "Pause": "pause_circle", "Scale": "unfold_more", "Update": "sync_alt", "Delete": "delete"
}  # fmt: skip


def show(console: Console, detail: EndpointDetail) -> None:
    """The first rows of the page."""
    with page_head.show(literal(formats.short(detail.name)), _sentence(console, detail)):
        st.markdown(status_chip.badge(detail.status), width="content")
        if st.button("Refresh", icon=":material/refresh:"):
            console.refresh()
            st.rerun()
        chosen = st.menu_button(
            "Actions", [verb for verb in _ICONS if not why_not(detail, verb)], key="endpoint.actions", type="primary",
            icon=":material/bolt:", format_func=lambda verb: _label(detail, verb),
        )  # fmt: skip
    off = {verb: why_not(detail, verb) for verb in _ICONS}
    told = [
        f"{', '.join(verb for verb, why in off.items() if why == words)}: {words}"
        for words in dict.fromkeys(why for why in off.values() if why)
    ]
    if told:
        st.markdown(f":gray[:small[Not now: {literal('; '.join(told))}.]]")
    if chosen == "Test":
        _test(console, detail)
    elif chosen:
        endpoint_changes.ask(chosen, detail.name)


def troubles(console: Console, detail: EndpointDetail) -> None:
    """Why it failed, and what else about it wants a person."""
    if detail.failure:
        st.error(literal(detail.failure), icon=":material/error:")
        types = {variant.instance_type for variant in detail.variants}
        diagnosis_box.of_endpoint(console, detail.failure, types.pop() if len(types) == 1 else "", detail.name)
    alarm_view.troubles(console, detail.name)
    concern_box.show(console.concerns([detail]))


def why_not(detail: EndpointDetail, verb: str) -> str:
    """Why this cannot be done with it now, "" where it can."""
    if verb == "Delete":
        return "it is being deleted already" if detail.status == "Deleting" else ""
    if verb == "Test":
        if detail.asynchronous:
            return "it is called through S3: submit a request on the tab Test"
        return "" if detail.ready else f"it is {detail.status} and takes no requests"
    if detail.status == "Failed":
        return "it failed: delete it"
    if detail.status in endpoint_reads.CHANGING:
        return f"it is {detail.status}; wait until it has settled"
    if verb == "Scale" and detail.serverless and len(detail.variants) == 1:
        return "it is serverless and scales with its requests"
    return ""


def _sentence(console: Console, detail: EndpointDetail) -> str:
    price = endpoint_table.price_of(detail).replace("$", "\\$")
    age = formats.ago(detail.created.timestamp(), console.connection.now())
    whose = f"for {detail.owner}" if detail.owner else "not made by this console"
    return " · ".join((price, literal(detail.hardware), literal(f"made {age}"), literal(whose)))


def _label(detail: EndpointDetail, verb: str) -> str:
    words = {"Test": "Test with one small call", "Scale": "Scale, weights…" if len(detail.variants) > 1 else "Scale…"}
    saves = detail.usd_per_hour and verb in ("Pause", "Delete")
    stops = f" (stops {formats.per_hour(detail.usd_per_hour)})".replace("$", "\\$") if saves else ""
    return f":material/{_ICONS[verb]}: {words.get(verb, f'{verb}…')}{stops}"


def _test(console: Console, detail: EndpointDetail) -> None:
    with error_box.shown(), st.spinner("One real call…"):
        result = console.smoke_test(detail.name)
        endpoint_picker.use(detail.name, result.kind)
        st.success(literal(endpoint_picker.smoke_sentence(result)), icon=":material/check_circle:")

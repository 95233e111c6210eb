"""One row for each thing the console depends on: what is set, where it comes from, and a test of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from services.connection import Mode
from services.errors import SagedeckError
from services.knowledge import StoreKind
from ui import endpoint_picker, error_box, formats
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

_RESULTS = "settings.results"


def show(console: Console) -> None:
    """Write the rows; a result stays until the next test."""
    connection = console.connection
    identity = connection.identity
    where = "Sandbox" if connection.mode is Mode.SANDBOX else "AWS"
    _row("aws", where, f"{identity.account} · {identity.region}", connection.origin, lambda: _aws(console))
    if connection.astra is not None:
        database = connection.astra
        _row("astra", "Astra DB", database.endpoint, f"keyspace {database.keyspace}", lambda: _astra(console))
    else:
        _row("astra", "Astra DB", "not set", "documents stay on this machine", None)
    embedding, chat = endpoint_picker.pair(console)
    _row("embedding", "Embedding endpoint", embedding or "none in service", "", _smoke(console, embedding))
    _row("chat", "Language endpoint", chat or "none in service", "", _smoke(console, chat))


def _row(key: str, title: str, value: str, origin: str, test: Callable[[], str] | None) -> None:
    results = st.session_state.setdefault(_RESULTS, {})
    with st.container(horizontal=True, vertical_alignment="center", key=f"settings-row-{key}"):
        note = f"  \n:gray[:small[{literal(origin)}]]" if origin else ""
        st.markdown(f"**{title}** {literal(value)}{note}", width="stretch")
        pressed = st.button("Test", key=f"settings.test.{key}", icon=":material/network_check:", disabled=test is None)
    if pressed and test is not None:
        with st.spinner("Testing…"):
            try:
                results[key] = test()
            except SagedeckError as error:
                results[key] = error
    result = results.get(key)
    if isinstance(result, SagedeckError):
        error_box.show(result)
    elif result:
        st.success(literal(result), icon=":material/check_circle:")


def _aws(console: Console) -> str:
    found = console.endpoints.list_endpoints()
    return f"SageMaker answers: {formats.count(len(found), 'endpoint')} in {console.connection.identity.region}."


def _astra(console: Console) -> str:
    found = console.knowledge.collections(StoreKind.ASTRA)
    names = ", ".join(each.name for each in found[:8])
    return f"The database answers: {formats.count(len(found), 'collection')}{': ' + names if names else ''}."


def _smoke(console: Console, endpoint: str) -> Callable[[], str] | None:
    """The test of an endpoint; None without one."""
    return (lambda: endpoint_picker.smoke_sentence(console.smoke_test(endpoint))) if endpoint else None

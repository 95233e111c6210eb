"""Testing an endpoint by hand: what it speaks, a request, what came of it, the calls before, and the same as code."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from services.inference import EndpointFacts, Language, Where, snippet, templates
from ui import (
    error_box,
    navigation,
    polling,
    test_async,
    test_family,
    test_request,
    test_result,
    test_stream,
    workspace_notebook,
)
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail
    from services.inference import Contract

_ALL = "As the weights say"


def show(console: Console, detail: EndpointDetail) -> None:
    """The tab. It is drawn again by itself, so that typing does not draw the page."""
    polling.alone(lambda: _draw(console, detail))


def _draw(console: Console, detail: EndpointDetail) -> None:
    job = detail.tag("autopilot-job")
    if job:
        st.page_link(
            navigation.AUTOPILOT_JOB, label=f"Predict with the columns of {literal(job)}",
            icon=":material/query_stats:", query_params={"job": job, "tab": "Predict"},
        )  # fmt: skip
    if not detail.ready:
        st.info(f"It is {literal(detail.status)}: it takes requests once it is in service.", icon=":material/info:")
    component, variant = _which(detail)
    facts = _facts(console, detail, component)
    task = templates.task_of(facts)
    contract = test_family.show(console, detail, facts, task)
    draft = test_request.ask(detail, contract, task, component=component, variant=variant)
    if detail.asynchronous:
        test_async.show(console, detail, draft, contract)
    else:
        _calls(console, detail, draft, contract)
    _code(console, detail, draft, contract)


def _which(detail: EndpointDetail) -> tuple[str, str]:
    """The component or variant that is called; a choice only where there are several."""
    if detail.components:
        component = detail.components[0]
        if len(detail.components) > 1:
            component = st.selectbox(
                "Component", detail.components, key=f"test.{detail.name}.component", persist_state="session"
            )
        return component, ""
    names = [each.name for each in detail.variants]
    if len(names) < 2 or detail.asynchronous:
        return "", ""
    chosen = st.selectbox("Variant", [_ALL, *names], key=f"test.{detail.name}.variant", persist_state="session")
    return "", "" if chosen == _ALL else chosen


def _facts(console: Console, detail: EndpointDetail, component: str) -> EndpointFacts:
    try:
        return console.facts(detail.name, component)
    except SagedeckError as error:
        error_box.show(error)
        return detail.facts()


def _calls(console: Console, detail: EndpointDetail, draft: test_request.Draft, contract: Contract | None) -> None:
    name = detail.name
    send = st.button(
        "Send", type="primary", icon=":material/send:", key=f"test.{name}.send",
        disabled=bool(draft.problem) or not detail.ready,
        help="One real call; it takes the endpoint's time and is billed as its instances are.",
    )  # fmt: skip
    if send:
        sent = test_result.Sent(draft.call, draft.template.id, contract.family if contract else None, time.time())
        test_result.keep(name, sent)
        st.session_state[f"test.{name}.shown"] = 0
        if sent.call.stream:
            test_stream.begin(console, name, sent)
        else:
            with st.spinner("Calling…"):
                _call(console, sent)
    reading, before = test_stream.of(name), test_result.history(name)
    if reading is not None:
        test_stream.show(name, reading)
    elif before:
        chosen = before[min(st.session_state.get(f"test.{name}.shown", 0), len(before) - 1)]
        with st.container(border=True):
            test_result.show(console, detail, chosen, key=f"test.{name}.result")
        _before(name, before)


def _call(console: Console, sent: test_result.Sent) -> None:
    call = sent.call
    how = {name: getattr(call, name) for name in call.__slots__ if name not in ("endpoint", "body")}
    sent.called = console.inference.call(call.endpoint, call.body, family=sent.family, **how)


def _before(name: str, before: list[test_result.Sent]) -> None:
    """The calls of this session: one is shown, or sent again."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        at = st.selectbox(
            f"Calls of this session (the last {test_result.KEPT})", range(len(before)),
            format_func=lambda number: test_result.when(before[number]), key=f"test.{name}.shown",
        )  # fmt: skip
        st.button(
            "Again", icon=":material/replay:", key=f"test.{name}.again", on_click=_again, args=(name, before[at]),
            help="Puts its request into the form.",
        )  # fmt: skip


def _again(name: str, sent: test_result.Sent) -> None:
    test_request.load(name, sent.call, sent.template)


def _code(console: Console, detail: EndpointDetail, draft: test_request.Draft, contract: Contract | None) -> None:
    """The same call as programs."""
    key = f"test.{detail.name}.code"
    folder = st.expander("The same call as code", icon=":material/code:", key=key, on_change="rerun")
    if not folder.open:
        return
    where = Where(console.connection.identity.region, console.connection.sandbox_url or "")
    with folder:
        if draft.problem:
            st.markdown(f":gray[{literal(draft.problem)}]")
            return
        several = [Language.ASYNC] if detail.asynchronous else [each for each in Language if each is not Language.ASYNC]
        tabs = st.tabs([each.label for each in several])
        for tab, language in zip(tabs, several, strict=True):
            with tab:
                st.code(snippet(language, draft.call, where, contract), language=language.highlighting, wrap_lines=True)
        if contract is not None and not detail.asynchronous:
            workspace_notebook.of_call(detail.name, contract, where, key=key)

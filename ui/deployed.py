"""After a deployment: one real call to each new endpoint or component, and where to go next.

An asynchronous endpoint is called with its request sent along (InvokeEndpointAsync takes up to 128,000 bytes), so that
nothing has to be uploaded first; its answer is looked for in S3 until it is there.
"""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from services.inference import Kind, SmokeResult, Submitted
from ui import diagnosis_box, endpoint_picker, error_box, formats, navigation, polling
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import RunView

Outcome = SmokeResult | SagedeckError | Submitted
EVERY_SECONDS = 2.0  # between looks for an asynchronous answer: one S3 read
PATIENCE_SECONDS = 900.0  # after that it is no longer looked for by itself
_SLOW_SECONDS = 60.0
_RESULTS = "deployed.results"


def endpoints_of(view: RunView) -> list[str]:
    """The endpoints a run created, in order."""
    return [str(step.parameters["EndpointName"]) for step in view.plan if step.operation == "create_endpoint"]


def subjects_of(view: RunView) -> list[tuple[str, str]]:
    """What a run made that can be called: (endpoint, component), component "" where the endpoint holds the model."""
    parts = [
        (str(step.parameters["EndpointName"]), str(step.parameters["InferenceComponentName"]))
        for step in view.plan
        if step.operation == "create_inference_component"
    ]
    shared = {endpoint for endpoint, _ in parts}
    return [*((name, "") for name in endpoints_of(view) if name not in shared), *parts]


def show(console: Console, view: RunView) -> None:
    """Test each subject once a session, write the results and the next step."""
    subjects = subjects_of(view)
    if not subjects:
        return
    with st.container(border=True, key="deployed"):
        st.subheader("Smoke test", anchor=False)
        if _next(tested(console, subjects)):
            forget(subjects)
            st.rerun()


def tested(console: Console, subjects: list[tuple[str, str]]) -> set[Kind]:
    """Test each (endpoint, component) that was not tested yet in this session, write what came of it; the kinds that
    answered. One that answers from an endpoint of its own is in use from then on.
    """
    results: dict[tuple[str, str], Outcome] = st.session_state.setdefault(_RESULTS, {})
    for subject in subjects:
        if subject not in results:
            with st.spinner(f"One real call to {literal(subject[1] or subject[0])}…"):
                results[subject] = _test(console, *subject)
    waits = any(isinstance(results[subject], Submitted) for subject in subjects)
    polling.live(lambda: _results(console, subjects, results, waits), EVERY_SECONDS if waits else None)
    return {found.kind for found in map(results.get, subjects) if isinstance(found, SmokeResult) and found.ok}


def forget(subjects: list[tuple[str, str]]) -> None:
    """Test them anew the next time."""
    for subject in subjects:
        st.session_state.get(_RESULTS, {}).pop(subject, None)


def _test(console: Console, endpoint: str, component: str) -> Outcome:
    try:
        if not component and console.detail(endpoint).asynchronous:
            return console.submit_test(endpoint)
        return console.smoke_test(endpoint, component)
    except SagedeckError as error:
        return error


def _results(
    console: Console, subjects: list[tuple[str, str]], results: dict[tuple[str, str], Outcome], waited: bool
) -> None:
    for subject in subjects:
        sent = results.get(subject)
        if isinstance(sent, Submitted):
            results[subject] = _looked_for(console, sent)
        if subject in results:
            _result(console, subject, results[subject])
    if waited and not any(isinstance(results.get(subject), Submitted) for subject in subjects):
        st.rerun()  # to stop looking, and to say where to go next


def _looked_for(console: Console, sent: Submitted) -> Outcome:
    try:
        found = console.inference.test_answer(sent)
    except SagedeckError as error:
        return error
    if found is None and console.inference.waited(sent) > PATIENCE_SECONDS:
        return SagedeckError(
            f"{sent.endpoint} has not answered within {formats.duration(PATIENCE_SECONDS)}.",
            f"Its answer would lie at {sent.output}; who may not list that bucket is not told what is there.",
            "Look at its log and at its backlog; it may be waking up. Then test again.",
        )
    return sent if found is None else found


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


def _result(console: Console, subject: tuple[str, str], found: Outcome) -> None:
    name = subject[1] or subject[0]
    if isinstance(found, Submitted):
        waited = console.inference.waited(found)
        slow = " It may be waking up from zero instances." if waited > _SLOW_SECONDS else ""
        st.markdown(f":blue[:material/hourglass_top:] {code(name)} Sent; its answer will lie in S3.{slow}")
        return
    if isinstance(found, SagedeckError):
        st.markdown(code(name))
        error_box.show(found)
        diagnosis_box.of_problem(console, found, "InvokeEndpoint")
        return
    if found.ok and not subject[1]:
        endpoint_picker.use(subject[0], found.kind)
    mark = ":green[:material/check_circle:]" if found.ok else ":red[:material/error:]"
    st.markdown(f"{mark} {code(name)} {literal(endpoint_picker.smoke_sentence(found))}")

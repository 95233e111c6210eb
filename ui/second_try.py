"""After a failed deployment: the request with what made it fail changed, as a plan to read and confirm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.deploy import Correction, DeployRequest, RagPairRequest
from ui import deploy_form, diagnosis_box, error_box, run_progress
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.diagnosis import Diagnosis
    from services.plans import RunView, StepView

_REQUESTS = "deploy.requests"  # run id -> what was asked for; a window that did not start the run has none


def remember(run_id: str, request: DeployRequest | RagPairRequest) -> None:
    """Keep what a run was planned from."""
    st.session_state.setdefault(_REQUESTS, {})[run_id] = request


def offer(console: Console, view: RunView) -> None:
    """Write what to try next where a change of the request can help, each way with what it changes and why; what is
    dearer or gives something up stands below, to be chosen. Nothing is made before its plan is confirmed.
    """
    failed = next((step for step in view.steps if step.status == "failed" and step.problem), None)
    request = _request_of(view, failed) if failed else None
    if failed is None or failed.problem is None or request is None:
        return
    with error_box.shown():
        found = diagnosis_box.step_diagnosed(console, view, failed, failed.problem)
        ways = console.deploy.corrections(request, found)
        if ways:
            with st.container(border=True, key="second-try"):
                _ways(console, found, ways)


def _ways(console: Console, found: Diagnosis, ways: Sequence[Correction]) -> None:
    st.subheader("What to try next", anchor=False)
    st.markdown(f":gray[{literal(found.words)}; how it went stands below.]")
    for number, way in enumerate(way for way in ways if not way.asks):
        _way(console, way, "deploy.second" if number == 0 else f"deploy.second.{number}")
    choices = [way for way in ways if way.asks]
    if choices:
        with st.expander(
            "Other ways, for you to choose", icon=":material/alt_route:", expanded=len(choices) == len(ways)
        ):
            for number, way in enumerate(choices):
                _way(console, way, f"deploy.choice.{number}")


def _way(console: Console, way: Correction, key: str) -> None:
    st.markdown(literal(way.words))
    if st.button(
        f"Try {literal(way.change)}", icon=":material/alt_route:", key=key,
        help="Plans it anew, with its price. What the failed run made stays until you undo it.",
    ):  # fmt: skip
        deploy_form.review(console, way.request)
        run_progress.leave()
        st.rerun()


def _request_of(view: RunView, failed: StepView) -> DeployRequest | None:
    """The request whose endpoint the failed step belongs to; a role or bucket belongs to none."""
    asked: DeployRequest | RagPairRequest | None = st.session_state.get(_REQUESTS, {}).get(view.id)
    parts = [asked.embedding, asked.language] if isinstance(asked, RagPairRequest) else [asked] if asked else []
    step = next((step for step in view.plan if step.id == failed.id), None)
    names = {str(value) for key, value in step.parameters.items() if key.endswith("Name")} if step else set()
    return next((part for part in parts if part.endpoint_name in names), None)

"""After a failed deployment: the request with the value changed that made it fail, as a plan to read and confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.deploy import DeployRequest, RagPairRequest
from ui import deploy_form, diagnosis_box, error_box, run_progress
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import RunView, StepView

_REQUESTS = "deploy.requests"  # run id -> what was asked for; a window that did not start the run has none


def remember(run_id: str, request: DeployRequest | RagPairRequest) -> None:
    """Keep what a run was planned from."""
    st.session_state.setdefault(_REQUESTS, {})[run_id] = request


def offer(console: Console, view: RunView) -> None:
    """Write the button that plans anew, where a change of the request can help; nothing is made before its plan."""
    failed = next((step for step in view.steps if step.status == "failed" and step.problem), None)
    request = _request_of(view, failed) if failed else None
    if failed is None or failed.problem is None or request is None:
        return
    with error_box.shown():
        better = console.deploy.corrected(request, diagnosis_box.diagnosed(console, failed.problem, failed.operation))
        if better is None:
            return
        another = better.instance_type if better.instance_type != request.instance_type else better.endpoint_name
        if st.button(
            f"Try {literal(another)}", icon=":material/alt_route:", key="deploy.second",
            help="Plans it anew, with its price. What the failed run made stays until you undo it.",
        ):  # fmt: skip
            deploy_form.review(console, better)
            run_progress.leave()
            st.rerun()


def _request_of(view: RunView, failed: StepView) -> DeployRequest | None:
    """The request whose endpoint the failed step belongs to; a role or bucket belongs to none."""
    asked: DeployRequest | RagPairRequest | None = st.session_state.get(_REQUESTS, {}).get(view.id)
    parts = [asked.embedding, asked.language] if isinstance(asked, RagPairRequest) else [asked] if asked else []
    step = next((step for step in view.plan if step.id == failed.id), None)
    names = {str(value) for key, value in step.parameters.items() if key.endswith("Name")} if step else set()
    return next((part for part in parts if part.endpoint_name in names), None)

"""What to deploy: a pair, one model, or an endpoint that exists; and the request and plan that came of it.

Each card is drawn again on its own: a choice in it costs neither the other card nor the rest of the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from services.catalog import Task
from services.deploy import DeployRequest, RagPairRequest
from services.errors import InvalidRequest
from ui import existing_endpoint, formats, model_form, polling
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import Plan

PAIR, ONE, EXISTING = "A pair for documents", "One model", "An endpoint that exists"
KINDS = {"Language model": Task.CHAT, "Embedding model": Task.EMBEDDING}
_REVIEWED = "deploy.reviewed"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A request with the plan of it, as a person looks at it."""

    request: DeployRequest | RagPairRequest
    plan: Plan


def reviewed() -> Reviewed | None:
    """What is being reviewed; None while the form is being filled in."""
    found: Reviewed | None = st.session_state.get(_REVIEWED)
    return found


def review(console: Console, request: DeployRequest | RagPairRequest) -> None:
    """Plan the request and show that instead of the form. Raises what planning raises."""
    st.session_state[_REVIEWED] = Reviewed(request, plan_of(console, request))


def change() -> None:
    """Back to the form, which stands as it was left; for a button's callback."""
    st.session_state.pop(_REVIEWED, None)


def plan_of(console: Console, request: DeployRequest | RagPairRequest) -> Plan:
    """The plan of a request, against the account as it is now."""
    if isinstance(request, RagPairRequest):
        return console.deploy.plan_pair(request)
    return console.deploy.plan_deploy(request)


def show(console: Console) -> None:
    """Write the form; its button plans, and draws the page again."""
    with st.container(gap="small"):  # one place for both, so that what follows keeps its own
        what = st.segmented_control(
            "What", [PAIR, ONE, EXISTING], default=PAIR, required=True, key="deploy.what",
            label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
        kind = _kind() if what == ONE else None
    if what == EXISTING:
        existing_endpoint.show(console)
        return
    role = polling.alone(lambda: model_form.role(console, key="deploy"))
    cards = []
    for column, task in zip(st.columns(2, gap="medium"), [kind] if kind else [Task.CHAT, Task.EMBEDDING], strict=False):
        with column:
            cards.append(polling.alone(partial(model_form.show, console, task, key=f"deploy.{task.name}")))
    if st.button("Review the plan", type="primary", icon=":material/fact_check:", key="deploy.review"):
        parts = [card.request(role, console.owner) for card in cards if card and role]
        whole = [part for part in parts if part]
        if len(whole) < len(cards):
            raise InvalidRequest("Something is missing above.", "", "Choose the role, and mend what is marked red.")
        with st.spinner("Planning: images, role and names are looked up…"):
            review(console, whole[0] if kind else RagPairRequest(embedding=whole[1], language=whole[0]))
        st.rerun()


def _kind() -> Task:
    chosen = st.segmented_control(
        "Kind", list(KINDS), default="Language model", required=True, key="deploy.kind",
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    return KINDS[chosen or "Language model"]


def summary(console: Console, request: DeployRequest | RagPairRequest) -> None:
    """The form folded into a line for each model, with the way back to it."""
    parts = [request.language, request.embedding] if isinstance(request, RagPairRequest) else [request]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="deploy-summary"):
        lines = []
        for part in parts:
            model = console.deploy.describe(part)
            lines.append(
                f"**{literal(model.name)}** on {part.count} × {literal(part.instance_type)}"
                f" :gray[as] {literal(formats.short(part.endpoint_name))}"
            )
        st.markdown("  \n".join(lines), width="stretch")
        st.button("Change", icon=":material/edit:", on_click=change, key="deploy.change")

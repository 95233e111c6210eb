"""Deploy: choose, read the plan, confirm, follow until it answers."""

import streamlit as st

from services.catalog import Task
from services.deploy import DeployRequest, RagPairRequest
from services.plans import Plan
from ui import deployed, existing_endpoint, model_form, page_head, plan_review, run_progress, session

PAIR, ONE, EXISTING = "A pair for documents", "One model", "An endpoint that exists"
KINDS = {"Embedding model": Task.EMBEDDING, "Language model": Task.CHAT}

console = session.console()
with page_head.show("Deploy", "Choose, read the plan and its price, confirm. Nothing is made before that."):
    if run_progress.current():
        st.button("Deploy something else", icon=":material/add:", on_click=run_progress.leave)

if run_progress.current():
    view = run_progress.show(console, run_progress.current())
    if view is not None and view.status == "done":
        deployed.show(console, view)
    st.stop()

what = st.segmented_control(
    "What", [PAIR, ONE, EXISTING], default=PAIR, required=True, key="deploy.what", label_visibility="collapsed"
)
if what == EXISTING:
    existing_endpoint.show(console)
    st.stop()


def form() -> DeployRequest | RagPairRequest | None:
    """The request as the form stands; None while it is incomplete."""
    if what == ONE:
        kind = st.segmented_control("Kind", list(KINDS), default="Language model", required=True, key="deploy.kind")
        role = model_form.role(console, key="deploy")
        return model_form.show(console, KINDS[kind or "Language model"], role, key=f"deploy.{kind}")
    role = model_form.role(console, key="deploy")
    left, right = st.columns(2, gap="medium")
    with left:
        embedding = model_form.show(console, Task.EMBEDDING, role, key="deploy.embedding")
    with right:
        language = model_form.show(console, Task.CHAT, role, key="deploy.language")
    return RagPairRequest(embedding=embedding, language=language) if embedding and language else None


def plan_of(request: DeployRequest | RagPairRequest) -> Plan:
    """The plan of a request, against the account as it is now."""
    if isinstance(request, RagPairRequest):
        return console.deploy.plan_pair(request)
    return console.deploy.plan_deploy(request)


request = form()
if st.button("Review the plan", type="primary", icon=":material/fact_check:", disabled=request is None) and request:
    st.session_state.pop("deploy.plan", None)
    with st.spinner("Planning…"):
        st.session_state["deploy.plan"] = plan_of(request)
    st.session_state["deploy.request"] = request
plan = st.session_state.get("deploy.plan")
if plan is not None and request is not None and st.session_state.get("deploy.request") == request:
    confirmed = request
    run = plan_review.show(
        console, plan, key="deploy", verb="Deploy", replan=lambda: plan_of(confirmed),
        changed=lambda new: st.session_state.update({"deploy.plan": new}),
    )  # fmt: skip
    if run:
        st.session_state.pop("deploy.plan", None)
        run_progress.follow(run)

"""The result of a training in use: deployed by a plan, and compared with its base model in the playground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.deploy import DeployRequest
from services.tuning.deploying import BY
from ui import endpoint_reads, error_box, form_role, formats, navigation, plan_review, run_progress, status_chip
from ui.escape import code, literal
from ui.tuning_fields import TuningFields

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail
    from services.plans import Plan
    from services.tuning import TrainingJob

_PLAN = "tune.deploy"  # (job, request, plan) that is looked at
_WANTED = "tune.deploy.wanted"  # the job whose plan was asked for: a click may be overtaken by another drawing
LEASE_HOURS = 8.0


def show(console: Console, job: TrainingJob) -> None:
    """Write what can be done with the result."""
    if not job.artifact:
        st.markdown(":gray[There is no result yet.]" if job.status.moving else ":gray[It left no result to deploy.]")
        return
    st.markdown(f"The result lies at {code(job.artifact)}.")
    if not job.model_id:
        st.markdown(
            ":gray[It does not say which model it was made from. Deploy it as a container of your own.]"
        )  # fmt: skip
        st.page_link(navigation.DEPLOY, label="Deploy", icon=":material/rocket_launch:")
        return
    details = endpoint_reads.details(console)
    own = [each for each in details.values() if dict(each.tags).get(BY) == job.name]
    if own:
        _compare(job, own, [each for each in details.values() if _is_base(each, job)])
    _asked(console, job)
    held: tuple[str, DeployRequest, Plan] | None = st.session_state.get(_PLAN)
    if held is not None and held[0] == job.name:
        _review(console, job, held[1], held[2])
    else:
        with st.expander("Deploy it", expanded=not own, icon=":material/rocket_launch:", key="tune.deploy.box"):
            _form(console, job)


def _asked(console: Console, job: TrainingJob) -> None:
    """How it was asked while it was trained, since it answers best when asked so."""
    template = console.cached(("tune-template", job.name), 300.0, lambda: console.tuning.template(job))
    if template is not None:
        with st.expander("How it was asked while it was trained", icon=":material/edit_note:", key="tune.asked.box"):
            st.markdown(":gray[:small[Ask it in the same words for what it has learned; columns stand in braces.]]")
            st.code(template.prompt, language=None, wrap_lines=True)


def _is_base(detail: EndpointDetail, job: TrainingJob) -> bool:
    tags = dict(detail.tags)
    return tags.get("sagedeck:model-id") == job.model_id and BY not in tags and detail.ready


def _compare(job: TrainingJob, own: list[EndpointDetail], base: list[EndpointDetail]) -> None:
    with st.container(border=True, key="tune-compare"):
        for each in own:
            price = formats.per_hour(each.usd_per_hour).replace("$", "\\$")
            st.markdown(f"**{literal(formats.short(each.name))}** {status_chip.badge(each.status)} · {price}")
        ready = [each.name for each in own if each.ready]
        if ready and base:
            st.markdown("The base model runs as well: ask both the same, side by side.")
            st.page_link(
                navigation.CHAT, label="**Compare with the base model**", icon=":material/compare:",
                query_params={"endpoints": f"{ready[0]},{base[0].name}"},
            )  # fmt: skip
        elif ready:
            st.markdown(f"To compare it, deploy its base model {code(job.model_id)} too; it costs as much again.")
            if st.button("Deploy the base model", icon=":material/rocket_launch:", key="tune.base"):
                st.session_state["deploy.model"] = job.model_id
                st.switch_page(navigation.DEPLOY)
            st.page_link(
                navigation.CHAT, label="Talk to the tuned one", icon=":material/chat:",
                query_params={"endpoints": ready[0]},
            )  # fmt: skip


def _form(console: Console, job: TrainingJob) -> None:
    fields = TuningFields()
    st.markdown(
        ":gray[On the container of its base model. No second licence is asked for: it was accepted for the training.]"
    )
    offers = list(console.tuning.deploy_offers(job))

    def shown(kind: str) -> str:
        return f"{kind} · {formats.per_hour(console.catalog.price(kind).usd_per_hour)}"

    name = st.text_input("Endpoint name", job.name, key=f"tune.deploy.name.{job.name}", autocomplete="off")
    kind = st.selectbox("Instance type", offers, format_func=shown, key=f"tune.deploy.type.{job.name}")
    hours = st.number_input(
        "Ends by itself after hours (0: never)", 0.0, 720.0, LEASE_HOURS, key=f"tune.deploy.lease.{job.name}"
    )  # fmt: skip
    form_role.show(console, fields)
    fields.under("role")
    st.button(
        "Review the plan", type="primary", icon=":material/fact_check:", key="tune.deploy.review",
        on_click=st.session_state.update, args=({_WANTED: job.name},),
    )  # fmt: skip
    if st.session_state.get(_WANTED) != job.name:
        return
    with error_box.shown():
        try:
            with st.spinner("Planning…"):
                request = console.tuning.deploy_request(
                    job, endpoint_name=(name or "").strip(), instance_type=str(kind or ""),
                    role=form_role.read(console, fields), lease_hours=float(hours or 0),
                )  # fmt: skip
                st.session_state[_PLAN] = (job.name, request, console.tuning.plan_deploy(job, request))
        except Exception:
            st.session_state.pop(_WANTED, None)
            raise
        st.session_state.pop(_WANTED, None)
        st.rerun()


def _review(console: Console, job: TrainingJob, request: DeployRequest, plan: Plan) -> None:
    st.button(
        "Change", icon=":material/edit:", key="tune.deploy.change", on_click=st.session_state.pop, args=(_PLAN, None)
    )  # fmt: skip
    run = plan_review.show(
        console, plan, key="tune-deploy", verb="Deploy", replan=lambda: console.tuning.plan_deploy(job, request),
        changed=lambda new: st.session_state.update({_PLAN: (job.name, request, new)}),
    )  # fmt: skip
    if run:
        st.session_state.pop(_PLAN, None)
        run_progress.follow(run)

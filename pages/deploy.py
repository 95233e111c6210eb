"""Deploy: choose, read the plan, confirm, follow until it answers."""

import streamlit as st

from ui import deploy_form, deployed, page_head, plan_review, polling, preflight_card, run_progress, second_try, session

console = session.console()
with page_head.show("Deploy", "Choose, read the plan and its price, confirm. Nothing is made before that."):
    if run_progress.current():
        st.button("Deploy something else", icon=":material/add:", on_click=run_progress.leave)

deploy_form.arrived()
reviewed = deploy_form.reviewed()
if run_progress.current():
    above = st.container()  # what came of it and what to do next, before how it went
    view = run_progress.show(console, run_progress.current())
    if view is not None and view.status == "done":
        with above:
            deployed.show(console, view)
    elif view is not None and view.status == "failed":
        with above:
            second_try.offer(console, view)
elif reviewed is None:
    polling.alone(lambda: deploy_form.show(console))
else:
    request = reviewed.request
    deploy_form.summary(console, request)
    checked = preflight_card.show(
        console, request, key="deploy.preflight", plan=reviewed.plan,
        apply=lambda changed: deploy_form.review(console, changed),
    )  # fmt: skip
    run = plan_review.show(
        console, reviewed.plan, key="deploy", verb="Deploy", replan=lambda: deploy_form.plan_of(console, request),
        changed=lambda _: deploy_form.review(console, request), withheld=preflight_card.withheld(checked),
    )  # fmt: skip
    if run:
        second_try.remember(run, request)
        deploy_form.begun()
        run_progress.follow(run)

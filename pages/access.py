"""Access: what you may do, the role SageMaker takes on, users for programs, and policies to hand on."""

import streamlit as st

from ui import access_policies, access_role, access_user, page_head, plan_review, polling, run_progress, session

CHECK, ROLE, USER, POLICIES = "What I may do", "Execution role", "User", "Policies"
PLANNED = "access.planned"

console = session.console()
page_head.show("Access", "What you may do, what SageMaker may do for you, and policies to hand on.")

if run_progress.current():
    view = run_progress.show(console, run_progress.current())
    if view is not None and view.status == "done":
        access_user.hand_over(console, view.id)
    st.button("Close", type="tertiary", on_click=run_progress.leave)
elif PLANNED in st.session_state:
    request, plan = st.session_state[PLANNED]
    run = plan_review.show(
        console, plan, key="access", verb="Make it", replan=lambda: console.access.plan(request),
        changed=lambda new: st.session_state.update({PLANNED: (request, new)}),
    )  # fmt: skip
    if st.button("Back", type="tertiary", key="access.back") or run:
        st.session_state.pop(PLANNED)
        run_progress.follow(run) if run else st.rerun()
else:
    shown = st.segmented_control(
        "Part", [CHECK, ROLE, USER, POLICIES], default=CHECK, required=True, key="access.part",
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    if shown == CHECK:
        polling.alone(lambda: access_policies.pages(console))
    elif shown == POLICIES:
        polling.alone(lambda: access_policies.show(console))
    else:
        asked = (access_role if shown == ROLE else access_user).wanted(console)
        if asked is not None:
            st.session_state[PLANNED] = (asked, console.access.plan(asked))
            st.rerun()

"""Take down: what this console made, the plan that removes it, typed confirmation, receipts."""

import streamlit as st

from ui import empty_state, formats, navigation, others, page_head, plan_review, run_progress, session
from ui.escape import literal

console = session.console()
with page_head.show("Take down", "Removes what this console made for you: by exact name, in order, with proof."):
    if st.button("Look again", icon=":material/refresh:"):
        console.refresh()
        st.session_state.pop("take_down.found", None)
    if run_progress.current():
        st.button("Close the run", icon=":material/close:", on_click=run_progress.leave)

if run_progress.current():
    view = run_progress.show(console, run_progress.current())
    if view is not None and view.status == "done":
        st.success("Everything in this plan is gone; each step has its receipt.", icon=":material/check_circle:")
        st.page_link(navigation.HOME, label="Home", icon=":material/arrow_forward:")
    st.session_state.pop("take_down.found", None)
    st.stop()

library = st.toggle(
    "Also my documents and their collections", value=True, key="take_down.library",
    help="Originals, passages and vectors of yours. A collection goes only if nothing else is in it.",
)  # fmt: skip
kept = st.session_state.get("take_down.found")
if kept is None or kept[0] != library:
    with st.spinner("Looking at what there is…"):
        kept = (library, console.cleanup.plan_take_down(library=library))
    st.session_state["take_down.found"] = kept
found = kept[1]
others.show(console)
if not found.items:
    for warning in found.plan.warnings:
        st.warning(literal(warning), icon=":material/warning:")
    empty_state.show(
        "check_circle", "Nothing to take down", "There is nothing of yours here that this console made.",
        page=navigation.HOME, label="Home",
    )  # fmt: skip
else:
    st.dataframe(
        [{"What": item.kind.capitalize(), "Name": item.name, "Why": item.why,
          "Costs": formats.per_hour(item.usd_per_hour) if item.usd_per_hour != 0 else "—"} for item in found.items],
        hide_index=True, alt="What will be removed",
        column_config={"Name": st.column_config.TextColumn(width="large")},
    )  # fmt: skip
if found.kept:
    with st.expander(f"{formats.count(len(found.kept), 'thing')} of yours will stay"):
        rows = [{"What": item.kind.capitalize(), "Name": item.name, "Why it stays": item.why} for item in found.kept]
        st.dataframe(rows, hide_index=True, alt="What stays, and why")
if found.items:
    run = plan_review.show(
        console, found.plan, key="take_down", verb="Take down", typed=found.confirmation,
        replan=lambda: console.cleanup.plan_take_down(library=library).plan,
        changed=lambda _: st.session_state.pop("take_down.found", None),
    )  # fmt: skip
    if run:
        run_progress.follow(run)

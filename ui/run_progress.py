"""A run: its steps with status and time, what it costs now, and cancel, resume and undo.

The run lives in the journal; `?run=<id>` in the address finds it again after a refresh or in another window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.connection import Mode
from services.errors import NotFound
from ui import (
    deployment_follow,
    diagnosis_box,
    error_box,
    formats,
    journal_view,
    plain_table,
    plan_review,
    polling,
    secret_inputs,
    status_chip,
)
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import RunView, StepView

FINISHED = frozenset({"done", "already_there"})
EVERY_SECONDS = 1.0  # reads this machine's journal, not AWS
_UNDO = "run.undo"  # the run whose undoing is looked at, and the plan of it


def current() -> str:
    """The run the address names; empty when none."""
    return str(st.query_params.get("run", ""))


def follow(run_id: str) -> None:
    """Put the run into the address and draw the page again."""
    st.query_params["run"] = run_id
    st.rerun()


def leave() -> None:
    """Take the run out of the address; for a button's callback."""
    st.query_params.pop("run", None)


def show(console: Console, run_id: str, *, key: str = "run") -> RunView | None:
    """Write the run's progress, refreshed while it is alive; the view as it was now, None when there is no such run."""
    try:
        view = console.runs.view(run_id)
    except NotFound:
        st.warning("There is no run of this name here. It may belong to another connection.", icon=":material/warning:")
        return None
    alive = not view.status.ended

    def draw() -> None:
        now = console.runs.view(run_id)
        if now.status.ended is alive:  # it ended, or a button below brought it back to life: poll no more, or again
            console.refresh()
            st.rerun()
        _draw(console, now, key)

    polling.live(draw, EVERY_SECONDS if alive else None)
    return view


def _draw(console: Console, view: RunView, key: str) -> None:
    quick = console.connection.mode is Mode.SANDBOX  # typical times are those of AWS; the sandbox takes seconds
    steps = view.undo_steps if view.status == "undoing" else view.steps
    share = sum(step.status in FINISHED for step in steps) / max(1, len(steps)) if quick else view.progress
    with st.container(border=True, key=f"{key}-progress"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(literal(view.title), anchor=False, width="stretch")
            st.markdown(status_chip.badge(view.status), width="content")
        st.progress(min(1.0, share), text=_summary(view, quick))
        rows = [{"What": _what(step), "Status": _status(step, view.now, quick)} for step in _worth_showing(steps)]
        plain_table.show(rows, key=key, header=False)
        _problems(console, view)
        _going_back(view)
        _actions(console, view, key)
    _undo(console, view, key)
    deployment_follow.show(console, view, key)


def _worth_showing(steps: Sequence[StepView]) -> Sequence[StepView]:
    """All of them, or of very many what runs or failed, then what comes next and what was done last."""
    if len(steps) <= plan_review.MOST_ROWS:
        return steps
    order = ("running", "failed", "unknown", "waiting", "skipped")
    ranked = sorted(steps, key=lambda step: order.index(step.status) if step.status in order else len(order))
    return ranked[: plan_review.MOST_ROWS]


def _summary(view: RunView, quick: bool) -> str:
    finished = sum(step.status in FINISHED for step in view.steps)
    parts = [f"{finished} of {len(view.steps)} steps", formats.duration((view.ended or view.now) - view.started)]
    if not view.status.ended and view.remaining > 1 and not quick:
        parts.append(f"about {formats.duration(view.remaining)} to go")
    if view.usd_per_hour is None or view.usd_per_hour:
        # of a run that is over, the journal knows what it left and not who took it down since
        words = "left {} running" if view.status.ended else "costing {} now"
        parts.append(words.format(formats.per_hour(view.usd_per_hour)).replace("$", "\\$"))
    return " · ".join(parts)


def _what(step: StepView) -> str:
    return f"{status_chip.icon(step.status)} {literal(step.reason)}"


def _status(step: StepView, now: float, quick: bool) -> str:
    running = step.status == "running"
    words = [literal(step.detail) if step.detail and running else status_chip.chip(step.status).word]
    if step.started and step.status != "already_there":
        took = formats.duration((step.ended or now) - step.started)
        compare = running and step.typical and not quick
        words.append(f"{took} of about {formats.duration(step.typical)}" if compare else took)
    return f":gray[{' · '.join(words)}]"


def _problems(console: Console, view: RunView) -> None:
    # the status of a skipped step says so; why is the problem of another step
    steps = [step for step in (*view.steps, *view.undo_steps) if step.problem and step.status != "skipped"]
    if view.problem is not None:
        error_box.show(view.problem)
        same = next((step for step in steps if str(step.problem) == str(view.problem)), None)
        if same is None:
            diagnosis_box.of_problem(console, view.problem)
        else:
            diagnosis_box.of_step(console, view, same, view.problem)
    for step in steps:
        if step.problem is not None and str(step.problem) != str(view.problem):
            error_box.show(step.problem)
            diagnosis_box.of_step(console, view, step, step.problem)
    if view.status == "interrupted":
        st.warning(
            "This run stopped half-way because its console ended. Resuming looks at what is there before doing more.",
            icon=":material/warning:",
        )


def _going_back(view: RunView) -> None:
    """While a run is taken back: what AWS makes wait, and what bills until then. Afterwards, what is left of it."""
    if view.status in ("cancelled", "undone") and view.usd_per_hour == 0:
        st.success("What this run made is removed; nothing of it costs money.", icon=":material/check_circle:")
    if view.status not in ("cancelling", "undoing"):
        return
    bills = "Nothing of it bills by the hour meanwhile."
    if view.usd_per_hour is None:
        bills = "What stands may bill until it is gone; its price is unknown."
    elif view.usd_per_hour:
        bills = f"Until it is gone, what stands costs {formats.per_hour(view.usd_per_hour)}."
    words = "No further step begins. AWS removes an endpoint only once it has settled, so that is waited for."
    st.info(literal(f"{words} {bills}"), icon=":material/undo:")


def _actions(console: Console, view: RunView, key: str) -> None:
    with st.container(horizontal=True):
        if view.status in ("waiting", "running"):
            st.button(
                "Cancel and undo", icon=":material/cancel:", key=f"{key}-cancel",
                on_click=_cancel, args=(console, view.id),
            )  # fmt: skip
        if view.status == "done":
            st.button(
                "Undo", icon=":material/undo:", key=f"{key}-undo", on_click=_look_at_undo, args=(console, view.id),
                help="Shows the plan that takes back what this run made, before anything is done.",
            )  # fmt: skip
        if view.status in ("failed", "interrupted"):
            needed = console.runs.needs(view.id)
            secrets = secret_inputs.show(needed, f"{key}-resume")
            unsure = any(step.status == "unknown" for step in (*view.steps, *view.undo_steps))
            st.button(
                "Look again and go on" if unsure else "Resume", type="primary", key=f"{key}-resume",
                icon=":material/search:" if unsure else ":material/play_arrow:",
                help="Looks whether the step that was not answered was carried out; asks for nothing twice."
                if unsure else None,
                disabled=len(secrets) < len(needed), on_click=_resume, args=(console, view.id, secrets),
            )  # fmt: skip
            st.button(
                "Undo what was made", icon=":material/undo:", key=f"{key}-undo",
                on_click=_look_at_undo, args=(console, view.id),
            )  # fmt: skip
        receipts = [step for step in (*view.steps, *view.undo_steps) if step.receipt and str(step.receipt)]
        if receipts and view.status.ended:
            with st.popover("Receipts", icon=":material/receipt_long:", key=f"{key}-receipts"):
                for step in receipts:
                    st.markdown(f"{code(step.operation)} {literal(step.receipt)}")
        if view.status.ended:
            journal_view.report_buttons(console, view, key=key)


def _undo(console: Console, view: RunView, key: str) -> None:
    """The plan that takes the run back, once somebody asked for it; nothing is taken back that was not shown."""
    asked, plan = st.session_state.get(_UNDO, ("", None))
    if asked != view.id or view.status not in ("done", "failed", "interrupted"):
        return
    if not plan.steps:
        st.info("Nothing stands that this run made, so there is nothing to take back.", icon=":material/check_circle:")
        return

    def begin(secrets: Mapping[str, str]) -> str:
        console.runs.undo(view.id, secrets=secrets, confirmed=plan)
        return view.id

    if plan_review.show(
        console, plan, key=f"{key}-undoing", verb="Undo", begin=begin, changed=lambda _: st.session_state.pop(_UNDO)
    ):
        st.session_state.pop(_UNDO)
        st.rerun()


def _look_at_undo(console: Console, run_id: str) -> None:
    with error_box.shown():
        st.session_state[_UNDO] = (run_id, console.runs.undo_plan(run_id))


def _cancel(console: Console, run_id: str) -> None:
    with error_box.shown():
        console.runs.cancel(run_id)


def _resume(console: Console, run_id: str, secrets: Mapping[str, str]) -> None:
    with error_box.shown():
        console.runs.resume(run_id, secrets=secrets)

"""A plan before it runs: steps, what is sent, cost, permissions, the same as code; and the confirmation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import PlanChanged
from services.plans import Format, Plan, check, export, policy, secret_names, shown, warnings_of
from ui import error_box, formats, plain_table, plan_text, secret_inputs
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console

MOST_ROWS = 200  # of a table that is drawn as a whole
Begin = Callable[[Mapping[str, str]], str | None]


def show(
    console: Console,
    plan: Plan,
    *,
    key: str,
    verb: str,
    replan: Callable[[], Plan] | None = None,
    typed: str = "",
    changed: Callable[[Plan], None] | None = None,
    begin: Begin | None = None,
    withheld: str = "",
    more: bool = False,
) -> str | None:
    """Write the review; the id of the run once the person has confirmed, else None.

    verb     what the button says ("Deploy"); the price is added to it
    replan   plans the same request again; a run starts only when that gives the same work at no higher price
    typed    what has to be typed first; empty asks for nothing
    changed  is given the plan as it is now, when it is not the one shown: to show it next, or to drop the old one
    begin    begins the plan with its secrets and gives the run's id; left out, it begins a new run
    withheld why it cannot be confirmed now; empty where it can
    more     the price is what is added to that of something that runs already
    """

    def start(secrets: Mapping[str, str]) -> str | None:
        current = replan() if replan else plan
        try:
            return begin(secrets) if begin else console.runs.start(current, secrets=secrets, confirmed=plan)
        except PlanChanged:
            if changed:
                changed(current)
            raise

    with st.container(border=True, key=f"{key}-review"):
        st.subheader(literal(plan.title), anchor=False)
        _costs(plan, more)
        label = f"{verb} · {plan_text.price_of(plan, more=more)}"
        run = _confirmation(console, plan, key, label, typed, start, blocked=not _sound(plan), withheld=withheld)
        _details(console, plan, key)
        return run


def _sound(plan: Plan) -> bool:
    """Write what is wrong with a plan and what has to be known before it runs; whether it can run."""
    problems = check(plan)
    for problem in problems:
        st.error(literal(problem), icon=":material/block:")
    for warning in dict.fromkeys((*plan.warnings, *warnings_of(plan))):
        st.warning(literal(warning), icon=":material/warning:")
    return not problems


def _costs(plan: Plan, more: bool) -> None:
    hourly = plan.estimate.usd_per_hour
    with st.grid(4, min_column_width=140):
        st.metric("Steps", len(plan.steps), border=True)
        if hourly is not None and hourly < 0:
            st.metric("Ends", formats.per_hour(-hourly), border=True)
            st.metric("Saves a day", formats.per_day(-hourly).removesuffix("/day"), border=True)
            st.metric("Saves a month", formats.per_month(-hourly).removesuffix("/month"), border=True)
        elif plan_text.once_of(plan):
            st.metric("At most, in all", plan_text.once_of(plan).removeprefix("at most "), border=True)
            st.metric("Afterwards", formats.per_hour(hourly), border=True)
        else:
            st.metric("More than now" if more else "While it runs", formats.per_hour(hourly), border=True)
            st.metric("A day", formats.per_day(hourly).removesuffix("/day"), border=True)
            st.metric("A month", formats.per_month(hourly).removesuffix("/month"), border=True)
    most = f", {plan_text.ceiling_of(plan)}" if plan_text.ceiling_of(plan) else ""
    if plan.estimate.source or most:
        st.markdown(f":gray[:small[Price{literal(most)}: {literal(plan.estimate.source)}]]")


def _details(console: Console, plan: Plan, key: str) -> None:
    names = ["Steps", "What is sent", "Permissions", "As code"]
    steps, sent, permissions, as_code = st.tabs(names, on_change="rerun", key=f"{key}-tabs")
    if steps.open:
        with steps:
            plain_table.show(_step_rows(plan)[:MOST_ROWS], key=f"{key}-steps")
            if len(plan.steps) > MOST_ROWS:
                st.markdown(f":gray[and {len(plan.steps) - MOST_ROWS:,} more; all of them stand in the code.]")
    if sent.open:
        with sent:
            chosen = st.selectbox(
                "Step",
                plan.steps,
                format_func=lambda step: f"{step.id}: {plan_text.call_name(step)}",
                key=f"{key}-step",
            )
            st.code(json.dumps(shown(chosen.parameters), indent=2, ensure_ascii=False), language="json")
    if permissions.open:
        with permissions:
            st.markdown("Exactly what this plan needs. Paste it where your permissions are managed.")
            document = policy(plan, partition=console.connection.identity.partition)
            st.code(json.dumps(document, indent=2, ensure_ascii=False), language="json", height=360)
    if as_code.open:
        with as_code:
            _as_code(console, plan, key)


def _as_code(console: Console, plan: Plan, key: str) -> None:
    form = st.selectbox("Format", list(Format), format_func=_title, key=f"{key}-format") or Format.BOTO3
    with error_box.shown():
        written = export(plan, form, region=console.connection.identity.region)
        st.download_button(
            f"Download as {form.label}", written.text, written.file, written.media_type, on_click="ignore",
            icon=":material/download:", key=f"{key}-download",
        )  # fmt: skip
        st.code(written.text, language=written.language, height=360)


def _title(form: Format) -> str:
    title = form.label.removeprefix("a ")
    return title[0].upper() + title[1:] if form is not Format.BOTO3 else title


def _step_rows(plan: Plan) -> list[dict[str, str]]:
    rows = []
    for number, step in enumerate(plan.steps, 1):
        undo = ", ".join(code(name) for name in plan_text.undo_names(step))
        rows.append(
            {
                "Step": str(number),
                "Why": literal(step.reason),
                "Call": code(plan_text.call_name(step)),
                "Cost": literal(plan_text.cost_name(step)) or "—",
                "Taken back by": undo or "—",
            }
        )
    return rows


def _confirmation(
    console: Console,
    plan: Plan,
    key: str,
    label: str,
    typed: str,
    start: Begin,
    *,
    blocked: bool,
    withheld: str,
) -> str | None:
    needed = secret_names(plan)
    secrets = secret_inputs.show(needed, f"{key}-secret")
    matches = len(secrets) == len(needed)
    if typed:
        entered = st.text_input(f"Type {code(typed)} to confirm", key=f"{key}-typed", live=True, autocomplete="off")
        matches = matches and (entered or "").strip() == typed
    read_only = console.connection.read_only
    if read_only:
        st.markdown(":orange[:material/lock: This connection is read-only: plans can be looked at, not run.]")
    if withheld:
        st.markdown(f":red[:material/block: {literal(withheld)}]")
    pressed = st.button(
        label.replace("$", "\\$"),
        type="primary",
        icon=":material/play_arrow:",
        disabled=blocked or read_only or bool(withheld) or not matches,
        key=f"{key}-confirm",
    )
    if not pressed:
        return None
    with error_box.shown():
        try:
            return start(secrets)
        except PlanChanged as problem:
            error_box.show(problem)
            st.button("Show the new plan", key=f"{key}-again", icon=":material/refresh:")
    return None

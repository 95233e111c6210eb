"""One lease: what is agreed, buttons that extend it, a form to change or give it, and the plan of that."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from services.leases import WAYS, LeaseRequest, Subject, kind_held, subject_key
from services.plans.leasing import STOP, key_of
from ui import endpoint_changes, error_box, formats, lease_reads, plan_review, run_progress, workspace_plans
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail
    from services.leases import Lease
    from services.plans import Plan

HOUR = 3600.0
STEPS = (("+1 h", HOUR), ("+8 h", 8 * HOUR), ("+1 day", 24 * HOUR))
SOON = 24 * HOUR
USUAL_HOURS = 8
PAGE = "leases.now"  # of what is stopped before its end
_ASKED, _PLAN = "leases.asked", "leases.plan"


def line(console: Console, detail: EndpointDetail) -> None:
    """An endpoint's lease on its own page, with what extends it; a plan that was asked for stands below."""
    lease = console.leases.of(detail, lease_reads.schedules_of(console, detail.name))
    with st.container(border=lease is not None, key="endpoint-lease", gap="small"):
        if lease is not None:
            _told(console, lease)
            _extending(console, lease)
        with st.expander("Change its lease" if lease else "Give it an end", type="compact", icon=":material/event:"):
            _form(console, detail, lease)
    review(console, detail.name)


def show(console: Console, detail: Subject, lease: Lease | None) -> None:
    """The same on the page of all leases, open."""
    with st.container(border=True, key="lease-panel", gap="small"):
        if lease is None:
            price = formats.per_hour(detail.usd_per_hour).replace("$", "\\$")
            st.markdown(f"**{literal(formats.short(detail.name))}** has no end; it costs {price}.")
        else:
            _told(console, lease)
            _extending(console, lease)
        _form(console, detail, lease)


def review(console: Console, key: str = "") -> None:
    """The plan of what was asked for (of `key` only); nothing where nothing was."""
    asked: LeaseRequest | None = st.session_state.get(_ASKED)
    if asked is None or (key and key_of(asked.kind, asked.name) != key):
        return
    plan_now = partial(_plan, console, asked)
    with error_box.shown():
        plan: Plan = st.session_state.get(_PLAN) or plan_now()
        st.session_state[_PLAN] = plan
        verb = "Take the lease away" if asked.ends is None else "Agree"
        run = plan_review.show(
            console, plan, key="lease", verb=verb, replan=plan_now,
            changed=lambda new: st.session_state.update({_PLAN: new}),
        )  # fmt: skip
        if run:
            _leave()
            run_progress.follow(run)
    st.button("Leave it as it is", type="tertiary", key="lease.keep", on_click=_leave)


def _plan(console: Console, asked: LeaseRequest) -> Plan:
    return console.leases.plan(asked, why_not=console.why_not_scheduled())


def _told(console: Console, lease: Lease) -> None:
    now = console.leases.now()
    left, stake = lease.seconds_left(now), lease.usd_left(now)
    when = f"ends in **{formats.duration(left)}**" if left > 0 else f"ended **{formats.duration(-left)} ago**"
    colour = "red" if left <= 0 else "orange" if left <= SOON else "gray"
    cost = formats.UNKNOWN_PRICE if stake is None else f"{formats.money(stake)} until then".replace("$", "\\$")
    what = lease_reads.THEN[lease.then].lower()
    keeper = lease_reads.KEEPERS[str(lease.enforced_by)]
    st.markdown(
        f":{colour}[:material/event: {literal(formats.short(lease.name))} {when}] "
        f":gray[{lease.ends:%Y-%m-%d %H:%M} UTC] · {what} · {cost} · kept to by {literal(keeper)}"
    )
    said = [f"for {literal(lease.owner)}" if lease.owner else "", literal(lease.reason)]
    if any(said):
        st.markdown(f":gray[:small[{': '.join(each for each in said if each)}]]")
    if lease.problem:
        st.markdown(f":orange[:material/warning: :small[{literal(lease.problem)}]]")


def _extending(console: Console, lease: Lease) -> None:
    with st.container(horizontal=True, gap="small"):
        for label, seconds in STEPS:
            st.button(
                label, key=f"lease.extend.{seconds:.0f}", icon=":material/more_time:", on_click=_asked,
                args=(console.leases.extended(lease, seconds),),
            )  # fmt: skip
        st.button(
            f"{lease.then.capitalize()} now", key="lease.now", icon=":material/stop_circle:", on_click=_end_now,
            args=(console, lease),
        )  # fmt: skip
        st.button(
            "Take the lease away", key="lease.away", type="tertiary", on_click=_asked,
            args=(LeaseRequest(name=lease.name, kind=lease.kind),),
        )  # fmt: skip


def _end_now(console: Console, lease: Lease) -> None:
    """For a button's callback."""
    if lease.then == STOP:
        workspace_plans.ask(PAGE, "Stop", partial(console.notebooks.plan_stop, lease.name))
    else:
        endpoint_changes.ask(lease.then.capitalize(), lease.name)


def _then(key: str, ways: tuple[str, ...], lease: Lease | None) -> str:
    """What is to happen at the end; where there is one way only, it is said."""
    if len(ways) == 1:
        st.markdown(f":gray[:small[Then: {lease_reads.THEN[ways[0]].lower()}; its volume stays, and bills.]]")
        return ways[0]
    chosen = st.segmented_control(
        "Then", list(ways), default=lease.then if lease else ways[0], required=True,
        format_func=lambda each: lease_reads.THEN[each], key=f"{key}.then",
    )  # fmt: skip
    return chosen or ways[0]


def _form(console: Console, detail: Subject, lease: Lease | None) -> None:
    key, kind = f"lease.{subject_key(detail)}", kind_held(detail)
    usual = console.settings.lease_hours or USUAL_HOURS
    with st.grid(3, min_column_width=170):
        hours = st.number_input(
            "Hours from now", value=None if lease else float(usual), min_value=0.0, step=1.0, key=f"{key}.hours",
            placeholder="as agreed", help="From five minutes to a year.",
        )  # fmt: skip
        until = st.datetime_input("or until, in UTC", value=None, key=f"{key}.until", help="Goes before the hours.")
        then = _then(key, WAYS[kind], lease)
    reason = st.text_input(
        "Reason", value=lease.reason if lease else "", max_chars=200, key=f"{key}.reason", autocomplete="off"
    )
    if st.button("Review the plan", key=f"{key}.review", icon=":material/fact_check:"):
        try:
            if until is None and not hours and lease is not None:
                request = LeaseRequest(name=detail.name, ends=lease.ends, reason=reason, then=then, kind=kind)
            else:
                at = "" if until is None else until.isoformat()
                request = console.leases.request(
                    detail.name, hours=float(hours or 0), until=at, reason=reason, then=then, kind=kind
                )
            st.session_state[_PLAN] = _plan(console, request)
        except SagedeckError as problem:
            error_box.show(problem)
            return
        st.session_state[_ASKED] = replace(request)
        st.rerun()


def _asked(request: LeaseRequest) -> None:
    st.session_state[_ASKED] = request
    st.session_state.pop(_PLAN, None)


def _leave() -> None:
    st.session_state.pop(_ASKED, None)
    st.session_state.pop(_PLAN, None)

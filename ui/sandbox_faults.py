"""The sandbox's faults: a switch for each, by group, with where and how often behind it; and how many are set."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import ServiceFailure
from ui import error_box, formats, navigation
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.sandbox_control import FaultKind, SandboxControl, SetFault

SERVICES = ("*", "sagemaker", "sagemaker-runtime", "s3", "iam", "sts", "cloudwatch", "logs", "application-autoscaling")
KINDS_SECONDS = 600.0
BADGE_SECONDS = 3.0  # how old the number on the other pages may be


def badge(console: Console) -> None:
    """On every page of a sandbox: how many faults are set, and the way to them. Nothing when none is."""
    control = console.sandbox
    if control is None:
        return
    try:
        held: int = console.cached(("faults",), BADGE_SECONDS, lambda: len(control.faults()))
    except ServiceFailure:
        st.markdown(
            ":red-badge[:material/power_off: The sandbox has ended] "
            ":gray[:small[Reload the page: it starts again with what it held.]]"
        )
        return
    if held:
        verb = "is" if held == 1 else "are"
        label = f":red-badge[:material/bug_report: {formats.count(held, 'fault')} {verb} set]"
        st.page_link(navigation.SANDBOX, label=label)


def known(console: Console, control: SandboxControl) -> tuple[FaultKind, ...]:
    """Every kind of fault; a sandbox's kinds do not change while it runs."""
    found: tuple[FaultKind, ...] = console.cached(("fault kinds",), KINDS_SECONDS, control.fault_kinds)
    return found


def active(console: Console, control: SandboxControl, held: tuple[SetFault, ...], titles: dict[str, str]) -> None:
    """The faults that are set, each with a way to clear it."""
    with st.container(border=True, key="faults-set", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            title = f":red[:material/bug_report:] {formats.count(len(held), 'fault')} set"
            st.subheader(title, anchor=False, width="stretch")
            if st.button("Clear all", icon=":material/healing:", disabled=console.connection.read_only):
                _do(console, control.clear_faults)
        for fault in held:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(
                    f"**{literal(titles.get(fault.kind, fault.kind))}** · {literal(where(fault))}", width="stretch"
                )
                if st.button("Clear", key=f"clear.{fault.id}", disabled=console.connection.read_only):
                    _do(console, partial(control.clear_faults, fault.id))


def switches(
    console: Console, control: SandboxControl, kinds: tuple[FaultKind, ...], held: tuple[SetFault, ...]
) -> None:
    """The groups, and a switch for each kind of the one that is chosen: twenty at once are slow to draw and to read."""
    groups = {name: tuple(members) for name, members in groupby(kinds, key=lambda each: each.group)}
    chosen = st.segmented_control(
        "Group", list(groups), default=next(iter(groups)), required=True, key="sandbox.group",
        label_visibility="collapsed",
    )  # fmt: skip
    with st.grid(2, min_column_width=300):
        for kind in groups[chosen]:
            _card(console, control, kind, [fault for fault in held if fault.kind == kind.kind])


def where(fault: SetFault) -> str:
    """Where a fault strikes and how often, in words."""
    about = [
        f"{word} {pattern}"
        for word, pattern in (("service", fault.service), ("operation", fault.operation), ("on", fault.resource))
        if pattern != "*"
    ]
    often = f"{fault.rate:.0%} of calls" if fault.rate < 1 else "every time"
    left = "" if fault.left is None else formats.count(fault.left, "more time")
    value = f"value {fault.value:g}" if fault.value else ""
    return ", ".join(part for part in (*(about or ["everywhere"]), often, value, left) if part)


def _card(console: Console, control: SandboxControl, kind: FaultKind, held: list[SetFault]) -> None:
    locked, is_set = console.connection.read_only, bool(held)
    key = f"fault-{'set' if is_set else 'off'}-{kind.kind}"
    with st.container(border=True, horizontal=True, vertical_alignment="center", height="stretch", key=key, wrap=False):
        with st.container(gap=None, width="stretch"):
            on = st.toggle(kind.title, is_set, key=f"fault.{kind.kind}.{is_set}", disabled=locked)
            st.markdown(f":gray[{literal(kind.does)}]")
        with st.popover("Adjust", icon=":material/tune:", disabled=locked, key=f"more.{kind.kind}"):
            _form(console, control, kind)
    if on and not is_set:
        _do(console, lambda: control.set_fault(kind.kind))
    elif is_set and not on:
        _do(console, lambda: control.clear_faults(kind.kind))


def _form(console: Console, control: SandboxControl, kind: FaultKind) -> None:
    with st.form(f"form.{kind.kind}", border=False):
        service = operation = resource = "*"
        rate, value = 1.0, 0.0
        if kind.by_service:
            service = st.selectbox("Service", SERVICES, accept_new_options=True, format_func=_every) or "*"
            operation = st.text_input("Operation", "*", help="CreateEndpoint, or Describe* for several.") or "*"
        if kind.resource_is:
            resource = st.text_input(kind.resource_is.capitalize(), "*", help="* fits any part: chat-*.") or "*"
        if kind.by_rate:
            rate = st.slider("Share of calls", 5, 100, 100, 5, format="%d%%") / 100
        if kind.value_is:
            value = st.number_input(kind.value_is.capitalize(), 0.0, value=kind.value, step=1.0)
        times = st.number_input("How many times", 0, help="Then it is over; 0 is until it is cleared.")
        if st.form_submit_button("Set", type="primary"):
            _do(
                console,
                lambda: control.set_fault(
                    kind.kind, service=service, operation=operation, resource=resource, rate=rate, value=float(value),
                    times=int(times) or None,
                ),
            )  # fmt: skip


def _every(pattern: str) -> str:
    return "any" if pattern == "*" else pattern


def _do(console: Console, act: Callable[[], object]) -> None:
    """Do it, and draw the page anew with what is then true; a refusal is shown where it was asked."""
    with error_box.shown():
        act()
        console.refresh()
        st.rerun()

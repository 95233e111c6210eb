"""Findings one by one: what is the case, the proof on demand, a small chart of use, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.resources import Kind
from services.savings import Way, What
from ui import error_box, formats, navigation, saving_plans
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.savings import Finding, Proposal

MOST = 10  # that are drawn before a person asks for all
POINTS = 40  # of a small chart
_VERBS = {
    Way.PAUSE: "Pause…", Way.SCALE: "Scale…", Way.UPDATE: "Update…", Way.AUTOSCALE: "Let it scale…",
    Way.STOP: "Stop…", Way.CLEAN_UP: "Clean up…",
}  # fmt: skip


def show(console: Console, findings: Sequence[Finding], what: What) -> None:
    """Write the findings of one list, dearest first."""
    key = f"savings.all.{what}"
    shown = findings if st.session_state.get(key) else findings[:MOST]
    for finding in shown:
        _row(console, finding)
    if len(findings) > len(shown):
        st.button(f"Show all {len(findings):,}", key=f"{key}.more", type="tertiary", on_click=_all, args=(key,))


def _all(key: str) -> None:
    st.session_state[key] = True


def identity(finding: Finding) -> str:
    """What widgets of a finding are called by."""
    return f"savings.{finding.what}.{'.'.join(finding.key)}"


def _row(console: Console, finding: Finding) -> None:
    name = identity(finding)
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch", gap=None):
                st.markdown(f"**{literal(finding.title)}**")
                st.markdown(f":gray[{literal(finding.proposal.words)}]")
                if finding.owner:
                    st.markdown(f":gray[:small[for {literal(finding.owner)}]]")
            st.metric(
                "saves a month", _usd(finding.usd_per_month), width=150, chart_data=_chart(finding),
                chart_type="area", help=f"Small chart: {finding.use_of}, oldest first" if finding.use_of else None,
            )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="center"):
            for number, proposal in enumerate((finding.proposal, *finding.others)):
                _button(finding, proposal, f"{name}.{number}", first=not number)
            if finding.key.kind is Kind.ENDPOINT:
                st.page_link(
                    navigation.ENDPOINT, label="Open", icon=":material/arrow_forward:",
                    query_params={"endpoint": finding.key.name},
                )  # fmt: skip
            keep(console, finding)
        with st.expander("Proof, and what was checked", key=f"{name}.proof", on_change="rerun") as told:
            if told.open:
                _proof(finding)


def _button(finding: Finding, proposal: Proposal, key: str, *, first: bool) -> None:
    if proposal.way is Way.ADVICE:
        st.page_link(navigation.DEPLOY, label="Deploy anew", icon=":material/rocket_launch:", help=proposal.words)
        return
    label = _VERBS[proposal.way]
    if proposal.way is Way.UPDATE:
        label = f"Update to {proposal.instance_type}…"
    elif proposal.way is Way.SCALE:
        label = f"Scale to {proposal.count}…"
    if not first:
        label += f" ({_usd(proposal.saves)})".replace("$", "\\$")
    st.button(
        label, key=key, type="primary" if first else "secondary", help=literal(proposal.words),
        on_click=saving_plans.ask, args=(finding, proposal),
    )  # fmt: skip


def keep(console: Console, finding: Finding) -> None:
    """Write the small form that puts a finding aside."""
    name = identity(finding)
    with st.popover("Keep…", type="tertiary", key=f"{name}.keep"):
        why = st.text_input("Keep this, because", key=f"{name}.why", max_chars=300, placeholder="the failover needs it")
        if st.button("Put aside", key=f"{name}.aside", icon=":material/inventory_2:"):
            with error_box.shown():
                console.savings.keep(finding, why)
                st.rerun()


def _proof(finding: Finding) -> None:
    lines = [f"- {literal(each)}" for each in finding.proof]
    for proposal in (finding.proposal, *finding.others):
        before, after = _usd(proposal.before), _usd(proposal.after)
        lines.append(f"\n**{literal(proposal.words)}** {literal(f'{before} a month now, {after} then (estimate).')}\n")
        lines += [f"- :green[:material/check:] {literal(each)}" for each in proposal.checks]
        lines += [f"- :orange[:material/info:] {literal(proposal.caution)}"] if proposal.caution else []
    st.markdown("\n".join(lines))


def _usd(usd: float | None) -> str:
    return "price unknown" if usd is None else formats.money(usd)


def _chart(finding: Finding) -> list[float] | None:
    """The use in so many parts of the time; None where there is nothing to draw."""
    values = [value or 0.0 for value in finding.use]
    if len(values) < 2:
        return None
    size = max(1, -(-len(values) // POINTS))
    return [max(values[start : start + size]) for start in range(0, len(values), size)]

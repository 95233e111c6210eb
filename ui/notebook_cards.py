"""Notebook instances as cards: state, machine, cost running and stopped, and what can be done with each now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from services.diagnosis import Place
from services.errors import NotFound
from services.notebooks import STATES, Act, NotebookInstance
from ui import (
    diagnosis_box,
    error_box,
    formats,
    lease_reads,
    navigation,
    plain_table,
    status_chip,
    workspace_open,
    workspace_plans,
    workspace_reads,
)
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.leases import Lease
    from services.savings import Finding

PAGE = "notebooks"
CHANGING, STARTING = f"{PAGE}.changing", f"{PAGE}.starting"
LOOK_SECONDS = 15.0
_ICONS = {Act.START: "play_arrow", Act.STOP: "stop_circle", Act.CHANGE: "tune", Act.DELETE: "delete"}


def figures(rows: Sequence[NotebookInstance], idle: Mapping[str, Finding]) -> None:
    """Write what there is at a glance."""
    running = [each for each in rows if each.running]
    hourly = [each.usd_per_hour for each in running]
    stored = [each.usd_stored for each in rows]
    with st.grid(4, min_column_width=150):
        st.metric("Notebook instances", f"{len(rows):,}", icon=":material/book_2:", border=True, height="stretch")
        costs = workspace_reads.at_least(hourly) if running else None
        st.metric("Running", f"{len(running):,}", costs, delta_color="off", delta_arrow="off",
                  icon=":material/play_circle:", border=True, height="stretch")  # fmt: skip
        kept = workspace_reads.at_least(stored, formats.per_month) if rows else "—"
        st.metric("Volumes", kept, icon=":material/hard_drive:", border=True, height="stretch",
                  help="What their volumes cost also while they are stopped: an estimate.")  # fmt: skip
        worth = [each.usd_per_month for each in idle.values()]
        st.metric("Idle", f"{len(idle):,}", _saved(worth) if idle else None, delta_color="off", delta_arrow="off",
                  icon=":material/bedtime:", border=True, height="stretch",
                  help="Running for a week without being stopped, or stopped for a week and still kept.")  # fmt: skip


def _saved(monthly: Sequence[float | None]) -> str:
    return f"{formats.money(sum(each or 0.0 for each in monthly))}/month could go"


def card(console: Console, each: NotebookInstance, idle: Finding | None, lease: Lease | None) -> None:
    """One instance."""
    key = f"notebook-{each.name}"
    with st.container(border=True, key=key, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{literal(each.name)}**", width="stretch")
            st.markdown(status_chip.badge(each.status), width="content")
        st.markdown(f":gray[{' · '.join(_about(each))}]")
        if each.status == "Failed":
            _failure(console, each)
        elif not each.state.acts or each.state.passes or each.status not in STATES:
            st.markdown(f":gray[:small[{literal(each.state.words)}]]")
        if idle is not None:
            st.markdown(f":orange[:material/bedtime: :small[{literal(idle.title)} {literal(idle.proposal.words)}]]")
        if lease is not None:
            _lease(console, lease)
        with st.container(horizontal=True, gap="small"):
            if Act.OPEN in each.state.acts:
                _opening(console, each)
            for act in each.state.acts:
                if act is not Act.OPEN:
                    st.button(_label(act), key=f"{key}-{act}", icon=f":material/{_ICONS[act]}:",
                              on_click=_ask, args=(console, each, act))  # fmt: skip
        _details(console, each)


def _lease(console: Console, lease: Lease) -> None:
    """When it stops by agreement, and where that is changed."""
    left, stake = lease.seconds_left(console.leases.now()), lease.usd_left(console.leases.now())
    when = f"stops in **{formats.duration(left)}**" if left > 0 else f"was to stop **{formats.duration(-left)} ago**"
    cost = formats.UNKNOWN_PRICE if stake is None else f"{formats.money(stake)} until then".replace("$", "\\$")
    keeper = literal(lease_reads.KEEPERS[str(lease.enforced_by)])
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":{'orange' if left <= 0 else 'gray'}[:material/event: :small[It {when}, kept to by {keeper}; {cost}.]]",
            width="content",
        )  # fmt: skip
        st.page_link(navigation.LEASES, label="Leases", icon=":material/arrow_forward:")


def _label(act: Act) -> str:
    return f"{act}…" if act in (Act.START, Act.CHANGE, Act.DELETE) else str(act)


def _about(each: NotebookInstance) -> list[str]:
    price = formats.per_hour(each.usd_per_hour).replace("$", "\\$")
    words = [code(each.instance_type), f"{price} while it runs"]
    if each.volume_gb:
        stored = formats.per_month(each.usd_stored).replace("$", "\\$")
        words.append(f"{each.volume_gb:,} GB, {stored} also stopped")
    if each.owner:
        words.insert(0, f"of {literal(each.owner.rpartition('/')[2])}")
    if each.lifecycle:
        words.append(f"lifecycle {code(each.lifecycle)}")
    if each.changed is not None:
        words.append(f"changed {each.changed:%d %b %Y %H:%M} UTC")
    return words


def _opening(console: Console, each: NotebookInstance) -> None:
    def get(lab: bool) -> workspace_open.Given:
        opened = console.notebooks.open(each.name, lab=lab)
        return opened.url, opened.seconds

    ways = (
        workspace_open.Way("Open JupyterLab", partial(get, True)), workspace_open.Way("Jupyter", partial(get, False))
    )  # fmt: skip
    workspace_open.buttons(f"{formats.short(each.name)} in a new tab", ways, key=f"notebook-{each.name}-open")


def _ask(console: Console, each: NotebookInstance, act: Act) -> None:
    """For a button's callback: the plan of it, or the form where one is needed."""
    room = console.notebooks
    for form in (CHANGING, STARTING):
        st.session_state.pop(form, None)
    workspace_plans.leave(PAGE)
    if act is Act.CHANGE:
        st.session_state[CHANGING] = each.name
    elif act is Act.DELETE:
        workspace_plans.ask(PAGE, "Delete", partial(room.plan_delete, each.name), typed=each.name)
    elif act is Act.START:
        st.session_state[STARTING] = each.name
    else:
        workspace_plans.ask(PAGE, "Stop", partial(room.plan_stop, each.name))


def _described(console: Console, name: str) -> NotebookInstance:
    return console.cached(("notebook", name), LOOK_SECONDS, lambda: console.notebooks.describe_notebook(name))


def status_of(console: Console, name: str) -> str:
    """The status now, "" where it is gone: one call."""
    try:
        return console.notebooks.describe_notebook(name).status
    except NotFound:
        return ""


def _failure(console: Console, each: NotebookInstance) -> None:
    """Why it failed, in AWS's words, and what to do."""
    with error_box.shown():
        reason = _described(console, each.name).failure
        st.markdown(f":red[:material/error: {literal(reason or 'AWS tells no reason.')}]")
        diagnosis_box.of_container(console, Place.ENDPOINT, "", reason, operation="CreateNotebookInstance",
                                   instance_type=each.instance_type)  # fmt: skip


def _details(console: Console, each: NotebookInstance) -> None:
    part = st.expander("Settings", type="compact", key=f"notebook-{each.name}-settings", on_change="rerun")
    if not part.open:
        return
    with part, error_box.shown():
        found = _described(console, each.name)
        values = {
            "Role": code(found.role_arn.rpartition("/")[2]),
            "Platform": code(found.platform),
            "Root access": "yes" if found.root else "no",
            "Direct internet": "yes" if found.internet else "no",
            "Metadata service": f"version {literal(found.imds)} or newer" if found.imds else "—",
            "Subnet": code(found.subnet) if found.subnet else "none of your own",
            "Security groups": ", ".join(code(one) for one in found.groups) or "—",
            "Key": code(found.kms_key) if found.kms_key else "AWS's own",
            "Repository": code(found.repository) if found.repository else "—",
        }
        plain_table.facts(values, key=f"notebook-{each.name}")

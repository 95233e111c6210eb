"""Studio's domain, spaces and people: state, machine, cost running and stopped, and what can be done with each now."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from services.diagnosis import Place
from services.errors import NotFound
from services.studio import APP_TYPES, Act, Domain, Space, profile_name
from ui import (
    diagnosis_box,
    error_box,
    formats,
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
    from services.savings import Finding
    from services.studio import DomainSettings

PAGE = "spaces"
FORM = f"{PAGE}.form"  # which form is shown: ("space",), ("profile",), ("run", space) or ("change", space)
LOOK_SECONDS, SETTINGS_SECONDS = 15.0, 60.0
MOST_PEOPLE = 60
_ICONS = {Act.RUN: "play_arrow", Act.STOP: "stop_circle", Act.CHANGE: "tune", Act.DELETE: "delete"}


def settings(console: Console, domain: str) -> DomainSettings:
    """What describing a domain tells, shared for a minute."""
    return console.cached(("studio", domain), SETTINGS_SECONDS, lambda: console.studio.settings(domain))


def figures(domain: Domain, idle: int) -> None:
    """Write what there is at a glance."""
    running = [app for space in domain.spaces for app in space.apps if app.bills]
    running += [app for person in domain.profiles for app in person.apps if app.bills]
    with st.grid(4, min_column_width=150):
        st.metric("Spaces", f"{len(domain.spaces):,}", f"{idle:,} idle" if idle else None, delta_color="off",
                  delta_arrow="off", icon=":material/workspaces:", border=True, height="stretch")  # fmt: skip
        hourly = workspace_reads.at_least([each.usd_per_hour for each in running])
        st.metric("Apps running", f"{len(running):,}", hourly if running else None, delta_color="off",
                  delta_arrow="off", icon=":material/play_circle:", border=True, height="stretch")  # fmt: skip
        stored = workspace_reads.at_least([each.usd_stored for each in domain.spaces], formats.per_month)
        st.metric("Volumes", stored if domain.spaces else "—", icon=":material/hard_drive:", border=True,
                  height="stretch",
                  help="What the spaces' volumes cost also while nothing runs: an estimate.")  # fmt: skip
        files = "size not known" if domain.usd_files is None else formats.per_month(domain.usd_files)
        st.metric("Files of people", files, icon=":material/folder_shared:", border=True, height="stretch",
                  help="On the domain's file system (EFS): an estimate.")  # fmt: skip


def head(console: Console, domain: Domain) -> None:
    """The domain itself: its state, who comes in how, and what can be made in it."""
    with st.container(border=True, key="studio-domain-head", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"#### {literal(domain.name)}", anchors=False, width="content")
            st.markdown(status_chip.badge(domain.status), width="content")
            st.markdown(f":gray[:small[{code(domain.id)}]]", width="content")
        st.markdown(f":gray[{literal(domain.means)}]")
        if "Failed" in domain.status:
            with error_box.shown():
                reason = settings(console, domain.id).failure
                st.markdown(f":red[:material/error: {literal(reason or 'AWS tells no reason.')}]")
                diagnosis_box.of_container(console, Place.ENDPOINT, "", reason, operation="CreateDomain")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            ready = domain.usable
            why = None if domain.profiles else "Make a user profile first: a space belongs to one."
            st.button("New space", type="primary", icon=":material/add:", key=f"{PAGE}.add", on_click=show_form,
                      args=("space",), disabled=not ready or not domain.profiles, help=why)  # fmt: skip
            st.button("New user profile", icon=":material/person_add:", key=f"{PAGE}.person", on_click=show_form,
                      args=("profile",), disabled=not ready)  # fmt: skip
            st.page_link(navigation.STUDIO, label="Remove Studio", icon=":material/domain_disabled:")


def show_form(*which: str) -> None:
    """Show a form from the next drawing on; for a button's callback."""
    workspace_plans.leave(PAGE)
    st.session_state[FORM] = which


def close_form() -> None:
    """Show none."""
    st.session_state.pop(FORM, None)


def card(console: Console, space: Space, idle: Mapping[str, Finding]) -> None:
    """One space."""
    key = f"space-{space.name}"
    app = space.app
    with st.container(border=True, key=key, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{literal(space.name)}**", width="stretch")
            st.markdown(status_chip.badge(space.status_words), width="content")
        st.markdown(f":gray[{' · '.join(_about(space))}]")
        failed = "Failed" in space.status or (app is not None and app.status == "Failed")
        if failed:
            _failure(console, space)
        elif space.passes or not space.acts:
            st.markdown(f":gray[:small[{literal(space.means)}]]")
        for found in (idle.get(f"{space.domain}/{space.name}"), *(idle.get(each) for each in _apps_of(space))):
            if found is not None:
                words = f"{found.title} {found.proposal.words}"
                st.markdown(f":orange[:material/bedtime: :small[{literal(words)}]]")
        with st.container(horizontal=True, gap="small"):
            if Act.OPEN in space.acts:
                _opening(console, space)
            for act in space.acts:
                if act is not Act.OPEN:
                    st.button(_label(act), key=f"{key}-{act}", icon=f":material/{_ICONS[act]}:",
                              on_click=_ask, args=(console, space, act))  # fmt: skip


def _apps_of(space: Space) -> list[str]:
    return [f"{space.domain}/{space.name}/{each.kind}/{each.name}" for each in space.apps]


def _label(act: Act) -> str:
    return f"{act}…" if act in (Act.RUN, Act.CHANGE, Act.DELETE) else str(act)


def _about(space: Space) -> list[str]:
    words = [f"of {literal(space.owner)}" if space.owner else "of nobody"]
    for app in space.apps:
        price = formats.per_hour(app.usd_per_hour).replace("$", "\\$")
        machine = f" on {code(app.instance_type)}" if app.instance_type.startswith("ml.") else ""
        words.append(f"{literal(APP_TYPES.get(app.kind, app.kind))}{machine}{f', {price}' if app.bills else ''}")
    if space.volume_gb:
        words.append(f"{space.volume_gb:,} GB, {formats.per_month(space.usd_stored)} also stopped".replace("$", "\\$"))
    return words


def _opening(console: Console, space: Space) -> None:
    kind = APP_TYPES.get(space.app.kind if space.app else "", "it")

    def get() -> workspace_open.Given:
        opened = console.studio.open(space.domain, space.name)
        return opened.url, opened.seconds

    other = space.owner and space.owner != profile_name(console.owner)
    words = f"{formats.short(space.name)}{f' as {space.owner}' if other else ''} in a new tab"
    workspace_open.buttons(words, [workspace_open.Way(f"Open {kind}", get)], key=f"space-{space.name}-open")


def _ask(console: Console, space: Space, act: Act) -> None:
    """For a button's callback: the plan of it, or the form where one is needed."""
    close_form()
    workspace_plans.leave(PAGE)
    room = console.studio
    if act in (Act.RUN, Act.CHANGE):
        show_form("run" if act is Act.RUN else "change", space.name)
    elif act is Act.DELETE:
        plan_of = partial(room.plan_delete, space.domain, space.name)
        workspace_plans.ask(PAGE, "Delete", plan_of, typed=space.name)
    else:
        workspace_plans.ask(PAGE, "Stop", partial(room.plan_stop, space.domain, space.name))


def described(console: Console, domain: str, name: str) -> Space:
    """A space with its own settings, looked at no oftener than politely."""
    return console.cached(
        ("studio", domain, name), LOOK_SECONDS, lambda: console.studio.describe_space(domain, name)
    )  # fmt: skip


def status_of(console: Console, domain: str, name: str) -> str:
    """The status now, "" where it is gone: two calls."""
    try:
        return console.studio.describe_space(domain, name).status_words
    except NotFound:
        return ""


def _failure(console: Console, space: Space) -> None:
    with error_box.shown():
        found = described(console, space.domain, space.name)
        app = found.app
        reason = found.failure or (app.failure if app is not None else "")
        st.markdown(f":red[:material/error: {literal(reason or 'AWS tells no reason.')}]")
        diagnosis_box.of_container(console, Place.ENDPOINT, "", reason, operation="CreateApp",
                                   instance_type=app.instance_type if app else "")  # fmt: skip


def people(console: Console, domain: Domain) -> None:
    """The user profiles with what is theirs, and Studio opened as one of them."""
    part = st.expander(f"User profiles ({len(domain.profiles):,})", icon=":material/group:", key=f"{PAGE}.people",
                       on_change="rerun")  # fmt: skip
    if not part.open:
        return
    with part, error_box.shown():
        if not domain.profiles:
            st.markdown(":gray[Nobody yet. Whoever works in the domain does so as a user profile.]")
            return
        rows = [
            {
                "Name": literal(each.name),
                "State": status_chip.badge(each.status),
                "Spaces": str(sum(space.owner == each.name for space in domain.spaces)),
                "Apps of their own": ", ".join(code(app.kind) for app in each.apps) or "—",
            }
            for each in domain.profiles[:MOST_PEOPLE]
        ]
        plain_table.show(rows, key="profiles")
        if len(domain.profiles) > MOST_PEOPLE:
            st.markdown(f":gray[and {len(domain.profiles) - MOST_PEOPLE:,} more]")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            names = [each.name for each in domain.profiles if each.status == "InService"]
            who = st.selectbox("Open Studio as", names, key=f"{PAGE}.who", width=260)

            def get() -> workspace_open.Given:
                opened = console.studio.open(domain.id, profile=who or "")
                return opened.url, opened.seconds

            if who:
                workspace_open.buttons(f"Studio as {who} in a new tab", [workspace_open.Way("Open Studio", get)],
                                       key=f"{PAGE}-studio")  # fmt: skip

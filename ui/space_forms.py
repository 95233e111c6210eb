"""The forms of Studio: a quick domain, a user profile, a new space, running one, changing one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import streamlit as st

from services.catalog import Use
from services.errors import InvalidRequest
from services.studio import (
    APP_TYPES,
    Domain,
    DomainSettings,
    ProfileRequest,
    Space,
    SpaceChange,
    SpaceRequest,
    profile_name,
    space_problems,
)
from services.studio.models import DEFAULT_TYPE, LEAST_GB, LEAST_IDLE, MOST_IDLE
from services.studio.problems import change_problems, profile_problems
from ui import formats, space_cards, workspace_fields, workspace_plans
from ui.escape import literal
from ui.field import Fields

if TYPE_CHECKING:
    from services.console import Console
    from services.deploy import Problem

PAGE = space_cards.PAGE


class SpaceFields(workspace_fields.WorkspaceFields):
    """The fields of a new space."""

    defaults: ClassVar[Mapping[str, Any]] = {"type": DEFAULT_TYPE, "volume": LEAST_GB, "kind": next(iter(APP_TYPES))}
    asked: ClassVar[str] = f"{PAGE}.space.asked"


class ProfileFields(workspace_fields.WorkspaceFields):
    """The field of a new user profile."""

    asked: ClassVar[str] = f"{PAGE}.profile.asked"


def show(console: Console, domain: Domain) -> None:
    """The form that was asked for; nothing where none was."""
    which: tuple[str, ...] = st.session_state.get(space_cards.FORM, ())
    if not which:
        return
    if which[0] == "space":
        _space(console, domain)
    elif which[0] == "profile":
        _profile(console, domain)
    else:
        space = space_cards.described(console, domain.id, which[1])
        (_run if which[0] == "run" else _change)(console, space)


def buttons(fields: Fields, wrong: tuple[Problem, ...], key: str) -> bool:
    """The buttons below a form; whether its plan is wanted and can be made."""
    fields.rest()
    with st.container(horizontal=True):
        pressed = st.button("Review the plan", type="primary", icon=":material/checklist:", key=f"{key}.go")
        st.button("Close", type="tertiary", key=f"{key}.close", on_click=space_cards.close_form)
    if not pressed:
        return False
    st.session_state[fields.asked] = bool(wrong)
    if wrong:
        st.rerun()
    space_cards.close_form()
    return True


def _space(console: Console, domain: Domain) -> None:
    fields, settings = SpaceFields(f"{PAGE}.space"), space_cards.settings(console, domain.id)
    people = [each.name for each in domain.profiles if each.status == "InService"]
    mine = profile_name(console.owner)
    usual = mine if mine in people else next(iter(people), "")
    request = SpaceRequest(
        domain=domain.id, profile=fields.text("profile") or usual, name=fields.text("name"), kind=fields.text("kind"),
        instance_type=fields.text("type"), volume_gb=fields.number("volume"), idle_minutes=fields.number("idle"),
        run=fields.value("run") is not False, owner=console.owner,
    )  # fmt: skip
    wrong = space_problems(request, settings)
    fields.problems = wrong
    with st.container(border=True, key="space-form", gap="small"):
        st.subheader("New space", anchor=False)
        st.markdown(":gray[A space keeps one person's files on a volume; its app is the machine that costs.]")
        with st.grid(2, min_column_width=260):
            with st.container(gap=None):
                fields.ask("Name", "name", "name", placeholder="my-space")
            with st.container(gap=None):
                fields.pick("Of", "profile", "profile", people, default=usual or None)
            with st.container(gap=None):
                fields.pick("App", "kind", "kind", list(APP_TYPES), shown=lambda each: APP_TYPES[each])
            with st.container(gap=None):
                workspace_fields.machine(fields, console.studio.types())
            with st.container(gap=None):
                words = f"{LEAST_GB} to {settings.largest_gb:,}. It can grow later, never shrink."
                fields.whole("Volume in GB", "volume", "volume_gb", help=words)
            with st.container(gap=None):
                _idle(fields, settings, request.kind)
        fields.switch("Run it at once", "run", value=request.run)
        _price(console, request)
        if buttons(fields, wrong, f"{PAGE}.space"):
            plan_of = partial(console.studio.plan_space, request)
            workspace_plans.ask(PAGE, "Make it", plan_of)
            st.rerun()


def _idle(fields: Fields, settings: DomainSettings, kind: str) -> None:
    usual = settings.idle.get(kind)
    if usual is None:
        words = "This domain does not let AWS stop idle apps: stop yours when you leave."
    else:
        words = f"AWS stops the app after so long without use; left empty, after {usual[0]:,} minutes."
    fields.whole("Stop when idle, minutes", "idle", "idle_minutes", step=60, placeholder="as the domain says",
                 help=f"{words} {LEAST_IDLE} to {MOST_IDLE:,}.")  # fmt: skip
    st.markdown(f":gray[:small[{literal(words)}]]")


def _price(console: Console, request: SpaceRequest) -> None:
    price, rate = console.catalog.machine(request.instance_type, Use.STUDIO), console.catalog.rate(_VOLUME).usd
    stored = None if rate is None else rate * request.volume_gb / formats.HOURS_PER_MONTH
    running = formats.per_hour(price.usd_per_hour)
    words = f"{running} while it runs, {formats.per_month(stored)} for its volume also while it is stopped."
    st.markdown(f":gray[:material/payments: {literal(words)} :small[{literal(price.source)}]]")


_VOLUME = "Studio:VolumeUsage.gp3"


def _profile(console: Console, domain: Domain) -> None:
    fields = ProfileFields(f"{PAGE}.profile")
    request = ProfileRequest(domain=domain.id, name=fields.text("name"), owner=console.owner)
    wrong = profile_problems(request)
    fields.problems = wrong
    with st.container(border=True, key="profile-form", gap="small"):
        st.subheader("New user profile", anchor=False)
        st.markdown(":gray[A person of the domain, with its role. It costs nothing; what runs in its spaces does.]")
        fields.ask("Name", "name", "name", placeholder=profile_name(console.owner))
        if buttons(fields, wrong, f"{PAGE}.profile"):
            workspace_plans.ask(PAGE, "Make it", partial(console.studio.plan_profile, request))
            st.rerun()


def _run(console: Console, space: Space) -> None:
    fields = SpaceFields(f"{PAGE}.run.{space.name}")
    if space.kind not in APP_TYPES:
        raise InvalidRequest(f"The space {space.name} is for {space.kind or 'an app that is not known'}.",
                             "This console runs JupyterLab and Code Editor.", "Run it in Studio.")  # fmt: skip
    kind = fields.text("type")
    with st.container(border=True, key="run-form", gap="small"):
        st.subheader(f"Run {literal(formats.short(space.name))}", anchor=False)
        workspace_fields.machine(fields, console.studio.types())
        price = console.catalog.machine(kind, Use.STUDIO)
        st.markdown(f":gray[:material/payments: {literal(formats.per_hour(price.usd_per_hour))} while it runs. "
                    f":small[{literal(price.source)}]]")  # fmt: skip
        if buttons(fields, (), f"{PAGE}.run"):
            plan_of = partial(console.studio.plan_run, space.domain, space.name, kind)
            workspace_plans.ask(PAGE, "Run", plan_of, more=True)
            st.rerun()


class ChangedSpace(workspace_fields.WorkspaceFields):
    """The fields of a change."""

    asked: ClassVar[str] = f"{PAGE}.change.asked"


def _change(console: Console, space: Space) -> None:
    fields, settings = ChangedSpace(f"{PAGE}.change.{space.name}"), space_cards.settings(console, space.domain)
    size, idle = fields.number("volume") or space.volume_gb, fields.number("idle")
    request = SpaceChange(
        domain=space.domain, name=space.name, volume_gb=size if size != space.volume_gb else 0,
        idle_minutes=idle if idle != space.idle_minutes else 0, restart=fields.value("restart") is not False,
    )  # fmt: skip
    wrong = change_problems(request, space, settings)
    fields.problems = tuple(each for each in wrong if each.field or st.session_state.get(fields.asked))
    with st.container(border=True, key="space-change", gap="small"):
        st.subheader(f"Change {literal(formats.short(space.name))}", anchor=False)
        with st.grid(2, min_column_width=260):
            with st.container(gap=None):
                st.number_input("Volume in GB", value=space.volume_gb or LEAST_GB, step=1, key=fields.at("volume"),
                                help="A volume can only grow.")  # fmt: skip
                fields.under("volume_gb")
            with st.container(gap=None):
                _idle(fields, settings, space.kind)
        if any(each.bills for each in space.apps):
            fields.switch("Run it again afterwards", "restart", value=request.restart)
            st.markdown(":gray[:small[It runs: the plan stops its app, changes the space, and runs it again.]]")
        if buttons(fields, wrong, f"{PAGE}.change"):
            workspace_plans.ask(PAGE, "Change", partial(console.studio.plan_change, request), more=True)
            st.rerun()

"""The forms of notebook instances: a new one, and a change of one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import streamlit as st

from services.access import RoleRequest
from services.catalog import Use
from services.errors import SagedeckError
from services.notebooks import (
    ABOUT,
    PLATFORMS,
    ChangeRequest,
    NotebookInstance,
    NotebookRequest,
    change_problems,
    request_problems,
)
from services.notebooks.models import LEAST_GB, LIFECYCLE_NOTE, MOST_GB
from ui import error_box, form_lease, form_role, formats, workspace_fields, workspace_plans
from ui.escape import literal
from ui.notebook_cards import CHANGING, PAGE, STARTING

if TYPE_CHECKING:
    from services.console import Console
    from services.resources.networks import Network

NEW = f"{PAGE}.new"
KEPT_SECONDS = 60.0
USUAL = "ml.t3.medium"
_WORK = "What code in it may do: call endpoints, use the console's own bucket, write logs."


class NewNotebook(workspace_fields.WorkspaceFields):
    """The fields of a new notebook instance."""

    defaults: ClassVar[Mapping[str, Any]] = {"volume": LEAST_GB, "imds": "2", "type": USUAL}
    asked: ClassVar[str] = "notebooks.new.asked"


def _read(console: Console, fields: NewNotebook) -> NotebookRequest:
    role = form_role.read(console, fields)
    subnet = fields.text("subnet")
    return NotebookRequest(
        name=fields.text("name"), instance_type=fields.text("type"), volume_gb=fields.number("volume"),
        role=console.notebooks.usual_role(vpc=bool(subnet)) if isinstance(role, RoleRequest) else role,
        platform=fields.text("platform"), lifecycle=fields.text("lifecycle"),
        root=fields.value("root") is not False, internet=fields.value("internet") is not False,
        subnet=subnet, groups=fields.several("groups"), kms_key=fields.text("key"),
        repository=fields.text("repository"), imds=fields.text("imds"), tags=workspace_fields.tags(fields),
        owner=console.owner,
    )  # fmt: skip


def show(console: Console) -> None:
    """The form of a new instance; its plan is asked for once it is reviewed."""
    fields = NewNotebook(NEW)
    request = _read(console, fields)
    wrong = request_problems(request)
    fields.problems = wrong
    with st.container(border=True, key="notebook-form", gap="small"):
        st.subheader("New notebook instance", anchor=False)
        st.markdown(f":gray[{ABOUT}]")
        with st.grid(2, min_column_width=260):
            with st.container(gap=None):
                fields.ask("Name", "name", "name", placeholder="my-notebook")
            with st.container(gap=None):
                workspace_fields.machine(fields, console.notebooks.types())
            with st.container(gap=None):
                fields.whole("Volume in GB", "volume", "volume_gb",
                             help=f"{LEAST_GB} to {MOST_GB:,}. It can grow later, never shrink.")  # fmt: skip
            with st.container(gap=None):
                own = console.notebooks.usual_role().name
                form_role.show(console, fields, own=own, words=_WORK)
        with st.expander("Further settings", type="compact", key=f"{NEW}.more", on_change="rerun") as more:
            if more.open:
                _further(console, fields)
        form_lease.stopping(console, fields)
        fields.rest()
        _price(console, request)
        with st.container(horizontal=True):
            pressed = st.button("Review the plan", type="primary", icon=":material/checklist:", key=f"{NEW}.go")
            st.button("Close", type="tertiary", key=f"{NEW}.close", on_click=close)
    if pressed:
        st.session_state[fields.asked] = True
        if not wrong and (ends := _ends(console, fields)) is not None:
            close()
            dated = replace(request, lease_ends=ends, lease_reason=fields.text("lease.reason"))
            workspace_plans.ask(PAGE, "Make it", partial(console.notebooks.plan_create, dated))
            st.rerun()
        if wrong:
            st.rerun()


def _ends(console: Console, fields: workspace_fields.WorkspaceFields) -> str | None:
    """When it is to stop, "" never; None where that cannot be, which is said."""
    try:
        return console.notebooks.ends(form_lease.read(console, fields)["lease_hours"])
    except SagedeckError as error:
        error_box.show(error)
        return None


def open_form() -> None:
    """Show the form from the next drawing on; for a button's callback."""
    workspace_plans.leave(PAGE)
    st.session_state[NEW] = True


def close() -> None:
    """Show it no more; what stands in it is kept."""
    st.session_state.pop(NEW, None)


def _price(console: Console, request: NotebookRequest) -> None:
    price = console.catalog.machine(request.instance_type, Use.NOTEBOOK)
    rate = console.catalog.rate("Notebk:VolumeUsage.gp2").usd
    stored = None if rate is None else rate * request.volume_gb / formats.HOURS_PER_MONTH
    running = formats.per_hour(price.usd_per_hour)
    words = f"{running} while it runs, {formats.per_month(stored)} for its volume also while it is stopped."
    st.markdown(f":gray[:material/payments: {literal(words)} :small[{literal(price.source)}]]")


def _further(console: Console, fields: NewNotebook) -> None:
    with st.grid(2, min_column_width=260):
        with st.container(gap=None):
            fields.pick("Platform", "platform", "platform", list(PLATFORMS), shown=lambda each: PLATFORMS[each])
        with st.container(gap=None):
            _lifecycle(console, fields)
        with st.container(gap=None):
            fields.ask("Git repository", "repository", "repository", placeholder="https://github.com/…",
                       help="It is there when the instance opens. Never with a password in the address.")  # fmt: skip
        with st.container(gap=None):
            fields.ask("KMS key of the volume", "key", "kms_key", placeholder="AWS's own")
        with st.container(gap=None):
            workspace_fields.network(fields, _networks(console))
        with st.container(gap=None):
            fields.pick("Metadata service", "imds", "imds", ["2", "1"],
                        shown=lambda each: "version 2 only" if each == "2" else "version 1 or 2")  # fmt: skip
            fields.switch("Root access", "root", value=fields.value("root") is not False)
            fields.switch("Direct internet access", "internet", value=fields.value("internet") is not False)
            fields.under("internet")
    fields.lines("Tags", "tags", "tags", placeholder="team=research", height=80, help="One a line: key=value.")


def _networks(console: Console) -> tuple[Network, ...]:
    try:
        return console.notebooks.networks()
    except SagedeckError as error:
        st.markdown(f":gray[:small[{literal(error.what)} Give ids of your own.]]")
        return ()


def _lifecycle(console: Console, fields: NewNotebook) -> None:
    try:
        names = console.cached(("notebook", "lifecycles"), KEPT_SECONDS, console.notebooks.lifecycles)
    except SagedeckError as error:
        names = ()
        st.markdown(f":gray[:small[{literal(error.what)} Give a name.]]")
    fields.pick("Lifecycle configuration", "lifecycle", "lifecycle", ["", *names], accept_new_options=True,
                shown=lambda each: each or "none")  # fmt: skip
    chosen = fields.text("lifecycle")
    if not chosen:
        return
    st.markdown(f":gray[:small[{literal(LIFECYCLE_NOTE)}]]")
    if chosen in names:
        with error_box.shown():
            found = console.cached(
                ("notebook", "lifecycle", chosen), KEPT_SECONDS, lambda: console.notebooks.lifecycle(chosen)
            )
            for label, script in (("When it is made", found.on_create), ("At every start", found.on_start)):
                if script:
                    st.markdown(f":gray[:small[{label}]]")
                    st.code(script, language="bash", height=160)


class StartedNotebook(workspace_fields.WorkspaceFields):
    """The fields of a start."""

    asked: ClassVar[str] = "notebooks.start.asked"


def start(console: Console) -> None:
    """The form of a start that was asked for: until when it is to run; nothing where none was."""
    name = st.session_state.get(STARTING)
    if not name:
        return
    fields = StartedNotebook(f"{PAGE}.start.{name}")
    with st.container(border=True, key="notebook-start", gap="small"):
        st.subheader(f"Start {literal(formats.short(name))}", anchor=False)
        form_lease.stopping(console, fields)
        with st.container(horizontal=True):
            pressed = st.button("Review the plan", type="primary", icon=":material/checklist:", key=f"{PAGE}.start.go")
            st.button("Leave it as it is", type="tertiary", key=f"{PAGE}.start.close", on_click=st.session_state.pop,
                      args=(STARTING, None))  # fmt: skip
        if pressed and (ends := _ends(console, fields)) is not None:
            plan_of = partial(
                console.notebooks.plan_start, name, lease_ends=ends, lease_reason=fields.text("lease.reason")
            )
            st.session_state.pop(STARTING, None)
            workspace_plans.ask(PAGE, "Start", plan_of, more=True)
            st.rerun()


class ChangedNotebook(workspace_fields.WorkspaceFields):
    """The fields of a change."""

    asked: ClassVar[str] = "notebooks.change.asked"


def change(console: Console) -> None:
    """The form of a change that was asked for; nothing where none was."""
    name = st.session_state.get(CHANGING)
    if not name:
        return
    with error_box.shown():
        now = console.cached(("notebook", name), KEPT_SECONDS, lambda: console.notebooks.describe_notebook(name))
        fields = ChangedNotebook(f"{PAGE}.change.{name}")
        request = _changed(fields, now)
        wrong = change_problems(request, now)
        fields.problems = tuple(each for each in wrong if each.field or st.session_state.get(fields.asked))
        with st.container(border=True, key="notebook-change", gap="small"):
            pressed = _change_form(console, fields, now)
        if pressed:
            st.session_state[fields.asked] = True
            if not wrong:
                for each in (CHANGING, fields.asked, fields.at("type"), fields.at("volume")):
                    st.session_state.pop(each, None)
                workspace_plans.ask(PAGE, "Change", partial(console.notebooks.plan_change, request), more=True)
            st.rerun()


def _changed(fields: ChangedNotebook, now: NotebookInstance) -> ChangeRequest:
    """The change as the form stands."""
    kind, size = fields.text("type") or now.instance_type, fields.number("volume") or now.volume_gb
    return ChangeRequest(
        name=now.name, volume_gb=size if size != now.volume_gb else 0,
        instance_type=kind if kind != now.instance_type else "", restart=fields.value("restart") is not False,
    )  # fmt: skip


def _change_form(console: Console, fields: ChangedNotebook, now: NotebookInstance) -> bool:
    st.subheader(f"Change {literal(formats.short(now.name))}", anchor=False)
    with st.grid(2, min_column_width=260):
        with st.container(gap=None):
            workspace_fields.machine(fields, console.notebooks.types(), default=now.instance_type)
        with st.container(gap=None):
            st.number_input("Volume in GB", value=now.volume_gb, step=1, key=fields.at("volume"),
                            help="A volume can only grow.")  # fmt: skip
            fields.under("volume_gb")
    if now.running:
        fields.switch("Start it again afterwards", "restart", value=fields.value("restart") is not False)
        st.markdown(":gray[:small[It runs: the plan stops it, changes it, and starts it again.]]")
    fields.rest()
    with st.container(horizontal=True):
        pressed = st.button("Review the plan", type="primary", icon=":material/checklist:", key=f"{PAGE}.change.go")
        st.button("Leave it as it is", type="tertiary", key=f"{PAGE}.change.close", on_click=st.session_state.pop,
                  args=(CHANGING, None))  # fmt: skip
    return pressed

"""The form of a domain, made in the quick way: the default network, a role by plan, what it costs and leaves said."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import streamlit as st

from services.access import RoleRequest
from services.errors import SagedeckError
from services.resources.networks import default_of
from services.studio import DomainRequest, domain_problems, profile_name
from services.studio.models import LEAST_IDLE, MOST_IDLE, USUAL_IDLE
from services.studio.service import NO_NETWORK
from ui import form_role, formats, space_cards, workspace_fields, workspace_plans
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.resources.networks import Network

PAGE = space_cards.PAGE
_WORK = "What code in Studio may do: call endpoints, use the console's own bucket."


class DomainFields(workspace_fields.WorkspaceFields):
    """The fields of a domain."""

    defaults: ClassVar[Mapping[str, Any]] = {"idle": USUAL_IDLE, "name": "studio"}
    asked: ClassVar[str] = f"{PAGE}.domain.asked"


def show(console: Console) -> None:
    """The form; its plan is asked for once it is reviewed."""
    fields, unread = DomainFields(f"{PAGE}.domain"), ""
    try:
        networks = console.studio.networks()
    except SagedeckError as error:  # looking at networks is a right of its own; naming one does not need it
        networks, unread = (), error.what
    network = _chosen(fields, networks)
    request = _request(console, fields, network)
    wrong = domain_problems(request)
    fields.problems = wrong
    with st.container(border=True, key="domain-form", gap="small"):
        st.subheader("Make a domain", anchor=False)
        st.markdown(":gray[People and spaces belong to a domain: a network, a file system for people, a role. There is "
                    "none in this region yet; making one takes about five minutes.]")  # fmt: skip
        with st.grid(2, min_column_width=260):
            with st.container(gap=None):
                fields.ask("Name", "name", "name", value="studio")
            with st.container(gap=None):
                fields.ask("First user profile", "profile", "profile", value=profile_name(console.owner))
            with st.container(gap=None):
                words = f"{LEAST_IDLE} to {MOST_IDLE:,}; 0 lets them run until somebody stops them."
                fields.whole("Stop idle apps after minutes", "idle", "idle_minutes", step=60, help=words)
            with st.container(gap=None):
                form_role.show(console, fields, own=console.studio.usual_role().name, words=_WORK)
        if unread:
            _named(fields, unread)
        else:
            _network(fields, networks, network)
        _costs(console)
        fields.rest()
        pressed = st.button("Review the plan", type="primary", icon=":material/checklist:", key=f"{PAGE}.domain.go")
    if pressed:
        st.session_state[fields.asked] = bool(wrong)
        if not wrong:
            workspace_plans.ask(PAGE, "Make it", partial(console.studio.plan_domain, request))
        st.rerun()


def _request(console: Console, fields: DomainFields, network: Network | None) -> DomainRequest:
    role, vpc = form_role.read(console, fields), network.vpc_id if network else fields.text("vpc")
    usual = tuple(each.id for each in network.one_a_zone()) if network else ()
    return DomainRequest(
        name=fields.text("name"), profile=fields.text("profile") or profile_name(console.owner),
        role=console.studio.usual_role() if isinstance(role, RoleRequest) else role, vpc_id=vpc,
        subnets=fields.several(f"subnets.{vpc}") or usual, idle_minutes=fields.number("idle"), owner=console.owner,
    )  # fmt: skip


def _chosen(fields: DomainFields, networks: tuple[Network, ...]) -> Network | None:
    named = fields.text("vpc")
    return next((each for each in networks if each.vpc_id == named), default_of(networks))


def _named(fields: DomainFields, why: str) -> None:
    """The network by its ids, where the account's own may not be looked at."""
    st.warning(literal(f"{why} Give the ids of a VPC and of its subnets."), icon=":material/visibility_off:")
    fields.ask("VPC", "vpc", "vpc_id", placeholder="vpc-…")
    st.multiselect("Subnets", [], key=fields.at(f"subnets.{fields.text('vpc')}"), accept_new_options=True,
                   placeholder="subnet-…", persist_state="session")  # fmt: skip
    fields.under("subnets", empty=True)


def _network(fields: DomainFields, networks: tuple[Network, ...], network: Network | None) -> None:
    if network is not None and network.default:
        zones = ", ".join(each.zone for each in network.one_a_zone())
        st.markdown(f":gray[:small[:material/lan: The default VPC {literal(network.vpc_id)}, one subnet in each of "
                    f"{literal(zones)}.]]")  # fmt: skip
    elif network is None:
        st.warning(literal(" ".join(("This region has no default VPC.", *NO_NETWORK))), icon=":material/lan:")
    if len(networks) < 2 and network is not None:
        return
    ids = {each.vpc_id: each.name or each.vpc_id for each in networks}
    fields.pick("VPC", "vpc", "vpc_id", list(ids), default=network.vpc_id if network else None,
                shown=lambda each: ids.get(each, each), placeholder="Choose a VPC")  # fmt: skip
    if network is not None and not network.default:
        options = {each.id: f"{each.id} · {each.zone}" for each in network.subnets}
        st.multiselect("Subnets", list(options), key=fields.at(f"subnets.{network.vpc_id}"),
                       placeholder="one of each zone",
                       format_func=lambda each: options.get(each, each), persist_state="session")  # fmt: skip
        fields.under("subnets")


def _costs(console: Console) -> None:
    """What a domain costs and leaves, before anything is planned."""
    rate = console.catalog.rate("EFS:TimedStorage-ByteHrs").usd
    files = "at a price not known here" if rate is None else f"about {formats.money(rate)} a GB and month"
    st.markdown(
        f":gray[:material/payments: {literal('The domain itself costs nothing. Files of people on its file system:')} "
        f"{literal(files)}. Apps and volumes cost as they are made. It makes a file system and two security groups: "
        "Remove Studio takes the domain away with its files; security groups stay and cost nothing.]"
    )

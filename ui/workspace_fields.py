"""Fields that forms of notebook instances and of Studio share: the machine with its price, the network, tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import streamlit as st

from services.catalog.instances import instance
from ui import formats
from ui.escape import literal
from ui.field import Fields

if TYPE_CHECKING:
    from services.resources.networks import Network

Types = Sequence[tuple[str, float | None]]


class WorkspaceFields(Fields):
    """Fields of one form alone."""

    defaults: ClassVar[Mapping[str, Any]] = {}
    of_all: ClassVar[tuple[str, ...]] = ()


def machine(fields: Fields, types: Types, *, default: str = "") -> None:
    """The instance type: each with what it costs and has; one that is not listed can be typed."""
    prices = dict(types)
    fields.pick(
        "Instance type", "type", "instance_type", list(prices), default=default or None, accept_new_options=True,
        shown=lambda each: f"{each} · {formats.per_hour(prices.get(each))}",
    )  # fmt: skip
    spec = instance(fields.text("type") or default)
    if spec is not None:
        st.markdown(f":gray[:small[{literal(spec.sentence)}]]")


def network(fields: Fields, networks: Sequence[Network]) -> None:
    """A subnet and security groups, of those that are found or typed."""
    subnets = {each.id: f"{each.id} · {each.zone} · {_vpc(one)}" for one in networks for each in one.subnets}
    fields.pick("Subnet", "subnet", "subnet", ["", *subnets], shown=lambda each: subnets.get(each, each) or "none",
                accept_new_options=True, help="Only to reach what stands in a VPC of yours.")  # fmt: skip
    chosen = fields.text("subnet")
    of = next((one for one in networks if chosen in {each.id for each in one.subnets}), None)
    groups = {each.id: f"{each.name or each.id} · {each.id}" for each in (of.groups if of else ())}
    st.multiselect("Security groups", list(groups), key=fields.at("groups"), accept_new_options=True,
                   format_func=lambda each: groups.get(each, each), disabled=not chosen,
                   persist_state="session")  # fmt: skip
    fields.under("subnet")
    fields.under("groups")


def _vpc(one: Network) -> str:
    return "the default VPC" if one.default else one.name or one.vpc_id


def tags(fields: Fields) -> tuple[tuple[str, str], ...]:
    """Tags as written, one a line: key=value."""
    lines = [line.partition("=") for line in fields.text("tags").splitlines() if line.strip()]
    return tuple((key.strip(), value.strip()) for key, _, value in lines)

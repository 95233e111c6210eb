"""Which instance type, with what it has and costs; how many, and what to fall back on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from services.catalog import Price, instances
from services.deploy import CatalogSource, CustomSource, DeployRequest, HubSource, PipelineSource, Server, Source
from ui import formats
from ui.escape import literal
from ui.field import Fields

if TYPE_CHECKING:
    from services.console import Console

USUAL = ("ml.g5.xlarge", "ml.m5.xlarge")  # what tutorials begin with; a form begins with the first that will do


def offers(console: Console, request: DeployRequest) -> Mapping[str, Price]:
    """The types it can run on with their prices, cheapest first; every type where it is not known."""
    found = dict(console.deploy.offers(request.source))
    if found:
        return found
    rows = [(spec.instance_type, console.catalog.price(spec.instance_type)) for spec in instances()]
    return dict(sorted(rows, key=lambda row: (row[1].usd_per_hour is None, row[1].usd_per_hour or 0.0, row[0])))


def usual(request: DeployRequest, offered: Mapping[str, Price], configured: str) -> str:
    """The type a form begins with: the settings', else the cheapest, or a usual one where there is much to choose."""
    if configured in offered:
        return configured
    published = isinstance(request.source, CatalogSource) and len(offered) < len(instances())
    usual_ones = () if published else _usual_of(request.source)
    return next((each for each in usual_ones if each in offered), next(iter(offered), ""))


def _usual_of(source: Source) -> tuple[str, ...]:
    on_cpu = isinstance(source, CustomSource | PipelineSource) or (
        isinstance(source, HubSource) and source.server is Server.TEI
    )
    return USUAL[::-1] if on_cpu else USUAL


def show(console: Console, fields: Fields, request: DeployRequest, name: str) -> None:
    """Write the choice and what it comes to. `name` is the field's: a choice belongs to what is to run."""
    offered = offers(console, request)
    whole = not isinstance(request.source, CatalogSource) or len(offered) == len(instances())

    def shown(instance_type: str) -> str:
        price = offered.get(instance_type)
        spec = console.catalog.instance(instance_type) if whole else None
        gpus = f" · {spec.gpu_count} × {spec.gpu_name}" if spec and spec.gpu_count else ""
        return f"{instance_type} · {formats.per_hour(price.usd_per_hour if price else None)}{gpus}"

    fields.pick(
        "Instance type", name, "instance_type", list(offered), default=request.instance_type, shown=shown,
        accept_new_options=whole,
    )  # fmt: skip
    price = console.catalog.price(request.instance_type)
    hourly = price.total(request.count)
    prices = " · ".join(each(hourly) for each in (formats.per_hour, formats.per_day, formats.per_month))
    spec = console.catalog.instance(request.instance_type)
    machine = f" · :gray[{literal(spec.sentence)}]" if spec else ""
    written = formats.UNKNOWN_PRICE if hourly is None else prices.replace("$", "\\$")
    st.markdown(f"**{written}**{machine}")


def fallbacks(console: Console, fields: Fields, request: DeployRequest) -> None:
    """Write which further types to try where the first has no capacity."""
    offered = offers(console, request)
    st.multiselect(
        "Where it has no capacity, then",
        [each for each in offered if each != request.instance_type],
        format_func=lambda each: (
            f"{each} · {formats.per_hour(offered[each].usd_per_hour if each in offered else None)}"
        ),
        key=fields.at("fallbacks"),
        accept_new_options=True,
        placeholder="further types, in this order",
        help="SageMaker tries them in this order when the first has none left, now and while scaling.",
        persist_state="session",
    )
    fields.under("fallbacks")

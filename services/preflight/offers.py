"""Other instance types a request could take: those its model is published for, or any that is as large."""

from __future__ import annotations

from services.catalog import InstanceSpec, Price, instances
from services.deploy import DeployRequest
from services.preflight.looking import Look, or_none

MOST_DEARER = 1.5  # times the price of what was asked for; beyond, a person chooses


def other_types(look: Look, request: DeployRequest) -> tuple[tuple[str, Price], ...]:
    """Types with a known price here, the cheapest first, without those that are asked for already."""
    model = or_none(lambda: look.model(request))
    names = model.instances if model and model.instances else tuple(each.instance_type for each in instances())
    asked = {request.instance_type, *request.fallbacks}
    offered = [(name, look.rooms.catalog.price(name)) for name in names if name not in asked]
    known = [(name, price) for name, price in offered if price.usd_per_hour is not None]
    own = look.rooms.catalog.instance(request.instance_type)
    if own is not None and not (model and model.instances):
        known = [(name, price) for name, price in known if _like(look.rooms.catalog.instance(name), own)]
    return tuple(sorted(known, key=lambda row: row[1].usd_per_hour or 0.0))


def _like(spec: InstanceSpec | None, own: InstanceSpec) -> bool:
    """At least as large, of the same kind of processor and accelerator."""
    return (
        spec is not None
        and spec.architecture == own.architecture
        and spec.gpu_count == own.gpu_count
        and spec.gpu_memory_gib >= own.gpu_memory_gib
        and spec.accelerator == own.accelerator
        and spec.accelerators >= own.accelerators
        and spec.memory_gib >= own.memory_gib * 0.9
    )

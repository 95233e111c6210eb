"""Other instance types a request could take: those its source is offered on, of the same kind as the one asked for."""

from __future__ import annotations

from services.catalog import InstanceSpec, Price
from services.deploy import CatalogSource, CustomSource, DeployRequest, PipelineSource
from services.preflight.looking import Look, or_none

MOST_DEARER = 1.5  # times the price of what was asked for; beyond, a person chooses


def other_types(look: Look, request: DeployRequest) -> tuple[tuple[str, float], ...]:
    """Types and USD an hour, cheapest first: with a known price here, without those that are asked for already."""
    offered = or_none(lambda: look.rooms.deploy.offers(request.source)) or ()
    own = look.rooms.catalog.instance(request.instance_type)
    return tuple(
        (kind, price.usd_per_hour)
        for kind, price in _others(request, offered)
        if price.usd_per_hour is not None and _stands_in(look, kind, own, request)
    )


def _others(request: DeployRequest, offered: tuple[tuple[str, Price], ...]) -> list[tuple[str, Price]]:
    asked = {request.instance_type, *request.fallbacks}
    return [row for row in offered if row[0] not in asked]


def _stands_in(look: Look, kind: str, own: InstanceSpec | None, request: DeployRequest) -> bool:
    """Of the same processor, with as many GPUs or with none; a container of one's own at least as large."""
    spec = look.rooms.catalog.instance(kind)
    if own is None or spec is None or isinstance(request.source, CatalogSource):
        return own is None or (spec is not None and spec.architecture == own.architecture)
    same = spec.architecture == own.architecture and bool(spec.gpu_count) == bool(own.gpu_count)
    if not isinstance(request.source, CustomSource | PipelineSource):
        return same
    return same and spec.gpu_memory_gib >= own.gpu_memory_gib and spec.memory_gib >= own.memory_gib

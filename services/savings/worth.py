"""What a resource costs a month: its machines, and what it stores. Pure; None where a price is not known."""

from __future__ import annotations

from services.costs.billing import STORAGE, USES, VOLUMES, Prices
from services.costs.reckoning import GIGABYTE
from services.plans.estimates import total_of
from services.resources import Kind, Resource
from services.savings.models import HOURS_OF_MONTH

FREE = frozenset({Kind.ENDPOINT_CONFIG, Kind.MODEL, Kind.SCALABLE_TARGET, Kind.TOPIC, Kind.SCHEDULE, Kind.COMPONENT})


def running(resource: Resource, prices: Prices) -> float | None:
    """USD a month for the machines it holds now."""
    use = USES.get(resource.kind)
    costs = [
        prices.machine(each.instance_type, use, resource.key.region).total(each.count)
        for each in resource.machines
        if use is not None and each.instance_type
    ]
    hourly = total_of(costs)
    return None if hourly is None else hourly * HOURS_OF_MONTH


def stored(resource: Resource, prices: Prices) -> float | None:
    """USD a month for its volume, and for what it keeps. A size that is not known is no price that is known."""
    costs: list[float | None] = []
    if resource.kind in VOLUMES and resource.volume_gb:
        rate = prices.rate(VOLUMES[resource.kind], resource.key.region).usd
        costs.append(None if rate is None else rate * resource.volume_gb)
    if resource.kind in STORAGE and resource.stored is None:
        costs.append(None)
    elif resource.kind in STORAGE and resource.stored:
        rate = prices.rate(STORAGE[resource.kind], resource.key.region).usd
        costs.append(None if rate is None else rate * resource.stored / GIGABYTE)
    return total_of(costs)


def lying(resource: Resource, prices: Prices) -> float | None:
    """USD a month for something nothing refers to: 0 for what AWS does not charge for, an alarm's price by its rate."""
    if resource.kind in FREE:
        return 0.0
    if resource.kind is Kind.ALARM:
        return prices.rate("CW:AlarmMonitorUsage", resource.key.region).usd
    return stored(resource, prices)

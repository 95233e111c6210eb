"""A plan's parts in words: what sort of call a step is, how it is taken back, what it costs."""

from __future__ import annotations

from services.plans import Plan, Repeat, Step, Until, Upload
from ui import formats


def call_name(step: Step) -> str:
    """`sagemaker.create_endpoint`, with what sort of step it is where it is not one call."""
    name = f"{step.service}.{step.operation}"
    match step.manner:
        case Until():
            return f"{name} until done"
        case Repeat():
            return f"{name} for each"
        case Upload(size=size):
            return f"{name}, {formats.size(size)}"
        case _:
            return name


def undo_names(step: Step) -> list[str]:
    """The calls that take the step back, in order; none when nothing has to be."""
    return [f"{undo.service}.{undo.operation}" for undo in step.undo if not isinstance(undo.manner, Until)]


def cost_name(step: Step) -> str:
    """What the step starts or ends costing."""
    if step.cost is None:
        return ""
    if step.cost.usd_per_hour is None and step.cost.usd_once is None:
        return formats.UNKNOWN_PRICE
    parts = []
    if step.cost.usd_per_hour:
        sign = "+" if step.cost.usd_per_hour > 0 else "−"
        parts.append(f"{sign}\u2060{formats.money(abs(step.cost.usd_per_hour))}/h")
    if step.cost.usd_once:
        parts.append(f"{formats.money(step.cost.usd_once)} once")
    return ", ".join(parts)


def price_of(plan: Plan, *, more: bool = False) -> str:
    """The price in the confirm button: per hour, or what it ends, or that it is unknown; with its ceiling.

    With `more` it is what is added to the price of something that runs already.
    """
    hourly, most = plan.estimate.usd_per_hour, ceiling_of(plan)
    if work := once_of(plan):
        return work if hourly == 0 else f"{work}, then {formats.per_hour(hourly)}"
    if hourly is None:
        return f"{formats.UNKNOWN_PRICE}, {most}" if most else formats.UNKNOWN_PRICE
    if hourly < 0:
        return f"ends {formats.money(-hourly)}/h"
    if most:
        return f"{formats.per_hour(hourly) if hourly else 'nothing while idle'}, {most}"
    if more:
        return f"{formats.per_hour(hourly)} more" if hourly else "costs as much as now"
    return formats.per_hour(hourly) if hourly else "costs nothing"


def once_of(plan: Plan) -> str:
    """What work that ends by itself may come to, as a job's; "" where the plan begins none."""
    if plan.estimate.usd_once:
        return f"at most {formats.money(plan.estimate.usd_once)}"
    costs = [step.cost for step in plan.steps if step.cost is not None and plan.estimate.usd_per_hour == 0]
    unknown = any(cost.usd_once is None and cost.usd_per_hour is None for cost in costs)
    return formats.UNKNOWN_PRICE if unknown else ""


def ceiling_of(plan: Plan) -> str:
    """What it may come to at most, "" where that is the price itself."""
    hourly, most = plan.estimate.usd_per_hour, plan.estimate.usd_per_hour_most
    if most == hourly:
        return ""
    return f"at most {formats.per_hour(most)}" if most is not None else "its most is not known"

"""Plans the removal of an endpoint and of what belongs to it alone, by exact name and in order."""

from __future__ import annotations

from dataclasses import replace

from services.endpoints.definitions import Component
from services.endpoints.models import DeleteState, EndpointDetail, Parts
from services.endpoints.scalers import taken_away
from services.errors import InUse
from services.plans.hosting import delete_step, gone_step
from services.plans.models import Cost, Estimate, Plan, Step


def endpoint_steps(detail: EndpointDetail, pace: float = 1.0, parts: Parts | None = None) -> tuple[Step, ...]:
    """The steps that remove the endpoint itself, what scales it and its components first; the last one is the wait
    until it is gone. Without `parts` its components are those that its detail names.
    """
    parts = parts or Parts()
    known = {each.name for each in parts.components}
    missing = (Component(name=name) for name in detail.components if name not in known)
    first = parts_steps(detail, replace(parts, components=(*parts.components, *missing)), pace)
    waited_for = {name for step in first for name in step.after}
    price = detail.usd_per_hour
    own = detail.arn_of("endpoint", detail.name)
    remove = delete_step(
        "endpoint",
        detail.name,
        own,
        f"{detail.name} stops; from here on it costs nothing more.",
        after=tuple(step.id for step in first if step.id not in waited_for),
        cost=Cost(usd_per_hour=None if price is None else -price),
    )
    return (*first, remove, gone_step("endpoint", detail.name, own, after=(remove.id,), pace=pace))


def parts_steps(detail: EndpointDetail, parts: Parts, pace: float = 1.0) -> tuple[Step, ...]:
    """The steps that remove what scales an endpoint, and then the components: adapters before what they adapt."""
    # not undone: what they belong to goes next
    steps = [replace(step, undo=()) for step in taken_away(parts.scalings, detail.arn, ())]
    before, adapters = tuple(step.id for step in steps), list[str]()
    for each in sorted(parts.components, key=lambda component: not component.base):
        arn = detail.arn_of("inference-component", each.name)
        reason = f"The component {each.name} stops; its place on the instances of {detail.name} is free."
        after = before if each.base else (*before, *adapters)
        steps.append(delete_step("inference-component", each.name, arn, reason, after=after))
        steps.append(gone_step("inference-component", each.name, arn, after=(steps[-1].id,), pace=pace))
        adapters += [steps[-1].id] if each.base else []
    return tuple(steps)


def plan_delete(state: DeleteState) -> Plan:
    """Endpoint, wait, configuration, models. What others use is kept, and the plan says so.

    Raises InUse while the endpoint is being deleted already.
    """
    detail, sharing = state.detail, state.sharing
    if detail.status == "Deleting":
        raise InUse(f"{detail.name} is being deleted already.", "", "Look again in a minute.")
    steps, warnings = list(endpoint_steps(detail, state.pace, state.parts)), list[str]()
    last = (steps[-1].id,)
    if detail.owner and state.asking not in ("", detail.owner):
        warnings.append(f"{detail.name} was deployed by {detail.owner}, not by you: ask before you delete it.")
    if state.parts.problem:
        warnings.append(state.parts.problem)
    if not sharing.complete:
        warnings.append("There are too many endpoints to see who shares what: configuration and models are kept.")
    elif sharing.config_used_by:
        names = ", ".join(sharing.config_used_by)
        warnings.append(f"The configuration {detail.config_name} and its models are kept: {names} uses it.")
    else:
        if detail.config_arn:
            reason = f"The configuration {detail.config_name} belongs to {detail.name} alone."
            arn = detail.arn_of("endpoint-config", detail.config_name)
            steps.append(delete_step("endpoint-config", detail.config_name, arn, reason, after=last))
            last = (steps[-1].id,)
        users = dict(sharing.models_used_by)
        for name in state.models:
            if name in users:
                warnings.append(f"The model {name} is kept: {', '.join(users[name])} uses it.")
                continue
            reason = f"The model {name} belongs to {detail.name} alone; its weights in S3 stay."
            steps.append(delete_step("model", name, detail.arn_of("model", name), reason, after=last))
    price = detail.usd_per_hour
    return Plan(
        title=f"Delete {detail.name}",
        steps=tuple(steps),
        warnings=tuple(warnings),
        estimate=Estimate(usd_per_hour=None if price is None else -price, source=detail.price_source),
    )

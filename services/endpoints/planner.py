"""Plans the removal of an endpoint and of what belongs to it alone, by exact name and in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from services.endpoints.definitions import Component
from services.endpoints.models import DeleteState, EndpointDetail, Parts
from services.endpoints.scalers import taken_away
from services.errors import InUse
from services.plans.alarms import delete_alarms_step
from services.plans.estimates import total_of
from services.plans.hosting import delete_step, gone_step
from services.plans.leasing import delete_schedule_step
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
    return (
        *first,
        *_alarms(parts, own),
        *(delete_schedule_step(each, own, f"The lease of {detail.name} ends with it.") for each in parts.schedules),
        remove,
        gone_step("endpoint", detail.name, own, after=(remove.id,), pace=pace),
    )


def _alarms(parts: Parts, own: str) -> tuple[Step, ...]:
    """What deletes the alarms this console made of it; nothing waits for that, so it stops nothing."""
    if not parts.alarms:
        return ()
    reason = f"{'The alarm' if len(parts.alarms) == 1 else 'The alarms'} {', '.join(parts.alarms)} would watch nothing."
    return (delete_alarms_step(parts.alarms, own, reason),)


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
    if state.detail.status == "Deleting":
        raise InUse(f"{state.detail.name} is being deleted already.", "", "Look again in a minute.")
    return _removal(f"Delete {state.detail.name}", (state,))


def plan_delete_several(states: Sequence[DeleteState]) -> Plan:
    """The same for several endpoints side by side; what only they share goes once all of them are gone.

    Those that are being deleted already are left out, and the plan says so. Raises InUse where that leaves none.
    """
    going = tuple(state for state in states if state.detail.status != "Deleting")
    if not going:
        raise InUse("All of them are being deleted already.", "", "Look again in a minute.")
    left = [state.detail.name for state in states if state not in going]
    plan = _removal(f"Delete {len(going)} endpoints" if len(going) > 1 else f"Delete {going[0].detail.name}", going)
    said = (f"Left out, as they are being deleted already: {', '.join(left)}.",) if left else ()
    return replace(plan, warnings=(*said, *plan.warnings))


def _removal(title: str, states: Sequence[DeleteState]) -> Plan:
    steps, gone = list[Step](), dict[str, str]()
    warnings = list(_others(states))
    for state in states:
        steps += endpoint_steps(state.detail, state.pace, state.parts)
        gone[state.detail.name] = steps[-1].id
        gone |= {each.name: steps[-1].id for each in state.parts.components}
    configs = _configs(states, gone, steps, warnings)
    _models(states, configs, gone, steps, warnings)
    sources = dict.fromkeys(state.detail.price_source for state in states if state.detail.price_source)
    price = total_of(state.detail.usd_per_hour for state in states)
    return Plan(
        title=title,
        steps=tuple(steps),
        warnings=tuple(dict.fromkeys(warnings)),
        estimate=Estimate(usd_per_hour=None if price is None else -price, source="; ".join(sources)),
    )


def _others(states: Sequence[DeleteState]) -> Iterator[str]:
    """Whose they are besides one's own, and what could not be looked at."""
    owned: dict[str, list[str]] = {}
    for state in states:
        if state.detail.owner and state.asking not in ("", state.detail.owner):
            owned.setdefault(state.detail.owner, []).append(state.detail.name)
    for owner, names in owned.items():
        was, them = ("was", "it") if len(names) == 1 else ("were", "them")
        yield f"{', '.join(names)} {was} deployed by {owner}, not by you: ask before you delete {them}."
    yield from (state.parts.problem for state in states if state.parts.problem)


def _configs(
    states: Sequence[DeleteState], gone: Mapping[str, str], steps: list[Step], warnings: list[str]
) -> dict[str, str]:
    """Adds the steps that delete configurations; by the name of each that goes the id of its step."""
    users: dict[str, list[DeleteState]] = {}
    for state in states:
        users.setdefault(state.detail.config_name, []).append(state)
    removed: dict[str, str] = {}
    for name, group in users.items():
        detail = group[0].detail
        others = dict.fromkeys(each for state in group for each in state.sharing.config_used_by if each not in gone)
        if not all(state.sharing.complete for state in group):
            warnings.append("There are too many endpoints to see who shares what: configuration and models are kept.")
        elif others:
            warnings.append(f"The configuration {name} and its models are kept: {', '.join(others)} uses it.")
        else:
            owners = ", ".join(state.detail.name for state in group)
            after = tuple(gone[state.detail.name] for state in group)
            removed[name] = after[0]
            if detail.config_arn:
                reason = f"The configuration {name} belongs to {owners} alone."
                arn = detail.arn_of("endpoint-config", name)
                steps.append(delete_step("endpoint-config", name, arn, reason, after=after))
                removed[name] = steps[-1].id
    return removed


def _models(
    states: Sequence[DeleteState],
    configs: Mapping[str, str],
    gone: Mapping[str, str],
    steps: list[Step],
    warnings: list[str],
) -> None:
    """Adds the steps that delete the models that nothing else uses."""
    owners: dict[str, list[DeleteState]] = {}
    for state in states:
        if state.detail.config_name in configs:
            for name in state.models:
                owners.setdefault(name, []).append(state)
    for name, group in owners.items():
        users = dict.fromkeys(each for state in group for each in dict(state.sharing.models_used_by).get(name, ()))
        kept = [each for each in users if each not in configs and each not in gone]
        if kept:
            warnings.append(f"The model {name} is kept: {', '.join(kept)} uses it.")
            continue
        after = (
            *(configs[state.detail.config_name] for state in group),
            *(configs.get(each) or gone[each] for each in users),
        )
        whose = ", ".join(state.detail.name for state in group)
        reason = f"The model {name} belongs to {whose} alone; its weights in S3 stay."
        arn = group[0].detail.arn_of("model", name)
        steps.append(delete_step("model", name, arn, reason, after=tuple(dict.fromkeys(after))))

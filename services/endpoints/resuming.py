"""Plans what becomes of a paused endpoint: it is resumed from its configuration, or deleted for good."""

from __future__ import annotations

from dataclasses import replace

from services.endpoints.definitions import Configuration, Pairs
from services.endpoints.memory import Memory, is_memory
from services.endpoints.paused import MOVING, DiscardState, ResumeState, capacity_again, forget_step
from services.endpoints.scalers import put_back
from services.endpoints.starting import components_again, create_endpoint, in_service, removal, tag_list
from services.errors import InUse, NameTaken, NotFound
from services.plans.hosting import delete_step, gone_step
from services.plans.models import Cost, Estimate, Permission, Plan, Step
from services.plans.scaling import beside


def plan_resume(state: ResumeState) -> Plan:
    """The endpoint again from its configuration, then its components, scaling and capacity; then nothing is remembered.

    Raises NotFound where configuration or model are gone, NameTaken or InUse where an endpoint has the name.
    """
    paused = state.paused
    _refuse_resume(state)
    name, own, config = paused.name, paused.arn, paused.config
    memory = paused.memory or Memory(endpoint=name, config=config.name, at="", tags=_own_tags(config.tags))
    price = paused.usd_per_hour
    clear = _clear_failed(state)
    back = removal(name, own, state.pace, Cost(usd_per_hour=None if price is None else -price))
    create = create_endpoint(
        name, own, config.name, memory.tags, Cost(usd_per_hour=price),
        after=tuple(step.id for step in clear), undo=back,
    )  # fmt: skip
    wait = in_service(
        name, own, state.pace, f"{name} answers once instances are up and its models are loaded.", after=(create.id,),
        expect={"EndpointConfigName": config.name},
    )  # fmt: skip
    capacity = capacity_again(memory, own, state.pace, (wait.id,))
    components = components_again(memory.components, name, own, state.pace, (wait.id,))
    before = (wait.id, *(step.id for step in (*capacity, *components)))
    scaling = put_back(memory.scalings, own, before)
    keys = [key for key, _ in config.tags if is_memory(key)]
    remembered = tag_list(pair for pair in config.tags if is_memory(pair[0]))
    forget = forget_step(config, keys, step_id=f"forget-{name}", after=(*before, *(step.id for step in scaling)))
    again = _remembered_again(config, remembered)
    return Plan(
        title=f"Resume {name}",
        steps=(*clear, create, wait, *capacity, *components, *scaling, replace(forget, undo=(again,))),
        warnings=_resume_warnings(state),
        estimate=Estimate(usd_per_hour=price, source=paused.price_source, usd_per_hour_most=paused.usd_most),
    )


def _own_tags(tags: Pairs) -> Pairs:
    return tuple(pair for pair in tags if not is_memory(pair[0]) and not pair[0].startswith("aws:"))


def _remembered_again(config: Configuration, tags: list[dict[str, str]]) -> Step:
    return Step(
        id="remember",
        service="sagemaker",
        operation="add_tags",
        reason=f"The configuration {config.name} remembers the paused endpoint again.",
        parameters={"ResourceArn": config.arn, "Tags": tags},
        permissions=(Permission("sagemaker:AddTags", config.policy_arn),),
    )


def _refuse_resume(state: ResumeState) -> None:
    paused = state.paused
    if state.models_gone:
        why = f"It needs {', '.join(state.models_gone)}, which AWS no longer knows."
        raise NotFound(f"{paused.name} cannot be resumed.", why, "Deploy it anew, and delete this one for good.")
    if state.status and state.found_config != paused.config.name:
        why = f"It is {state.status} with the configuration {state.found_config}."
        raise NameTaken(f"An endpoint {paused.name} exists meanwhile.", why, "Delete or rename that one first.")
    if state.status in MOVING - {"Creating"}:
        raise InUse(f"{paused.name} is {state.status}.", "", "Wait until it has settled and plan again.")


def _clear_failed(state: ResumeState) -> tuple[Step, ...]:
    """Removes a failed endpoint of an earlier try to resume, so that it can be made again."""
    if state.status != "Failed":
        return ()
    name, own = state.paused.name, state.paused.arn
    remove = delete_step("endpoint", name, own, f"{name} of an earlier try failed.", step_id=f"remove-failed-{name}")
    return remove, gone_step("endpoint", name, own, step_id=f"removed-{name}", after=(remove.id,), pace=state.pace)


def _resume_warnings(state: ResumeState) -> tuple[str, ...]:
    paused, found = state.paused, list[str]()
    if paused.memory is None:
        found.append("What its configuration remembered cannot be read: scaling, components and tags are not put back.")
    if paused.usd_per_hour is None:
        found.append(f"The price of {paused.hardware} is not known. It is not free.")
    return tuple(found)


def plan_discard(state: DiscardState) -> Plan:
    """Deletes a paused endpoint for good: its configuration, and the models nothing else uses."""
    paused = state.paused
    name, arn = paused.config.name, paused.arn
    if state.config_used_by:
        users = ", ".join(state.config_used_by)
        words = "Resume it, or delete those first."
        raise InUse(f"The configuration of {paused.name} is in use.", f"{users} uses {name}.", words)
    warnings: list[str] = []
    if paused.owner and state.asking not in ("", paused.owner):
        warnings.append(f"{paused.name} was deployed by {paused.owner}, not by you: ask before you delete it.")
    reason = f"{paused.name} can then not be resumed any more."
    steps = [delete_step("endpoint-config", name, paused.config.policy_arn, reason)]
    users_of = dict(state.models_used_by)
    for model in state.models:
        if not state.complete or model in users_of:
            by = ", ".join(users_of.get(model, ())) or "something that could not be looked at"
            warnings.append(f"The model {model} is kept: {by} may use it.")
            continue
        own = beside(arn, "sagemaker", f"model/{model.lower()}")
        reason = f"The model {model} belongs to {paused.name} alone; its weights in S3 stay."
        steps.append(delete_step("model", model, own, reason, after=(steps[0].id,)))
    return Plan(title=f"Delete {paused.name} for good", steps=tuple(steps), warnings=tuple(warnings))

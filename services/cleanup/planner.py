"""Plans the take-down: endpoints, configurations, models, then roles; documents and collections beside them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from services.access import delete_inline, delete_role, detach_policy
from services.cleanup.models import (
    HeldConfig,
    HeldModel,
    HeldRole,
    HeldTopic,
    KeptItem,
    TakeDown,
    TakeDownItem,
    TakeDownRequest,
    TakeDownState,
)
from services.deploy import delete_topic_step
from services.endpoints import EndpointDetail, Parts, endpoint_steps, parts_steps
from services.knowledge import plan_removal
from services.plans.alarms import ALARMS_TOPIC
from services.plans.hosting import delete_step, gone_step
from services.plans.models import Estimate, Plan, Step
from services.plans.scaling import Scaled


@dataclass(slots=True)
class _Draft:
    """The plan while it is put together."""

    steps: list[Step] = field(default_factory=list)
    items: list[TakeDownItem] = field(default_factory=list)
    kept: list[KeptItem] = field(default_factory=list)
    # name -> the step after which nothing uses it any more
    endpoints: dict[str, str] = field(default_factory=dict)
    components: dict[str, str] = field(default_factory=dict)
    configs: dict[str, str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)


def plan_take_down(request: TakeDownRequest, state: TakeDownState) -> TakeDown:
    """Removes what this console made for the owner, by exact name; what anything else uses is kept and named."""
    draft = _Draft()
    mine = tuple(each for each in state.endpoints if each.made_here and each.owner == request.owner)
    for endpoint in mine:
        _endpoint(draft, endpoint, state)
    for endpoint in state.endpoints:
        if endpoint.name not in draft.endpoints:
            _components(draft, endpoint, request.owner, state)
    for config in state.configs:
        if config.owner == request.owner:
            _config(draft, config, state)
    for model in state.models:
        if model.owner == request.owner:
            _model(draft, model, state)
    for topic in state.topics:
        _topic(draft, topic, state)
    for held in state.roles:
        if held.role.made_here and held.role.owner == request.owner:
            _role(draft, held, state)
    if request.library:
        _library(draft, state)
    costs = [endpoint.usd_per_hour for endpoint in mine]
    total = None if None in costs else -sum(cost or 0.0 for cost in costs)
    sources = dict.fromkeys(each.price_source for each in mine if each.price_source)
    plan = Plan(
        title="Take down what this console made",
        steps=tuple(draft.steps),
        warnings=(*state.problems, *filter(None, [state.library.unreachable if request.library else ""])),
        estimate=Estimate(usd_per_hour=total, source="; ".join(sources)),
    )
    return TakeDown(plan, tuple(draft.items), tuple(draft.kept))


def _endpoint(draft: _Draft, detail: EndpointDetail, state: TakeDownState) -> None:
    parts = dict(state.parts).get(detail.name, Parts())
    steps = endpoint_steps(detail, state.pace, parts)
    if detail.status == "Deleting":
        gone = gone_step("endpoint", detail.name, detail.arn_of("endpoint", detail.name), pace=state.pace)
        steps = (*parts_steps(detail, replace(parts, components=())), gone)
    draft.steps += steps
    draft.endpoints[detail.name] = steps[-1].id
    why = f"It runs {detail.model_id or 'a model'} on {detail.hardware}."
    draft.items.append(TakeDownItem("endpoint", detail.name, why, detail.usd_per_hour))


def _components(draft: _Draft, detail: EndpointDetail, owner: str, state: TakeDownState) -> None:
    """The owner's components on an endpoint that stays, each with what scales it."""
    parts = dict(state.parts).get(detail.name, Parts())
    mine = [each for each in parts.components if each.tag("made-by") == "sagedeck" and each.tag("owner") == owner]
    names = {each.name for each in mine}
    adapted = {each.base: each.name for each in parts.components if each.base and each.name not in names}
    for each in mine:
        if each.name in adapted:
            draft.kept.append(KeptItem("inference component", each.name, _reason([adapted[each.name]])))
    mine = [each for each in mine if each.name not in adapted]
    scalings = [each for each in parts.scalings if each.scaled in {Scaled.component(one.name) for one in mine}]
    draft.steps += parts_steps(detail, Parts(scalings=tuple(scalings), components=tuple(mine)), state.pace)
    for each in mine:
        draft.components[each.name] = f"gone-inference-component-{each.name}"
        why = f"It runs on {detail.name}, which stays."
        draft.items.append(TakeDownItem("inference component", each.name, why))


def _config(draft: _Draft, config: HeldConfig, state: TakeDownState) -> None:
    users = [each.name for each in state.endpoints if each.config_name == config.name]
    others = [name for name in users if name not in draft.endpoints]
    if others or not state.complete:
        draft.kept.append(KeptItem("endpoint configuration", config.name, _reason(others)))
        return
    why = "It belongs to endpoints that go." if users else "No endpoint uses it."
    if config.paused:
        why = f"The paused endpoint {config.paused} can then not be resumed any more."
    after = tuple(draft.endpoints[name] for name in users)
    draft.steps.append(delete_step("endpoint-config", config.name, _policy_arn(config.arn), why, after=after))
    draft.configs[config.name] = draft.steps[-1].id
    draft.items.append(TakeDownItem("endpoint configuration", config.name, why))


def _model(draft: _Draft, model: HeldModel, state: TakeDownState) -> None:
    users = {each.name: draft.configs.get(each.name, "") for each in state.configs if model.name in each.models}
    for endpoint, parts in state.parts:
        running = (each.name for each in parts.components if model.name in each.models)
        users |= {name: draft.endpoints.get(endpoint) or draft.components.get(name, "") for name in running}
    others = [name for name, gone in users.items() if not gone]
    if others or not state.complete:
        draft.kept.append(KeptItem("model", model.name, _reason(others)))
        return
    why = "What it belongs to goes; the weights in S3 stay." if users else "Nothing uses it."
    draft.steps.append(
        delete_step("model", model.name, _policy_arn(model.arn), why, after=tuple(dict.fromkeys(users.values())))
    )
    draft.models[model.name] = draft.steps[-1].id
    draft.items.append(TakeDownItem("model", model.name, why))


def _topic(draft: _Draft, topic: HeldTopic, state: TakeDownState) -> None:
    users = [each.name for each in state.configs if topic.arn in each.topics]
    others = [name for name in users if name not in draft.configs]
    if others or not state.complete:
        draft.kept.append(KeptItem("topic", topic.name, _reason(others)))
        return
    watched = topic.name.removeprefix(ALARMS_TOPIC)
    if topic.name.startswith(ALARMS_TOPIC) and watched in {each.name for each in state.endpoints} - set(
        draft.endpoints
    ):
        draft.kept.append(KeptItem("topic", topic.name, f"It tells of the alarms of {watched}, which stays."))
        return
    why = "What it told of goes, and its subscriptions with it." if users else "No configuration tells it anything."
    after = tuple(draft.configs[name] for name in users)
    draft.steps.append(delete_topic_step(topic.name, topic.arn, why, after=after))
    draft.items.append(TakeDownItem("topic", topic.name, why))


def _role(draft: _Draft, held: HeldRole, state: TakeDownState) -> None:
    role = held.role
    users = [each.name for each in state.models if each.role_arn == role.arn]
    others = [*(name for name in users if name not in draft.models), *held.users]
    if others or not (state.complete and held.seen):
        draft.kept.append(KeptItem("execution role", role.name, _reason(others)))
        return
    # After everything: an endpoint that still stops may read its weights or write its last logs with it.
    after = (*draft.endpoints.values(), *draft.models.values())
    policies = [
        delete_inline(role.name, role.arn, name, step_id=f"delete-policy-{role.name}-{name}", after=after)
        for name in held.policies.inline
    ]
    policies += [
        detach_policy(role.name, role.arn, arn, step_id=f"detach-{role.name}-{arn.rpartition('/')[2]}", after=after)
        for arn in held.policies.attached
    ]
    draft.steps += policies
    last = (*after, *(step.id for step in policies))
    draft.steps.append(delete_role(role.name, role.arn, step_id=f"delete-role-{role.name}", after=last))
    draft.items.append(
        TakeDownItem("execution role", role.name, "This console made it, and no model of this region uses it any more.")
    )


def _library(draft: _Draft, state: TakeDownState) -> None:
    # the warnings of this plan say what stays; here the list of what is kept says it
    draft.steps += plan_removal(state.library).steps
    for held in state.library.collections:
        where = held.collection.name
        draft.items += [TakeDownItem("document", each.name, f"You added it to {where}.") for each in held.documents]
        if held.collection.made_here and not held.others:
            draft.items.append(TakeDownItem("collection", where, "This console made it, and nothing else is in it."))
        else:
            why = "It holds documents of others." if held.others else "This console did not make it."
            draft.kept.append(KeptItem("collection", where, why))


def _reason(others: list[str]) -> str:
    if not others:
        return "Not everything could be looked at, so it may be in use."
    return f"{', '.join(others)} uses it."


def _policy_arn(arn: str) -> str:
    head, _, name = arn.rpartition("/")
    return f"{head}/{name.lower()}"

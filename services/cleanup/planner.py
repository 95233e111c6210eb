"""Plans the take-down: endpoints, configurations, models, then roles; documents and collections beside them."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.access import delete_inline, delete_role, detach_policy
from services.cleanup.models import (
    HeldConfig,
    HeldModel,
    HeldRole,
    KeptItem,
    TakeDown,
    TakeDownItem,
    TakeDownRequest,
    TakeDownState,
)
from services.endpoints import EndpointDetail, endpoint_steps
from services.knowledge import plan_removal
from services.plans.hosting import delete_step, gone_step
from services.plans.models import Estimate, Plan, Step


@dataclass(slots=True)
class _Draft:
    """The plan while it is put together."""

    steps: list[Step] = field(default_factory=list)
    items: list[TakeDownItem] = field(default_factory=list)
    kept: list[KeptItem] = field(default_factory=list)
    # name -> the step after which nothing uses it any more
    endpoints: dict[str, str] = field(default_factory=dict)
    configs: dict[str, str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)


def plan_take_down(request: TakeDownRequest, state: TakeDownState) -> TakeDown:
    """Removes what this console made for the owner, by exact name; what anything else uses is kept and named."""
    draft = _Draft()
    mine = tuple(each for each in state.endpoints if each.made_here and each.owner == request.owner)
    for endpoint in mine:
        _endpoint(draft, endpoint, state.pace)
    for config in state.configs:
        if config.owner == request.owner:
            _config(draft, config, state)
    for model in state.models:
        if model.owner == request.owner:
            _model(draft, model, state)
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


def _endpoint(draft: _Draft, detail: EndpointDetail, pace: float) -> None:
    steps = endpoint_steps(detail, pace)
    if detail.status == "Deleting":
        steps = (gone_step("endpoint", detail.name, detail.arn_of("endpoint", detail.name), pace=pace),)
    draft.steps += steps
    draft.endpoints[detail.name] = steps[-1].id
    why = f"It runs {detail.model_id or 'a model'} on {detail.hardware}."
    draft.items.append(TakeDownItem("endpoint", detail.name, why, detail.usd_per_hour))


def _config(draft: _Draft, config: HeldConfig, state: TakeDownState) -> None:
    users = [each.name for each in state.endpoints if each.config_name == config.name]
    others = [name for name in users if name not in draft.endpoints]
    if others or not state.complete:
        draft.kept.append(KeptItem("endpoint configuration", config.name, _reason(others)))
        return
    why = "It belongs to endpoints that go." if users else "No endpoint uses it."
    after = tuple(draft.endpoints[name] for name in users)
    draft.steps.append(delete_step("endpoint-config", config.name, _policy_arn(config.arn), why, after=after))
    draft.configs[config.name] = draft.steps[-1].id
    draft.items.append(TakeDownItem("endpoint configuration", config.name, why))


def _model(draft: _Draft, model: HeldModel, state: TakeDownState) -> None:
    users = [each.name for each in state.configs if model.name in each.models]
    others = [name for name in users if name not in draft.configs]
    if others or not state.complete:
        draft.kept.append(KeptItem("model", model.name, _reason(others)))
        return
    why = "Its configuration goes; the weights in S3 stay." if users else "No configuration uses it."
    after = tuple(draft.configs[name] for name in users)
    draft.steps.append(delete_step("model", model.name, _policy_arn(model.arn), why, after=after))
    draft.models[model.name] = draft.steps[-1].id
    draft.items.append(TakeDownItem("model", model.name, why))


def _role(draft: _Draft, held: HeldRole, state: TakeDownState) -> None:
    role = held.role
    users = [each.name for each in state.models if each.role_arn == role.arn]
    others = [name for name in users if name not in draft.models]
    if others or not state.complete:
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

"""Plans the removal of an endpoint and of what belongs to it alone, by exact name and in order."""

from __future__ import annotations

from services.endpoints.models import DeleteState, EndpointDetail
from services.errors import InUse
from services.plans.hosting import delete_step, gone_step
from services.plans.models import Cost, Estimate, Plan, Step


def endpoint_steps(detail: EndpointDetail, pace: float = 1.0) -> tuple[Step, ...]:
    """The steps that remove the endpoint itself; the last one is the wait until it is gone."""
    first: list[Step] = []
    for component in detail.components:
        arn = detail.arn_of("inference-component", component)
        reason = f"An endpoint can be deleted only without its components; {component} is one."
        first.append(delete_step("inference-component", component, arn, reason))
        first.append(gone_step("inference-component", component, arn, after=(first[-1].id,), pace=pace))
    price = detail.usd_per_hour
    own = detail.arn_of("endpoint", detail.name)
    remove = delete_step(
        "endpoint",
        detail.name,
        own,
        f"{detail.name} stops; from here on it costs nothing more.",
        after=tuple(step.id for step in first if step.id.startswith("gone-")),
        cost=Cost(usd_per_hour=None if price is None else -price),
    )
    return (*first, remove, gone_step("endpoint", detail.name, own, after=(remove.id,), pace=pace))


def plan_delete(state: DeleteState) -> Plan:
    """Endpoint, wait, configuration, models. What others use is kept, and the plan says so.

    Raises InUse while the endpoint is being deleted already.
    """
    detail, sharing = state.detail, state.sharing
    if detail.status == "Deleting":
        raise InUse(f"{detail.name} is being deleted already.", "", "Look again in a minute.")
    steps, warnings = list(endpoint_steps(detail, state.pace)), []
    last = (steps[-1].id,)
    if detail.owner and state.asking not in ("", detail.owner):
        warnings.append(f"{detail.name} was deployed by {detail.owner}, not by you: ask before you delete it.")
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
        for model in detail.models:
            if model.name in users:
                warnings.append(f"The model {model.name} is kept: {', '.join(users[model.name])} uses it.")
                continue
            reason = f"The model {model.name} belongs to {detail.name} alone; its weights in S3 stay."
            steps.append(delete_step("model", model.name, detail.arn_of("model", model.name), reason, after=last))
    price = detail.usd_per_hour
    return Plan(
        title=f"Delete {detail.name}",
        steps=tuple(steps),
        warnings=tuple(warnings),
        estimate=Estimate(usd_per_hour=None if price is None else -price, source=detail.price_source),
    )

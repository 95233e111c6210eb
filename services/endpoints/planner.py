"""Plans the removal of an endpoint and of what belongs to it alone, by exact name and in order."""

from __future__ import annotations

from services.endpoints.models import DeleteState, EndpointDetail
from services.errors import InUse
from services.plans.models import Cost, ErrorMatch, Estimate, Once, Permission, Plan, Proof, Read, Step, Until

ABSENT = (ErrorMatch("ValidationException", "Could not find"),)
# An endpoint that is being created or updated cannot be deleted until it has settled, an hour at most.
_BUSY = (ErrorMatch("ValidationException", "Cannot update in-progress endpoint"),)
_SETTLE_SECONDS, _GONE_SECONDS, _LOOK_SECONDS = 3600.0, 1800.0, 15.0
_KINDS = {
    "endpoint": ("Endpoint", "endpoint", "the endpoint"),
    "endpoint-config": ("EndpointConfig", "endpoint_config", "the endpoint configuration"),
    "model": ("Model", "model", "the model"),
    "inference-component": ("InferenceComponent", "inference_component", "the inference component"),
}


def delete_step(
    kind: str, name: str, arn: str, reason: str, *, after: tuple[str, ...] = (), cost: Cost | None = None
) -> Step:
    """Deletes one SageMaker resource. kind: endpoint, endpoint-config, model or inference-component."""
    api, operation, _ = _KINDS[kind]
    which = {f"{api}Name": name}
    settles = kind in ("endpoint", "inference-component")
    return Step(
        id=f"delete-{kind}-{name}",
        service="sagemaker",
        operation=f"delete_{operation}",
        reason=reason,
        parameters=which,
        after=after,
        manner=Once(_BUSY, _SETTLE_SECONDS) if settles else Once(),
        permissions=(Permission(f"sagemaker:Delete{api}", arn), Permission(f"sagemaker:Describe{api}", arn)),
        cost=cost,
        proof=Proof(Read("sagemaker", f"describe_{operation}", which), absent=ABSENT, gone=True),
    )


def gone_step(kind: str, name: str, arn: str, *, after: tuple[str, ...], pace: float = 1.0) -> Step:
    """Waits until SageMaker no longer knows an endpoint or inference component; `pace` is how much faster it is."""
    api, operation, words = _KINDS[kind]
    return Step(
        id=f"gone-{kind}-{name}",
        service="sagemaker",
        operation=f"describe_{operation}",
        reason=f"What {words} {name} uses can go once AWS no longer knows it.",
        parameters={f"{api}Name": name},
        after=after,
        manner=Until(
            path=f"{api}Status",
            gone=True,
            absent=ABSENT,
            deadline=_GONE_SECONDS,
            typical=60.0 / pace,
            every=max(_LOOK_SECONDS / pace, 0.5),
        ),
        permissions=(Permission(f"sagemaker:Describe{api}", arn),),
    )


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

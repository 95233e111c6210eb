"""Plans an update in place: a new configuration, the switch to it, a wait that sees a silent rollback, and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.access import tags
from services.catalog import has_gpu
from services.endpoints.capacity import refuse_moving, variant_of
from services.endpoints.definitions import AutoScaling, Pairs
from services.endpoints.memory import is_memory
from services.endpoints.models import Variant
from services.endpoints.refusing import refuse_update, update_warnings
from services.endpoints.replacing import create_model, old_parts_gone, retagged
from services.endpoints.scalers import put_back, taken_away
from services.endpoints.starting import BUSY, creating, in_service, tag_list
from services.endpoints.updates import NewModel, UpdateRequest, UpdateState
from services.plans.hosting import ABSENT, SETTLE_SECONDS, delete_step
from services.plans.leasing import delete_schedule_step
from services.plans.models import Cost, Estimate, Once, Permission, Plan, Proof, Read, Step

LEASE_WORDS = "It would pause the endpoint with its former configuration."
LEASE_WARNING = "Extend its lease afterwards: AWS then pauses it as it is now. Until then only `sagedeck reap` would."
UPDATING_SECONDS = 600.0  # typically, on AWS: new instances start before requests move to them
# While an update is under way DescribeEndpoint names the old configuration, and beside it the one to come.
_COMING = "PendingDeploymentSummary.EndpointConfigName || EndpointConfigName"


def plan_update(request: UpdateRequest, state: UpdateState) -> Plan:
    """What is asked for, in place. Raises InvalidRequest, NotFound or InUse; the error says what to change."""
    detail = state.detail
    refuse_moving(detail, "updated")
    variant = variant_of(detail, request.variant)
    refuse_update(request, state, variant)
    before, after = detail.usd_per_hour, usd_after(request, state)
    model = create_model(request, state) if isinstance(request.model, NewModel) else ()
    config = _create_config(request, state, variant, tuple(step.id for step in model))
    moved = _moved(request, state, variant)
    away = taken_away(moved, detail.arn, (config.id,))
    update = _update(request, state, (config.id, *(step.id for step in away)), after)
    wait = _wait(request, state, update.id, before)
    again = put_back(_still_possible(request, moved), detail.arn, (wait.id,))
    rest = (*retagged(request, state, (wait.id,)), *old_parts_gone(request, state, (wait.id,)))
    # what a pause at the end of its lease would remember is the former configuration
    former = [delete_schedule_step(each, detail.arn, LEASE_WORDS, after=(wait.id,)) for each in state.schedules]
    change = None if before is None or after is None else round(after - before, 6)
    return Plan(
        title=f"Update {detail.name}",
        steps=(*model, config, *away, update, wait, *again, *rest, *former),
        warnings=(*update_warnings(request, state, variant), *([LEASE_WARNING] if former else [])),
        estimate=Estimate(usd_per_hour=change, source=_source(request, state)),
    )


def usd_after(request: UpdateRequest, state: UpdateState) -> float | None:
    """What the endpoint costs an hour once it is updated; None is unknown."""
    chosen = variant_of(state.detail, request.variant)
    total = 0.0
    for variant in state.detail.variants:
        mine = variant.name == chosen.name
        kind = (request.instance_type if mine else "") or variant.instance_type
        count = (request.count if mine else 0) or variant.desired
        price = state.price(kind)
        if not kind or not count:
            continue
        if price is None or price.usd_per_hour is None:
            return None
        total += price.usd_per_hour * count
    return round(total, 6)


def _source(request: UpdateRequest, state: UpdateState) -> str:
    price = state.price(request.instance_type) if request.instance_type else None
    return price.source if price else state.detail.price_source


def _moved(request: UpdateRequest, state: UpdateState, variant: Variant) -> tuple[AutoScaling, ...]:
    """What scales the variant by itself and has to be taken away: AWS changes the type of no scalable target."""
    kinds = request.instance_type not in ("", variant.instance_type) or request.fallbacks is not None
    return tuple(each for each in state.scalings if kinds and each.variant == variant.name)


def _still_possible(request: UpdateRequest, moved: tuple[AutoScaling, ...]) -> tuple[AutoScaling, ...]:
    """Burstable instances do not scale by themselves; the warnings say so."""
    return () if request.instance_type.startswith(("ml.t2.", "ml.t3.")) else moved


def _variants(request: UpdateRequest, state: UpdateState, chosen: Variant) -> list[dict[str, Any]]:
    running = {each.name: each.desired for each in state.detail.variants}
    made = []
    for sent in state.config.variants:
        each = dict(sent)
        if request.count and each.get("InitialInstanceCount"):  # counts are then those of the configuration
            each["InitialInstanceCount"] = running.get(each["VariantName"]) or each["InitialInstanceCount"]
        made.append(_changed(each, request) if each["VariantName"] == chosen.name else each)
    return made


def _changed(variant: dict[str, Any], request: UpdateRequest) -> dict[str, Any]:
    kinds = (request.instance_type, *(request.fallbacks or ()))
    if request.instance_type or request.fallbacks is not None:
        first = request.instance_type or _first_type(variant)
        variant.pop("InstanceType", None)
        variant.pop("InstancePools", None)
        if request.fallbacks:
            kinds = (first, *request.fallbacks)
            variant["InstancePools"] = [{"InstanceType": each, "Priority": at} for at, each in enumerate(kinds, 1)]
        else:
            variant["InstanceType"] = first
        if not has_gpu(first):
            variant.pop("InferenceAmiVersion", None)  # of GPU drivers
    if request.count:
        variant["InitialInstanceCount"] = request.count
    if request.volume_gb:
        variant["VolumeSizeInGB"] = request.volume_gb
    if request.model:
        variant["ModelName"] = request.config_name if isinstance(request.model, NewModel) else request.model
    if isinstance(request.model, NewModel):
        gpu = has_gpu(_first_type(variant))
        needs = {
            "ContainerStartupHealthCheckTimeoutInSeconds": request.model.startup,
            "ModelDataDownloadTimeoutInSeconds": request.model.download,
            "InferenceAmiVersion": request.model.inference_ami if gpu else "",
        }
        variant = {key: value for key, value in {**variant, **needs}.items() if value or key not in needs}
    return variant


def _first_type(variant: Mapping[str, Any]) -> str:
    pools = sorted(variant.get("InstancePools", ()), key=lambda pool: int(pool["Priority"]))
    return str(variant.get("InstanceType") or (pools[0]["InstanceType"] if pools else ""))


def config_tags(request: UpdateRequest, state: UpdateState) -> Pairs:
    """The tags of the new configuration: those of the old one, and that this console made it."""
    kept = {key: value for key, value in state.config.tags if not is_memory(key) and not key.startswith("aws:")}
    made = {each["Key"]: each["Value"] for each in tags(state.detail.owner or state.owner)}
    about = dict(request.model.tags) if isinstance(request.model, NewModel) else {}
    return tuple(sorted({**kept, **made, **about}.items()))


def _create_config(request: UpdateRequest, state: UpdateState, variant: Variant, after: tuple[str, ...]) -> Step:
    name, detail = request.config_name, state.detail
    own = detail.arn_of("endpoint-config", name)
    variants = _variants(request, state, variant)
    expect = {f"ProductionVariants[{at}]": each for at, each in enumerate(variants)}
    return Step(
        id=f"create-config-{name}",
        service="sagemaker",
        operation="create_endpoint_config",
        reason=f"A configuration cannot change, so {name} is made: {described(request, variant)}.",
        parameters={
            **state.config.sent,
            "EndpointConfigName": name,
            "ProductionVariants": variants,
            "Tags": tag_list(config_tags(request, state)),
        },
        after=after,
        permissions=creating("EndpointConfig", own),
        proof=Proof(
            Read("sagemaker", "describe_endpoint_config", {"EndpointConfigName": name}), absent=ABSENT, expect=expect
        ),
        undo=(delete_step("endpoint-config", name, own, f"Takes back {name}.", step_id="delete"),),
    )


def described(request: UpdateRequest, variant: Variant) -> str:
    """What is different, in words."""
    parts = []
    if request.instance_type or request.count:
        was = f"{variant.desired} × {variant.instance_type}"
        parts.append(f"{was} → {request.count or variant.desired} × {request.instance_type or variant.instance_type}")
    if request.fallbacks is not None:
        parts.append(f"then {', '.join(request.fallbacks)}" if request.fallbacks else "no other type")
    if request.model:
        name = request.model.name if isinstance(request.model, NewModel) else request.model
        parts.append(f"model {variant.model_name} → {name}")
    if request.volume_gb:
        parts.append(f"{request.volume_gb} GB of storage")
    return ", ".join(parts)


def _sent(request: UpdateRequest, state: UpdateState, config: str, rollout: Mapping[str, Any]) -> dict[str, Any]:
    sent: dict[str, Any] = {"EndpointName": state.detail.name, "EndpointConfigName": config}
    if not state.detail.serverless:
        sent["RetainAllVariantProperties"] = True  # counts and weights stay as they are now
        if request.count:
            sent["ExcludeRetainedVariantProperties"] = [{"VariantPropertyType": "DesiredInstanceCount"}]
    return {**sent, **({"DeploymentConfig": rollout} if rollout else {})}


def _update(request: UpdateRequest, state: UpdateState, after: tuple[str, ...], usd: float | None) -> Step:
    detail, new, old = state.detail, request.config_name, state.config.name
    own = detail.arn_of("endpoint", detail.name)
    permissions = tuple(
        Permission(f"sagemaker:{verb}", arn)
        for verb, arn in (
            ("UpdateEndpoint", own),
            ("UpdateEndpoint", detail.arn_of("endpoint-config", new)),
            ("DescribeEndpoint", own),
        )
    )
    look = Read("sagemaker", "describe_endpoint", {"EndpointName": detail.name})
    back = Step(
        id="update-back",
        service="sagemaker",
        operation="update_endpoint",
        reason=f"{detail.name} goes back to its configuration {old}.",
        parameters=_sent(request, state, old, {}),
        manner=Once(BUSY, SETTLE_SECONDS),
        permissions=(*permissions, Permission("sagemaker:UpdateEndpoint", detail.arn_of("endpoint-config", old))),
        proof=Proof(look, expect={"EndpointConfigName": old, "PendingDeploymentSummary": None}, replaces=True),
    )
    settled = in_service(
        detail.name, own, state.pace, f"{detail.name} is as before.", step_id="settled", after=(back.id,),
        expect={"EndpointConfigName": old},
    )  # fmt: skip
    return replace(
        back,
        id=f"update-endpoint-{detail.name}",
        reason=f"{detail.name} moves to {new}; it answers meanwhile, and the old instances go last.",
        parameters=_sent(request, state, new, request.rollout.sent()),
        after=after,
        permissions=permissions,
        cost=Cost(usd_per_hour=usd),
        proof=Proof(look, expect={_COMING: new}, replaces=True),
        undo=(back, settled),
    )


def _wait(request: UpdateRequest, state: UpdateState, update: str, before: float | None) -> Step:
    detail = state.detail
    return in_service(
        detail.name, detail.arn_of("endpoint", detail.name), state.pace,
        f"{detail.name} is updated once it serves with {request.config_name}: AWS goes back to the old configuration "
        "without a word where the new one does not start.",
        step_id=f"wait-update-{detail.name}", after=(update,), expect={"EndpointConfigName": request.config_name},
        typical=UPDATING_SECONDS, longer=request.rollout.seconds,
        cost=Cost(usd_per_hour=None if before is None else -before),
    )  # fmt: skip

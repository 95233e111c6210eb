"""What is wrong with an update, told before anyone is asked; and what has to be known before it is confirmed."""

from __future__ import annotations

import re

from services.catalog import has_gpu, instance
from services.endpoints.capacity import CAP
from services.endpoints.models import Variant
from services.endpoints.replacing import kept_config, kept_model
from services.endpoints.updates import NewModel, Rollout, Shift, UpdateRequest, UpdateState
from services.errors import InvalidRequest, NotFound

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")  # botocore's service model: EndpointConfigName
_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9]+")
MOST_POOLS, MOST_ALARMS, LONGEST_WAIT = 5, 10, 3600
# Container variables that name a number of GPUs: the server fails where the machine has fewer.
_GPU_COUNTS = ("SM_NUM_GPUS", "TENSOR_PARALLEL_DEGREE", "OPTION_TENSOR_PARALLEL_DEGREE", "SM_VLLM_TENSOR_PARALLEL_SIZE")


def refuse_update(request: UpdateRequest, state: UpdateState, variant: Variant) -> None:
    """Raises InvalidRequest or NotFound with all that is wrong."""
    if not state.config.arn:
        why = f"AWS no longer knows {state.detail.config_name}, which the new one is made from."
        raise NotFound(f"{state.detail.name} has lost its configuration.", why, "Deploy it anew beside this one.")
    found = [*_shape_problems(request, state, variant), *_kind_problems(request, state, variant)]
    found += rollout_problems(request.rollout, state)
    if not found and not _changes(request, variant):
        found.append("Nothing would be different.")
    if isinstance(request.model, str) and request.model and state.new_model is None:
        found.append(f"There is no model {request.model}.")
    if found:
        words = "Correct it and plan again."
        raise InvalidRequest(f"{state.detail.name} cannot be updated like this.", " ".join(found), words)


def _changes(request: UpdateRequest, variant: Variant) -> bool:
    return bool(
        request.instance_type not in ("", variant.instance_type)
        or request.count not in (0, variant.desired)
        or (request.model and request.model != variant.model_name)
        or request.volume_gb
        or request.fallbacks is not None
    )


def _shape_problems(request: UpdateRequest, state: UpdateState, variant: Variant) -> list[str]:
    found = []
    if not _NAME.fullmatch(request.config_name):
        found.append(f"“{request.config_name[:70]}” cannot be the name of a configuration.")
    if request.config_name.lower() == state.config.name.lower():
        found.append(f"{request.config_name} is the configuration that serves now; the new one needs another name.")
    for each in (request.instance_type, *(request.fallbacks or ())):
        if each and not _TYPE.fullmatch(each):
            found.append(f"{each} cannot be an instance type; one reads like ml.g5.xlarge.")
    pools = (request.instance_type or variant.instance_type, *(request.fallbacks or ()))
    if len(set(pools)) < len(pools):
        found.append("An instance type is named twice.")
    if len(pools) > MOST_POOLS:
        found.append(f"{len(pools)} instance types are named; {MOST_POOLS} are allowed.")
    if not 0 <= request.count <= state.most_instances:
        cap = f" {CAP}" if request.count > 0 else ""
        found.append(f"{request.count} instances cannot be: 1 to {state.most_instances}.{cap}")
    if not 0 <= request.volume_gb <= 512:
        found.append(f"{request.volume_gb} GB of storage cannot be: 1 to 512.")
    return found


def _kind_problems(request: UpdateRequest, state: UpdateState, variant: Variant) -> list[str]:
    found = []
    machines = bool(request.instance_type or request.count or request.fallbacks or request.volume_gb)
    if not variant.instance_type and machines:
        found.append("It is serverless: it has no instances that could be others. Deploy it anew on instances.")
    if variant.instance_type and not variant.model_name and request.model:
        found.append("Its models are inference components; they are changed one by one.")
    if variant.instance_type and not variant.model_name and request.count:
        found.append("Its instances follow the copies of its components, so their count is not set by hand.")
    if isinstance(request.model, NewModel) and state.old_model is None:
        found.append("The model before cannot be read, so its role is not known.")
    return found


def rollout_problems(rollout: Rollout, state: UpdateState) -> list[str]:
    """What is wrong with how the update is to be carried out; AWS leaves some endpoints out of it."""
    found, guarded = [], rollout != Rollout()
    least = 5 if rollout.shift is Shift.ROLLING else 1
    if rollout.shift is not Shift.ALL_AT_ONCE and not least <= rollout.percent <= 50:
        found.append(f"{rollout.percent} % at a time cannot be: {least} to 50.")
    if not 0 <= rollout.wait <= LONGEST_WAIT or not 0 <= rollout.keep <= LONGEST_WAIT:
        found.append(f"A wait is 0 to {LONGEST_WAIT} seconds.")
    if len(rollout.alarms) > MOST_ALARMS:
        found.append(f"{len(rollout.alarms)} alarms are named; {MOST_ALARMS} are allowed.")
    if guarded and state.detail.serverless:
        found.append("A serverless endpoint moves to its new configuration at once; nothing else can be chosen.")
    if rollout.shift is Shift.ROLLING and len(state.detail.variants) > 1:
        found.append("An endpoint with several variants cannot be updated batch by batch.")
    return found


def update_warnings(request: UpdateRequest, state: UpdateState, variant: Variant) -> tuple[str, ...]:
    """What has to be known before it is confirmed."""
    found = [*_fleet_warnings(request, state, variant), *_machine_warnings(request, state, variant)]
    if state.detail.owner and state.owner not in ("", state.detail.owner):
        found.append(f"{state.detail.name} was deployed by {state.detail.owner}, not by you: ask before you change it.")
    kept = kept_config(state)
    if kept:
        found.append(kept)
    if request.model and not kept and state.old_model is not None and kept_model(state, state.old_model):
        found.append(kept_model(state, state.old_model))
    if isinstance(request.model, NewModel) and request.model.note:
        found.append(request.model.note)
    return tuple(found)


def _fleet_warnings(request: UpdateRequest, state: UpdateState, variant: Variant) -> list[str]:
    if not variant.instance_type:
        return []
    kind, count = request.instance_type or variant.instance_type, request.count or variant.desired
    if request.rollout.shift is Shift.ROLLING:
        batch = -(-count * request.rollout.percent // 100)
        found = [f"While it is updated up to {batch} × {kind} more run and are billed; the quota needs room for them."]
    else:
        found = [
            "While it is updated the old and the new instances both run and are billed, and the quota for "
            f"{kind} needs room for {count} more."
        ]
    scaled = next((each for each in state.scalings if each.variant == variant.name), None)
    if scaled is None:
        return found
    if request.instance_type in ("", variant.instance_type) and request.fallbacks is None:
        return [*found, "It does not scale by itself while it is updated; afterwards it does as before."]
    if kind.startswith(("ml.t2.", "ml.t3.")):
        return [*found, f"{kind} is burstable and does not scale by itself: its scaling goes and does not come back."]
    return [*found, "Its automatic scaling is taken away before and put back after: AWS changes the type of none else."]


def _machine_warnings(request: UpdateRequest, state: UpdateState, variant: Variant) -> list[str]:
    found, kind = [], request.instance_type
    for each in (kind, *(request.fallbacks or ())):
        price = state.price(each) if each else None
        if each and (price is None or price.usd_per_hour is None):
            found.append(f"The price of {each} is not known. It is not free.")
    if kind and has_gpu(kind) != has_gpu(variant.instance_type) and not request.model:
        was, will = ("GPU", "CPU") if has_gpu(variant.instance_type) else ("CPU", "GPU")
        found.append(f"The image was chosen for a {was}; {kind} has a {will}. It may not start there.")
    before, after = instance(variant.instance_type), instance(kind) if kind else None
    if before and after and before.gpu_count != after.gpu_count and not request.model:
        named = {key: value for model in state.detail.models for key, value in model.environment if key in _GPU_COUNTS}
        for key, value in named.items():
            found.append(f"{key}={value} stays, and {kind} has {after.gpu_count} GPUs; it has to fit.")
    return found

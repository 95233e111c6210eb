"""What CreateEndpointConfig asks of its production and shadow variants, beyond the shape of the request."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.errors import invalid
from sandbox.operations import Request

Spec = Mapping[str, Any]
_LOCAL_DISK = re.compile(r"ml\.([a-z]+\d+[a-z]*d[a-z]*|g5|g6|g6e|g7|g7e|gr6|p5[a-z]*|p6-[a-z]+\d+|trn\d+[a-z]*)\.")
MEMORY_SIZES = (1024, 2048, 3072, 4096, 5120, 6144)  # MB a serverless variant may have


def check_variants(request: Request, model: Callable[[str], object]) -> None:
    """Raise what AWS answers to variants it would not take; `model` raises if there is none of that name."""
    production, shadows = request["ProductionVariants"], request.get("ShadowProductionVariants") or []
    both = [*production, *shadows]
    if len({spec["VariantName"] for spec in both}) < len(both):
        raise invalid("Production variant names must be unique.")
    if shadows and (len(production), len(shadows)) != (1, 1):
        raise invalid("Shadow testing takes exactly one production variant and one shadow variant.")
    for spec in both:
        for name in _models(spec):
            model(name)
        _check_place(spec)
        _check_volume(spec)
        if spec.get("ServerlessConfig"):
            _check_serverless(spec, request)
    _check_components(both, request)


def first_type(spec: Spec) -> str:
    """Return a variant's instance type, of pools the one that is tried first; "" if it is serverless."""
    pools = sorted(spec.get("InstancePools") or (), key=lambda pool: pool["Priority"])
    return str(pools[0]["InstanceType"] if pools else spec.get("InstanceType", ""))


def next_type(spec: Spec, tried: str) -> str:
    """Return the type of the pool that comes after that of `tried`, or ""."""
    pools = sorted(spec.get("InstancePools") or (), key=lambda pool: pool["Priority"])
    types = [str(pool["InstanceType"]) for pool in pools]
    after = types[types.index(tried) + 1 :] if tried in types else []
    return after[0] if after else ""


def model_of(spec: Spec, instance_type: str) -> str:
    """Return the name of the model a variant runs on that type: a pool may have one of its own."""
    for pool in spec.get("InstancePools") or ():
        if pool["InstanceType"] == instance_type and pool.get("ModelNameOverride"):
            return str(pool["ModelNameOverride"])
    return str(spec.get("ModelName", ""))


def first_count(spec: Spec) -> int:
    """Return how many instances a variant begins with."""
    scaling = spec.get("ManagedInstanceScaling") or {}
    return int(spec.get("InitialInstanceCount") or scaling.get("MinInstanceCount") or 0)


def _models(spec: Spec) -> list[str]:
    overrides = [pool["ModelNameOverride"] for pool in spec.get("InstancePools") or () if "ModelNameOverride" in pool]
    return [spec["ModelName"], *overrides] if spec.get("ModelName") else overrides


def _check_place(spec: Spec) -> None:
    name = spec["VariantName"]
    if spec.get("InstanceType") and spec.get("InstancePools"):
        raise invalid(f"Only one of InstanceType and InstancePools may be specified for production variant {name}.")
    on_instances = bool(spec.get("InstanceType") or spec.get("InstancePools"))
    if on_instances and spec.get("ServerlessConfig"):
        raise invalid(f"Only one of InstanceType and ServerlessConfig may be specified for production variant {name}.")
    if not on_instances and not spec.get("ServerlessConfig"):
        raise invalid(f"One of InstanceType or ServerlessConfig must be specified for production variant {name}.")
    scaling = spec.get("ManagedInstanceScaling") or {}
    if on_instances and not (spec.get("InitialInstanceCount") or scaling):
        raise invalid(f"InitialInstanceCount is required for production variant {name} that runs on instances.")
    if scaling.get("MinInstanceCount", 0) > scaling.get("MaxInstanceCount", float("inf")):
        raise invalid(f"MinInstanceCount must not exceed MaxInstanceCount for production variant {name}.")
    priorities = [pool["Priority"] for pool in spec.get("InstancePools") or ()]
    if len(set(priorities)) < len(priorities):
        raise invalid(f"Priorities of InstancePools must be unique for production variant {name}.")


def _check_volume(spec: Spec) -> None:
    """Types with a disk of their own take no volume (AWS's words: autogluon/autogluon-cloud pull request 50)."""
    types = [spec.get("InstanceType", ""), *(pool["InstanceType"] for pool in spec.get("InstancePools") or ())]
    fixed = next((kind for kind in types if _LOCAL_DISK.match(kind)), "")
    if spec.get("VolumeSizeInGB") and fixed:
        raise invalid(f"VolumeSizeInGB parameter is not allowed for the selected Instance type {fixed}.")


def _check_serverless(spec: Spec, request: Request) -> None:
    serverless, name = spec["ServerlessConfig"], spec["VariantName"]
    if serverless["MemorySizeInMB"] not in MEMORY_SIZES:
        raise invalid(
            f"1 validation error detected: Value '{serverless['MemorySizeInMB']}' at 'MemorySizeInMB' failed to "
            f"satisfy constraint: Member must satisfy enum value set: [{', '.join(map(str, MEMORY_SIZES))}]"
        )
    if serverless.get("ProvisionedConcurrency", 0) > serverless["MaxConcurrency"]:
        raise invalid(f"ProvisionedConcurrency must not exceed MaxConcurrency for production variant {name}.")
    if request.get("DataCaptureConfig"):
        raise invalid("DataCaptureConfig is not supported for serverless endpoints.")


def _check_components(specs: list[Spec], request: Request) -> None:
    without = [spec for spec in specs if not spec.get("ModelName")]
    for spec in specs:
        if spec.get("ManagedInstanceScaling") and spec not in without:
            raise invalid("ManagedInstanceScaling is only supported for inference component endpoints.")
    if not without:
        return
    if len(without) < len(specs):
        raise invalid("Either all production variants name a model or none does.")
    if any(spec.get("ServerlessConfig") for spec in without):
        raise invalid("Inference components are not supported for serverless endpoints.")
    if not request.get("ExecutionRoleArn"):
        name = without[0]["VariantName"]
        raise invalid(f"ModelName is required for production variant {name} unless an ExecutionRoleArn is specified.")

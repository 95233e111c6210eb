"""The endpoints that are not just a model on an instance: A/B, asynchronous, serverless, components, a failed one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox.demo import cast
from sandbox.demo.cast import Part
from sandbox.demo.stage import Stage
from sandbox.faults import Fault, Kind

_ASYNC = Part("call-transcripts", "ana", "support", "pytorch", "whisper-large", "ml.g4dn.xlarge", 1, 5.1, "night", 4)
_SERVERLESS = Part("spam-filter", "ana", "support", "sklearn", "spam-filter", "", 0, 6.2, "office", 21)
_SHARED = Part("shared-models", "emre", "research", "lmi", "", "ml.g5.12xlarge", 1, 3.4, "office", 0)
_FAILED = Part("contracts-summary", "ben", "legal", "tgi", "legal-summary-7b", "ml.g5.2xlarge", 1, 0.3, "office", 0)
_CANDIDATE = "fraud-xgb-2026-11b"
_COMPONENTS = {"names-model": ("person-names", 1, 2), "dates-model": ("legal-dates", 1, 1)}

BUSY = (_SERVERLESS,)
KEYS = tuple(
    cast.weights(model)
    for model in (_ASYNC.model, _SERVERLESS.model, _FAILED.model, _CANDIDATE, *(m for m, *_ in _COMPONENTS.values()))
)


def deploying(part: Part) -> Callable[[Stage], None]:
    """Return the scene that deploys a part of endpoints.csv."""
    return _a_b if part.name == "fraud-score" else lambda stage: deploy(stage, part, [variant(part)])


def deploy(stage: Stage, part: Part, variants: list[dict[str, Any]], **more: Any) -> None:
    """Model, configuration and endpoint of one name."""
    if part.model:
        model(stage, part, part.name)
    asked = {"EndpointConfigName": part.name, "ProductionVariants": variants, "Tags": part.tags(), **more}
    stage.call(part.owner, "sagemaker", "CreateEndpointConfig", **asked)
    asked = {"EndpointName": part.name, "EndpointConfigName": part.name, "Tags": part.tags()}
    stage.call(part.owner, "sagemaker", "CreateEndpoint", **asked)


def model(stage: Stage, part: Part, name: str) -> None:
    stage.call(
        part.owner,
        "sagemaker",
        "CreateModel",
        ModelName=name,
        ExecutionRoleArn=stage.role,
        PrimaryContainer=cast.container(part, stage.region, stage.bucket),
        Tags=part.tags(),
    )


def variant(part: Part, **more: Any) -> dict[str, Any]:
    found = {"VariantName": "AllTraffic", "ModelName": part.name, "InstanceType": part.instance_type}
    return {**found, "InitialInstanceCount": part.count, **more}


def _a_b(stage: Stage) -> None:
    part = next(part for part in cast.parts() if part.name == "fraud-score")
    model(stage, replace(part, model=_CANDIDATE), "fraud-score-candidate")
    current = variant(part, VariantName="current", InitialVariantWeight=9.0)
    candidate = variant(
        part,
        VariantName="candidate",
        ModelName="fraud-score-candidate",
        InitialVariantWeight=1.0,
        InitialInstanceCount=1,
    )
    deploy(stage, part, [current, candidate])


def _asynchronous(stage: Stage) -> None:
    output = {"S3OutputPath": f"s3://{stage.bucket}/transcripts/", "S3FailurePath": f"s3://{stage.bucket}/failures/"}
    asked = {"OutputConfig": output, "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 2}}
    deploy(stage, _ASYNC, [variant(_ASYNC)], AsyncInferenceConfig=asked)


def _serverless(stage: Stage) -> None:
    settings = {"MemorySizeInMB": 2048, "MaxConcurrency": 10}
    deploy(
        stage, _SERVERLESS, [{"VariantName": "AllTraffic", "ModelName": _SERVERLESS.name, "ServerlessConfig": settings}]
    )


def _shared(stage: Stage) -> None:
    variant = {"VariantName": "AllTraffic", "InstanceType": _SHARED.instance_type, "InitialInstanceCount": 1}
    deploy(stage, _SHARED, [variant], ExecutionRoleArn=stage.role)


def _components(stage: Stage) -> None:
    for name, (weights, accelerators, copies) in _COMPONENTS.items():
        model(stage, replace(_SHARED, model=weights), name)
        needs = {"NumberOfAcceleratorDevicesRequired": accelerators, "MinMemoryRequiredInMb": 8192}
        stage.call(
            _SHARED.owner,
            "sagemaker",
            "CreateInferenceComponent",
            InferenceComponentName=name.replace("-model", ""),
            EndpointName=_SHARED.name,
            VariantName="AllTraffic",
            Specification={"ModelName": name, "ComputeResourceRequirements": needs},
            RuntimeConfig={"CopyCount": copies},
            Tags=_SHARED.tags(),
        )


def _failed(stage: Stage) -> None:
    """Its container never answers the health check."""
    stage.world.faults.set(Fault(Kind.FAILED_PING, resource=_FAILED.name))
    deploy(stage, _FAILED, [variant(_FAILED)])


def _cured(stage: Stage) -> None:
    stage.world.faults.remove(f"{Kind.FAILED_PING} * * {_FAILED.name}")


SCENES = (
    (_ASYNC.days, _asynchronous),
    (_SERVERLESS.days, _serverless),
    (_SHARED.days, _shared),
    (_SHARED.days - 0.1, _components),
    (_FAILED.days, _failed),
    (_FAILED.days - 0.1, _cured),
)

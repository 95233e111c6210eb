"""Plans the endpoint configuration: on what the model runs, and how the endpoint answers."""

from __future__ import annotations

from typing import Any

from services.catalog import has_gpu
from services.deploy.model_step import all_tags, creating, isolated, passing, sent_role, taken_back, vpc
from services.deploy.models import DeployRequest, DeployState
from services.deploy.modes import Asynchronous, Components, Serverless
from services.deploy.scaling import managed_scaling
from services.deploy.topics import topic_arn
from services.plans.hosting import ABSENT
from services.plans.models import Permission, Proof, Read, Step

VARIANT = "AllTraffic"
_WHOLE = "ProductionVariants[0]"


def create_config(request: DeployRequest, state: DeployState, topics: tuple[str, ...]) -> Step:
    """CreateEndpointConfig, after the model and the topics it tells (ids of their steps)."""
    name = request.endpoint_name
    own = state.arn("endpoint-config", name)
    variant = _variant(request, state)
    components = isinstance(request.mode, Components)
    return Step(
        id=f"create-config-{name}",
        service="sagemaker",
        operation="create_endpoint_config",
        reason=f"The endpoint configuration says where it runs: {where_it_runs(request)}.",
        parameters={
            "EndpointConfigName": name,
            "ProductionVariants": [variant],
            **_asynchronous(request, state),
            **_capture(request),
            **({"KmsKeyId": request.advanced.kms_key} if request.advanced.kms_key else {}),
            **(_for_components(request, state) if components else {}),
            "Tags": all_tags(request, state),
        },
        after=(f"create-model-{request.model_name}", *topics),
        permissions=(
            *creating("EndpointConfig", own),
            *([passing(request, state)] if components else []),
            *_key_permissions(request, state),
        ),
        proof=Proof(
            Read("sagemaker", "describe_endpoint_config", {"EndpointConfigName": name}),
            absent=ABSENT,
            expect=_expected(request, variant),
        ),
        undo=(taken_back("endpoint-config", name, own),),
    )


def where_it_runs(request: DeployRequest) -> str:
    """In a few words: "2 × ml.g5.xlarge, else ml.g6.xlarge", "3072 MB, up to 5 requests at a time"."""
    if isinstance(request.mode, Serverless):
        return f"{request.mode.memory_mb} MB, up to {request.mode.concurrency} requests at a time"
    others = f", else {' or '.join(request.fallbacks)}" if request.fallbacks else ""
    return f"{request.count} × {request.instance_type}{others}"


def _variant(request: DeployRequest, state: DeployState) -> dict[str, Any]:
    variant: dict[str, Any] = {"VariantName": VARIANT}
    if isinstance(request.mode, Components):
        variant["RoutingConfig"] = {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"}
        if managed := managed_scaling(request):
            variant["ManagedInstanceScaling"] = managed
    else:
        variant |= {"ModelName": request.model_name, "InitialVariantWeight": 1.0}
    if isinstance(request.mode, Serverless):
        return variant | {"ServerlessConfig": _serverless(request.mode)}
    variant |= {"InitialInstanceCount": request.count, **_types(request)}
    if not isinstance(request.mode, Components):  # a component has its own
        variant |= startup(request, state)
    if request.advanced.volume_gb:
        variant["VolumeSizeInGB"] = request.advanced.volume_gb
    usual = state.container.inference_ami if has_gpu(request.instance_type) else ""
    if ami := request.advanced.inference_ami or usual:
        variant["InferenceAmiVersion"] = ami
    return variant


def _types(request: DeployRequest) -> dict[str, Any]:
    """One type, or pools of types in the order they are tried."""
    if not request.fallbacks:
        return {"InstanceType": request.instance_type}
    types = enumerate(request.instance_types, 1)
    return {"InstancePools": [{"InstanceType": kind, "Priority": place} for place, kind in types]}


def startup(request: DeployRequest, state: DeployState) -> dict[str, int]:
    """How long fetching the artefact and starting may take, in AWS's names; the person's seconds before the model's."""
    seconds = {
        "ContainerStartupHealthCheckTimeoutInSeconds": request.advanced.startup_seconds or state.container.startup,
        "ModelDataDownloadTimeoutInSeconds": request.advanced.download_seconds or state.container.download,
    }
    return {name: value for name, value in seconds.items() if value}


def _serverless(mode: Serverless) -> dict[str, int]:
    config = {"MemorySizeInMB": mode.memory_mb, "MaxConcurrency": mode.concurrency}
    return config | ({"ProvisionedConcurrency": mode.provisioned} if mode.provisioned else {})


def _asynchronous(request: DeployRequest, state: DeployState) -> dict[str, Any]:
    mode = request.mode
    if not isinstance(mode, Asynchronous):
        return {}
    output: dict[str, Any] = {"S3OutputPath": mode.output}
    if mode.failure:
        output["S3FailurePath"] = mode.failure
    if mode.kms_key:
        output["KmsKeyId"] = mode.kms_key
    told = {"SuccessTopic": mode.success, "ErrorTopic": mode.error}
    notices: dict[str, Any] = {name: topic_arn(topic, state) for name, topic in told.items() if topic}
    if notices and mode.include_answer:
        kinds = {"SuccessTopic": "SUCCESS_NOTIFICATION_TOPIC", "ErrorTopic": "ERROR_NOTIFICATION_TOPIC"}
        notices["IncludeInferenceResponseIn"] = [kinds[name] for name in notices]
    if notices:
        output["NotificationConfig"] = notices
    config: dict[str, Any] = {"OutputConfig": output}
    if mode.concurrency:
        config["ClientConfig"] = {"MaxConcurrentInvocationsPerInstance": mode.concurrency}
    return {"AsyncInferenceConfig": config}


def _capture(request: DeployRequest) -> dict[str, Any]:
    capture = request.advanced.capture
    if capture is None:
        return {}
    config: dict[str, Any] = {
        "EnableCapture": True,
        "InitialSamplingPercentage": capture.percentage,
        "DestinationS3Uri": capture.destination,
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"], "CsvContentTypes": ["text/csv"]},
    }
    return {"DataCaptureConfig": config | ({"KmsKeyId": capture.kms_key} if capture.kms_key else {})}


def _for_components(request: DeployRequest, state: DeployState) -> dict[str, Any]:
    """What a model would bring is the endpoint's own where its variants name none."""
    network = {"EnableNetworkIsolation": True} if isolated(request, state) else {}
    return {"ExecutionRoleArn": sent_role(request, state), **vpc(request), **network}


def _key_permissions(request: DeployRequest, state: DeployState) -> tuple[Permission, ...]:
    """SageMaker encrypts storage by a grant that whoever creates the configuration gives it."""
    key = request.advanced.kms_key
    if not key:
        return ()
    own = f"arn:{state.role.partition}:kms:{state.region}:{state.role.account}:key"
    if "alias/" in key:
        alias = f"alias/{key.partition('alias/')[2]}"
        where, only = f"{own}/*", {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}}
    else:
        where, only = key if key.startswith("arn:") else f"{own}/{key}", {}
    return tuple(Permission(f"kms:{verb}", where, only) for verb in ("CreateGrant", "DescribeKey"))


def _expected(request: DeployRequest, variant: dict[str, Any]) -> dict[str, Any]:
    """What has to agree for a configuration of this name to be this one."""
    names = ("ModelName", "InstanceType", "InitialInstanceCount")
    expect = {f"{_WHOLE}.{name}": variant[name] for name in names if name in variant}
    for place, pool in enumerate(variant.get("InstancePools", ())):
        expect[f"{_WHOLE}.InstancePools[{place}].InstanceType"] = pool["InstanceType"]
    for name, value in variant.get("ServerlessConfig", {}).items():
        expect[f"{_WHOLE}.ServerlessConfig.{name}"] = value
    if isinstance(request.mode, Asynchronous):
        expect["AsyncInferenceConfig.OutputConfig.S3OutputPath"] = request.mode.output
    return expect

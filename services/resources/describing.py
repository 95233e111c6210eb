"""What a describe call adds to a resource: what it uses, and the machines and storage it holds. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.resources.models import Key, Kind, Machine, Resource

Answer = Mapping[str, Any]
WITHOUT_INSTANCES = frozenset({"Failed", "Deleting", "OutOfService"})


@dataclass(frozen=True, slots=True)
class Describing:
    """The call that describes a kind: its operation, its parameters from the resource, and what its answer adds."""

    operation: str
    asked: Callable[[Resource], Mapping[str, str]]
    read: Callable[[Resource, Answer], Resource]


def _named(member: str) -> Callable[[Resource], Mapping[str, str]]:
    return lambda resource: {member: resource.name}


def _role(arn: str) -> tuple[Key, ...]:
    return (Key(Kind.ROLE, arn.rpartition("/")[2]),) if ":role/" in arn else ()


def _distinct(uses: Iterable[Key]) -> tuple[Key, ...]:
    return tuple(dict.fromkeys(uses))


def _endpoint(resource: Resource, found: Answer) -> Resource:
    """Its machines are counted here and typed by its configuration: see `with_configuration`."""
    held = [] if found.get("EndpointStatus") in WITHOUT_INSTANCES else found.get("ProductionVariants", [])
    machines = tuple(
        Machine(
            instance_type="",
            count=int(each.get("CurrentInstanceCount") or 0),
            variant=each.get("VariantName", ""),
            memory_mb=each.get("CurrentServerlessConfig", {}).get("MemorySizeInMB", 0),
            concurrency=each.get("CurrentServerlessConfig", {}).get("MaxConcurrency", 0),
            provisioned=each.get("CurrentServerlessConfig", {}).get("ProvisionedConcurrency", 0),
        )
        for each in (*held, *(found.get("ShadowProductionVariants", []) if held else []))
    )
    config = found.get("EndpointConfigName", "")
    uses = (Key(Kind.ENDPOINT_CONFIG, config, resource.key.region),) if config else ()
    return replace(resource, status=found.get("EndpointStatus", ""), uses=uses, machines=machines, described=True)


def with_configuration(endpoint: Resource, config: Answer) -> Resource:
    """An endpoint whose machines have the types, and the volumes, that its configuration gives their variants."""
    variants = [*config.get("ProductionVariants", []), *config.get("ShadowProductionVariants", [])]
    types = {each["VariantName"]: each.get("InstanceType", "") for each in variants}
    sizes = {each["VariantName"]: float(each.get("VolumeSizeInGB", 0)) for each in variants}
    machines = tuple(replace(each, instance_type=types.get(each.variant, "")) for each in endpoint.machines)
    volumes = sum(sizes.get(each.variant, 0.0) * each.count for each in machines)
    return replace(endpoint, machines=machines, volume_gb=volumes)


def _config(resource: Resource, found: Answer) -> Resource:
    region = resource.key.region
    variants = [*found.get("ProductionVariants", []), *found.get("ShadowProductionVariants", [])]
    uses = [Key(Kind.MODEL, each["ModelName"], region) for each in variants if each.get("ModelName")]
    told = found.get("AsyncInferenceConfig", {}).get("OutputConfig", {}).get("NotificationConfig", {})
    uses += [Key(Kind.TOPIC, told[each], region) for each in ("SuccessTopic", "ErrorTopic") if told.get(each)]
    role = _role(found.get("ExecutionRoleArn", ""))
    about = ", ".join(dict.fromkeys(each.get("InstanceType", "serverless") for each in variants))
    return replace(resource, uses=_distinct((*uses, *role)), described=True, about=about)


def _model(resource: Resource, found: Answer) -> Resource:
    containers = [found.get("PrimaryContainer", {}), *found.get("Containers", [])]
    image = next((each["Image"] for each in containers if each.get("Image")), "")
    return replace(resource, uses=_role(found.get("ExecutionRoleArn", "")), described=True, about=image)


def _component(resource: Resource, found: Answer) -> Resource:
    region, spec = resource.key.region, found.get("Specification", {})
    uses = [Key(Kind.ENDPOINT, found["EndpointName"], region)]
    if spec.get("ModelName"):
        uses.append(Key(Kind.MODEL, spec["ModelName"], region))
    if spec.get("BaseInferenceComponentName"):
        uses.append(Key(Kind.COMPONENT, spec["BaseInferenceComponentName"], region))
    return replace(resource, uses=tuple(uses), described=True)


def _notebook(resource: Resource, found: Answer) -> Resource:
    uses = (*resource.uses, *_role(found.get("RoleArn", "")))
    return replace(resource, uses=uses, volume_gb=float(found.get("VolumeSizeInGB", 0)), described=True)


def _domain(resource: Resource, found: Answer) -> Resource:
    home, region = found.get("HomeEfsFileSystemId", ""), resource.key.region
    uses = [Key(Kind.FILE_SYSTEM, home, region)] if home else []
    for settings in ("DefaultUserSettings", "DefaultSpaceSettings"):
        uses += _role(found.get(settings, {}).get("ExecutionRole", ""))
    return replace(resource, uses=_distinct(uses), described=True)


def _profile(resource: Resource, found: Answer) -> Resource:
    role = _role(found.get("UserSettings", {}).get("ExecutionRole", ""))
    return replace(resource, arn=found.get("UserProfileArn", ""), uses=(*resource.uses, *role), described=True)


def _space(resource: Resource, found: Answer) -> Resource:
    storage = found.get("SpaceSettings", {}).get("SpaceStorageSettings", {}).get("EbsStorageSettings", {})
    size = float(storage.get("EbsVolumeSizeInGb", resource.volume_gb))
    return replace(resource, arn=found.get("SpaceArn", ""), volume_gb=size, described=True)


def _app(resource: Resource, found: Answer) -> Resource:
    return replace(resource, arn=found.get("AppArn", ""), status=found.get("Status", resource.status), described=True)


def _domain_and(*members: str) -> Callable[[Resource], Mapping[str, str]]:
    return lambda resource: dict(zip(("DomainId", *members), resource.name.split("/"), strict=True))


def app_parameters(resource: Resource) -> dict[str, str]:
    """What names an app in DescribeApp and DeleteApp."""
    domain, holder, kind, name = resource.name.split("/")
    member = "SpaceName" if resource.about == "space" else "UserProfileName"
    return {"DomainId": domain, member: holder, "AppType": kind, "AppName": name}


def _training(resource: Resource, found: Answer) -> Resource:
    spec = found.get("ResourceConfig", {})
    return _job(resource, found, spec)


def _transform(resource: Resource, found: Answer) -> Resource:
    spec, model = found.get("TransformResources", {}), found.get("ModelName", "")
    uses = (Key(Kind.MODEL, model, resource.key.region),) if model else ()
    return replace(_job(resource, found, spec), uses=uses)


def _processing(resource: Resource, found: Answer) -> Resource:
    return _job(resource, found, found.get("ProcessingResources", {}).get("ClusterConfig", {}))


def _automl(resource: Resource, found: Answer) -> Resource:
    return replace(resource, uses=_role(found.get("RoleArn", "")), described=True)


def _job(resource: Resource, found: Answer, spec: Answer) -> Resource:
    since = found.get("TrainingStartTime") or found.get("TransformStartTime") or found.get("ProcessingStartTime")
    held = (
        (Machine(spec["InstanceType"], int(spec.get("InstanceCount", 1)), since=since),)
        if spec.get("InstanceType")
        else ()
    )
    uses, size = _role(found.get("RoleArn", "")), float(spec.get("VolumeSizeInGB", 0))
    return replace(resource, uses=uses, machines=held, volume_gb=size, described=True)


DESCRIBINGS: Mapping[Kind, Describing] = {
    Kind.ENDPOINT: Describing("describe_endpoint", _named("EndpointName"), _endpoint),
    Kind.ENDPOINT_CONFIG: Describing("describe_endpoint_config", _named("EndpointConfigName"), _config),
    Kind.MODEL: Describing("describe_model", _named("ModelName"), _model),
    Kind.COMPONENT: Describing("describe_inference_component", _named("InferenceComponentName"), _component),
    Kind.NOTEBOOK: Describing("describe_notebook_instance", _named("NotebookInstanceName"), _notebook),
    Kind.DOMAIN: Describing("describe_domain", _named("DomainId"), _domain),
    Kind.USER_PROFILE: Describing("describe_user_profile", _domain_and("UserProfileName"), _profile),
    Kind.SPACE: Describing("describe_space", _domain_and("SpaceName"), _space),
    Kind.APP: Describing("describe_app", app_parameters, _app),
    Kind.TRAINING_JOB: Describing("describe_training_job", _named("TrainingJobName"), _training),
    Kind.TRANSFORM_JOB: Describing("describe_transform_job", _named("TransformJobName"), _transform),
    Kind.PROCESSING_JOB: Describing("describe_processing_job", _named("ProcessingJobName"), _processing),
    Kind.AUTOML_JOB: Describing("describe_auto_ml_job_v2", _named("AutoMLJobName"), _automl),
}
"""Kinds that are not here are known from their list alone."""

READ_FIRST = (
    Kind.ENDPOINT, Kind.NOTEBOOK, Kind.APP, Kind.TRAINING_JOB, Kind.TRANSFORM_JOB, Kind.PROCESSING_JOB,
    Kind.AUTOML_JOB, Kind.SPACE, Kind.DOMAIN, Kind.COMPONENT, Kind.USER_PROFILE, Kind.ENDPOINT_CONFIG, Kind.MODEL,
)  # fmt: skip
"""What bills is looked into before what only lies there."""

"""What a describe call adds to a resource: what it uses, and the machines and storage it holds. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.resources.models import Key, Kind, Machine, Resource
from services.resources.surroundings import stored_at

Answer = Mapping[str, Any]
WITHOUT_INSTANCES = frozenset({"Failed", "Deleting", "OutOfService"})


@dataclass(frozen=True, slots=True)
class Describing:
    """The call that describes a kind: its operation, its parameters from the resource, and what its answer adds."""

    operation: str
    asked: Callable[[Resource], Mapping[str, str]]
    read: Callable[[Resource, Answer], Resource]
    service: str = "sagemaker"

    @property
    def action(self) -> str:
        """The IAM action of the call."""
        if self.operation == "list_objects_v2":
            return "s3:ListBucket"
        words = "".join(part.capitalize() for part in self.operation.split("_")).replace("AutoMlJobV2", "AutoMLJobV2")
        return f"{'elasticfilesystem' if self.service == 'efs' else self.service}:{words}"


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
    pools = [pool for each in variants for pool in each.get("InstancePools", [])]
    uses += [Key(Kind.MODEL, pool["ModelNameOverride"], region) for pool in pools if pool.get("ModelNameOverride")]
    told = found.get("AsyncInferenceConfig", {}).get("OutputConfig", {}).get("NotificationConfig", {})
    uses += [Key(Kind.TOPIC, told[each], region) for each in ("SuccessTopic", "ErrorTopic") if told.get(each)]
    written = (
        found.get("AsyncInferenceConfig", {}).get("OutputConfig", {}).get("S3OutputPath", ""),
        found.get("AsyncInferenceConfig", {}).get("OutputConfig", {}).get("S3FailurePath", ""),
        found.get("DataCaptureConfig", {}).get("DestinationS3Uri", ""),
    )
    uses += [key for uri in written for key in stored_at(uri, region)]
    role = _role(found.get("ExecutionRoleArn", ""))
    about = ", ".join(dict.fromkeys(each.get("InstanceType", "serverless") for each in variants))
    return replace(resource, uses=_distinct((*uses, *role)), described=True, about=about)


def _model(resource: Resource, found: Answer) -> Resource:
    containers = [found.get("PrimaryContainer", {}), *found.get("Containers", [])]
    image = next((each["Image"] for each in containers if each.get("Image")), "")
    return replace(resource, uses=_role(found.get("ExecutionRoleArn", "")), described=True, about=image)


def _component(resource: Resource, found: Answer) -> Resource:
    region, specs = resource.key.region, [found.get("Specification", {}), *found.get("Specifications", [])]
    uses = [Key(Kind.ENDPOINT, found["EndpointName"], region)]
    for spec in specs:
        if spec.get("ModelName"):
            uses.append(Key(Kind.MODEL, spec["ModelName"], region))
        if spec.get("BaseInferenceComponentName"):
            uses.append(Key(Kind.COMPONENT, spec["BaseInferenceComponentName"], region))
    return replace(resource, uses=_distinct(uses), described=True)


def _notebook(resource: Resource, found: Answer) -> Resource:
    uses = (*resource.uses, *_role(found.get("RoleArn", "")))
    return replace(resource, uses=uses, volume_gb=float(found.get("VolumeSizeInGB", 0)), described=True)


def _domain(resource: Resource, found: Answer) -> Resource:
    home, region = found.get("HomeEfsFileSystemId", ""), resource.key.region
    uses = [Key(Kind.FILE_SYSTEM, home, region)] if home else []
    for settings in ("DefaultUserSettings", "DefaultSpaceSettings"):
        uses += _role(found.get(settings, {}).get("ExecutionRole", ""))
        uses += _named_in(found.get(settings, {}), region)
    uses += [Key(Kind.BUCKET, key.name.partition("/")[0], region) for key in uses if key.kind is Kind.PREFIX]
    return replace(resource, uses=_distinct(uses), described=True)


def _profile(resource: Resource, found: Answer) -> Resource:
    settings = found.get("UserSettings", {})
    uses = (*resource.uses, *_role(settings.get("ExecutionRole", "")), *_named_in(settings, resource.key.region))
    return replace(resource, arn=found.get("UserProfileArn") or resource.arn, uses=_distinct(uses), described=True)


def _space(resource: Resource, found: Answer) -> Resource:
    storage = found.get("SpaceSettings", {}).get("SpaceStorageSettings", {}).get("EbsStorageSettings", {})
    size = float(storage.get("EbsVolumeSizeInGb", resource.volume_gb))
    uses = _distinct((*resource.uses, *_named_in(found.get("SpaceSettings", {}), resource.key.region)))
    return replace(resource, arn=found.get("SpaceArn") or resource.arn, uses=uses, volume_gb=size, described=True)


def _app(resource: Resource, found: Answer) -> Resource:
    uses = _distinct((*resource.uses, *_named_in(found.get("ResourceSpec", {}), resource.key.region)))
    arn, status = found.get("AppArn") or resource.arn, found.get("Status", resource.status)
    return replace(resource, arn=arn, status=status, uses=uses, described=True)


def _named_in(settings: Any, region: str) -> Iterator[Key]:
    """The lifecycle configurations and places in S3 that settings name, however deep."""
    if isinstance(settings, Mapping):
        for value in settings.values():
            yield from _named_in(value, region)
    elif isinstance(settings, list | tuple):
        for value in settings:
            yield from _named_in(value, region)
    elif isinstance(settings, str):
        if ":studio-lifecycle-config/" in settings:
            yield Key(Kind.LIFECYCLE, f"studio/{settings.rpartition('/')[2]}", region)
        yield from stored_at(settings, region)


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
    spec, model, region = found.get("TransformResources", {}), found.get("ModelName", ""), resource.key.region
    uses = (Key(Kind.MODEL, model, region),) if model else ()
    written = stored_at(found.get("TransformOutput", {}).get("S3OutputPath", ""), region)
    return replace(_job(resource, found, spec), uses=(*uses, *written))


def _processing(resource: Resource, found: Answer) -> Resource:
    return _job(resource, found, found.get("ProcessingResources", {}).get("ClusterConfig", {}))


def _automl(resource: Resource, found: Answer) -> Resource:
    written = stored_at(found.get("OutputDataConfig", {}).get("S3OutputPath", ""), resource.key.region)
    return replace(resource, uses=(*_role(found.get("RoleArn", "")), *written), described=True)


def _file_system(resource: Resource, found: Answer) -> Resource:
    targets = tuple(each["MountTargetId"] for each in found.get("MountTargets", []))
    return replace(resource, parts=targets, described=True)


def _topic(resource: Resource, found: Answer) -> Resource:
    return replace(resource, described=True)


def _role_tags(resource: Resource, found: Answer) -> Resource:
    tags = {tag["Key"]: tag["Value"] for tag in found.get("Role", {}).get("Tags", [])}
    return replace(resource, tags=tags, described=True)


_TARGETS = {
    "EndpointName": Kind.ENDPOINT,
    "InferenceComponentName": Kind.COMPONENT,
    "NotebookInstanceName": Kind.NOTEBOOK,
    "EndpointConfigName": Kind.ENDPOINT_CONFIG,
}


def _schedule(resource: Resource, found: Answer) -> Resource:
    """What its one call is made on, and the role it is made with."""
    target, region = found.get("Target", {}), resource.key.region
    try:
        asked = json.loads(target.get("Input") or "{}")
    except ValueError:
        asked = {}
    named = asked.items() if isinstance(asked, Mapping) else ()
    uses = [Key(_TARGETS[member], str(name), region) for member, name in named if member in _TARGETS]
    return replace(resource, uses=_distinct((*uses, *_role(target.get("RoleArn", "")))), described=True)


def _of_group(resource: Resource) -> Mapping[str, str]:
    group, _, name = resource.name.partition("/")
    return {"GroupName": group, "Name": name}


def _job(resource: Resource, found: Answer, spec: Answer) -> Resource:
    since = found.get("TrainingStartTime") or found.get("TransformStartTime") or found.get("ProcessingStartTime")
    held = (
        (Machine(spec["InstanceType"], int(spec.get("InstanceCount", 1)), since=since),)
        if spec.get("InstanceType")
        else ()
    )
    uses, size = _role(found.get("RoleArn", "")), float(spec.get("VolumeSizeInGB", 0))
    return replace(resource, uses=uses, machines=held, volume_gb=size, described=True)


def _bucket_and_below(resource: Resource) -> Mapping[str, str]:
    bucket, _, below = resource.name.partition("/")
    return {"Bucket": bucket, "Prefix": below} if below else {"Bucket": bucket}


def _stored(resource: Resource, found: Answer) -> Resource:
    """What the first thousand objects take, when these are all; of more it is not known."""
    if found.get("IsTruncated"):
        return replace(resource, described=True)
    return replace(resource, stored=sum(each.get("Size", 0) for each in found.get("Contents", [])), described=True)


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
    Kind.FILE_SYSTEM: Describing("describe_mount_targets", _named("FileSystemId"), _file_system, "efs"),
    Kind.SCHEDULE: Describing("get_schedule", _of_group, _schedule, "scheduler"),
    Kind.TOPIC: Describing("get_topic_attributes", _named("TopicArn"), _topic, "sns"),
    Kind.ROLE: Describing("get_role", _named("RoleName"), _role_tags, "iam"),
    Kind.BUCKET: Describing("list_objects_v2", _bucket_and_below, _stored, "s3"),
    Kind.PREFIX: Describing("list_objects_v2", _bucket_and_below, _stored, "s3"),
}
"""Kinds that are not here are known from their list alone."""

READ_FIRST = (
    Kind.ENDPOINT, Kind.NOTEBOOK, Kind.APP, Kind.TRAINING_JOB, Kind.TRANSFORM_JOB, Kind.PROCESSING_JOB,
    Kind.AUTOML_JOB, Kind.SPACE, Kind.DOMAIN, Kind.FILE_SYSTEM, Kind.COMPONENT, Kind.USER_PROFILE, Kind.SCHEDULE,
    Kind.TOPIC, Kind.ENDPOINT_CONFIG, Kind.MODEL, Kind.ROLE, Kind.BUCKET, Kind.PREFIX,
)  # fmt: skip
"""What bills is looked into before what only lies there."""

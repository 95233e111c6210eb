"""What list calls tell: for each kind the call, and its rows as resources. Pure; the gateway makes the calls."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from services.resources.models import Key, Kind, Machine, Resource

Row = Mapping[str, Any]
_ENDPOINTS_LOGS = "/aws/sagemaker/Endpoints/"
_COMPONENTS_LOGS = "/aws/sagemaker/InferenceComponents/"
_SAGEMAKER_BUCKET = re.compile(r"(sagemaker|sagedeck)-.*")
_NAMESPACES = ("AWS/SageMaker", "/aws/sagemaker/")
_TRUSTED = ("sagemaker.amazonaws.com", "sagemaker.amazonaws.com.cn")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row was read, for what ARNs are made of."""

    region: str
    account: str
    partition: str


@dataclass(frozen=True, slots=True)
class Listing:
    """One paged call: `rows` is where its answer holds them; `read` makes a resource of a row, None: not one of ours
    to speak of, such as another program's topic."""

    kind: Kind
    service: str
    operation: str
    rows: str
    read: Callable[[Row, Place], Resource | None]
    asked: Mapping[str, Any] = field(default_factory=dict)
    paged: bool = True

    @property
    def action(self) -> str:
        """The IAM action of the call."""
        if self.operation == "list_buckets":
            return "s3:ListAllMyBuckets"
        words = "".join(part.capitalize() for part in self.operation.split("_")).replace("AutoMlJobs", "AutoMLJobs")
        return f"{'elasticfilesystem' if self.service == 'efs' else self.service}:{words}"


def _plain(kind: Kind, prefix: str, status: str = "") -> Callable[[Row, Place], Resource]:
    """Rows of SageMaker's own lists: `<prefix>Name`, `<prefix>Arn`, times and a status."""

    def read(row: Row, place: Place) -> Resource:
        return Resource(
            key=Key(kind, row[f"{prefix}Name"], place.region),
            arn=row.get(f"{prefix}Arn", ""),
            status=row.get(status, "") if status else "",
            created=row.get("CreationTime"),
            changed=row.get("LastModifiedTime"),
        )

    return read


def _component(row: Row, place: Place) -> Resource:
    return Resource(
        key=Key(Kind.COMPONENT, row["InferenceComponentName"], place.region),
        arn=row.get("InferenceComponentArn", ""),
        status=row.get("InferenceComponentStatus", ""),
        created=row.get("CreationTime"),
        changed=row.get("LastModifiedTime"),
        uses=(Key(Kind.ENDPOINT, row["EndpointName"], place.region),),
    )


def _notebook(row: Row, place: Place) -> Resource:
    name, status = row["NotebookInstanceName"], row.get("NotebookInstanceStatus", "")
    kept = row.get("NotebookInstanceLifecycleConfigName")
    held = (Machine(row["InstanceType"]),) if status in ("InService", "Updating") and row.get("InstanceType") else ()
    return Resource(
        key=Key(Kind.NOTEBOOK, name, place.region),
        arn=row.get("NotebookInstanceArn", ""),
        status=status,
        created=row.get("CreationTime"),
        changed=row.get("LastModifiedTime"),
        uses=(Key(Kind.LIFECYCLE, f"notebook/{kept}", place.region),) if kept else (),
        machines=held,
        about=row.get("InstanceType", ""),
    )


def _domain(row: Row, place: Place) -> Resource:
    return Resource(
        key=Key(Kind.DOMAIN, row["DomainId"], place.region),
        arn=row.get("DomainArn", ""),
        status=row.get("Status", ""),
        created=row.get("CreationTime"),
        changed=row.get("LastModifiedTime"),
        about=row.get("DomainName", ""),
    )


def _profile(row: Row, place: Place) -> Resource:
    return Resource(
        key=Key(Kind.USER_PROFILE, f"{row['DomainId']}/{row['UserProfileName']}", place.region),
        status=row.get("Status", ""),
        created=row.get("CreationTime"),
        changed=row.get("LastModifiedTime"),
        uses=(Key(Kind.DOMAIN, row["DomainId"], place.region),),
    )


def _space(row: Row, place: Place) -> Resource:
    domain = row["DomainId"]
    owner = row.get("OwnershipSettingsSummary", {}).get("OwnerUserProfileName", "")
    spec = row.get("SpaceSettingsSummary", {}).get("SpaceStorageSettings", {}).get("EbsStorageSettings", {})
    uses = [Key(Kind.DOMAIN, domain, place.region)]
    if owner:
        uses.append(Key(Kind.USER_PROFILE, f"{domain}/{owner}", place.region))
    return Resource(
        key=Key(Kind.SPACE, f"{domain}/{row['SpaceName']}", place.region),
        status=row.get("Status", ""),
        created=row.get("CreationTime"),
        changed=row.get("LastModifiedTime"),
        uses=tuple(uses),
        volume_gb=float(spec.get("EbsVolumeSizeInGb", 0)),
        about=f"of {owner}" if owner else "",
    )


def _app(row: Row, place: Place) -> Resource | None:
    if row.get("Status") == "Deleted":  # listed for a day after
        return None
    domain, space, profile = row["DomainId"], row.get("SpaceName", ""), row.get("UserProfileName", "")
    kind = Kind.SPACE if space else Kind.USER_PROFILE
    machine = row.get("ResourceSpec", {}).get("InstanceType", "")
    held = (Machine(machine),) if row.get("Status") == "InService" and machine not in ("", "system") else ()
    return Resource(
        key=Key(Kind.APP, f"{domain}/{space or profile}/{row['AppType']}/{row['AppName']}", place.region),
        status=row.get("Status", ""),
        created=row.get("CreationTime"),
        uses=(Key(kind, f"{domain}/{space or profile}", place.region),),
        machines=held,
        about="space" if space else "user profile",
    )


def _alarm(row: Row, place: Place) -> Resource | None:
    parts = [row, *(each.get("MetricStat", {}).get("Metric", {}) for each in row.get("Metrics", []))]
    if not any(str(part.get("Namespace", "")).startswith(_NAMESPACES) for part in parts):
        return None
    uses: dict[Key, None] = {}
    kinds = {"EndpointName": Kind.ENDPOINT, "InferenceComponentName": Kind.COMPONENT}
    for part in parts:
        for dimension in part.get("Dimensions", []):
            if kind := kinds.get(dimension["Name"]):
                uses[Key(kind, dimension["Value"], place.region)] = None
    for arn in (*row.get("AlarmActions", []), *row.get("OKActions", []), *row.get("InsufficientDataActions", [])):
        if arn.split(":")[2:3] == ["sns"]:
            uses[Key(Kind.TOPIC, arn, place.region)] = None
    return Resource(
        key=Key(Kind.ALARM, row["AlarmName"], place.region),
        arn=row.get("AlarmArn", ""),
        status=row.get("StateValue", ""),
        changed=row.get("AlarmConfigurationUpdatedTimestamp"),
        uses=tuple(uses),
        described=True,
    )


def _target(row: Row, place: Place) -> Resource | None:
    parts = row["ResourceId"].split("/")
    kind = {"endpoint": Kind.ENDPOINT, "inference-component": Kind.COMPONENT}.get(parts[0])
    if kind is None or len(parts) < 2:
        return None
    return Resource(
        key=Key(Kind.SCALABLE_TARGET, row["ResourceId"], place.region),
        arn=row.get("ScalableTargetARN", ""),
        created=row.get("CreationTime"),
        uses=(Key(kind, parts[1], place.region),),
        described=True,
        about=f"{row['ScalableDimension']} {row.get('MinCapacity')}-{row.get('MaxCapacity')}",
    )


def _log_group(row: Row, place: Place) -> Resource:
    name = row["logGroupName"]
    uses: tuple[Key, ...] = ()
    for prefix, kind in ((_ENDPOINTS_LOGS, Kind.ENDPOINT), (_COMPONENTS_LOGS, Kind.COMPONENT)):
        if name.startswith(prefix):
            uses = (Key(kind, name.removeprefix(prefix), place.region),)
    return Resource(
        key=Key(Kind.LOG_GROUP, name, place.region),
        arn=row.get("logGroupArn") or row.get("arn", "").removesuffix(":*"),
        uses=uses,
        described=True,
        stored=row.get("storedBytes"),
        about=f"kept {row['retentionInDays']} days" if row.get("retentionInDays") else "kept for ever",
    )


def _schedule(row: Row, place: Place) -> Resource | None:
    target = row.get("Target", {}).get("Arn", "")
    if ":aws-sdk:sagemaker:" not in target:
        return None
    return Resource(
        key=Key(Kind.SCHEDULE, f"{row.get('GroupName', 'default')}/{row['Name']}", place.region),
        arn=row.get("Arn", ""),
        status=row.get("State", ""),
        created=row.get("CreationDate"),
        changed=row.get("LastModificationDate"),
        about=target.rpartition(":")[2],
    )


def _file_system(row: Row, place: Place) -> Resource | None:
    tags = {tag["Key"]: tag["Value"] for tag in row.get("Tags", [])}
    domain = tags.get("ManagedByAmazonSageMakerResource", "").rpartition("/")[2]
    if not domain:
        return None
    return Resource(
        key=Key(Kind.FILE_SYSTEM, row["FileSystemId"], place.region),
        arn=row.get("FileSystemArn", ""),
        status=row.get("LifeCycleState", ""),
        created=row.get("CreationTime"),
        tags=tags,
        described=True,
        stored=row.get("SizeInBytes", {}).get("Value"),
        about=f"home of {domain}",
    )


def _bucket(row: Row, place: Place) -> Resource | None:
    if not _SAGEMAKER_BUCKET.fullmatch(row["Name"]):
        return None
    return Resource(
        key=Key(Kind.BUCKET, row["Name"], row.get("BucketRegion", "")),
        arn=f"arn:{place.partition}:s3:::{row['Name']}",
        created=row.get("CreationDate"),
    )


def _role(row: Row, place: Place) -> Resource | None:
    document = row.get("AssumeRolePolicyDocument", {})
    if isinstance(document, str):
        document = json.loads(unquote(document))
    if not set(_trusted(document)) & {*_TRUSTED, "scheduler.amazonaws.com"}:
        return None
    if row["Path"].startswith("/aws-service-role/"):
        return None
    return Resource(key=Key(Kind.ROLE, row["RoleName"]), arn=row["Arn"], created=row.get("CreateDate"))


def _trusted(document: Mapping[str, Any]) -> Iterator[str]:
    statements = document.get("Statement", [])
    for statement in [statements] if isinstance(statements, Mapping) else statements:
        principal = statement.get("Principal", {})
        found = principal.get("Service", []) if isinstance(principal, Mapping) else []
        yield from [found] if isinstance(found, str) else found


def _job(kind: Kind, prefix: str, status: str, operation: str, rows: str) -> Listing:
    """Jobs under way: one that has ended costs nothing and cannot be deleted."""
    return Listing(kind, "sagemaker", operation, rows, _plain(kind, prefix, status), {"StatusEquals": "InProgress"})


SM = "sagemaker"
_CONFIGS, _LOGS = "list_endpoint_configs", {"logGroupNamePrefix": "/aws/sagemaker/"}
LISTINGS: tuple[Listing, ...] = (
    Listing(Kind.ENDPOINT, SM, "list_endpoints", "Endpoints", _plain(Kind.ENDPOINT, "Endpoint", "EndpointStatus")),
    Listing(Kind.COMPONENT, SM, "list_inference_components", "InferenceComponents", _component),
    Listing(Kind.NOTEBOOK, SM, "list_notebook_instances", "NotebookInstances", _notebook),
    Listing(Kind.DOMAIN, SM, "list_domains", "Domains", _domain),
    Listing(Kind.USER_PROFILE, SM, "list_user_profiles", "UserProfiles", _profile),
    Listing(Kind.SPACE, SM, "list_spaces", "Spaces", _space),
    Listing(Kind.APP, SM, "list_apps", "Apps", _app),
    _job(Kind.TRAINING_JOB, "TrainingJob", "TrainingJobStatus", "list_training_jobs", "TrainingJobSummaries"),
    _job(Kind.TRANSFORM_JOB, "TransformJob", "TransformJobStatus", "list_transform_jobs", "TransformJobSummaries"),
    _job(Kind.AUTOML_JOB, "AutoMLJob", "AutoMLJobStatus", "list_auto_ml_jobs", "AutoMLJobSummaries"),
    _job(Kind.PROCESSING_JOB, "ProcessingJob", "ProcessingJobStatus", "list_processing_jobs", "ProcessingJobSummaries"),
    Listing(Kind.ENDPOINT_CONFIG, SM, _CONFIGS, "EndpointConfigs", _plain(Kind.ENDPOINT_CONFIG, "EndpointConfig")),
    Listing(Kind.MODEL, SM, "list_models", "Models", _plain(Kind.MODEL, "Model")),
    Listing(Kind.ALARM, "cloudwatch", "describe_alarms", "MetricAlarms", _alarm, {"AlarmTypes": ["MetricAlarm"]}),
    Listing(
        Kind.SCALABLE_TARGET, "application-autoscaling", "describe_scalable_targets", "ScalableTargets", _target,
        {"ServiceNamespace": "sagemaker"},
    ),
    Listing(Kind.LOG_GROUP, "logs", "describe_log_groups", "logGroups", _log_group, _LOGS),
    Listing(Kind.SCHEDULE, "scheduler", "list_schedules", "Schedules", _schedule),
    Listing(Kind.FILE_SYSTEM, "efs", "describe_file_systems", "FileSystems", _file_system),
)  # fmt: skip
GLOBAL_LISTINGS: tuple[Listing, ...] = (
    Listing(Kind.BUCKET, "s3", "list_buckets", "Buckets", _bucket),
    Listing(Kind.ROLE, "iam", "list_roles", "Roles", _role),
)

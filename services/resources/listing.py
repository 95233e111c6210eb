"""What list calls tell: for each kind the call, and how its rows are read. Pure; the gateway makes the calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.resources import rows, surroundings
from services.resources.models import Kind, Place, Resource

__all__ = ["GLOBAL_LISTINGS", "LISTINGS", "Listing", "Place"]

_IAM = {"elb": "elasticloadbalancing", "efs": "elasticfilesystem"}
SM = "sagemaker"


@dataclass(frozen=True, slots=True)
class Listing:
    """One paged call: `rows` is where its answer holds them; `read` makes a resource of a row, None: not one of ours
    to speak of, such as another program's role. `tokens`: what the next page is asked with, and told as."""

    kind: Kind
    service: str
    operation: str
    rows: str
    read: Callable[[Mapping[str, Any], Place], Resource | None]
    asked: Mapping[str, Any] = field(default_factory=dict)
    tokens: tuple[str, str] = ("NextToken", "NextToken")

    @property
    def name(self) -> str:
        """What tells it from every other: one operation may tell of two kinds."""
        return f"{self.operation}/{self.rows}"

    @property
    def action(self) -> str:
        """The IAM action of the call."""
        if self.operation == "list_buckets":
            return "s3:ListAllMyBuckets"
        words = "".join(part.capitalize() for part in self.operation.split("_")).replace("AutoMlJobs", "AutoMLJobs")
        return f"{_IAM.get(self.service, self.service)}:{words}"


def _sage(kind: Kind, noun: str, read: Callable[[Mapping[str, Any], Place], Resource | None]) -> Listing:
    words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in noun)
    return Listing(kind, SM, f"list{words}", noun, read, {"MaxResults": 100})


def _job(kind: Kind, prefix: str, operation: str) -> Listing:
    """Jobs under way: one that has ended costs nothing and cannot be deleted."""
    read = rows.plain(kind, prefix, f"{prefix}Status")
    return Listing(kind, SM, operation, f"{prefix}Summaries", read, {"StatusEquals": "InProgress", "MaxResults": 100})


LISTINGS: tuple[Listing, ...] = (
    _sage(Kind.ENDPOINT, "Endpoints", rows.plain(Kind.ENDPOINT, "Endpoint", "EndpointStatus")),
    _sage(Kind.ENDPOINT_CONFIG, "EndpointConfigs", rows.plain(Kind.ENDPOINT_CONFIG, "EndpointConfig")),
    _sage(Kind.MODEL, "Models", rows.plain(Kind.MODEL, "Model")),
    _sage(Kind.COMPONENT, "InferenceComponents", rows.component),
    _sage(Kind.NOTEBOOK, "NotebookInstances", rows.notebook),
    _sage(Kind.DOMAIN, "Domains", rows.domain),
    _sage(Kind.USER_PROFILE, "UserProfiles", rows.profile),
    _sage(Kind.SPACE, "Spaces", rows.space),
    _sage(Kind.APP, "Apps", rows.app),
    _job(Kind.TRAINING_JOB, "TrainingJob", "list_training_jobs"),
    _job(Kind.TRANSFORM_JOB, "TransformJob", "list_transform_jobs"),
    _job(Kind.AUTOML_JOB, "AutoMLJob", "list_auto_ml_jobs"),
    _job(Kind.PROCESSING_JOB, "ProcessingJob", "list_processing_jobs"),
    _sage(Kind.LIFECYCLE, "NotebookInstanceLifecycleConfigs", rows.notebook_lifecycle),
    _sage(Kind.LIFECYCLE, "StudioLifecycleConfigs", rows.studio_lifecycle),
    Listing(
        Kind.ALARM, "cloudwatch", "describe_alarms", "MetricAlarms", surroundings.alarm,
        {"AlarmTypes": ["MetricAlarm"], "MaxRecords": 100},
    ),
    Listing(
        Kind.ALARM, "cloudwatch", "describe_alarms", "CompositeAlarms", surroundings.composite_alarm,
        {"AlarmTypes": ["CompositeAlarm"], "MaxRecords": 100},
    ),
    Listing(
        Kind.SCALABLE_TARGET, "application-autoscaling", "describe_scalable_targets", "ScalableTargets",
        surroundings.target, {"ServiceNamespace": SM},
    ),
    Listing(
        Kind.LOG_GROUP, "logs", "describe_log_groups", "logGroups", surroundings.log_group,
        {"logGroupNamePrefix": "/aws/sagemaker/", "limit": 50}, ("nextToken", "nextToken"),
    ),
    Listing(Kind.SCHEDULE, "scheduler", "list_schedules", "Schedules", surroundings.schedule, {"MaxResults": 100}),
    Listing(
        Kind.FILE_SYSTEM, "efs", "describe_file_systems", "FileSystems", surroundings.file_system,
        {"MaxItems": 100}, ("Marker", "NextMarker"),
    ),
)  # fmt: skip
GLOBAL_LISTINGS: tuple[Listing, ...] = (
    Listing(
        Kind.BUCKET, "s3", "list_buckets", "Buckets", surroundings.bucket, {"MaxBuckets": 1000},
        ("ContinuationToken", "ContinuationToken"),
    ),
    Listing(Kind.ROLE, "iam", "list_roles", "Roles", surroundings.role, {"MaxItems": 1000}, ("Marker", "Marker")),
)  # fmt: skip
"""Of no region, or of any: read once, whatever the regions."""

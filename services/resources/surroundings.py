"""Rows of what stands around SageMaker: alarms, scaling, logs, schedules, file systems, buckets, roles. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from services.resources.models import Key, Kind, Place, Resource

Row = Mapping[str, Any]
_ENDPOINTS_LOGS = "/aws/sagemaker/Endpoints/"
_COMPONENTS_LOGS = "/aws/sagemaker/InferenceComponents/"
# Groups that all of a kind write to, a stream each: none of them is the only one to need it.
_SHARED_LOGS = {
    "/aws/sagemaker/NotebookInstances": "of all notebook instances",
    "/aws/sagemaker/studio": "of all Studio apps",
    "/aws/sagemaker/TrainingJobs": "of all training jobs",
    "/aws/sagemaker/TransformJobs": "of all transform jobs",
    "/aws/sagemaker/ProcessingJobs": "of all processing jobs",
}
_SAGEMAKER_BUCKET = re.compile(r"(sagemaker|sagedeck)-.*")
_NAMESPACES = ("AWS/SageMaker", "/aws/sagemaker/")
_TRUSTED = ("sagemaker.amazonaws.com", "sagemaker.amazonaws.com.cn", "scheduler.amazonaws.com")
COMPOSITE = "composite"
_RULE = re.compile(r"""(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*(?:"([^"]+)"|'([^']+)'|([^"'()\s]+))\s*\)""")


def alarm(row: Row, place: Place) -> Resource | None:
    parts = [row, *(each.get("MetricStat", {}).get("Metric", {}) for each in row.get("Metrics", []))]
    if not any(str(part.get("Namespace", "")).startswith(_NAMESPACES) for part in parts):
        return None
    uses: dict[Key, None] = {}
    kinds = {"EndpointName": Kind.ENDPOINT, "InferenceComponentName": Kind.COMPONENT}
    for part in parts:
        for dimension in part.get("Dimensions", []):
            if kind := kinds.get(dimension["Name"]):
                uses[Key(kind, dimension["Value"], place.region)] = None
    uses |= dict.fromkeys(_topics(row, place))
    return Resource(
        key=Key(Kind.ALARM, row["AlarmName"], place.region),
        arn=row.get("AlarmArn", ""),
        status=row.get("StateValue", ""),
        changed=row.get("AlarmConfigurationUpdatedTimestamp"),
        uses=tuple(uses),
        described=True,
    )


def composite_alarm(row: Row, place: Place) -> Resource:
    """An alarm made of others. It goes before them; one about nothing of ours is left out by who reads the list."""
    named = ("".join(each).rpartition(":alarm:")[2] for each in _RULE.findall(row.get("AlarmRule", "")))
    alarms = [Key(Kind.ALARM, each, place.region) for each in named]
    return Resource(
        key=Key(Kind.ALARM, row["AlarmName"], place.region),
        arn=row.get("AlarmArn", ""),
        status=row.get("StateValue", ""),
        changed=row.get("AlarmConfigurationUpdatedTimestamp"),
        uses=tuple(dict.fromkeys([*alarms, *_topics(row, place)])),
        described=True,
        about=COMPOSITE,
    )


def _topics(row: Row, place: Place) -> Iterator[Key]:
    for arn in (*row.get("AlarmActions", []), *row.get("OKActions", []), *row.get("InsufficientDataActions", [])):
        if arn.split(":")[2:3] == ["sns"]:
            yield Key(Kind.TOPIC, arn, place.region)


def topic(arn: str, region: str, tags: Mapping[str, str] | None = None) -> Resource:
    """A topic that something refers to, or that its tags call ours."""
    return Resource(key=Key(Kind.TOPIC, arn, region), arn=arn, tags=tags, about=arn.rpartition(":")[2])


def stored_at(uri: str, region: str) -> tuple[Key, ...]:
    """The bucket's prefix that an S3 address names, "bucket/pre/fix/", or the bucket where it names no more."""
    bucket, _, below = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not bucket:
        return ()
    below = below.strip("/")
    return (Key(Kind.PREFIX, f"{bucket}/{below}/", region) if below else Key(Kind.BUCKET, bucket, region),)


def prefix(key: Key, place: Place, tags: Mapping[str, str] | None, writer: str) -> Resource:
    """What something writes below; it has no tags of its own, so those of what writes it stand for them."""
    bucket = Key(Kind.BUCKET, key.name.partition("/")[0], key.region)
    arn = f"arn:{place.partition}:s3:::{key.name}"
    return Resource(key=key, arn=arn, tags=tags, uses=(bucket,), about=f"written by {writer}")


def target(row: Row, place: Place) -> Resource | None:
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


def log_group(row: Row, place: Place) -> Resource:
    name, days = row["logGroupName"], row.get("retentionInDays")
    kept = f"kept {days} days" if days else "kept for ever"
    uses: tuple[Key, ...] = ()
    for prefix, kind in ((_ENDPOINTS_LOGS, Kind.ENDPOINT), (_COMPONENTS_LOGS, Kind.COMPONENT)):
        if name.startswith(prefix):
            uses = (Key(kind, name.removeprefix(prefix), place.region),)
    return Resource(
        key=Key(Kind.LOG_GROUP, name, place.region),
        arn=row.get("logGroupArn") or row.get("arn", "").removesuffix(":*"),
        created=datetime.fromtimestamp(row["creationTime"] / 1000, UTC) if row.get("creationTime") else None,
        uses=uses,
        described=True,
        stored=row.get("storedBytes"),
        about=", ".join(filter(None, [_SHARED_LOGS.get(name, ""), kept])),
    )


def schedule(row: Row, place: Place) -> Resource | None:
    target = row.get("Target", {}).get("Arn", "")
    if ":aws-sdk:sagemaker:" not in target:
        return None
    return Resource(
        key=Key(Kind.SCHEDULE, f"{row.get('GroupName', 'default')}/{row['Name']}", place.region),
        arn=row.get("Arn", ""),
        status=row.get("State", ""),
        created=row.get("CreationDate"),
        changed=row.get("LastModificationDate"),
        tags={},
        about=target.rpartition(":")[2],
    )


def file_system(row: Row, place: Place) -> Resource | None:
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
        stored=row.get("SizeInBytes", {}).get("Value"),
        about=f"home of {domain}",
    )


def bucket(row: Row, place: Place) -> Resource | None:
    if not _SAGEMAKER_BUCKET.fullmatch(row["Name"]):
        return None
    return Resource(
        key=Key(Kind.BUCKET, row["Name"], row.get("BucketRegion") or place.region),
        arn=f"arn:{place.partition}:s3:::{row['Name']}",
        created=row.get("CreationDate"),
    )


def role(row: Row, place: Place) -> Resource | None:
    document = row.get("AssumeRolePolicyDocument", {})
    if isinstance(document, str):
        document = json.loads(unquote(document))
    if not set(_trusted(document)) & {*_TRUSTED}:
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

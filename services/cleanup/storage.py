"""Steps that end what stores: a bucket emptied of every version and deleted, a prefix emptied, a file system."""

from __future__ import annotations

from services.plans.hosting import seconds_between_looks
from services.plans.models import ErrorMatch, Once, Permission, Proof, Read, Repeat, Step, Until
from services.resources.models import Kind, Resource

NO_BUCKET = (ErrorMatch("NoSuchBucket"), ErrorMatch("404"))
NO_FILE_SYSTEM = (ErrorMatch("FileSystemNotFound"),)
NO_MOUNT_TARGET = (ErrorMatch("MountTargetNotFound"), *NO_FILE_SYSTEM)
MOST_OBJECTS = 100_000  # of one run; more is said, and a second run goes on
_EVERYTHING = "[Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}"
_MOUNT_SECONDS, _FILE_SYSTEM_SECONDS = 600.0, 1800.0


def bucket_steps(bucket: Resource, *, after: tuple[str, ...] = ()) -> tuple[Step, ...]:
    """Every version of every object and every delete marker, then the bucket itself, by its exact name."""
    name, emptied = bucket.name, f"empty-bucket-{bucket.name}"
    empty = _empty(emptied, name, "", bucket.arn, f"A bucket goes only when nothing is left in {name}.", after)
    listed = Read("s3", "list_objects_v2", {"Bucket": name, "MaxKeys": 1})
    delete = Step(
        id=f"delete-bucket-{name}",
        service="s3",
        operation="delete_bucket",
        reason=f"Deletes the bucket {name}.",
        parameters={"Bucket": name},
        after=(emptied,),
        permissions=(Permission("s3:DeleteBucket", bucket.arn), Permission("s3:ListBucket", bucket.arn)),
        proof=Proof(listed, absent=NO_BUCKET, gone=True),
    )
    return empty, delete


def prefix_steps(prefix: Resource, *, after: tuple[str, ...] = ()) -> tuple[Step, ...]:
    """Every version of what lies below a prefix ("bucket/pre/fix/"); the bucket stays."""
    bucket, _, below = prefix.name.partition("/")
    if not below.endswith("/"):
        raise ValueError(f"{prefix.name!r} is no prefix that ends in a slash: what begins like it would go with it")
    arn = f"arn:{_partition(prefix)}:s3:::{bucket}"
    reason = f"Deletes what lies below {below} in {bucket}, and nothing else of it."
    return (_empty(f"empty-prefix-{prefix.name}", bucket, below, arn, reason, after),)


def _empty(step_id: str, bucket: str, below: str, arn: str, reason: str, after: tuple[str, ...]) -> Step:
    where = {"Bucket": bucket, **({"Prefix": below} if below else {})}
    return Step(
        id=step_id,
        service="s3",
        operation="delete_objects",
        reason=reason,
        parameters={"Bucket": bucket, "Delete": {"Quiet": True}},
        after=after,
        manner=Repeat(Read("s3", "list_object_versions", where), _EVERYTHING, "Delete.Objects", MOST_OBJECTS),
        permissions=(
            Permission("s3:ListBucketVersions", arn),
            Permission("s3:DeleteObject", f"{arn}/{below}*"),
            Permission("s3:DeleteObjectVersion", f"{arn}/{below}*"),
        ),
        proof=Proof(
            Read("s3", "list_object_versions", {**where, "MaxKeys": 1}),
            absent=NO_BUCKET,
            found="Versions || DeleteMarkers",
            gone=True,
        ),
    )


def file_system_steps(system: Resource, *, after: tuple[str, ...] = (), pace: float = 1.0) -> tuple[Step, ...]:
    """Its mount targets (`parts`), the wait until they are gone, the file system, and the wait for that."""
    deleted = tuple(_mount_target(each, system, after) for each in system.parts)
    unmounted = tuple(_unmounted(each, step, system, pace) for each, step in zip(system.parts, deleted, strict=True))
    which = {"FileSystemId": system.name}
    delete = Step(
        id=f"delete-file-system-{system.name}",
        service="efs",
        operation="delete_file_system",
        reason=f"Deletes the file system {system.name} and everything on it.",
        parameters=which,
        after=tuple(each.id for each in unmounted) or after,
        manner=Once((ErrorMatch("FileSystemInUse"),) if system.parts else (), _MOUNT_SECONDS if system.parts else 0.0),
        permissions=(
            Permission("elasticfilesystem:DeleteFileSystem", system.arn or "*"),
            Permission("elasticfilesystem:DescribeFileSystems", system.arn or "*"),
        ),
        proof=Proof(
            Read("efs", "describe_file_systems", which),
            absent=NO_FILE_SYSTEM,
            found="FileSystems[?LifeCycleState != 'deleted']",
            gone=True,
        ),
    )
    return (*deleted, *unmounted, delete, file_system_gone_step(system, after=(delete.id,), pace=pace))


def file_system_gone_step(system: Resource, *, after: tuple[str, ...] = (), pace: float = 1.0) -> Step:
    """Waits until EFS no longer knows the file system, whoever deleted it."""
    return Step(
        id=f"gone-file-system-{system.name}",
        service="efs",
        operation="describe_file_systems",
        reason=f"Storage is paid until the file system {system.name} is gone.",
        parameters={"FileSystemId": system.name},
        after=after,
        manner=Until(
            path="FileSystems[0].LifeCycleState",
            done=("deleted",),
            gone=True,
            absent=NO_FILE_SYSTEM,
            deadline=_FILE_SYSTEM_SECONDS,
            typical=60.0 / pace,
            every=seconds_between_looks(pace),
        ),
        permissions=(Permission("elasticfilesystem:DescribeFileSystems", system.arn or "*"),),
    )


def _mount_target(target: str, system: Resource, after: tuple[str, ...]) -> Step:
    which = {"MountTargetId": target}
    return Step(
        id=f"delete-mount-target-{target}",
        service="efs",
        operation="delete_mount_target",
        reason=f"The file system {system.name} goes only when nothing can mount it any more.",
        parameters=which,
        after=after,
        permissions=(
            Permission("elasticfilesystem:DeleteMountTarget", system.arn or "*"),
            Permission("elasticfilesystem:DescribeMountTargets", system.arn or "*"),
            Permission("ec2:DeleteNetworkInterface"),
        ),
        proof=Proof(
            Read("efs", "describe_mount_targets", which),
            absent=NO_MOUNT_TARGET,
            found="MountTargets[?LifeCycleState != 'deleted']",
            gone=True,
        ),
    )


def _unmounted(target: str, deleted: Step, system: Resource, pace: float) -> Step:
    return Step(
        id=f"gone-mount-target-{target}",
        service="efs",
        operation="describe_mount_targets",
        reason=f"The mount target {target} takes a while to go.",
        parameters={"MountTargetId": target},
        after=(deleted.id,),
        manner=Until(
            path="MountTargets[0].LifeCycleState",
            done=("deleted",),
            gone=True,
            absent=NO_MOUNT_TARGET,
            deadline=_MOUNT_SECONDS,
            typical=60.0 / pace,
            every=seconds_between_looks(pace),
        ),
        permissions=(Permission("elasticfilesystem:DescribeMountTargets", system.arn or "*"),),
    )


def _partition(resource: Resource) -> str:
    assert resource.kind is Kind.PREFIX
    return resource.arn.split(":")[1] if resource.arn.count(":") else "aws"

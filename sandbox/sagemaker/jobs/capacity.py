"""Whether the account may have the instances a job asks for, and what all jobs share: names, states, the faults."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError, invalid
from sandbox.faults import Kind
from sandbox.records import Record, Shelf

if TYPE_CHECKING:
    from sandbox.world import World

IN_PROGRESS, COMPLETED, FAILED = "InProgress", "Completed", "Failed"
STOPPING, STOPPED = "Stopping", "Stopped"
MOVING = (IN_PROGRESS, STOPPING)
START_ERROR = "SANDBOX_START_ERROR"  # in a job's environment or hyperparameters: why it fails
NO_CAPACITY = (
    "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type."
)

Works = tuple[str, str, str, int, float]  # ARN, use, instance type, count, since


def check_quota(
    world: "World", operation: str, use: str, instance_type: str, count: int, running: Iterable[Works], region: str
) -> None:
    """Raise ResourceLimitExceeded unless so many more instances may be used. `use`: "training job", "transform job"."""
    quota = f"{instance_type} for {use} usage"
    strikes = world.faults.strikes(Kind.QUOTA_ZERO, service="sagemaker", operation=operation, resource=instance_type)
    limit = 0.0 if strikes else float(world.service("service-quotas").limit(quota, region))
    used = sum(each[3] for each in running if each[2] == instance_type)
    if used + count > limit:
        raise AwsError(
            "ResourceLimitExceeded",
            f"The account-level service limit '{quota}' is {limit:g} Instances, with current utilization of {used} "
            f"Instances and a request delta of {count} Instances. Please use AWS Service Quotas to request an increase "
            "for this quota. If AWS Service Quotas is not available, contact AWS support to request an increase for "
            "this quota.",
        )


def check_new(shelf: Shelf, name: str, arn: str, names: str = "Job name", what: str = "job") -> None:
    """Raise ResourceInUse if there is a job of that name."""
    if name in shelf:
        raise AwsError(
            "ResourceInUse",
            f"{names} must be unique within an AWS account and region, and a {what} with this name already exists "
            f"({arn})",
        )


def check_moving(job: Record, what: str) -> None:
    """Raise what AWS answers to stopping a job that is over."""
    if job["status"] not in MOVING:
        raise invalid(f"The request was rejected because the {what} is in status {job['status']}.")


def kept(request: Any) -> Record:
    """Return a request as it is kept: without tags and what was not said."""
    return {key: value for key, value in request.items() if key != "Tags" and value is not None}

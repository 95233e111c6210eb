"""Whether the account may have the instances a job asks for, and what all jobs share: names, states, the faults."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError, invalid
from sandbox.records import Record, Shelf
from sandbox.sagemaker.limits import exceeded, limit

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
    most = limit(world, quota, region, operation, instance_type)
    used = sum(each[3] for each in running if each[2] == instance_type)
    if used + count > most:
        raise exceeded(quota, most, used, count)


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

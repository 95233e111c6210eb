"""Whether the account may have the instances a job asks for."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sandbox.sagemaker.limits import exceeded, limit

if TYPE_CHECKING:
    from sandbox.world import World

NO_CAPACITY = (
    "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type."
)

Use = tuple[str, str, str, int, float]  # ARN, use, instance type, count, since


def check_quota(
    world: "World", operation: str, use: str, instance_type: str, count: int, running: Iterable[Use], region: str
) -> None:
    """Raise ResourceLimitExceeded unless so many more instances may be used. `use`: "training job", "transform job"."""
    quota = f"{instance_type} for {use} usage"
    most = limit(world, quota, region, operation, instance_type)
    used = sum(each[3] for each in running if each[2] == instance_type)
    if used + count > most:
        raise exceeded(quota, most, used, count)

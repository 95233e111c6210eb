"""What the account may use of something at once, by its service quotas."""

from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.faults import Kind

if TYPE_CHECKING:
    from sandbox.world import World


def limit(world: "World", quota: str, region: str, operation: str, resource: str) -> float:
    """Return a quota by its name ("ml.t3.medium for notebook instance usage"), 0 if a fault strikes.

    `resource`: what the fault is set for, an instance type mostly.
    """
    if world.faults.strikes(Kind.QUOTA_ZERO, service="sagemaker", operation=operation, resource=resource):
        return 0.0
    return float(world.service("service-quotas").limit(quota, region))


def exceeded(quota: str, most: float, used: int, delta: int, unit: str = "Instances") -> AwsError:
    """What AWS answers where a service quota would be passed."""
    return AwsError(
        "ResourceLimitExceeded",
        f"The account-level service limit '{quota}' is {most:g} {unit}, with current utilization of {used} {unit} "
        f"and a request delta of {delta} {unit}. Please use AWS Service Quotas to request an increase for this quota. "
        "If AWS Service Quotas is not available, contact AWS support to request an increase for this quota.",
    )

"""What the account may run of an instance type at once."""

from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.faults import Kind

if TYPE_CHECKING:
    from sandbox.world import World


def require_quota(world: "World", quota: str, instance_type: str, region: str, used: int, unit: str) -> None:
    """Raise ResourceLimitExceeded if one more would exceed a quota.

    `quota`: its name in Service Quotas ("ml.t3.medium for notebook instance usage"), `unit`: what it counts.
    """
    limit = _limit(world, quota, region)
    if world.faults.strikes(Kind.QUOTA_ZERO, service="sagemaker", resource=instance_type):
        limit = 0.0
    if limit is not None and used + 1 > limit:
        raise AwsError(
            "ResourceLimitExceeded",
            f"The account-level service limit '{quota}' is {limit:g} {unit}, with current utilization of {used} {unit} "
            f"and a request delta of 1 {unit}. Please use AWS Service Quotas to request an increase for this quota. "
            "If AWS Service Quotas is not available, contact AWS support to request an increase for this quota.",
        )


def _limit(world: "World", quota: str, region: str) -> float | None:
    """Return the quota, or None if nobody knows one of that name."""
    try:
        return float(world.service("service-quotas").limit(quota, region))
    except (KeyError, LookupError, TypeError):
        return None

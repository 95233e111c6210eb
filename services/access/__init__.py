"""Execution roles: find one that SageMaker may take on, or plan one with no more rights than a model needs.

May import the root files, plans and catalog. Tested by tests/services/access/: planners with plain state, the gateway
with a stubbed client.
"""

from services.access.models import (
    CLASSIC_POLICIES,
    DIFFERENCE,
    Access,
    ExecutionRole,
    ExistingRole,
    RoleChoice,
    RolePolicies,
    RoleRequest,
    RoleState,
    default_role_name,
    problems,
    role_arn,
)
from services.access.planner import (
    CREATE_ROLE,
    delete_inline,
    delete_role,
    detach_policy,
    least_policy,
    plan_execution_role,
    role_value,
    tag_value,
    tags,
)
from services.access.service import AccessService

__all__ = [
    "CLASSIC_POLICIES",
    "CREATE_ROLE",
    "DIFFERENCE",
    "Access",
    "AccessService",
    "ExecutionRole",
    "ExistingRole",
    "RoleChoice",
    "RolePolicies",
    "RoleRequest",
    "RoleState",
    "default_role_name",
    "delete_inline",
    "delete_role",
    "detach_policy",
    "least_policy",
    "plan_execution_role",
    "problems",
    "role_arn",
    "role_value",
    "tag_value",
    "tags",
]

"""Execution roles: find one that SageMaker may take on, or plan one with no more rights than a model needs. IAM users
likewise: with no more rights than deploying needs, and a key that is shown once.

May import the root files, plans and catalog. Tested by tests/services/access/: planners with plain state, the gateway
with a stubbed client.
"""

from services.access.checking import Checked, Verdict
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
    autopilot_role_name,
    batch_role_name,
    default_role_name,
    problems,
    role_arn,
    work_role_name,
)
from services.access.needs import Need, needs_of
from services.access.pages import PAGES
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
from services.access.policies import caller_policy, operator_policy, policy_of, role_maker_policy, viewer_policy
from services.access.service import AccessService
from services.access.users import (
    CLASSIC_USER_POLICIES,
    AccessKey,
    FoundUser,
    UserRequest,
    UserState,
    key_of,
    plan_user,
    user_policy,
    user_problems,
)

__all__ = [
    "CLASSIC_POLICIES",
    "CLASSIC_USER_POLICIES",
    "CREATE_ROLE",
    "DIFFERENCE",
    "PAGES",
    "Access",
    "AccessKey",
    "AccessService",
    "Checked",
    "ExecutionRole",
    "ExistingRole",
    "FoundUser",
    "Need",
    "RoleChoice",
    "RolePolicies",
    "RoleRequest",
    "RoleState",
    "UserRequest",
    "UserState",
    "Verdict",
    "autopilot_role_name",
    "batch_role_name",
    "caller_policy",
    "default_role_name",
    "delete_inline",
    "delete_role",
    "detach_policy",
    "key_of",
    "least_policy",
    "needs_of",
    "operator_policy",
    "plan_execution_role",
    "plan_user",
    "policy_of",
    "problems",
    "role_arn",
    "role_maker_policy",
    "role_value",
    "tag_value",
    "tags",
    "user_policy",
    "user_problems",
    "viewer_policy",
    "work_role_name",
]

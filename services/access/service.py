"""Execution roles and IAM users as pages see them: find one, or plan one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.access.models import Access, ExecutionRole, RolePolicies, RoleRequest, RoleState, default_role_name
from services.access.planner import plan_execution_role
from services.access.users import UserRequest, UserState, plan_user
from services.plans.models import Plan

if TYPE_CHECKING:
    from services.access.gateway import AccessGateway


class AccessService:
    """Execution roles of one account; `owner` is who a new role is tagged for."""

    def __init__(
        self, gateway: AccessGateway, *, region: str, account: str, partition: str = "aws", owner: str = ""
    ) -> None:
        self._gateway = gateway
        self.region, self.account, self.partition, self.owner = region, account, partition, owner

    def list_roles(self) -> tuple[ExecutionRole, ...]:
        """The roles SageMaker may take on, by name."""
        return self._gateway.roles()

    def find_role(self, name: str) -> ExecutionRole | None:
        """One role with its tags, or None."""
        return self._gateway.role(name)

    def policies(self, name: str) -> RolePolicies:
        """What a role may do."""
        return self._gateway.policies(name)

    def request(self, name: str = "", *, access: Access = Access.LEAST, buckets: tuple[str, ...] = ()) -> RoleRequest:
        """A request for a role of this owner; without a name, the console's usual one for the region."""
        return RoleRequest(
            name=name or default_role_name(self.region), owner=self.owner, access=access, buckets=buckets
        )

    def state(self, request: RoleRequest) -> RoleState:
        """The role of that name as it stands now."""
        role = self._gateway.role(request.name)
        attaches = role is not None and request.access is Access.CLASSIC
        return RoleState(
            region=self.region,
            account=self.account,
            partition=self.partition,
            role=role,
            attached=self._gateway.policies(request.name).attached if attaches else (),
        )

    def plan_role(self, request: RoleRequest) -> Plan:
        """The plan that creates the role, or finds it as this console made it."""
        return plan_execution_role(request, self.state(request))

    def plan_user(self, request: UserRequest) -> Plan:
        """The plan that creates an IAM user, or finds it as this console made it, and gives it a key."""
        state = UserState(
            region=self.region, account=self.account, partition=self.partition, user=self._gateway.user(request.name)
        )
        return plan_user(request, state)

"""Execution roles and IAM users as pages see them: find one, or plan one."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from services.access.checking import (
    Checked,
    Question,
    assumed_role,
    can_be_simulated,
    judged,
    questions,
    role_of_session,
    unknown,
)
from services.access.models import Access, ExecutionRole, RolePolicies, RoleRequest, RoleState, default_role_name
from services.access.needs import Need, needs_of
from services.access.planner import plan_execution_role, refuse_role
from services.access.users import UserRequest, UserState, plan_user, refuse_user
from services.errors import PermissionDenied, SagedeckError
from services.plans.models import Permission, Plan

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

    def place(self) -> RoleState:
        """Where roles are planned for, without a look at any."""
        return RoleState(region=self.region, account=self.account, partition=self.partition)

    def plan(self, request: RoleRequest | UserRequest) -> Plan:
        """The plan of a role or of a user; raises as `plan_role` and `plan_user`."""
        return self.plan_user(request) if isinstance(request, UserRequest) else self.plan_role(request)

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
        """The plan that creates the role, or finds it as this console made it. A wrong name is told without asking."""
        refuse_role(request)
        return plan_execution_role(request, self.state(request))

    def plan_user(self, request: UserRequest) -> Plan:
        """The plan that creates an IAM user, or finds it as this console made it, and gives it a key. What can be seen
        to be wrong is told without asking.
        """
        refuse_user(request)
        state = UserState(
            region=self.region, account=self.account, partition=self.partition, user=self._gateway.user(request.name)
        )
        return plan_user(request, state)

    def check_page(self, principal: str, page: str) -> tuple[tuple[Need, Checked], ...]:
        """What IAM says of everything a page needs (its `url_path`); raises nothing, see `check`."""
        needs = needs_of(page, region=self.region, account=self.account, partition=self.partition)
        return tuple(zip(needs, self.check(principal, [need.permission for need in needs]), strict=True))

    def check(self, principal: str, permissions: Sequence[Permission]) -> tuple[Checked, ...]:
        """What IAM says of each permission for a principal's ARN (a user, a role, a session of a role).

        Changes nothing. What cannot be found out is unknown with the reason: nothing here raises.
        """
        source = self._simulated(principal)
        if not source:
            why = "IAM cannot tell for this kind of identity (the account's root, or a federated user)."
            return unknown(permissions, why)
        asked = questions(permissions)
        try:
            with ThreadPoolExecutor(8, thread_name_prefix="permissions") as pool:
                answers = list(pool.map(lambda each: self._gateway.decisions(source, each), asked))
        except PermissionDenied as error:
            return unknown(
                permissions, f"Your identity may not ask IAM ({error.action or 'iam:SimulatePrincipalPolicy'})."
            )
        except SagedeckError as error:
            return unknown(permissions, error.what)
        return judged(permissions, _decisions(asked, answers))

    def _simulated(self, principal: str) -> str:
        """The ARN the simulator is to be asked about; "" where there is none. A session's role may have a path."""
        name = assumed_role(principal)
        if not name:
            return principal if can_be_simulated(principal) else ""
        try:
            role = self._gateway.role(name)
        except SagedeckError:
            role = None
        return role.arn if role else role_of_session(principal)


def _decisions(
    asked: Sequence[Question], answers: Sequence[dict[str, str]]
) -> dict[tuple[str, str, tuple[tuple[str, str], ...]], str]:
    return {
        (action, question.resource, question.context): decision
        for question, answer in zip(asked, answers, strict=True)
        for action, decision in answer.items()
    }

"""Whether SageMaker could assume an execution role: it must exist in the sandbox's IAM and trust the service."""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from sandbox.errors import invalid
from sandbox.scope import ACCOUNT, partition_of

if TYPE_CHECKING:
    from sandbox.moto_bridge import Moto

PRINCIPAL = "sagemaker.amazonaws.com"


class Roles:
    """`delay`: seconds a role must have existed before it can be assumed (AWS: about ten; none by default)."""

    def __init__(self, moto: "Moto", delay: float = 0.0) -> None:
        self._moto = moto
        self.delay = delay

    def require(self, arn: str, region: str, now: float) -> None:
        """Raise AWS's ValidationException unless the role of that ARN exists and trusts SageMaker at `now`."""
        role = self._find(arn, region)
        if role is None or not trusts(role.assume_role_policy_document, PRINCIPAL):
            raise _refused(arn)
        if self.delay and now < role.create_date.timestamp() + self.delay:
            raise _refused(arn)

    def assumable(self, arn: str, region: str, principal: str) -> bool:
        """Tell whether there is a role of that ARN that trusts a service ("scheduler.amazonaws.com")."""
        role = self._find(arn, region)
        return role is not None and trusts(role.assume_role_policy_document, principal)

    def _find(self, arn: str, region: str) -> Any:
        roles = self._moto.backend("iam", ACCOUNT, partition_of(region)).roles
        return next((role for role in tuple(roles.values()) if role.arn == arn), None)


def trusts(document: Any, service: str) -> bool:
    """Tell whether a trust policy (JSON text or the dict of it) lets a service assume the role."""
    try:
        policy = json.loads(unquote(document)) if isinstance(document, str) else document
        statements = policy.get("Statement", [])
    except (ValueError, AttributeError):
        return False
    return any(_allows(s, service) for s in ([statements] if isinstance(statements, dict) else statements))


def _allows(statement: dict[str, Any], service: str) -> bool:
    principal = statement.get("Principal", {})
    services = _several(principal.get("Service", [])) if isinstance(principal, dict) else _several(principal)
    actions = {action.lower() for action in _several(statement.get("Action", []))}
    return (
        statement.get("Effect") == "Allow"
        and bool(actions & {"sts:assumerole", "sts:*", "*"})
        and bool({service, "*"} & set(services))
    )


def _several(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _refused(arn: str) -> Exception:
    return invalid(
        f"Could not assume role {arn}. Please ensure that the role exists and allows principal '{PRINCIPAL}' "
        "to assume the role."
    )

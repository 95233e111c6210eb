"""Reads IAM roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.access.checking import Question
from services.access.models import ExecutionRole, RolePolicies
from services.access.users import FoundUser
from services.aws_errors import code_and_message, translate
from services.clients import ClientSource

# IAM allows 1,000 roles an account by default and 5,000 at most; more pages than that would be an error of ours.
MOST_ROLES = 5_000
_BOUND = {"MaxItems": MOST_ROLES, "PageSize": 200}


class AccessGateway:
    """Reads roles with the connection's IAM client."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def roles(self) -> tuple[ExecutionRole, ...]:
        """The roles SageMaker may take on, by name. Whose they are is not in this list: see `role`."""
        try:
            pages = self._clients.get("iam").get_paginator("list_roles").paginate(PaginationConfig=_BOUND)
            found = [_role(row) for page in pages for row in page["Roles"] if _trusts(row)]
        except Exception as error:
            raise translate(error, "listing roles") from error
        return tuple(sorted(found, key=lambda role: role.name.lower()))

    def role(self, name: str) -> ExecutionRole | None:
        """The role of this exact name with its tags, or None where IAM says there is none."""
        try:
            return _role(self._clients.get("iam").get_role(RoleName=name)["Role"])
        except Exception as error:
            if code_and_message(error)[0] == "NoSuchEntity":
                return None
            raise translate(error, f"reading the role {name}") from error

    def policies(self, name: str) -> RolePolicies:
        """What a role may do."""
        iam = self._clients.get("iam")
        try:
            inline = [
                policy
                for page in iam.get_paginator("list_role_policies").paginate(RoleName=name)
                for policy in page["PolicyNames"]
            ]
            attached = [
                policy["PolicyArn"]
                for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
                for policy in page["AttachedPolicies"]
            ]
        except Exception as error:
            raise translate(error, f"reading what the role {name} may do") from error
        return RolePolicies(tuple(inline), tuple(attached))

    def decisions(self, principal: str, question: Question) -> dict[str, str]:
        """IAM's decision on each action of a question: allowed, implicitDeny or explicitDeny.

        Policies of the organisation and permission boundaries are counted by IAM, those of resources (buckets) not.
        """
        context = [
            {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
            for key, value in question.context
        ]
        asked = {
            "PolicySourceArn": principal,
            "ActionNames": list(question.actions),
            "ResourceArns": [question.resource],
            "ContextEntries": context,
        }
        try:
            pages = self._clients.get("iam").get_paginator("simulate_principal_policy").paginate(**asked)
            return {row["EvalActionName"]: row["EvalDecision"] for page in pages for row in page["EvaluationResults"]}
        except Exception as error:
            raise translate(error, "asking IAM what you may do") from error

    def user(self, name: str) -> FoundUser | None:
        """The IAM user of this exact name, or None where IAM says there is none."""
        iam = self._clients.get("iam")
        try:
            row = iam.get_user(UserName=name)["User"]
            pages = iam.get_paginator("list_attached_user_policies").paginate(UserName=name)
            attached = tuple(each["PolicyArn"] for page in pages for each in page["AttachedPolicies"])
            keys = len(iam.list_access_keys(UserName=name)["AccessKeyMetadata"])
        except Exception as error:
            if code_and_message(error)[0] == "NoSuchEntity":
                return None
            raise translate(error, f"reading the user {name}") from error
        return FoundUser(name=row["UserName"], made_here=_made_here(row), attached=attached, keys=keys)


def _made_here(row: Mapping[str, Any]) -> bool:
    return {"Key": "sagedeck:made-by", "Value": "sagedeck"} in row.get("Tags", [])


def _trusts(row: Mapping[str, Any]) -> bool:
    document = row.get("AssumeRolePolicyDocument")
    statements = document.get("Statement", []) if isinstance(document, Mapping) else []
    for statement in [statements] if isinstance(statements, Mapping) else statements:
        principal = statement.get("Principal", {})
        services = principal.get("Service", []) if isinstance(principal, Mapping) else []
        if statement.get("Effect") == "Allow" and "sagemaker.amazonaws.com" in (
            [services] if isinstance(services, str) else services
        ):
            return True
    return False


def _role(row: Mapping[str, Any]) -> ExecutionRole:
    labels = {tag["Key"]: tag["Value"] for tag in row.get("Tags", [])}
    return ExecutionRole(
        name=row["RoleName"],
        arn=row["Arn"],
        created=row.get("CreateDate"),
        description=row.get("Description", ""),
        trusts_sagemaker=_trusts(row),
        made_here=labels.get("sagedeck:made-by") == "sagedeck",
        owner=labels.get("sagedeck:owner", ""),
    )

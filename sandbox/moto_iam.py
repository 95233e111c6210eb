"""What moto's IAM lacks: AWS's own policies (taken in when named), a check of trust, and SimulatePrincipalPolicy."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sandbox.faults import Faults

_TAG = "aws:ResourceTag/"
_ATTACHING = ("attach_role_policy", "attach_user_policy", "attach_group_policy", "get_policy")


def extend_iam(faults: Faults) -> None:
    """Mend moto's IAM, which must be loaded; its simulator knows the actions that `faults` deny."""
    from moto.iam.responses import IamResponse

    _extend()
    responses: Any = IamResponse
    responses.sandbox_faults = faults


@cache
def _extend() -> None:
    from moto.core.responses import ActionResult
    from moto.iam import models
    from moto.iam.responses import IamResponse

    for name in _ATTACHING:
        setattr(models.IAMBackend, name, _knowing_aws_policies(getattr(models.IAMBackend, name)))

    backend: Any = models.IAMBackend
    backend.create_role = _checking_trust(backend.create_role)

    def simulate_principal_policy(self: Any) -> Any:
        actions, resources = self._get_param("ActionNames"), self._get_param("ResourceArns") or ["*"]
        documents = documents_of(self.backend, self._get_param("PolicySourceArn"))
        documents += self._get_param("PolicyInputList") or []
        results = [
            _with_faults(self.sandbox_faults, decided(documents, action, resource))
            for action in actions
            for resource in resources
        ]
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})

    responses: Any = IamResponse
    responses.simulate_principal_policy = simulate_principal_policy


def _with_faults(faults: Faults, result: dict[str, str]) -> dict[str, str]:
    service, _, operation = result["EvalActionName"].partition(":")
    runtime = "sagemaker-runtime" if service == "sagemaker" and operation.startswith("Invoke") else service
    if faults.denies(runtime, operation, result["EvalActionName"]):
        return result | {"EvalDecision": "implicitDeny"}
    return result


def allows(backend: Any, principal: str, action: str, resource: str, tags: Mapping[str, str] | None = None) -> bool:
    """Tell whether the policies of a role or user of moto's IAM allow an action ("sagemaker:DeleteEndpoint") on a
    resource with these tags; None: conditions on tags are not looked at.
    """
    documents = documents_of(backend, principal)
    if tags is not None:
        documents = [_holding(document, tags) for document in documents]
    return bool(decided(documents, action, resource)["EvalDecision"] == "allowed")


def _holding(document: Any, tags: Mapping[str, str]) -> Any:
    """The statements of a policy whose conditions on the resource's tags hold; moto knows no tags."""
    policy = json.loads(document) if isinstance(document, str) else document
    statements = policy["Statement"]
    each = [statements] if isinstance(statements, dict) else statements
    return {**policy, "Statement": [one for one in each if _holds(one.get("Condition", {}), tags)]}


def _holds(condition: Mapping[str, Mapping[str, Any]], tags: Mapping[str, str]) -> bool:
    for operator, wanted in condition.items():
        for key, value in wanted.items():
            if not key.startswith(_TAG) or not operator.startswith("StringEquals"):
                continue
            found = tags.get(key.removeprefix(_TAG))
            if found is None and operator.endswith("IfExists"):
                continue
            if found not in ([value] if isinstance(value, str) else value):
                return False
    return True


def _knowing_aws_policies(plain: Any) -> Any:
    def method(self: Any, policy_arn: str, *rest: Any, **named: Any) -> Any:
        if policy_arn not in self.managed_policies and ":iam::aws:policy/" in policy_arn:
            _take_in(self, policy_arn)
        return plain(self, policy_arn, *rest, **named)

    return method


def _checking_trust(plain: Any) -> Any:
    def create_role(self: Any, role_name: str, assume_role_policy_document: str, *rest: Any, **named: Any) -> Any:
        from moto.iam.policy_validation import IAMTrustPolicyDocumentValidator

        IAMTrustPolicyDocumentValidator(assume_role_policy_document).validate()
        return plain(self, role_name, assume_role_policy_document, *rest, **named)

    return create_role


def _take_in(backend: Any, arn: str) -> None:
    """Read the one policy out of moto's copy of AWS's; parsing all of them would take 60 MB."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data as text
    from moto.iam.models import AWSManagedPolicy

    name = arn.rpartition("/")[2]
    at = text.find(f'\n "{name}":{{')
    if at < 0:
        return
    described, _ = json.JSONDecoder().raw_decode(text, text.index("{", at))
    policy = AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, described)
    if policy.arn == arn:
        backend.managed_policies[arn] = policy


def documents_of(backend: Any, principal: str) -> list[str] | list[Any]:
    """The policies of a role or user; for anybody else, whom the sandbox never refuses, one that allows all."""
    for holder in (*backend.roles.values(), *backend.users.values()):
        if holder.arn == principal:
            groups = backend.get_groups_for_user(holder.name) if holder.name in backend.users else ()
            holders = (holder, *groups) if holder.arn.rpartition(":")[2].startswith("user/") else (holder,)
            attached = [
                version.document
                for each in holders
                for policy in each.managed_policies.values()
                for version in _default(policy)
            ]
            return [*(document for each in holders for document in _inline(each)), *attached]
    return [{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}]


def _inline(holder: Any) -> Iterable[Any]:
    policies: Iterable[Any] = holder.policies.values()
    return policies


def _default(policy: Any) -> list[Any]:
    return [version for version in policy.versions if version.is_default]


def decided(documents: Iterable[Any], action: str, resource: str) -> dict[str, Any]:
    """Evaluate policies as IAM does, in the shape of an evaluation result: `EvalDecision` and what it is about."""
    from moto.iam.access_control import IAMPolicy, PermissionResult

    decision = "implicitDeny"
    for document in documents:
        text = document if isinstance(document, str) else json.dumps(document)
        verdict = IAMPolicy({"policy_document": text}).is_action_permitted(action, resource)
        if verdict == PermissionResult.DENIED:
            decision = "explicitDeny"
            break
        if verdict == PermissionResult.PERMITTED:
            decision = "allowed"
    return {"EvalActionName": action, "EvalResourceName": resource, "EvalDecision": decision}

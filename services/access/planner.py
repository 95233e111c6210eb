"""Plans an execution role: created with its trust, then given what it may do."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from services.access.models import CLASSIC_POLICIES, Access, RoleRequest, RoleState, problems, role_arn
from services.access.role_policy import least_policy as least_policy
from services.errors import InvalidRequest, NameTaken
from services.plans.models import ErrorMatch, Json, Once, Permission, Plan, Proof, Read, Ref, Step

CREATE_ROLE = "create-role"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}
_NO_ROLE = (ErrorMatch("NoSuchEntity"),)
# IAM is consistent in the end only: a role made a moment ago may be unknown to the next call, and policies taken away a
# moment ago may still be counted. A policy that does not exist is NoSuchEntity as well, in other words.
_SETTLING = (ErrorMatch("ConcurrentModification"), ErrorMatch("EntityTemporarilyUnmodifiable"))
_SETTLE_SECONDS = 60.0
_ROLE_SEEN = Once((ErrorMatch("NoSuchEntity", "role with name"), *_SETTLING), _SETTLE_SECONDS)
_MAY_RUN = "The role may pull the image, read the weights, and write logs and metrics; nothing else."
_MAY_WORK = "The role may call endpoints, use Studio and the console's bucket, and write logs; it may deploy nothing."
_MAY_START = "The role may read the data, write the results and logs, and start the jobs that Autopilot needs."
_POLICIES_GONE = Once((ErrorMatch("DeleteConflict"), *_SETTLING), _SETTLE_SECONDS)


def tag_value(text: str) -> str:
    """`text` as AWS takes it for a tag's value: letters, digits, spaces and _ . : / = + - @, up to 256."""
    return re.sub(r"[^\w .:/=+@-]", "-", text)[:256]


def tags(owner: str, **more: str) -> list[dict[str, str]]:
    """The tags of everything this console makes; `more` has names with _ for -, empty values are left out."""
    pairs = {"sagedeck:made-by": "sagedeck", "sagedeck:owner": owner}
    pairs |= {f"sagedeck:{key.replace('_', '-')}": value for key, value in more.items()}
    return [{"Key": key, "Value": tag_value(value)} for key, value in pairs.items() if value]


def _while(request: RoleRequest) -> str:
    if request.starts:
        return "its jobs run"
    return "somebody works in a notebook" if request.work else "the model runs"


def _may(request: RoleRequest) -> str:
    if request.starts:
        return _MAY_START
    return _MAY_WORK if request.work else _MAY_RUN


def policy_name(document: Mapping[str, Any]) -> str:
    """A name that changes with the content, so that finding the name proves the content."""
    content = json.dumps(document, sort_keys=True)
    return f"sagedeck-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def refuse_role(request: RoleRequest) -> None:
    """Raise InvalidRequest for what can be seen to be wrong."""
    wrong = problems(request)
    if wrong:
        raise InvalidRequest("This execution role cannot be created.", " ".join(wrong), "Correct it and plan again.")


def plan_execution_role(request: RoleRequest, state: RoleState) -> Plan:
    """The role as a plan; what is there already is recognised and left alone.

    Later steps know the ARN as Ref("create-role", "Role.Arn"). Raises InvalidRequest, or NameTaken when a role of this
    name exists that this console did not make.
    """
    refuse_role(request)
    if state.role is not None and not (state.role.made_here and state.role.trusts_sagemaker):
        raise NameTaken(
            f"A role {request.name} exists, and this console did not make it.",
            "Giving it another policy could change what other work may do.",
            "Choose it as an existing role if SageMaker may take it on, or choose another name.",
        )
    arn = role_arn(request, state)
    if request.access is Access.CLASSIC:
        policies = (f"arn:{state.partition}:iam::aws:policy/{name}" for name in CLASSIC_POLICIES)
        # one that is attached already was not attached by this plan, so this plan's undo must leave it
        rights = tuple(_attach(request, arn, policy) for policy in policies if policy not in state.attached)
        warnings = (f"{request.name} may do everything in SageMaker, S3, CloudWatch Logs and ECR.",)
        return Plan(f"Create the execution role {request.name}", (_create(request, arn), *rights), warnings)
    return Plan(f"Create the execution role {request.name}", (_create(request, arn), _put(request, state, arn)))


def _create(request: RoleRequest, arn: str) -> Step:
    return Step(
        id=CREATE_ROLE,
        service="iam",
        operation="create_role",
        reason=f"SageMaker takes on the role {request.name} while {_while(request)}.",
        parameters={
            "RoleName": request.name,
            "AssumeRolePolicyDocument": Json(TRUST),
            "Description": "Execution role for SageMaker, made by Sagedeck",
            "Tags": tags(request.owner),
        },
        permissions=(Permission("iam:CreateRole", arn), Permission("iam:TagRole", arn), Permission("iam:GetRole", arn)),
        proof=Proof(
            Read("iam", "get_role", {"RoleName": request.name}),
            absent=_NO_ROLE,
            expect={"Role.AssumeRolePolicyDocument.Statement[0].Principal.Service": "sagemaker.amazonaws.com"},
        ),
        undo=(delete_role(request.name, arn, step_id="undo-create-role"),),
    )


def _put(request: RoleRequest, state: RoleState, arn: str) -> Step:
    document = least_policy(request, state)
    which = {"RoleName": request.name, "PolicyName": policy_name(document)}
    return Step(
        id="role-policy",
        service="iam",
        operation="put_role_policy",
        reason=_may(request),
        parameters=which | {"PolicyDocument": Json(document)},
        after=(CREATE_ROLE,),
        manner=_ROLE_SEEN,
        permissions=(Permission("iam:PutRolePolicy", arn), Permission("iam:GetRolePolicy", arn)),
        proof=Proof(Read("iam", "get_role_policy", which), absent=_NO_ROLE, expect={"PolicyName": which["PolicyName"]}),
        undo=(delete_inline(request.name, arn, which["PolicyName"], step_id="undo-role-policy"),),
    )


def _attach(request: RoleRequest, arn: str, policy: str) -> Step:
    name = policy.rpartition("/")[2]
    only = {"ArnEquals": {"iam:PolicyARN": policy}}
    return Step(
        id=f"attach-{name}",
        service="iam",
        operation="attach_role_policy",
        reason=f"The role gets AWS's own policy {name}.",
        parameters={"RoleName": request.name, "PolicyArn": policy},
        after=(CREATE_ROLE,),
        manner=_ROLE_SEEN,
        permissions=(Permission("iam:AttachRolePolicy", arn, only),),
        undo=(detach_policy(request.name, arn, policy, step_id=f"undo-attach-{name}"),),
    )


def delete_role(name: str, arn: str, *, step_id: str, after: tuple[str, ...] = ()) -> Step:
    """Deletes a role; its policies must be gone before."""
    return Step(
        id=step_id,
        service="iam",
        operation="delete_role",
        reason=f"The execution role {name} goes; nothing that was given it can go on using it.",
        parameters={"RoleName": name},
        after=after,
        manner=_POLICIES_GONE,
        permissions=(Permission("iam:DeleteRole", arn), Permission("iam:GetRole", arn)),
        proof=Proof(Read("iam", "get_role", {"RoleName": name}), absent=_NO_ROLE, gone=True),
    )


def delete_inline(name: str, arn: str, policy: str, *, step_id: str, after: tuple[str, ...] = ()) -> Step:
    """Deletes one inline policy of a role."""
    which = {"RoleName": name, "PolicyName": policy}
    return Step(
        id=step_id,
        service="iam",
        operation="delete_role_policy",
        reason=f"A role can be deleted only without its policies; {policy} is one.",
        parameters=which,
        after=after,
        permissions=(Permission("iam:DeleteRolePolicy", arn), Permission("iam:GetRolePolicy", arn)),
        proof=Proof(Read("iam", "get_role_policy", which), absent=_NO_ROLE, gone=True),
    )


def detach_policy(name: str, arn: str, policy: str, *, step_id: str, after: tuple[str, ...] = ()) -> Step:
    """Detaches one managed policy from a role."""
    return Step(
        id=step_id,
        service="iam",
        operation="detach_role_policy",
        reason=f"A role can be deleted only without its policies; {policy.rpartition('/')[2]} is one.",
        parameters={"RoleName": name, "PolicyArn": policy},
        after=after,
        permissions=(Permission("iam:DetachRolePolicy", arn),),
    )


def role_value(request: RoleRequest | None, arn: str) -> str | Ref:
    """What a later step sends as the role's ARN: known now, or known once the role is there."""
    return arn if request is None else Ref(CREATE_ROLE, "Role.Arn")

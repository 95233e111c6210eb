"""Plans an IAM user for a person or a program that works with SageMaker, and a key that is shown once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.access.models import Access
from services.access.planner import policy_name, tags
from services.catalog import bucket_arns
from services.errors import InvalidRequest, LimitExceeded, NameTaken
from services.plans.models import ErrorMatch, Json, Once, Permission, Plan, Proof, Read, Ref, Step

CREATE_USER, CREATE_KEY = "create-user", "create-key"
_KEY_ID, _KEY_SECRET = "AccessKey.AccessKeyId", "AccessKey.SecretAccessKey"
_BOTH = f"join(' ', [{_KEY_ID}, {_KEY_SECRET}])"  # the id alone is no secret: taking the key back needs it
# IAM: user names are up to 64 of these characters; a user has two keys at most.
_NAME = re.compile(r"[\w+=,.@-]{1,64}")
_POLICY = re.compile(r"arn:aws[a-z-]*:iam::(aws|\d{12}):policy/[\w+=,.@/-]+")
MOST_KEYS = 2
# The set tutorials attach (seed 001). With IAM's, the user can give itself every right there is.
CLASSIC_USER_POLICIES = (
    "AmazonSageMakerFullAccess",
    "AWSCloudFormationFullAccess",
    "IAMFullAccess",
    "AmazonEC2ContainerRegistryFullAccess",
    "AmazonS3FullAccess",
)
_LOOK = (
    "iam:GetRole",
    "iam:ListRoles",
    "sagemaker:DescribeEndpoint",
    "sagemaker:DescribeEndpointConfig",
    "sagemaker:DescribeInferenceComponent",
    "sagemaker:DescribeModel",
    "sagemaker:ListEndpointConfigs",
    "sagemaker:ListEndpoints",
    "sagemaker:ListInferenceComponents",
    "sagemaker:ListModels",
    "sagemaker:ListTags",
)
_KINDS = ("Endpoint", "EndpointConfig", "InferenceComponent", "Model")
_UPDATE = (
    "sagemaker:UpdateEndpoint",
    "sagemaker:UpdateEndpointWeightsAndCapacities",
    "sagemaker:UpdateInferenceComponent",
)
_NO_USER = (ErrorMatch("NoSuchEntity"),)
_SETTLING = (ErrorMatch("ConcurrentModification"), ErrorMatch("EntityTemporarilyUnmodifiable"))
_SEEN = Once((ErrorMatch("NoSuchEntity", "user with name"), *_SETTLING), 60.0)
_EMPTIED = Once((ErrorMatch("DeleteConflict"), *_SETTLING), 60.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRequest:
    """An IAM user to create, or to find as this console made it before.

    access     LEAST: deploy, look at, call and delete endpoints under a sagedeck- role; CLASSIC: what tutorials attach
    policies   ARNs of further managed policies
    key        also make an access key
    """

    name: str
    owner: str = ""
    access: Access = Access.LEAST
    policies: tuple[str, ...] = ()
    key: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundUser:
    """A user that is there. `made_here` is whether this console tagged it as its own."""

    name: str
    made_here: bool = False
    attached: tuple[str, ...] = ()
    keys: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UserState:
    """What the planner has to know: where we are, and the user of the wanted name as it stands."""

    region: str
    account: str
    partition: str = "aws"
    user: FoundUser | None = None


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key as it is handed out, once. Its secret prints as nothing."""

    id: str
    secret: str = field(repr=False)


def key_of(secrets: Mapping[str, str]) -> AccessKey | None:
    """The key among the secret results of a run (`Runs.take_secrets`), None where it made none."""
    both = secrets.get(f"{CREATE_KEY}.{_BOTH}")
    return AccessKey(*both.split(" ")) if both else None


def user_problems(request: UserRequest) -> tuple[str, ...]:
    """What is wrong with a request, one sentence each; empty when it can be planned."""
    found = [] if _NAME.fullmatch(request.name) else ["A user's name has 1 to 64 letters, digits or + = , . @ _ -"]
    return (*found, *(f"{arn} is not the ARN of a policy." for arn in request.policies if not _POLICY.fullmatch(arn)))


def refuse_user(request: UserRequest) -> None:
    """Raise InvalidRequest for what can be seen to be wrong."""
    if wrong := user_problems(request):
        raise InvalidRequest("This user cannot be created.", " ".join(wrong), "Correct it and plan again.")


def user_policy(state: UserState) -> dict[str, Any]:
    """What deploying, calling, updating and deleting endpoints needs. No roles are made with it: that would be every
    right. Scaling by itself is not in it either: IAM takes 2,048 characters here; attach `operator_policy` for that.
    """
    arn, here = f"arn:{state.partition}", f"{state.region}:{state.account}"
    hosted = [
        f"{arn}:sagemaker:{here}:{kind}/*" for kind in ("endpoint", "endpoint-config", "inference-component", "model")
    ]
    changes = sorted(f"sagemaker:{verb}{kind}" for kind in _KINDS for verb in ("Create", "Delete"))
    passed = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    calls = ["sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"]
    statements: list[dict[str, Any]] = [
        _allow("Look", list(_LOOK), ["*"]),
        _allow("Deploy", [*changes, *_UPDATE, "sagemaker:AddTags"], hosted),
        _allow("Call", calls, [hosted[0], hosted[2]]),
        _allow("PassRole", ["iam:PassRole"], [f"{arn}:iam::{state.account}:role/sagedeck-*"]) | {"Condition": passed},
        _allow("JumpStart", ["s3:GetObject"], [f"{each}/*" for each in bucket_arns(state.partition, state.region)]),
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _allow(sid: str, actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}


def plan_user(request: UserRequest, state: UserState) -> Plan:
    """The user as a plan; the key is its last step, its secret goes to whoever started the run and nowhere else.

    Raises InvalidRequest, NameTaken (a user this console did not make), LimitExceeded (it has two keys).
    """
    refuse_user(request)
    _refuse_taken(request, state.user)
    arn = f"arn:{state.partition}:iam::{state.account}:user/{request.name}"
    classic = CLASSIC_USER_POLICIES if request.access is Access.CLASSIC else ()
    policies = dict.fromkeys(
        (*(f"arn:{state.partition}:iam::aws:policy/{each}" for each in classic), *request.policies)
    )
    there = state.user.attached if state.user else ()
    rights = [_attach(request.name, arn, each) for each in policies if each not in there]
    if request.access is Access.LEAST:
        rights.append(_put(request.name, arn, user_policy(state)))
    steps = [_create(request, arn), *rights]
    if request.key:
        steps.append(_key(request.name, arn, tuple(step.id for step in steps)))
    return Plan(f"Create the IAM user {request.name}", tuple(steps), _warnings(request, state))


def _refuse_taken(request: UserRequest, user: FoundUser | None) -> None:
    if user is None:
        return
    if not user.made_here:
        raise NameTaken(
            f"A user {user.name} exists, and this console did not make it.",
            "Giving it rights or a key could change what others may do.",
            "Choose another name.",
        )
    if request.key and user.keys >= MOST_KEYS:
        raise LimitExceeded(
            f"The user {user.name} has {user.keys} keys, the most IAM allows.", "", "Delete one that is not used."
        )


def _warnings(request: UserRequest, state: UserState) -> tuple[str, ...]:
    found = ["A key is good until somebody deletes it. Where single sign-on is offered, it is the better way."]
    if not request.key:
        found = []
    if request.access is Access.CLASSIC:
        found.append(f"{request.name} may do everything in SageMaker, S3, ECR, CloudFormation and IAM: every right.")
    if request.key and state.user is not None and state.user.keys:
        found.append(f"{request.name} has a key already; this makes a second one.")
    return tuple(found)


def _create(request: UserRequest, arn: str) -> Step:
    which = {"UserName": request.name}
    undo = Step(
        id="undo-create-user",
        service="iam",
        operation="delete_user",
        reason=f"The user {request.name} goes; nobody can sign in with its keys any more.",
        parameters=which,
        manner=_EMPTIED,
        permissions=(Permission("iam:DeleteUser", arn), Permission("iam:GetUser", arn)),
        proof=Proof(Read("iam", "get_user", which), absent=_NO_USER, gone=True),
    )
    return Step(
        id=CREATE_USER,
        service="iam",
        operation="create_user",
        reason=f"A person or a program signs in as {request.name}.",
        parameters=which | {"Tags": tags(request.owner)},
        permissions=tuple(Permission(f"iam:{each}", arn) for each in ("CreateUser", "TagUser", "GetUser")),
        proof=Proof(Read("iam", "get_user", which), absent=_NO_USER, expect={"User.UserName": request.name}),
        undo=(undo,),
    )


def _attach(name: str, arn: str, policy: str) -> Step:
    short, which = policy.rpartition("/")[2], {"UserName": name, "PolicyArn": policy}
    only = {"ArnEquals": {"iam:PolicyARN": policy}}
    undo = Step(
        id=f"undo-attach-{short}",
        service="iam",
        operation="detach_user_policy",
        reason=f"A user can be deleted only without its policies; {short} is one.",
        parameters=which,
        permissions=(Permission("iam:DetachUserPolicy", arn),),
    )
    return Step(
        id=f"attach-{short}",
        service="iam",
        operation="attach_user_policy",
        reason=f"The user gets the policy {short}.",
        parameters=which,
        after=(CREATE_USER,),
        manner=_SEEN,
        permissions=(Permission("iam:AttachUserPolicy", arn, only),),
        undo=(undo,),
    )


def _put(name: str, arn: str, document: dict[str, Any]) -> Step:
    which = {"UserName": name, "PolicyName": policy_name(document)}
    read = Read("iam", "get_user_policy", which)
    undo = Step(
        id="undo-user-policy",
        service="iam",
        operation="delete_user_policy",
        reason="A user can be deleted only without its policies.",
        parameters=which,
        permissions=(Permission("iam:DeleteUserPolicy", arn), Permission("iam:GetUserPolicy", arn)),
        proof=Proof(read, absent=_NO_USER, gone=True),
    )
    return Step(
        id="user-policy",
        service="iam",
        operation="put_user_policy",
        reason="The user may deploy, look at, call and delete endpoints, and hand over a sagedeck- role; nothing else.",
        parameters=which | {"PolicyDocument": Json(document)},
        after=(CREATE_USER,),
        manner=_SEEN,
        permissions=(Permission("iam:PutUserPolicy", arn), Permission("iam:GetUserPolicy", arn)),
        proof=Proof(read, absent=_NO_USER, expect={"PolicyName": which["PolicyName"]}),
        undo=(undo,),
    )


def _key(name: str, arn: str, after: tuple[str, ...]) -> Step:
    undo = Step(
        id="undo-create-key",
        service="iam",
        operation="delete_access_key",
        reason="The key stops working at once.",
        parameters={"UserName": name, "AccessKeyId": Ref(CREATE_KEY, _KEY_ID)},
        permissions=(Permission("iam:DeleteAccessKey", arn),),
    )
    return Step(
        id=CREATE_KEY,
        service="iam",
        operation="create_access_key",
        reason=f"Programs sign in as {name} with this key. Its secret is shown once and kept nowhere.",
        parameters={"UserName": name},
        after=after,
        manner=_SEEN,
        permissions=(Permission("iam:CreateAccessKey", arn),),
        undo=(undo,),
        secret_results=(_KEY_SECRET, _BOTH),
    )

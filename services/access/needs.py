"""What each page needs of IAM: to be looked at, and to do what its buttons do. Tests hold it against the plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.access.models import default_role_name
from services.catalog import bucket_arns
from services.plans.models import Permission

_LOOK_ENDPOINTS = (
    "sagemaker:ListEndpoints",
    "sagemaker:DescribeEndpoint",
    "sagemaker:DescribeEndpointConfig",
    "sagemaker:DescribeModel",
    "sagemaker:ListTags",
    "sagemaker:ListInferenceComponents",
)
_CALL = ("sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream")
_DEPLOY = tuple(f"sagemaker:{verb}{kind}" for kind in ("Model", "EndpointConfig", "Endpoint") for verb in ("Create",))
_DELETE = tuple(f"sagemaker:Delete{kind}" for kind in ("Endpoint", "EndpointConfig", "Model"))
_ROLE = (
    "iam:GetRole",
    "iam:CreateRole",
    "iam:TagRole",
    "iam:PutRolePolicy",
    "iam:GetRolePolicy",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
)
_SCALE = (
    "application-autoscaling:RegisterScalableTarget",
    "application-autoscaling:DeregisterScalableTarget",
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:PutScalingPolicy",
    "application-autoscaling:DescribeScalingPolicies",
    "application-autoscaling:DeleteScalingPolicy",
    "cloudwatch:PutMetricAlarm",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:DeleteAlarms",
)
# Whoever may make roles and hand them over may give themselves every right: no ready policy but one holds these.
MAKE_ROLE, MAKE_USER = "Make and remove the execution role", "Make a user"
_PASSED = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
# A name no resource has: a policy narrowed to one's own names answers for it as for any other.
_EXAMPLE = "sagedeck-example"
# The kind of resource an action is about, by the end of its name; the longer end first.
_KINDS = (
    ("EndpointConfig", "endpoint-config"),
    ("EndpointWeightsAndCapacities", "endpoint"),
    ("EndpointWithResponseStream", "endpoint"),
    ("InferenceComponent", "inference-component"),
    ("Endpoint", "endpoint"),
    ("Model", "model"),
    ("AddTags", "endpoint"),
)


@dataclass(frozen=True, slots=True)
class PageNeeds:
    """The actions of one page by what for, each "service:Action": to be looked at, and to change something."""

    looking: Mapping[str, tuple[str, ...]]
    doing: Mapping[str, tuple[str, ...]]


_ENDPOINTS = {"Endpoints": _LOOK_ENDPOINTS}
_ROLES = {"Execution roles": ("iam:ListRoles", "iam:GetRole", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies")}
PAGES: Mapping[str, PageNeeds] = {
    "home": PageNeeds(_ENDPOINTS, {}),
    "models": PageNeeds(
        {"Quotas": ("servicequotas:ListServiceQuotas",), "Models of the hub": ("sagemaker:ListHubContents",)}, {}
    ),
    "deploy": PageNeeds(
        _ENDPOINTS
        | _ROLES
        | {
            "JumpStart's specifications": ("s3:GetObject",),
            "Quotas": ("servicequotas:ListServiceQuotas",),
            "What may be done": ("iam:SimulatePrincipalPolicy",),
            "Logs while it starts": ("logs:DescribeLogStreams", "logs:GetLogEvents"),
        },
        {
            "Deploy": (*_DEPLOY, "sagemaker:AddTags", "iam:PassRole"),
            "Components": ("sagemaker:CreateInferenceComponent", "sagemaker:DescribeInferenceComponent"),
            MAKE_ROLE: _ROLE,
            "Scale by itself": _SCALE,
            "Notices of asynchronous endpoints": (
                "sns:CreateTopic",
                "sns:GetTopicAttributes",
                "sns:TagResource",
                "sns:Subscribe",
                "sns:DeleteTopic",
            ),
            "Take it back": (*_DELETE, "sagemaker:DeleteInferenceComponent"),
            "Smoke test": _CALL,
        },
    ),
    "endpoints": PageNeeds(
        _ENDPOINTS,
        {
            "Test": _CALL,
            "Pause, resume, update": (
                "sagemaker:CreateEndpointConfig",
                "sagemaker:CreateEndpoint",
                "sagemaker:UpdateEndpoint",
                "sagemaker:UpdateEndpointWeightsAndCapacities",
                "sagemaker:AddTags",
            ),
            "Delete": (*_DELETE, "sagemaker:DeleteInferenceComponent"),
        },
    ),
    "ask": PageNeeds(_ENDPOINTS, {"Ask": _CALL}),
    "documents": PageNeeds(_ENDPOINTS, {"Embed": _CALL[:1]}),
    "chat": PageNeeds(_ENDPOINTS, {"Chat": _CALL}),
    "take_down": PageNeeds(
        _ENDPOINTS | _ROLES | {"Models and configurations": ("sagemaker:ListModels", "sagemaker:ListEndpointConfigs")},
        {
            "Take down": (*_DELETE, "sagemaker:DeleteInferenceComponent"),
            MAKE_ROLE: ("iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"),
        },
    ),
    "access": PageNeeds(
        _ROLES | {"Users": ("iam:GetUser", "iam:ListAttachedUserPolicies", "iam:ListAccessKeys")},
        {
            MAKE_ROLE: _ROLE,
            MAKE_USER: (
                "iam:CreateUser",
                "iam:TagUser",
                "iam:PutUserPolicy",
                "iam:AttachUserPolicy",
                "iam:CreateAccessKey",
            ),
        },
    ),
}


@dataclass(frozen=True, slots=True)
class Need:
    """One permission a page needs, and for what."""

    what: str
    changes: bool
    permission: Permission


def needs_of(page: str, *, region: str, account: str, partition: str = "aws") -> tuple[Need, ...]:
    """What a page needs, on example resources of an account; empty for a page that needs nothing of IAM."""
    found = PAGES.get(page)
    if found is None:
        return ()
    groups = [(False, found.looking), (True, found.doing)]
    return tuple(
        Need(what, changes, _on_example(action, region, account, partition))
        for changes, group in groups
        for what, actions in group.items()
        for action in actions
    )


def _on_example(action: str, region: str, account: str, partition: str) -> Permission:
    service, _, name = action.partition(":")
    arn = f"arn:{partition}:{service}"
    if service == "iam":
        return _on_iam(action, f"arn:{partition}:iam::{account}", region)
    if service == "sagemaker":
        if name == "AddTags":  # of every kind of resource that is made
            return Permission(action, f"{arn}:{region}:{account}:endpoint/{_EXAMPLE}")
        kind = next((kind for end, kind in _KINDS if name.endswith(end)), "")
        return Permission(action, f"{arn}:{region}:{account}:{kind}/{_EXAMPLE}" if kind else "*")
    if service == "s3":
        return Permission(action, f"{bucket_arns(partition, region)[0]}/*")
    if service == "sns":
        return Permission(action, f"{arn}:{region}:{account}:{_EXAMPLE}")
    if action == "logs:GetLogEvents" or action == "logs:DescribeLogStreams":
        return Permission(action, f"{arn}:{region}:{account}:log-group:/aws/sagemaker/Endpoints/{_EXAMPLE}:*")
    return Permission(action)


def _on_iam(action: str, arn: str, region: str) -> Permission:
    role = f"{arn}:role/{default_role_name(region)}"
    if action == "iam:PassRole":
        return Permission(action, role, _PASSED)
    if action.endswith(("User", "UserPolicy", "AccessKey", "AccessKeys", "AttachedUserPolicies")):
        return Permission(action, f"{arn}:user/{_EXAMPLE}")
    if action in ("iam:ListRoles", "iam:SimulatePrincipalPolicy"):
        return Permission(action)
    return Permission(action, role)

"""The actions each page needs, by what for. Tests hold them against the plans and against what is read."""

from __future__ import annotations

from collections.abc import Mapping

from services.access.rights import HELD as _HELD
from services.access.rights import LEASE, LET_AWS, PageNeeds
from services.access.rights import MAKE_ROLE as MAKE_ROLE
from services.access.rights import ROLE as _ROLE
from services.access.rights import ROLES as _ROLES
from services.access.working_pages import WORKING

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
_CLASSIC = ("iam:AttachRolePolicy", "iam:DetachRolePolicy")
_SCALE = (
    "iam:CreateServiceLinkedRole",  # of AWS's own role for it, where the account has none
    "sagemaker:UpdateEndpointWeightsAndCapacities",
    "sagemaker:UpdateInferenceComponentRuntimeConfig",
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
_NOTICES = (
    "sns:CreateTopic",
    "sns:GetTopicAttributes",
    "sns:TagResource",
    "sns:Subscribe",
    "sns:ListSubscriptionsByTopic",
    "sns:DeleteTopic",
)
_QUOTAS = tuple(f"servicequotas:{verb}" for verb in (
    "GetServiceQuota", "GetAWSDefaultServiceQuota", "ListServiceQuotas"))  # fmt: skip
_CHANGE = (
    *_DEPLOY,
    "sagemaker:UpdateEndpoint",
    "sagemaker:AddTags",
    "sagemaker:DeleteTags",
    "sagemaker:CreateInferenceComponent",
    "iam:PassRole",
    *_SCALE,
)
_UNSCALE = ("application-autoscaling:DeregisterScalableTarget", "cloudwatch:DeleteAlarms")
# Whoever may make roles and hand them over may give themselves every right: no ready policy but one holds these.
MAKE_USER = "Make a user"


_ENDPOINTS = {"Endpoints": _LOOK_ENDPOINTS, "Their tags in bulk": ("tag:GetResources",)}
_PART = {"Components": ("sagemaker:DescribeInferenceComponent",)}
_PARTS = {
    "What scales them": (
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
        "application-autoscaling:DescribeScheduledActions",
        "cloudwatch:DescribeAlarms",
    ),
    **_PART,
}
_COST = {"Budgets on cost": ("budgets:ViewBudget",)}
_WORKPLACES = (
    "StopNotebookInstance DeleteNotebookInstance DeleteNotebookInstanceLifecycleConfig DeleteApp DeleteSpace"
    " DeleteUserProfile DeleteDomain DeleteStudioLifecycleConfig DescribeNotebookInstanceLifecycleConfig"
    " DescribeStudioLifecycleConfig"
)
_CLEAN = {
    "Endpoints and what they are made of": (*_DELETE, "sagemaker:DeleteInferenceComponent", *_UNSCALE),
    "Notebooks and Studio": tuple(f"sagemaker:{each}" for each in _WORKPLACES.split()),
    "Home of a domain": (
        "elasticfilesystem:DescribeMountTargets",
        "elasticfilesystem:DeleteMountTarget",
        "elasticfilesystem:DeleteFileSystem",
        "ec2:DeleteNetworkInterface",  # with a mount target
    ),
    "Jobs under way": tuple(f"sagemaker:Stop{each}Job" for each in ("Training", "Transform", "AutoML", "Processing")),
    "What belongs to it": (
        "sns:GetTopicAttributes",
        "sns:DeleteTopic",
        "logs:DeleteLogGroup",
        "scheduler:GetSchedule",
        "scheduler:DeleteSchedule",
        "s3:ListBucketVersions",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:DeleteBucket",
    ),
}
PAGES: Mapping[str, PageNeeds] = {
    **WORKING,
    "home": PageNeeds(
        _ENDPOINTS
        | {
            "Paused ones": ("tag:GetResources",),
            "Figures": ("cloudwatch:GetMetricData",),
            "Alarms": ("cloudwatch:DescribeAlarms",),
        }
        | _COST,
        {},
    ),
    "models": PageNeeds(
        {
            "Quotas": ("servicequotas:ListServiceQuotas",),
            "Models of the hub": ("sagemaker:ListHubContents", "sagemaker:DescribeHubContent"),
        },
        {},
    ),
    "deploy": PageNeeds(
        _ENDPOINTS
        | _ROLES
        | {
            "JumpStart's specifications": ("s3:GetObject",),
            "Quotas": _QUOTAS,
            "What may be done": ("iam:SimulatePrincipalPolicy",),
            "Images and artefacts of your own": ("ecr:DescribeImages", "s3:ListBucket"),
            "Networks and keys": ("ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "kms:DescribeKey"),
            "Logs while it starts": ("logs:DescribeLogStreams", "logs:GetLogEvents"),
        },
        {
            "Deploy": (*_DEPLOY, "sagemaker:AddTags", "iam:PassRole"),
            "Components": ("sagemaker:CreateInferenceComponent", "sagemaker:DescribeInferenceComponent"),
            MAKE_ROLE: _ROLE,
            "Scale by itself": _SCALE,
            "Notices of asynchronous endpoints": _NOTICES,
            "Keys of your own": ("kms:CreateGrant",),
            "Take it back": (*_DELETE, "sagemaker:DeleteInferenceComponent"),
            LET_AWS: ("scheduler:ListSchedules", *LEASE),
            "Smoke test": _CALL,
        },
    ),
    "endpoints": PageNeeds(
        _ENDPOINTS
        | {
            "Paused ones": ("tag:GetResources", "sagemaker:ListEndpointConfigs"),
            "Models to change to": ("sagemaker:ListModels",),
            "Figures": ("cloudwatch:GetMetricData",),
            "Answers of asynchronous endpoints": ("s3:GetObject", "s3:ListBucket"),
            "Logs": ("logs:DescribeLogStreams", "logs:GetLogEvents", "logs:FilterLogEvents"),
            "What happened, and who did it": (
                "application-autoscaling:DescribeScalingActivities",
                "cloudtrail:LookupEvents",
            ),
            "Alarms": (
                "cloudwatch:DescribeAlarms",
                "cloudwatch:DescribeAlarmHistory",
                "sns:ListSubscriptionsByTopic",
            ),
        }
        | _PARTS
        | _COST,
        {
            "Test": (*_CALL, "sagemaker:InvokeEndpointAsync"),
            "Alarms": (
                "cloudwatch:PutMetricAlarm",
                "cloudwatch:DeleteAlarms",
                "cloudwatch:TagResource",
                *_NOTICES,
            ),
            "Budgets on cost": ("budgets:ModifyBudget", "budgets:TagResource"),
            "Pause, resume, update": _CHANGE,
            "Delete": (*_DELETE, "sagemaker:DeleteInferenceComponent", *_UNSCALE),
            LET_AWS: ("scheduler:ListSchedules", *LEASE),
        },
    ),
    "ask": PageNeeds(_ENDPOINTS | _PART, {"Ask": _CALL}),
    "documents": PageNeeds(_ENDPOINTS | _PART, {"Embed": _CALL[:1]}),
    "chat": PageNeeds(_ENDPOINTS | _PART, {"Chat": _CALL}),
    "evaluation": PageNeeds(_ENDPOINTS | _PART, {"Search and answer": _CALL}),
    "take_down": PageNeeds(
        _ENDPOINTS
        | _ROLES
        | _PARTS
        | {
            "Models and configurations": ("sagemaker:ListModels", "sagemaker:ListEndpointConfigs"),
            "Jobs under way": (
                "sagemaker:ListTrainingJobs",
                "sagemaker:DescribeTrainingJob",
                "sagemaker:ListAutoMLJobs",
                "sagemaker:DescribeAutoMLJobV2",
            ),
            "Topics": ("tag:GetResources",),
        },
        {
            "Take down": (*_DELETE, "sagemaker:DeleteInferenceComponent", *_UNSCALE),
            "Topics": ("sns:GetTopicAttributes", "sns:DeleteTopic"),
            MAKE_ROLE: ("iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"),
        },
    ),
    "bill": PageNeeds(
        _HELD
        | {
            "AWS's own bill": ("ce:GetCostAndUsage", "ce:GetCostForecast"),
            "What serverless endpoints did, and requests": ("cloudwatch:GetMetricData",),
            "How endpoints were scaled": ("application-autoscaling:DescribeScalingActivities",),
            "What is free": ("freetier:GetFreeTierUsage",),
            "Prices": ("pricing:GetProducts",),
        }
        | _COST,
        {"Budgets on cost": ("budgets:ModifyBudget", "budgets:TagResource")},
    ),
    "savings": PageNeeds(
        _ENDPOINTS | _HELD | {"Figures": ("cloudwatch:GetMetricData",), "Quotas": _QUOTAS},
        _CLEAN | {"Pause, update, scale": _CHANGE, "Start a notebook again": ("sagemaker:StartNotebookInstance",)},
    ),
    "leases": PageNeeds(
        _HELD | _ROLES | _PARTS | {"Schedules": ("scheduler:GetSchedule",)},
        {
            "Leases": ("sagemaker:AddTags", "sagemaker:DeleteTags"),
            LET_AWS: (*LEASE, "iam:PassRole"),
            "End them": (
                *_DELETE,
                "sagemaker:DeleteInferenceComponent",
                *_UNSCALE,
                "sagemaker:StopNotebookInstance",
                "sagemaker:DescribeNotebookInstance",
            ),
            MAKE_ROLE: _ROLE,
        },
    ),
    "clean_up": PageNeeds(_HELD | _ROLES, _CLEAN | {MAKE_ROLE: (*_ROLE, "iam:DetachRolePolicy")}),
    "access": PageNeeds(
        _ROLES | {"Users": ("iam:GetUser", "iam:ListAttachedUserPolicies", "iam:ListAccessKeys", "iam:GetUserPolicy")},
        {
            MAKE_ROLE: (*_ROLE, *_CLASSIC),
            MAKE_USER: tuple(
                f"iam:{verb}"
                for verb in (
                    "CreateUser",
                    "TagUser",
                    "PutUserPolicy",
                    "AttachUserPolicy",
                    "CreateAccessKey",
                    "DeleteAccessKey",
                    "DetachUserPolicy",
                    "DeleteUserPolicy",
                    "DeleteUser",
                )
            ),
        },
    ),
}

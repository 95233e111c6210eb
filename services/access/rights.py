"""Groups of actions that several pages need, and what a page's needs are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MAKE_ROLE, LET_AWS = "Make and remove the execution role", "Let AWS keep to leases"
LEASE = tuple(f"scheduler:{verb}Schedule" for verb in ("Get", "Create", "Update", "Delete"))
ROLE = (
    "iam:GetRole",
    "iam:CreateRole",
    "iam:TagRole",
    "iam:PutRolePolicy",
    "iam:GetRolePolicy",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
)
ROLES = {"Execution roles": ("iam:ListRoles", "iam:GetRole", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies")}
_LISTED = (
    "Endpoints InferenceComponents EndpointConfigs Models NotebookInstances NotebookInstanceLifecycleConfigs Domains"
    " UserProfiles Spaces Apps StudioLifecycleConfigs TrainingJobs TransformJobs AutoMLJobs ProcessingJobs Tags"
)
_DESCRIBED = (
    "Endpoint InferenceComponent EndpointConfig Model NotebookInstance Domain UserProfile Space App TrainingJob"
    " TransformJob AutoMLJobV2 ProcessingJob"
)
# What costs, savings, leases and cleaning up are all worked out from: see services/resources.
HELD = {
    "What is held": (
        *(f"sagemaker:List{each}" for each in _LISTED.split()),
        *(f"sagemaker:Describe{each}" for each in _DESCRIBED.split()),
    ),
    "Its tags": (
        "tag:GetResources",
        "cloudwatch:ListTagsForResource",
        "logs:ListTagsForResource",
        "application-autoscaling:ListTagsForResource",
        "sns:ListTagsForResource",
        "s3:GetBucketTagging",
    ),
    "The account's regions": ("account:ListRegions", "ec2:DescribeRegions"),
    "What belongs to it": (
        "application-autoscaling:DescribeScalableTargets",
        "cloudwatch:DescribeAlarms",
        "logs:DescribeLogGroups",
        "scheduler:ListSchedules",
        "scheduler:GetSchedule",
        "sns:GetTopicAttributes",
        "elasticfilesystem:DescribeFileSystems",
        "elasticfilesystem:DescribeMountTargets",
        "s3:ListAllMyBuckets",
        "s3:GetBucketLocation",
        "s3:ListBucket",
        "cloudwatch:GetMetricStatistics",
        "iam:ListRoles",
        "iam:GetRole",
        "iam:ListAccountAliases",
    ),
}


@dataclass(frozen=True, slots=True)
class PageNeeds:
    """The actions of one page by what for, each "service:Action": to be looked at, and to change something."""

    looking: Mapping[str, tuple[str, ...]]
    doing: Mapping[str, tuple[str, ...]]


# Of services/plans/objects.py: the bucket all rooms send to, and what they send.
BUCKET = tuple(
    f"s3:{each}"
    for each in (
        "CreateBucket", "PutBucketPublicAccessBlock", "GetBucketPublicAccessBlock", "PutEncryptionConfiguration",
        "GetEncryptionConfiguration", "PutBucketTagging", "GetBucketTagging", "ListBucket",
    )
)  # fmt: skip
UPLOAD = ("s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListBucket")

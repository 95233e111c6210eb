"""What the pages need where one works: Autopilot, batch, fine-tuning, notebook instances and Studio's spaces."""

from __future__ import annotations

from collections.abc import Mapping

from services.access.rights import BUCKET, HELD, LEASE, LET_AWS, MAKE_ROLE, ROLE, ROLES, UPLOAD, PageNeeds

_NETWORKS = {"Networks": tuple(f"ec2:Describe{each}" for each in ("Vpcs", "Subnets", "SecurityGroups"))}
WORKING: Mapping[str, PageNeeds] = {
    "autopilot": PageNeeds(
        ROLES
        | {
            "Jobs": ("sagemaker:ListAutoMLJobs", "sagemaker:DescribeAutoMLJobV2", "sagemaker:DescribeEndpoint"),
            "Data in S3": ("s3:ListAllMyBuckets", "s3:ListBucket", "s3:GetObject"),
        },
        {
            "Launch": ("sagemaker:CreateAutoMLJobV2", "sagemaker:AddTags", "iam:PassRole"),
            "Upload the data": UPLOAD,
            "The bucket for that": BUCKET,
            "Stop, take back": ("sagemaker:StopAutoMLJob", "s3:DeleteObject", "s3:DeleteBucket"),
            MAKE_ROLE: ROLE,
        },
    ),
    "autopilot-jobs": PageNeeds(
        {
            "Jobs and their candidates": (
                "sagemaker:ListAutoMLJobs",
                "sagemaker:DescribeAutoMLJobV2",
                "sagemaker:ListCandidatesForAutoMLJob",
            ),
            "Reports, and what jobs left in S3": ("s3:ListBucket", "s3:GetObject"),
            "Logs of what failed": ("logs:DescribeLogStreams", "logs:GetLogEvents"),
            "Endpoints that serve candidates": (
                "sagemaker:ListEndpoints",
                "sagemaker:DescribeEndpoint",
                "sagemaker:DescribeEndpointConfig",
                "sagemaker:DescribeModel",
                "sagemaker:ListTags",
            ),
        },
        {
            "Stop": ("sagemaker:StopAutoMLJob",),
            "Predict": ("sagemaker:InvokeEndpoint",),
            "Deploy a candidate": (
                "sagemaker:CreateModel",
                "sagemaker:CreateEndpointConfig",
                "sagemaker:CreateEndpoint",
                "sagemaker:AddTags",
                "iam:PassRole",
            ),
            "Predict by a transform job": ("sagemaker:CreateTransformJob", "sagemaker:DescribeTransformJob"),
            "Send the table": UPLOAD,
            "Take back": (
                "sagemaker:DeleteEndpoint",
                "sagemaker:DeleteEndpointConfig",
                "sagemaker:DeleteModel",
                "sagemaker:StopTransformJob",
                "s3:DeleteObject",
            ),
            MAKE_ROLE: ROLE,
        },
    ),
    "batch": PageNeeds(
        {
            "Transform jobs": ("sagemaker:ListTransformJobs", "sagemaker:DescribeTransformJob"),
            "What can answer": (
                "sagemaker:ListEndpoints",
                "sagemaker:DescribeEndpoint",
                "sagemaker:DescribeEndpointConfig",
                "sagemaker:ListModels",
                "sagemaker:DescribeModel",
                "sagemaker:ListModelPackages",
                "sagemaker:ListTags",
            ),
            "Input and answers in S3": ("s3:ListAllMyBuckets", "s3:ListBucket", "s3:GetObject"),
            "Quotas": ("servicequotas:ListServiceQuotas", "servicequotas:GetServiceQuota"),
            "What the model's role may do": ("iam:SimulatePrincipalPolicy", "iam:GetRole"),
            "Logs of what failed": ("logs:DescribeLogStreams", "logs:GetLogEvents"),
        },
        {
            "Start": ("sagemaker:CreateTransformJob", "sagemaker:AddTags"),
            "A model with a role of its own": ("sagemaker:CreateModel", "sagemaker:DeleteModel", "iam:PassRole"),
            "Send the input": UPLOAD,
            "The bucket for that": BUCKET,
            "Stop, take back, delete answers": ("sagemaker:StopTransformJob", "s3:DeleteObject", "s3:DeleteBucket"),
            MAKE_ROLE: ROLE,
        },
    ),
    "fine-tune": PageNeeds(
        ROLES
        | {
            "Training jobs": ("sagemaker:ListTrainingJobs", "sagemaker:DescribeTrainingJob", "sagemaker:ListTags"),
            "JumpStart's specifications": ("s3:GetObject", "sagemaker:DescribeHubContent"),
            "Texts in S3, and what jobs left there": ("s3:ListAllMyBuckets", "s3:ListBucket"),
            "Losses and logs": ("cloudwatch:GetMetricData", "logs:DescribeLogStreams", "logs:GetLogEvents"),
            "Quotas": ("servicequotas:ListServiceQuotas", "servicequotas:GetServiceQuota"),
            "Endpoints of the results": ("sagemaker:ListEndpoints", "sagemaker:DescribeEndpoint"),
        },
        {
            "Train": ("sagemaker:CreateTrainingJob", "sagemaker:AddTags", "iam:PassRole"),
            "Send the text": UPLOAD,
            "The bucket for that": BUCKET,
            "Stop, take back": ("sagemaker:StopTrainingJob", "s3:DeleteObject", "s3:DeleteBucket"),
            "Deploy the result": (
                "sagemaker:CreateModel",
                "sagemaker:CreateEndpointConfig",
                "sagemaker:CreateEndpoint",
            ),
            MAKE_ROLE: ROLE,
        },
    ),
    "notebooks": PageNeeds(
        HELD
        | ROLES
        | _NETWORKS
        | {
            "Lifecycle configurations": (
                "sagemaker:ListNotebookInstanceLifecycleConfigs",
                "sagemaker:DescribeNotebookInstanceLifecycleConfig",
            )
        },
        {
            "Make one": ("sagemaker:CreateNotebookInstance", "sagemaker:AddTags", "iam:PassRole"),
            "In a network of your own, with a key": (
                "ec2:CreateNetworkInterface",
                "kms:DescribeKey",
                "kms:CreateGrant",
            ),
            "Open it": ("sagemaker:CreatePresignedNotebookInstanceUrl",),
            "Start, stop, change, delete": tuple(
                f"sagemaker:{verb}NotebookInstance" for verb in ("Start", "Stop", "Update", "Delete", "Describe")
            ),
            "Give it an end, take it away": ("sagemaker:AddTags", "sagemaker:DeleteTags"),
            LET_AWS: ("scheduler:ListSchedules", *LEASE),
            MAKE_ROLE: ROLE,
        },
    ),
    "spaces": PageNeeds(
        HELD | ROLES | _NETWORKS,
        {
            "Make a domain": (
                "sagemaker:CreateDomain",
                "sagemaker:AddTags",
                "iam:PassRole",
                "iam:CreateServiceLinkedRole",
            ),
            "Make a user profile": ("sagemaker:CreateUserProfile",),
            "Make, run, stop, change, delete a space": (
                *(f"sagemaker:{verb}Space" for verb in ("Create", "Update", "Delete", "Describe")),
                *(f"sagemaker:{verb}App" for verb in ("Create", "Delete", "Describe")),
                "sagemaker:AddTags",
            ),
            "Open it": ("sagemaker:CreatePresignedDomainUrl",),
            "Take a domain back": ("sagemaker:DeleteDomain", "sagemaker:DeleteUserProfile"),
            MAKE_ROLE: ROLE,
        },
    ),
}

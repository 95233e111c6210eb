"""What an execution role may do: the least a model behind an endpoint needs, and what its settings need beyond."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.access.models import RoleRequest, RoleState, role_arn
from services.catalog import bucket_arns
from services.plans.objects import default_bucket

_PULL = ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]
_WRITE_LOGS = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
_USE_KEY = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"]
# What somebody does from a notebook: call what is deployed, and look at it.
_CALL = [
    "sagemaker:InvokeEndpoint",
    "sagemaker:InvokeEndpointAsync",
    "sagemaker:InvokeEndpointWithResponseStream",
    "sagemaker:DescribeEndpoint",
    "sagemaker:DescribeEndpointConfig",
    "sagemaker:ListEndpoints",
    "sagemaker:ListInferenceComponents",
    "sagemaker:ListTags",
]
# What Studio's own pages ask with the role of the person who opened them (AWS's guide, "Give your users access to
# spaces"): apps of a private space are its owner's alone.
_STUDIO = [
    f"sagemaker:{verb}{noun}"
    for verb, nouns in (("List", "Apps Domains UserProfiles Spaces"), ("Describe", "App Domain UserProfile Space"))
    for noun in nouns.split()
]
# What AWS's guide on hosting in a VPC lists; EC2 takes no narrower resource for most of them.
_INTERFACES = [
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
]

# What an AutoML job does under its role. AWS's guide gives it AmazonSageMakerFullAccess; these are the calls its stages
# make (processing, training, tuning, transform), and those of the endpoint that the best candidate may become.
_JOBS = [
    f"sagemaker:{verb}{noun}"
    for verbs, nouns in (
        ("Create Describe Stop", "ProcessingJob TrainingJob HyperParameterTuningJob TransformJob"),
        ("Create Describe Delete", "Model EndpointConfig Endpoint"),
        ("Create Describe", "AutoMLJobV2"),
        ("List", "Tags TrainingJobsForHyperParameterTuningJob CandidatesForAutoMLJob"),
        ("Add", "Tags"),
    )
    for verb in verbs.split()
    for noun in nouns.split()
]


def least_policy(request: RoleRequest, state: RoleState) -> dict[str, Any]:
    """Its image, its weights, its logs and its metrics, and nothing else but what the request names."""
    arn = f"arn:{state.partition}"
    here = f"{state.region}:{state.account}"
    buckets = list(dict.fromkeys([*bucket_arns(state.partition, state.region), *request.buckets]))
    spaces = {"StringLike": {"cloudwatch:namespace": ["AWS/SageMaker", "/aws/sagemaker/*"]}}
    statements: list[dict[str, Any]] = [
        _allow("EcrLogin", ["ecr:GetAuthorizationToken"], ["*"]),
        _allow("PullImage", _PULL, [f"{arn}:ecr:{state.region}:*:repository/*"]),
        _allow("WriteLogs", _WRITE_LOGS, [f"{arn}:logs:{here}:log-group:/aws/sagemaker/*"]),
        _allow("WriteMetrics", ["cloudwatch:PutMetricData"], ["*"]) | {"Condition": spaces},
        _allow("ListArtefacts", ["s3:ListBucket", "s3:GetBucketLocation"], buckets),
        _allow("ReadArtefacts", ["s3:GetObject"], [f"{bucket}/*" for bucket in buckets]),
        *_beyond(request, state),
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _beyond(request: RoleRequest, state: RoleState) -> list[dict[str, Any]]:
    found = [*(_work(state) if request.work else ()), *(_starts(request, state) if request.starts else ())]
    if request.writes:
        found.append(_allow("WriteAnswers", ["s3:PutObject"], list(request.writes)))
    if request.topics:
        found.append(_allow("TellTopics", ["sns:Publish"], list(request.topics)))
    own = f"arn:{state.partition}:kms:{state.region}:{state.account}:key"
    named = [key for key in request.keys if "alias/" not in key]
    aliases = [f"alias/{key.partition('alias/')[2]}" for key in request.keys if "alias/" in key]
    grants = {"Bool": {"kms:GrantIsForAWSResource": "true"}}  # storage is encrypted by a grant to the service
    for sid, keys, only in (
        ("Named", [key if key.startswith("arn:") else f"{own}/{key}" for key in named], {}),
        ("Alias", [f"{own}/*"] if aliases else [], {"ForAnyValue:StringEquals": {"kms:ResourceAliases": aliases}}),
    ):
        if keys:
            found.append(_allow(f"Use{sid}Keys", _USE_KEY, keys) | _only(only))
            found.append(_allow(f"Grant{sid}Keys", ["kms:CreateGrant"], keys) | _only({**only, **grants}))
    if request.vpc:
        found.append(_allow("UseVpc", _INTERFACES, ["*"]))
    return found


def _starts(request: RoleRequest, state: RoleState) -> Iterator[dict[str, Any]]:
    yield _allow("StartJobs", _JOBS, [f"arn:{state.partition}:sagemaker:{state.region}:{state.account}:*"])
    handed = {"Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}}
    yield _allow("HandItselfOver", ["iam:PassRole"], [role_arn(request, state)]) | handed


def _work(state: RoleState) -> Iterator[dict[str, Any]]:
    here = f"arn:{state.partition}:sagemaker:{state.region}:{state.account}"
    own = f"arn:{state.partition}:s3:::{default_bucket(state.region, state.account)}"
    yield _allow("CallEndpoints", _CALL, ["*"])
    yield _allow("SeeStudio", _STUDIO, ["*"])
    nobody = {"Null": {"sagemaker:OwnerUserProfileArn": "true"}}
    mine = "user-profile/${sagemaker:DomainId}/${sagemaker:UserProfileName}"
    owned = {"ArnLike": {"sagemaker:OwnerUserProfileArn": f"{here}:{mine}"}}
    yield _allow("RunSharedApps", ["sagemaker:CreateApp", "sagemaker:DeleteApp"], [f"{here}:app/*"]) | _only(nobody)
    yield _allow("RunOwnApps", ["sagemaker:CreateApp", "sagemaker:DeleteApp"], [f"{here}:app/*"]) | _only(owned)
    yield _allow("TagApps", ["sagemaker:AddTags"], [f"{here}:app/*"])
    yield _allow("OpenStudio", ["sagemaker:CreatePresignedDomainUrl"], [f"{here}:{mine}"])
    yield _allow("ListOwnBucket", ["s3:ListBucket", "s3:GetBucketLocation"], [own])
    yield _allow("UseOwnBucket", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [f"{own}/*"])


def _only(condition: Mapping[str, Any]) -> dict[str, Any]:
    return {"Condition": dict(condition)} if condition else {}


def _allow(sid: str, actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resources}

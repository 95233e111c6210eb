"""What each page needs of IAM, on resources of an account: to be looked at, and to do what its buttons do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.access.models import autopilot_role_name, batch_role_name, default_role_name, work_role_name
from services.access.pages import PAGES
from services.catalog import bucket_arns
from services.plans.leasing import role_name
from services.plans.models import Permission
from services.plans.objects import default_bucket

_SAGEMAKER = "sagemaker.amazonaws.com"
_SCALING = "sagemaker.application-autoscaling.amazonaws.com"
_TO_SCHEDULER = {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
_PASSED = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
# A name no resource has: a policy narrowed to one's own names answers for it as for any other.
_EXAMPLE = "sagedeck-example"
_OF_OBJECTS = ("Object", "ObjectVersion", "MultipartUpload")  # actions on what is in a bucket; others are on it
# The kind of resource an action is about, by the end of its name; the longer end first.
_KINDS = (
    ("EndpointConfig", "endpoint-config"),
    ("EndpointWeightsAndCapacities", "endpoint"),
    ("EndpointWithResponseStream", "endpoint"),
    ("InferenceComponent", "inference-component"),
    ("InferenceComponentRuntimeConfig", "inference-component"),
    ("Endpoint", "endpoint"),
    ("Model", "model"),
    ("AutoMLJobV2", "automl-job"),
    ("TrainingJob", "training-job"),
    ("TransformJob", "transform-job"),
    ("StopAutoMLJob", "automl-job"),
    ("AddTags", "endpoint"),
)


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
        Need(what, changes, _OF_PAGES.get(page, _on_example)(action, region, account, partition))
        for changes, group in groups
        for what, actions in group.items()
        for action in actions
    )


def _of_leases(action: str, region: str, account: str, partition: str) -> Permission:
    """As on other pages, but for another role: that which schedules take on."""
    found = _on_example(action, region, account, partition)
    if not found.resource.endswith(f":role/{default_role_name(region)}"):
        return found
    role = f"arn:{partition}:iam::{account}:role/{role_name(region)}"
    return Permission(action, role, _TO_SCHEDULER if found.condition else {})


def _of_work(action: str, region: str, account: str, partition: str) -> Permission:
    """As on other pages, but for the role people work with, and for the role AWS makes for Studio itself."""
    found = _on_example(action, region, account, partition)
    if action == "sagemaker:DeleteTags":
        return replace(found, resource=found.resource.replace(":endpoint/", ":notebook-instance/"))
    if action == "iam:CreateServiceLinkedRole":
        own = f"arn:{partition}:iam::{account}:role/aws-service-role/{_SAGEMAKER}/*"
        return Permission(action, own, {"StringLike": {"iam:AWSServiceName": _SAGEMAKER}})
    if not found.resource.endswith(f":role/{default_role_name(region)}"):
        return found
    return Permission(action, f"arn:{partition}:iam::{account}:role/{work_role_name(region)}", found.condition)


def _of_autopilot(action: str, region: str, account: str, partition: str) -> Permission:
    """As with data of one's own, but for the role of AutoML jobs."""
    found = _of_own_data(action, region, account, partition)
    if not found.resource.endswith(f":role/{default_role_name(region)}"):
        return found
    return Permission(action, f"arn:{partition}:iam::{account}:role/{autopilot_role_name(region)}", found.condition)


def _of_batch(action: str, region: str, account: str, partition: str) -> Permission:
    """As with data of one's own, but for the role of models that answer for transform jobs."""
    found = _of_own_data(action, region, account, partition)
    if not found.resource.endswith(f":role/{default_role_name(region)}"):
        return found
    return Permission(action, f"arn:{partition}:iam::{account}:role/{batch_role_name(region)}", found.condition)


def _on_example(action: str, region: str, account: str, partition: str) -> Permission:
    service, _, name = action.partition(":")
    arn = f"arn:{partition}:{service}"
    if service == "iam":
        return _on_iam(action, f"arn:{partition}:iam::{account}", region)
    if service == "sagemaker":
        if name in ("AddTags", "DeleteTags"):  # of every kind of resource that is made
            return Permission(action, f"{arn}:{region}:{account}:endpoint/{_EXAMPLE}")
        kind = next((kind for end, kind in _KINDS if name.endswith(end)), "")
        return Permission(action, f"{arn}:{region}:{account}:{kind}/{_EXAMPLE}" if kind else "*")
    if service == "ecr":
        return Permission(action, f"{arn}:{region}:{account}:repository/{_EXAMPLE}")
    if service == "s3":
        changes = name.startswith(("Abort", "Create", "Delete", "Put"))
        own = f"arn:{partition}:s3:::{default_bucket(region, account)}"
        return _on_s3(action, own if changes else bucket_arns(partition, region)[0])
    if service == "sns":
        return Permission(action, f"{arn}:{region}:{account}:{_EXAMPLE}")
    if service == "scheduler" and name.endswith("Schedule"):
        return Permission(action, f"{arn}:{region}:{account}:schedule/{_EXAMPLE}")
    if service == "logs":
        return Permission(action, f"{arn}:{region}:{account}:log-group:/aws/sagemaker/Endpoints/{_EXAMPLE}:*")
    return Permission(action)


def _on_s3(action: str, bucket: str) -> Permission:
    """On a bucket, or on what is in it; S3 lists buckets for nobody but the whole account."""
    if action == "s3:ListAllMyBuckets":
        return Permission(action)
    return Permission(action, f"{bucket}/*" if action.endswith(_OF_OBJECTS) else bucket)


def _of_own_data(action: str, region: str, account: str, partition: str) -> Permission:
    """As on other pages, but data are read from the console's own bucket; those of other buckets are added by hand."""
    if action.startswith("s3:"):
        return _on_s3(action, f"arn:{partition}:s3:::{default_bucket(region, account)}")
    return _on_example(action, region, account, partition)


def _on_iam(action: str, arn: str, region: str) -> Permission:
    role = f"{arn}:role/{default_role_name(region)}"
    if action == "iam:CreateServiceLinkedRole":
        return Permission(
            action, f"{arn}:role/aws-service-role/{_SCALING}/*", {"StringLike": {"iam:AWSServiceName": _SCALING}}
        )
    if action == "iam:PassRole":
        return Permission(action, role, _PASSED)
    if action.endswith(("User", "UserPolicy", "AccessKey", "AccessKeys", "AttachedUserPolicies")):
        return Permission(action, f"{arn}:user/{_EXAMPLE}")
    if action in ("iam:ListRoles", "iam:SimulatePrincipalPolicy"):
        return Permission(action)
    return Permission(action, role)


_OF_PAGES = {
    "autopilot": _of_autopilot,
    "autopilot-jobs": _of_own_data,
    "batch": _of_batch,
    "leases": _of_leases,
    "notebooks": _of_work,
    "spaces": _of_work,
}

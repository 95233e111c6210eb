"""Ready policies: for people who only look, for those who run the console, and for callers of one endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from services.access.needs import needs_of
from services.access.pages import MAKE_ROLE, MAKE_USER, PAGES
from services.plans.models import Permission

_CALLS = ("sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream")


def viewer_policy(region: str, account: str, partition: str = "aws") -> dict[str, Any]:
    """What looking at every page needs, and nothing that changes, calls or costs."""
    return policy_of(_wanted(region, account, partition, changes=False))


def operator_policy(region: str, account: str, partition: str = "aws") -> dict[str, Any]:
    """What every page needs to do what it does, under an execution role that is there already.

    Making roles and users is not in it: with that one can give oneself every right there is.
    """
    return policy_of(_wanted(region, account, partition, changes=True))


def role_maker_policy(region: str, account: str, partition: str = "aws") -> dict[str, Any]:
    """What making the execution role needs beside `operator_policy`: for those who may have every right."""
    needs = [need for page in PAGES for need in needs_of(page, region=region, account=account, partition=partition)]
    return policy_of(dict.fromkeys(_anywhere(need.permission) for need in needs if need.what == MAKE_ROLE))


def caller_policy(endpoint_arn: str, *, components: Sequence[str] = (), asynchronous: str = "") -> dict[str, Any]:
    """What a program needs to call one endpoint, and nothing else.

    components      ARNs of its inference components; none where the endpoint holds one model
    asynchronous    s3://bucket/prefix/ of the answers of an asynchronous endpoint; where the requests are put is the
                    caller's choice and has to be added
    """
    partition = endpoint_arn.split(":")[1]
    if not asynchronous:
        resources = [endpoint_arn, *components]
        return policy_of(Permission(action, resource) for action in _CALLS for resource in resources)
    bucket, _, prefix = asynchronous.removeprefix("s3://").partition("/")
    place = f"arn:{partition}:s3:::{bucket}"
    return policy_of(
        [
            Permission("sagemaker:InvokeEndpointAsync", endpoint_arn),
            Permission("s3:GetObject", f"{place}/{prefix}*"),
            Permission("s3:ListBucket", place, {"StringLike": {"s3:prefix": f"{prefix}*"}}),
        ]
    )


def _wanted(region: str, account: str, partition: str, *, changes: bool) -> list[Permission]:
    found = []
    for page in PAGES:
        for need in needs_of(page, region=region, account=account, partition=partition):
            if (changes or not need.changes) and need.what not in (MAKE_ROLE, MAKE_USER):
                found.append(_anywhere(need.permission))
    return list(dict.fromkeys(found))


def _anywhere(permission: Permission) -> Permission:
    """The permission on every resource of its kind, and on every role this console names."""
    if permission.action == "sagemaker:AddTags":  # on everything that is made
        return Permission(permission.action, f"{permission.resource.rpartition(':')[0]}:*")
    resource = permission.resource.replace("/sagedeck-example", "/*").replace(":sagedeck-example", ":*")
    resource = resource.replace("/aws/sagemaker/Endpoints/*", "/aws/sagemaker/*")  # the logs of components and jobs too
    if ":role/sagedeck-" in resource:
        handed = permission.action == "iam:PassRole" and ":role/sagedeck-leases-" in resource
        kept = "leases-*" if handed else "*"
        resource = f"{resource.partition(':role/')[0]}:role/sagedeck-{kept}"
    return Permission(permission.action, resource, permission.condition)


def policy_of(permissions: Iterable[Permission]) -> dict[str, Any]:
    """A policy that allows these and nothing else."""
    from services.plans import Plan, Step, policy

    step = Step(id="all", service="iam", operation="", reason="", permissions=tuple(permissions))
    return policy(Plan("", (step,)))

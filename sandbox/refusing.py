"""Faults that strike any call to AWS, in the code, the status and the words of the service that was called."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.ailments import BY_KIND
from sandbox.errors import AwsError
from sandbox.faults import Fault, Kind
from sandbox.named import resource_arn, resource_name
from sandbox.scope import ACCOUNT, partition_of
from sandbox.wire.api import api, exists
from sandbox.world import World

_EXPIRED = "The security token included in the request is expired"
_UNKNOWN = "The request processing has failed because of an unknown error, exception or failure."
_TEMPORARY = "The request has failed due to a temporary failure of the server."

# Where a service has codes and statuses of its own; `""` is any other of that protocol.
_THROTTLED = {
    "s3": ("SlowDown", 503, "Please reduce your request rate."),
    "ec2": ("RequestLimitExceeded", 503, "Request limit exceeded."),
    "service-quotas": ("TooManyRequestsException", 429, "Rate exceeded"),
    "resourcegroupstaggingapi": ("ThrottledException", 400, "Rate exceeded"),
    "scheduler": ("ThrottlingException", 429, "Rate exceeded"),
    "efs": ("ThrottlingException", 429, "Rate exceeded"),
    "sagemaker-runtime": ("ThrottlingException", 400, "Rate exceeded"),
}
_BROKEN = {
    "s3": "InternalError",
    "ec2": "InternalError",
    "iam": "ServiceFailure",
    "cloudwatch": "InternalServiceFault",
    "application-autoscaling": "InternalServiceException",
    "service-quotas": "ServiceException",
    "resourcegroupstaggingapi": "InternalServiceException",
    "pricing": "InternalErrorException",
    "budgets": "InternalErrorException",
    "scheduler": "InternalServerException",
    "efs": "InternalServerError",
}
_ACTION_PREFIX = {
    "sagemaker-runtime": "sagemaker",
    "service-quotas": "servicequotas",
    "resourcegroupstaggingapi": "tag",
    "efs": "elasticfilesystem",
    "elbv2": "elasticloadbalancing",
    "stepfunctions": "states",
}
_S3_ACTIONS = {
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "DeleteObjects": "DeleteObject",
}


class Cut(Exception):
    """The connection is to be cut without an answer."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call about to be made: botocore's names of service and operation, where, and with which members."""

    service: str
    operation: str
    region: str
    request: Mapping[str, Any]

    @property
    def action(self) -> str:
        """The IAM action it takes."""
        name = _S3_ACTIONS.get(self.operation, self.operation) if self.service == "s3" else self.operation
        if self.service == "sagemaker-runtime":
            name = name.replace("WithResponseStream", "")
            return f"sagemaker:{name}" if name == "InvokeEndpointAsync" else "sagemaker:InvokeEndpoint"
        return f"{_ACTION_PREFIX.get(self.service, self.service)}:{name}"


def refuse(world: World, attempt: Attempt) -> float:
    """Return for how many seconds the answer is to be held back. Raises AwsError or Cut where a fault strikes."""
    if not world.faults.any():
        return 0.0
    with world.lock:
        if _found(world, Kind.CONNECTION_RESET, attempt):
            raise Cut
        if _found(world, Kind.EXPIRED_TOKEN, attempt):
            raise _expired(attempt)
        if _found(world, Kind.DENIED_ACTION, attempt):
            raise denied(attempt)
        if _found(world, Kind.THROTTLING, attempt):
            raise _throttled(attempt)
        broken = _found(world, Kind.SERVER_ERROR, attempt)
        if broken:
            raise _broken(attempt, int(broken.value))
        slow = _found(world, Kind.SLOW_ANSWER, attempt)
        return (slow.value or BY_KIND[Kind.SLOW_ANSWER].value) if slow else 0.0


def _found(world: World, kind: Kind, attempt: Attempt) -> Fault | None:
    return world.faults.find(
        kind,
        service=attempt.service,
        operation=attempt.operation,
        resource=resource_name(attempt.operation, attempt.request),
        action=attempt.action,
    )


def _protocol(service: str) -> str:
    return api(service).protocol if exists(service) else "rest-xml"


def _throttled(attempt: Attempt) -> AwsError:
    if attempt.service in _THROTTLED:
        code, status, message = _THROTTLED[attempt.service]
        return AwsError(code, message, status)
    forms = _protocol(attempt.service) in ("query", "smithy-rpc-v2-cbor")
    return AwsError("Throttling" if forms else "ThrottlingException", "Rate exceeded")


def _broken(attempt: Attempt, status: int) -> AwsError:
    if status == 503:
        return AwsError("ServiceUnavailable", _TEMPORARY, 503)
    status = status if 500 <= status < 600 else 500
    if attempt.service == "s3":
        return AwsError("InternalError", "We encountered an internal error. Please try again.", status)
    return AwsError(_BROKEN.get(attempt.service, "InternalFailure"), _UNKNOWN, status)


def _expired(attempt: Attempt) -> AwsError:
    match attempt.service, _protocol(attempt.service):
        case "s3", _:
            return AwsError("ExpiredToken", "The provided token has expired.")
        case _, "ec2":
            return AwsError("RequestExpired", "Request has expired.")
        case _, "query" | "smithy-rpc-v2-cbor":
            return AwsError("ExpiredToken", _EXPIRED, 403)
        case _, "rest-json":
            return AwsError("ExpiredTokenException", _EXPIRED, 403)
    return AwsError("ExpiredTokenException", _EXPIRED)


def denied(attempt: Attempt, who: str = "", *, explicitly: bool = False) -> AwsError:
    """The refusal of a call that no policy allows, or that one forbids, in the service's own shape."""
    protocol = _protocol(attempt.service)
    if protocol == "ec2":
        return AwsError("UnauthorizedOperation", "You are not authorized to perform this operation.", 403)
    who = who or f"arn:{partition_of(attempt.region)}:sts::{ACCOUNT}:user/moto"
    arn = resource_arn(attempt.service, attempt.operation, attempt.region, attempt.request)
    forbidden = "with an explicit deny in an identity-based policy"
    because = forbidden if explicitly else f"because no identity-based policy allows the {attempt.action} action"
    told = f"User: {who} is not authorized to perform: {attempt.action} on resource: {arn} {because}"
    if protocol in ("query", "rest-xml", "smithy-rpc-v2-cbor"):
        return AwsError("AccessDenied", told, 403)
    return AwsError("AccessDeniedException", told, 403 if protocol == "rest-json" else 400)

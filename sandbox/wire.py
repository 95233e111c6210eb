"""What a request asks for, read from its bytes by botocore's service model; and an answer written the same way back.

Here: the JSON protocols that name their operation in `X-Amz-Target`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.errors import JSON, AwsError
from sandbox.operations import Response

# The prefixes of X-Amz-Target, and botocore's name of the service (its models, metadata.targetPrefix).
TARGETS = {
    "SageMaker": "sagemaker",
    "Logs_20140328": "logs",
    "AnyScaleFrontendService": "application-autoscaling",
    "ServiceQuotasV20190624": "service-quotas",
    "ResourceGroupsTaggingAPI_20170126": "resourcegroupstaggingapi",
    "AWSPriceListService": "pricing",
    "AWSInsightsIndexService": "ce",
    "AWSBudgetServiceGateway": "budgets",
    "CloudTrail_20131101": "cloudtrail",
    "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101": "cloudtrail",
    "GraniteServiceVersion20100801": "cloudwatch",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: botocore's service name, the operation, and the members that were sent."""

    service: str
    operation: str
    request: Mapping[str, Any]


def target(headers: Mapping[str, str]) -> tuple[str, str]:
    """Return service and operation a JSON request names in its lower-case headers, ("", "") if it names none known."""
    prefix, _, operation = headers.get("x-amz-target", "").rpartition(".")
    return (TARGETS[prefix], operation) if prefix in TARGETS else ("", "")


def read(headers: Mapping[str, str], body: bytes) -> Asked | None:
    """Read a request, or return None if it is of a protocol that moto reads. Raises AwsError if it is none at all."""
    service, operation = target(headers)
    return Asked(service, operation, _parsed(body)) if service else None


def written(asked: Asked, response: Response) -> tuple[tuple[tuple[bytes, bytes], ...], bytes]:
    """Return headers and body of a response in the protocol it was asked in."""
    return ((b"content-type", JSON.encode()),), json.dumps(response).encode()


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise AwsError("SerializationException", "The request body is not JSON.") from None
    if not isinstance(request, dict):
        raise AwsError("SerializationException", "Start of structure or map found where not expected.")
    return request

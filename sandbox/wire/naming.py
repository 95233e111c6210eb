"""Which service and operation a request names: by X-Amz-Target, address, form, or the scope it is signed for."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from sandbox.scope import Scope
from sandbox.wire import rest
from sandbox.wire.api import api, exists

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
    "TrentService": "kms",
    "secretsmanager": "secretsmanager",
    "AmazonSSM": "ssm",
    "AmazonSQS": "sqs",
    "AWSEvents": "events",
    "DynamoDB_20120810": "dynamodb",
    "AmazonEC2ContainerRegistry_V20150921": "ecr",
}

# Where the name in the credential scope is not botocore's.
SIGNED_FOR = {
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
    "servicequotas": "service-quotas",
    "elasticfilesystem": "efs",
    "elasticloadbalancing": "elbv2",
    "states": "stepfunctions",
    "email": "ses",
}
NOT_READ = frozenset({"s3", "execute-api"})  # their bodies are not requests


@dataclass(frozen=True, slots=True)
class Head:
    """A request but for its body; header names in lower case, `query` as it stood in the address."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    aws: Scope


@dataclass(frozen=True, slots=True)
class Named:
    """What a request asks for, in which protocol (of botocore's names), with the members its address holds."""

    service: str
    operation: str
    protocol: str
    address: Mapping[str, str] | None = None


def named(head: Head) -> Named | None:
    """Tell what a request asks for, without its body (a form's operation is "" until it is read); None: unknown."""
    prefix, _, operation = head.headers.get("x-amz-target", "").rpartition(".")
    if prefix:
        service = TARGETS.get(prefix)
        return Named(service, operation, "json") if service else None
    if head.path.startswith("/service/") and "smithy-protocol" in head.headers:
        return _rpc(head.path)
    signed = head.aws.service
    service = SIGNED_FOR.get(signed, signed)
    if not service or service in NOT_READ or not exists(service):
        return None
    if head.headers.get("content-type", "").startswith("application/x-www-form-urlencoded") and head.path == "/":
        return Named(service, "", "query")
    if head.path == "/" and "Action=" in head.query:
        return Named(service, parse_qs(head.query).get("Action", [""])[0], "query")
    return _by_address(service, head)


def _rpc(path: str) -> Named | None:
    parts = path.split("/")
    if len(parts) != 5 or parts[3] != "operation" or parts[2] not in TARGETS:
        return None
    return Named(TARGETS[parts[2]], parts[4], "smithy-rpc-v2-cbor")


def _by_address(service: str, head: Head) -> Named | None:
    if api(service).protocol != "rest-json":
        return None
    found = rest.match(service, head.method, head.path, head.query)
    return Named(service, found[0], "rest-json", found[1]) if found else None

"""What goes wrong at an endpoint, in AWS's words: the runtime's own refusals, and a container's error as ModelError.

AwsError           the runtime says no before any container is asked (ValidationError, ThrottlingException, 413)
ContainerError     the container answered with an error: HTTP 424 ModelError, its own words inside

Where AWS's wording could not be found the sentence is ours: sync calls of asynchronous endpoints and the reverse,
headers of features an endpoint lacks (TargetModel, EnableExplanations, TargetContainerHostname).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.errors import AwsError
from sandbox.hosting import Hosted
from sandbox.telemetry.events import group_of

TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container primary. Review the latency metrics for "
    "each container in Amazon CloudWatch, resolve the issue, and try again."
)
NO_CAPACITY = (
    "Inference Component has no capacity to process this request. ApplicationAutoScaling may be in-progress (if "
    "configured) or try to increase the capacity by invoking UpdateInferenceComponentRuntimeConfig API."
)
_JSON = (b"content-type", b"application/json")
Headers = list[tuple[bytes, bytes]]


class ContainerError(Exception):
    """The container answered `status` with `body`, in its own words; 0 if it did not answer in time."""

    def __init__(self, status: int, body: str | Mapping[str, object]) -> None:
        self.status = status
        self.body = body if isinstance(body, str) else json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        super().__init__(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer in one piece."""

    status: int
    headers: Headers
    body: bytes


def invalid(message: str) -> AwsError:
    """Return what the runtime answers to nearly every mistake; the control plane's has another code."""
    return AwsError("ValidationError", message)


def not_found(endpoint: str, account: str) -> AwsError:
    """Return AWS's answer for an endpoint that is absent, or that does not serve yet."""
    return invalid(f"Endpoint {endpoint} of account {account} not found.")


def not_asynchronous(endpoint: str, account: str) -> AwsError:
    """Return the answer to InvokeEndpointAsync of an endpoint that has no AsyncInferenceConfig."""
    return invalid(f"Endpoint {endpoint} of account {account} is not an asynchronous endpoint.")


def too_long(most: int) -> AwsError:
    """Return AWS's answer to a body over its limit, which has no error code."""
    return AwsError("", f"HTTP content length exceeded {most} bytes.", 413)


def refusal(refused: AwsError, request_id: str) -> Reply:
    """Return the HTTP answer that boto3 turns into a ClientError of this code."""
    headers = [_JSON, (b"x-amzn-requestid", request_id.encode())]
    if refused.code:
        headers.append((b"x-amzn-errortype", refused.code.encode()))
    content = {"Message": refused.message, "message": refused.message}
    return Reply(refused.status, headers, json.dumps(content).encode())


def in_words(error: ContainerError, hosted: Hosted) -> str:
    """Return the sentence AWS makes of a container's error."""
    kind = "client" if 400 <= error.status < 500 else "server"
    group = group_of(hosted.endpoint, hosted.component)
    console = f"https://{hosted.region}.console.aws.amazon.com/cloudwatch/home?region={hosted.region}"
    return (
        f'Received {kind} error ({error.status}) from primary with message "{error.body}". '
        f"See {console}#logEventViewer:group={group} in account {hosted.account} for more information."
    )


def model_error(error: ContainerError, hosted: Hosted, request_id: str) -> Reply:
    """Return the ModelError (HTTP 424) that AWS makes of a container's error, with the container's own words inside."""
    kind = "CLIENT" if 400 <= error.status < 500 else "SERVER"
    message, group = in_words(error, hosted), group_of(hosted.endpoint, hosted.component)
    content = {
        "ErrorCode": f"{kind}_ERROR_FROM_MODEL",
        "LogStreamArn": f"arn:aws:logs:{hosted.region}:{hosted.account}:log-group:{group}",
        "Message": message,
        "message": message,
        "OriginalMessage": error.body,
        "OriginalStatusCode": error.status,
    }
    headers = [
        _JSON,
        (b"x-amzn-requestid", request_id.encode()),
        (b"x-amzn-errortype", b"ModelError"),
        (b"x-amzn-invoked-production-variant", hosted.variant.encode()),
    ]
    return Reply(424, headers, json.dumps(content).encode())

"""What goes wrong at an endpoint, in AWS's words: the runtime's own refusals, and a container's error as ModelError.

Refused            the runtime says no before any container is asked (ValidationError, 413)
ContainerError     the container answered with an error: HTTP 424 ModelError, its own words inside
"""

import json
from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from sandbox.hosting import Hosted


class Refused(Exception):
    """The runtime refuses the request: HTTP `status`, AWS's error `code` ("" when AWS gives none) and `message`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class ContainerError(Exception):
    """The container answered `status` with `body`, in its own words."""

    def __init__(self, status: int, body: str | Mapping[str, object]) -> None:
        self.status = status
        self.body = body if isinstance(body, str) else json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        super().__init__(self.body)


def not_found(endpoint: str, account: str) -> Refused:
    """Return AWS's answer for an endpoint that is absent, or that does not serve yet."""
    return Refused(400, "ValidationError", f"Endpoint {endpoint} of account {account} not found.")


def refusal_response(refused: Refused, request_id: str) -> Response:
    """Return the HTTP answer that boto3 turns into a ClientError of this code."""
    headers = {"x-amzn-RequestId": request_id}
    if refused.code:
        headers["x-amzn-ErrorType"] = refused.code
    content = {"Message": refused.message, "message": refused.message}
    return JSONResponse(content, status_code=refused.status, headers=headers)


def model_error(error: ContainerError, hosted: Hosted, request_id: str) -> Response:
    """Return the ModelError (HTTP 424) that AWS makes of a container's error, with the container's own words inside."""
    kind = "client" if 400 <= error.status < 500 else "server"
    group = f"/aws/sagemaker/Endpoints/{hosted.endpoint}"
    console = f"https://{hosted.region}.console.aws.amazon.com/cloudwatch/home?region={hosted.region}"
    message = (
        f'Received {kind} error ({error.status}) from primary with message "{error.body}". '
        f"See {console}#logEventViewer:group={group} in account {hosted.account} for more information."
    )
    content = {
        "ErrorCode": f"{kind.upper()}_ERROR_FROM_MODEL",
        "LogStreamArn": f"arn:aws:logs:{hosted.region}:{hosted.account}:log-group:{group}",
        "Message": message,
        "message": message,
        "OriginalMessage": error.body,
        "OriginalStatusCode": error.status,
    }
    headers = {
        "x-amzn-RequestId": request_id,
        "x-amzn-ErrorType": "ModelError",
        "x-Amzn-Invoked-Production-Variant": hosted.variant,
    }
    return JSONResponse(content, status_code=424, headers=headers)

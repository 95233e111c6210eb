"""What a caller of an endpoint asks, read from the HTTP request: the operation, the endpoint, and AWS's own headers."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.errors import AwsError
from sandbox.runtime.refusals import invalid, too_long
from sandbox.scope import Scope, scope_of

BODY_BYTES = 6_291_456  # InvokeEndpoint's limit, as of botocore 1.44.5
SERVERLESS_BYTES = 4_194_304
_DRAINED = 64_000_000  # a body over the limit is read this far, so that the client hears why rather than a reset
_SERVICE = "sagemaker-runtime"
_OPERATIONS = {
    "invocations": "InvokeEndpoint",
    "invocations-response-stream": "InvokeEndpointWithResponseStream",
    "async-invocations": "InvokeEndpointAsync",
}
_PATH = re.compile(r"/endpoints/([^/]+)/(invocations|invocations-response-stream|async-invocations)/?")
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_PREFIX = b"x-amzn-sagemaker-"
Receive = Callable[[], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One call. `headers`: AWS's own, without their common prefix, lower-case; and content-type and accept."""

    operation: str
    endpoint: str
    aws: Scope
    headers: Mapping[str, str]

    def header(self, name: str) -> str:
        return self.headers.get(name, "")

    @property
    def content_type(self) -> str:
        return self.headers.get("type", "")


def read(scope: Mapping[str, Any]) -> Asked | None:
    """Return what an ASGI request asks of the runtime, None if it is none of its paths. Raises AwsError."""
    found = _PATH.fullmatch(scope["path"])
    if found is None or scope["method"] != "POST":
        return None
    headers, special = {}, False
    for name, value in scope["headers"]:
        if name.startswith(_PREFIX):
            headers[name[len(_PREFIX) :].decode("latin-1")] = value.decode("latin-1")
            special = True
        elif name == b"content-type":
            headers["type"] = value.decode("latin-1")
        elif name == b"accept":
            headers["accept"] = value.decode("latin-1")
    operation, endpoint = _OPERATIONS[found[2]], found[1]
    if special or not _NAME.fullmatch(endpoint):
        _check(operation, endpoint, scope["headers"])
    return Asked(operation, endpoint, scope_of(scope["headers"]), headers)


def members(operation: str, endpoint: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """Return the request as botocore's model names it."""
    from sandbox.wire import rest

    path = {"EndpointName": endpoint}
    return rest.read(_SERVICE, operation, path, "", headers, body)


def _check(operation: str, endpoint: str, headers: list[tuple[bytes, bytes]]) -> None:
    """Hold the request against botocore's model. Raises AwsError."""
    from sandbox.validation import check

    named = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    try:
        request = members(operation, endpoint, named, b"-")
        if operation == "InvokeEndpointAsync":
            request.pop("Body", None)
        check(_SERVICE, operation, request)
    except AwsError as error:
        raise invalid(error.message) from error
    except ValueError as error:
        raise invalid(str(error)) from error


async def body_of(receive: Receive, most: int = BODY_BYTES) -> bytes:
    """Return the request's body, or raise AwsError as AWS does when it is too long."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return _fitting(body, most)
    parts, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise invalid("The body ended early.")
        part: bytes = message.get("body", b"")
        size += len(part)
        if size <= most:
            parts.append(part)
        elif size > _DRAINED:
            break
    if size > most:
        raise too_long(most)
    return b"".join(parts)


def _fitting(body: bytes, most: int) -> bytes:
    if len(body) > most:
        raise too_long(most)
    return body

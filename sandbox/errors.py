"""Errors as AWS words and shapes them, in each of the wire protocols a client may speak."""

import json
import uuid
from collections.abc import Mapping
from xml.sax.saxutils import escape

JSON = "application/x-amz-json-1.1"


class AwsError(Exception):
    """Carried to the client: `code` as in ClientError's Error.Code, HTTP `status`, `message` in AWS's words."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def invalid(message: str) -> AwsError:
    """What SageMaker answers to nearly every mistake, absence included."""
    return AwsError("ValidationException", message)


def not_built(what: str) -> AwsError:
    """The sandbox lacks an operation."""
    return AwsError(
        "NotImplemented",
        f"The Sagedeck sandbox does not have {what}. With an AWS account connected it would be called.",
        501,
    )


def headers_of(error: AwsError, headers: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers an error's protocol wants, but for the content type and the error's name."""
    request_id = (b"x-amzn-requestid", str(uuid.uuid4()).encode())
    if "smithy-protocol" not in headers:
        return (request_id,)
    fault = "Receiver" if error.status >= 500 else "Sender"
    old_name = (b"x-amzn-query-error", f"{error.code};{fault}".encode())
    return (request_id, (b"smithy-protocol", b"rpc-v2-cbor"), old_name)


def rendered(error: AwsError, headers: Mapping[str, str], service: str) -> tuple[str, bytes]:
    """Return (content type, body) of an error in the protocol of the request whose lower-case `headers` are given."""
    kind = headers.get("content-type", "")
    if "cbor" in kind or "smithy-protocol" in headers:
        return "application/cbor", _cbor({"__type": error.code, "message": error.message})
    if "x-amz-target" in headers or "json" in kind:
        body = {"__type": error.code, "message": error.message, "Message": error.message}
        return JSON, json.dumps(body).encode()
    if service not in ("s3", "") and "form" not in kind:  # rest-json
        return "application/json", json.dumps({"message": error.message}).encode()
    detail = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    if service in ("s3", ""):
        return "application/xml", f"<?xml version='1.0' encoding='UTF-8'?><Error>{detail}</Error>".encode()
    sender = "Receiver" if error.status >= 500 else "Sender"
    xml = f"<ErrorResponse><Error><Type>{sender}</Type>{detail}</Error><RequestId>sandbox</RequestId></ErrorResponse>"
    return "text/xml", xml.encode()


def _cbor(members: Mapping[str, str]) -> bytes:
    """A map of short texts in CBOR (RFC 8949): enough for an error, so that no package is needed."""
    return bytes([0xA0 | len(members)]) + b"".join(_cbor_text(k) + _cbor_text(v) for k, v in members.items())


def _cbor_text(text: str) -> bytes:
    raw = text.encode()
    return b"\x79" + len(raw).to_bytes(2, "big") + raw

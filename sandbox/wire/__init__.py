"""What a request asks for, read from its bytes by botocore's service model; and an answer written the same way back.

Protocols: json, rest-json, query (and ec2's) and smithy-rpc-v2-cbor. REST-XML is S3's, and left to moto.
"""

from dataclasses import dataclass, replace
from typing import Any

import orjson

from sandbox.errors import JSON, AwsError
from sandbox.operations import Request, Response
from sandbox.wire import cbor, query, rest
from sandbox.wire.api import api
from sandbox.wire.naming import TARGETS, Head, Named, named
from sandbox.wire.values import reader, writer

__all__ = ["TARGETS", "Asked", "Head", "Named", "named", "read", "written"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: what it names, and the members that were sent."""

    named: Named
    request: Request

    @property
    def service(self) -> str:
        return self.named.service

    @property
    def operation(self) -> str:
        return self.named.operation


def read(head: Head, what: Named, body: bytes) -> Asked:
    """Read a request. Raises AwsError if it is none at all."""
    try:
        if what.protocol == "query":
            return _read_form(head, what, body)
        if what.operation not in api(what.service).operations:
            return Asked(what, {})  # the validation that follows refuses it
        return Asked(what, _members(head, what, body))
    except (ValueError, RecursionError):
        raise AwsError(
            "SerializationException", _MALFORMED.get(what.protocol, "The request body is not JSON.")
        ) from None


def written(asked: Asked, response: Response, request_id: str) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return status, headers and body of a response in the protocol it was asked in."""
    what = asked.named
    status, headers = 200, [(b"x-amzn-requestid", request_id.encode())]
    match what.protocol:
        case "json":
            kind, body = JSON, _json(what, response)
        case "query":
            kind, body = "text/xml", query.write(what.service, what.operation, response, request_id)
        case "rest-json":
            kind = "application/json"
            status, more, body = rest.write(what.service, what.operation, response)
            headers += more
        case _:
            headers.append((b"smithy-protocol", b"rpc-v2-cbor"))
            kind, body = "application/cbor", cbor.dumps(_turned(what, response, for_cbor=True))
    return status, [(b"content-type", kind.encode()), *headers], body


_MALFORMED = {"smithy-rpc-v2-cbor": "The request body is not CBOR.", "query": "The request body is not a form."}


def _read_form(head: Head, what: Named, body: bytes) -> Asked:
    form = query.form_of(head.query) | query.form_of(body.decode())
    what = replace(what, operation=form.get("Action", ""))
    if what.operation not in api(what.service).operations:
        return Asked(what, {})
    return Asked(what, query.read(what.service, what.operation, form))


def _members(head: Head, what: Named, body: bytes) -> Request:
    if what.protocol == "rest-json":
        return rest.read(what.service, what.operation, what.address or {}, head.query, head.headers, body)
    if what.protocol == "json":
        parsed = orjson.loads(body) if body.strip() else {}
    else:
        parsed = cbor.loads(body) if body else {}
    if not isinstance(parsed, dict):
        raise AwsError("SerializationException", "Start of structure or map found where not expected.")
    name = api(what.service).input_of(what.operation)
    turn = reader(what.service, name) if name else None
    return turn(parsed) if turn else parsed


def _json(what: Named, response: Response) -> bytes:
    turned = _turned(what, response, for_cbor=False)
    return orjson.dumps(turned, option=orjson.OPT_NON_STR_KEYS)


def _turned(what: Named, response: Response, *, for_cbor: bool) -> Any:
    name = api(what.service).output_of(what.operation)
    turn = writer(what.service, name, cbor=for_cbor) if name else None
    return turn(response) if turn else response

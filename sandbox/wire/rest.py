"""REST-JSON: operations named by method and path; members in the path, the query, the headers and the body."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

import orjson

from sandbox.wire.api import Shape, api
from sandbox.wire.values import http_date, reader, scalar, writer

Header = tuple[bytes, bytes]


@cache
def _routes(service: str) -> list[tuple[str, re.Pattern[str], Mapping[str, str], str]]:
    """Method, path, what the query must hold, and the operation; those with the longest fixed path first."""
    found = []
    for operation, described in api(service).operations.items():
        path, _, query = described["http"]["requestUri"].partition("?")
        parts = re.split(r"\{(\w+)(\+?)\}", path)
        pattern = re.escape(parts[0])
        for name, greedy, fixed in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            pattern += f"(?P<{name}>{'.+' if greedy else '[^/]+'})" + re.escape(fixed)
        must = {key: value[0] for key, value in parse_qs(query, keep_blank_values=True).items()}
        found.append((sum(map(len, parts[::3])), described["http"]["method"], pattern, must, operation))
    found.sort(key=lambda each: (-each[0], -len(each[3])))
    return [(method, re.compile(pattern), must, operation) for _, method, pattern, must, operation in found]


def match(service: str, method: str, path: str, query: str) -> tuple[str, Mapping[str, str]] | None:
    """Return the operation of a method and path, and the members the path holds; None if there is none."""
    asked = parse_qs(query, keep_blank_values=True)
    for wanted, pattern, must, operation in _routes(service):
        if wanted != method or any(asked.get(key) != [value] for key, value in must.items()):
            continue
        found = pattern.fullmatch(path) or pattern.fullmatch(path.rstrip("/"))
        if found:
            return operation, found.groupdict()
    return None


def read(
    service: str, operation: str, address: Mapping[str, str], query: str, headers: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    """Put a request's members together. ValueError if its body is not a JSON object."""
    described = api(service)
    name = described.input_of(operation)
    if not name:
        return {}
    shape = described.shape(name)
    asked = parse_qs(query, keep_blank_values=True)
    request: dict[str, Any] = {}
    if "payload" in shape:
        request.update(_payload(service, shape, body))
    elif body.strip():
        parsed = orjson.loads(body)
        if not isinstance(parsed, dict):
            raise ValueError("not an object")
        turn = reader(service, name)
        request.update(turn(parsed) if turn else parsed)
    for member, how in shape["members"].items():
        where, wire_name = how.get("location"), how.get("locationName", member)
        if where == "uri" and wire_name in address:
            request[member] = scalar(described.shape(how["shape"])["type"], unquote(address[wire_name]))
        elif where == "header" and wire_name.lower() in headers:
            request[member] = scalar(described.shape(how["shape"])["type"], headers[wire_name.lower()])
        elif where == "querystring":
            request.update(_of_query(described.shape(how["shape"]), member, wire_name, asked))
    return request


def write(service: str, operation: str, response: Mapping[str, Any]) -> tuple[int, list[Header], bytes]:
    """Return status, headers and body of a response."""
    described = api(service)
    status = int(described.operations[operation]["http"].get("responseCode", 200))
    name = described.output_of(operation)
    if not name:
        return status, [], b"{}"
    members = described.shape(name)["members"]
    headers: list[Header] = []
    rest: dict[str, Any] = {}
    for member, value in response.items():
        how = members.get(member, {})
        if how.get("location") == "header":
            text = http_date(value) if described.shape(how["shape"])["type"] == "timestamp" else str(value)
            headers.append((how.get("locationName", member).lower().encode(), text.encode()))
        elif how.get("location") == "statusCode":
            status = int(value)
        elif value is not None:
            rest[member] = value
    payload = described.shape(name).get("payload")
    if payload:
        value = rest.get(payload)
        return status, headers, value if isinstance(value, bytes) else orjson.dumps(value)
    turn = writer(service, name, cbor=False)
    return status, headers, orjson.dumps(turn(rest) if turn else rest)


def _payload(service: str, shape: Shape, body: bytes) -> dict[str, Any]:
    member = shape["payload"]
    held = shape["members"][member]["shape"]
    if api(service).shape(held)["type"] != "structure":
        return {member: body} if body else {}
    if not body.strip():
        return {}
    turn, parsed = reader(service, held), orjson.loads(body)
    return {member: turn(parsed) if turn else parsed}


def _of_query(shape: Shape, member: str, wire_name: str, asked: Mapping[str, list[str]]) -> dict[str, Any]:
    if shape["type"] == "map":
        return {member: {key: values[0] for key, values in asked.items()}}
    if wire_name not in asked:
        return {}
    values = asked[wire_name]
    return {member: values if shape["type"] == "list" else scalar(shape["type"], values[0])}

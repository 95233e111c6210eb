"""The stand-in over HTTP: tokens, JSON, one command a request. They run in threads: the event loop stays free."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dataapi.database import Database
from sandbox.dataapi.refusals import Refusal, of_status
from sandbox.strict_json import load

MAX_REQUEST_BYTES = 64 * 1024 * 1024  # a hundred documents with their vectors have a few MB
_TOKENS = ("AstraCS:", "Cassandra:")  # Astra's, and the user and password tokens of other Data API servers
_OBJECTS = ("filter", "sort", "projection", "options", "update", "replacement")  # of a command, where it has them
Strike = Callable[[str, Mapping[str, Any], str], None]  # of a command, its body and its collection; may raise Refusal


def routes(database: Database, strike: Strike = lambda *_: None) -> list[BaseRoute]:
    """One route a kind of address, under both prefixes. `strike` is asked before each command."""

    async def answer(request: Request) -> Response:
        return await run_in_threadpool(_answer, database, strike, request, await _body(request))

    paths = ("", "/{keyspace}", "/{keyspace}/{collection}")
    return [
        Route(f"{prefix}{path}", answer, methods=["POST"], name="dataapi")
        for prefix in ("/api/json/v1", "/v1")
        for path in paths
    ]


async def _body(request: Request) -> bytes | None:
    """The request's body, None when it is too long to be taken."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size <= MAX_REQUEST_BYTES:
            parts.append(part)
        else:
            parts.clear()
    return b"".join(parts) if size <= MAX_REQUEST_BYTES else None


def _answer(database: Database, strike: Strike, request: Request, raw: bytes | None) -> Response:
    try:
        if raw is None:
            raise Refusal("REQUEST_TOO_LARGE", f"A request has {MAX_REQUEST_BYTES:,} bytes at most.", status=413)
        _check_token(request.headers.get("token"))
        name, body = _command(raw)
        if database.hibernated:
            raise of_status(503)
        fault = database.take_fault(name)
        if fault is not None and not fault.after:
            raise of_status(fault.status)
        where = request.path_params
        strike(name, body, where.get("collection", ""))
        result = database.run(where.get("keyspace"), where.get("collection"), name, body)
        if fault is not None:
            raise of_status(fault.status)
        return JSONResponse(result)
    except Refusal as refusal:
        return JSONResponse({"errors": [refusal.body()]}, status_code=refusal.status)


def _check_token(token: str | None) -> None:
    if not token:
        message = "The command did not include an authorization token in the request headers."
        raise Refusal("MISSING_AUTHENTICATION_TOKEN", message, status=401)
    if not any(token.startswith(prefix) and len(token) > len(prefix) for prefix in _TOKENS):
        raise of_status(401)


def _command(raw: bytes) -> tuple[str, dict[str, Any]]:
    try:
        payload = load(raw)
    except ValueError as error:
        raise Refusal("REQUEST_NOT_JSON", f"Request not valid JSON, problem: {error}.", status=400) from error
    if not isinstance(payload, dict) or len(payload) != 1:
        raise Refusal("REQUEST_STRUCTURE_MISMATCH", "Request must be a JSON Object with one command.", status=400)
    name, body = next(iter(payload.items()))
    if not isinstance(body, dict):
        raise Refusal("REQUEST_STRUCTURE_MISMATCH", f"Command '{name}' must be a JSON Object.", status=400)
    for member in _OBJECTS:
        if not isinstance(body.get(member) or {}, dict):
            raise Refusal("REQUEST_STRUCTURE_MISMATCH", f"Command field '{member}' must be a JSON Object.", status=400)
    options = body.get("options") or {}
    for member in ("limit", "skip"):
        number = options.get(member) or 0
        if not isinstance(number, int) or number < 0:
            raise Refusal("COMMAND_FIELD_VALUE_INVALID", f"Option '{member}' must be a non-negative integer.")
    return name, body

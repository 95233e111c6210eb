"""The one application behind the sandbox's port: who answers which request."""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import IO, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from sandbox import front, moto_iam, moto_sns, wire
from sandbox.buckets import check_bucket_name
from sandbox.control import Control
from sandbox.errors import JSON, AwsError
from sandbox.moto_bridge import Answer, body_of, shaped
from sandbox.sagemaker.hub import bucket as jumpstart
from sandbox.sagemaker.studio import page as studio_page
from sandbox.scope import Scope, check_region, scope_of
from sandbox.world import World

AsgiScope = MutableMapping[str, Any]
Application = Callable[[AsgiScope, Any, Any], Awaitable[None]]
Routes = Callable[[World], list[BaseRoute]]

MARK = (b"x-sagedeck-sandbox", b"1")
_PAGES = ("/moto-api", "/moto-api/", "/favicon.ico")
_REFUSED = ("/moto-api/recorder", "/moto-api/proxy")  # what moto would write to files or fetch from elsewhere
_BLOCK = 256 * 1024  # bytes of a file sent at once
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Sandbox:
    """An ASGI application.

    `last_request` is the monotonic time at which the latest answer ended, `in_flight` the number not yet answered.
    """

    def __init__(self, world: World, runtime: Routes, dataapi: Routes) -> None:
        self.world = world
        self.last_request = time.monotonic()
        self.in_flight = 0
        world.moto.on_loaded = self._loaded
        self._control = _routed([*Control(world, self.reset).routes(), *studio_page.routes(world)])
        self._runtime = _Later(lambda: runtime(world))
        self._dataapi = _Later(lambda: dataapi(world))

    def reset(self) -> None:
        """Forget all resources, metrics, logs and faults; the clock goes on."""
        self.world.reset()
        for service in self.world.moto.loaded:  # moto's classes are of the process: they are this world's again
            self._loaded(service)
        self._runtime.forget()
        self._dataapi.forget()

    async def __call__(self, scope: AsgiScope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1000})
            return
        self.in_flight += 1
        try:
            await self._route(scope, receive, _marking(send))
        except front.Cut:
            await front.cut(send)
        finally:
            self.in_flight -= 1
            self.last_request = time.monotonic()

    async def _route(self, scope: AsgiScope, receive: Any, send: Any) -> None:
        path, aws = scope["path"], scope_of(scope["headers"], scope["query_string"])
        if not _is_local(scope):
            foreign = AwsError("AccessDenied", "The sandbox answers only requests addressed to this machine.", 403)
            await _send(send, shaped(foreign, {"content-type": JSON}, ""))
        elif path.startswith("/_sandbox/") or path == "/moto-api/reset":
            await self._control(scope, receive, send)
        elif path.startswith("/endpoints/") and aws.service in ("sagemaker", ""):
            refusal = front.refused_invocation(self.world, path, aws)
            await (_send(send, refusal) if refusal else (await self._runtime.app())(scope, receive, send))
        elif (path == "/v1" or path.startswith(("/api/json/", "/v1/"))) and not aws.service:
            await (await self._dataapi.app())(scope, receive, send)
        else:
            await _send(send, await self._aws(scope, receive, aws))

    async def _aws(self, scope: AsgiScope, receive: Any, aws: Scope) -> Answer:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            _check_form(scope, headers, aws)
            body = await body_of(receive)
        except AwsError as error:
            return shaped(error, headers, aws.service)
        with body:
            path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
            head = wire.Head(scope["method"], path, scope["query_string"].decode("latin-1"), headers, aws)
            self.world.address = f"http://{headers.get('host', '127.0.0.1')}"
            asked, answered = await front.answer(self.world, head, body)
            if answered is None:
                answered = jumpstart.answer(head) or await self.world.moto.answer(scope, body, aws)
            self.world.trail.heard(head, asked, answered)
            return answered

    def _loaded(self, service: str) -> None:
        if service == "iam":
            moto_iam.extend_iam(self.world.faults)
        elif service == "sns":
            moto_sns.extend_sns(self.world.clock.now)


class _Later:
    """Routes whose module is imported, in a thread, when the first request for them comes."""

    def __init__(self, make: Callable[[], list[BaseRoute]]) -> None:
        self._make = make
        self._app: Application | None = None
        self._lock = asyncio.Lock()

    def forget(self) -> None:
        """Make the routes, and what they hold, anew at the next request."""
        self._app = None

    async def app(self) -> Application:
        async with self._lock:
            if self._app is None:
                self._app = _routed(await asyncio.to_thread(self._make))
            return self._app


def _routed(routes: list[BaseRoute]) -> Application:
    """Return the routes as an application; of routes that are one application themselves, that."""
    bare: Application | None = getattr(routes[0], "bare", None)
    return bare or Starlette(routes=routes, exception_handlers={Exception: _crashed})


async def _crashed(request: Request, error: Exception) -> Response:
    """Starlette raises the error again after this answer, so that it also reaches standard error."""
    named = front.stumble(error)
    answer = shaped(named, {"content-type": JSON}, "")
    return Response(answer.body, answer.status, media_type=JSON, headers={"x-amzn-errortype": named.code})


def _check_form(scope: AsgiScope, headers: dict[str, str], aws: Scope) -> None:
    """Refuse what moto would stumble over or take too lightly."""
    path = scope["path"]
    if path in _PAGES or path.startswith(_REFUSED):
        raise AwsError("NotFound", "There are no pages here; /_sandbox/status tells what the sandbox holds.", 404)
    authorization = headers.get("authorization", "")
    if authorization and not aws.service and not authorization.startswith("AWS "):
        raise AwsError("IncompleteSignature", "Authorization header requires 'Credential' parameter with a scope.")
    check_region(aws)
    if aws.service == "s3" and not headers.get("host", "").partition(":")[0].endswith(".localhost"):
        check_bucket_name(scope["method"], path, scope["query_string"])


def _is_local(scope: AsgiScope) -> bool:
    """Only loopback names may be asked for, and no page of another site may ask (DNS rebinding, forged requests)."""
    told = {}
    for name, value in scope["headers"]:
        told[name] = text = value.decode("latin-1").lower()
        if name == b"host" and not _loopback(text):
            return False
        if name == b"origin" and not _loopback(text.partition("://")[2]):
            return False
    if told.get(b"sec-fetch-site") != "cross-site" or b"origin" in told:
        return True
    follows = scope["method"] == "GET" and told.get(b"sec-fetch-mode") == "navigate"  # a link, say to a presigned page
    return follows and b"Action=" not in scope["query_string"]


def _loopback(host: str) -> bool:
    bare, port = (host, "") if host.endswith("]") or ":" not in host else host.rsplit(":", 1)
    if port and not port.isdecimal():
        return False
    return bare in _LOOPBACK or bare.endswith(".localhost")


def _marking(send: Any) -> Any:
    async def marked(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), MARK]
        await send(message)

    return marked


async def _send(send: Any, answer: Answer) -> None:
    headers = list(answer.headers)
    length = str(len(answer.body) + answer.length).encode()
    if answer.file:
        headers = [(name, value) for name, value in headers if name != b"content-length"]
    if not any(name == b"content-length" for name, _ in headers) and answer.status not in (204, 304):
        headers.append((b"content-length", length))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.file:
        await _send_file(send, answer.file, answer.length)
    else:
        await send({"type": "http.response.body", "body": answer.body})


async def _send_file(send: Any, file: IO[bytes], left: int) -> None:
    with file:
        while left:
            block = file.read(min(left, _BLOCK))
            if not block:
                raise OSError("an object's file is shorter than it was")
            left -= len(block)
            await send({"type": "http.response.body", "body": block, "more_body": bool(left)})

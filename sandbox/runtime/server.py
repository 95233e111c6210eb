"""The SageMaker runtime at this address: invoke, with a response stream or without, and a clear no to async calls."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse

from sandbox.hosting import Hosted, Hosting, Telemetry
from sandbox.runtime.answers import streamed
from sandbox.runtime.engine import Engine, Request, Streamed, Whole
from sandbox.runtime.frames import Cutter, model_stream_error
from sandbox.runtime.refusals import ContainerError, Refused, model_error, not_found, refusal_response
from sandbox.scope import scope_of

BODY_BYTES = 6_291_456  # InvokeEndpoint's limit, as of botocore 1.44.5
_DRAINED = 64_000_000  # a body over the limit is read this far, so that the client hears why rather than a reset
_TOKEN_SECONDS = 0.02
_STREAM_SECONDS = 2.0
_SERVING = frozenset({"InService", "Updating", "SystemUpdating", "RollingBack"})


@dataclass(frozen=True, slots=True)
class _Call:
    """One call on its way: who was asked, since when, under which id."""

    hosted: Hosted
    request_id: str
    started: float
    path: str
    body_bytes: int

    def headers(self) -> dict[str, str]:
        return {"x-amzn-RequestId": self.request_id, "x-Amzn-Invoked-Production-Variant": self.hosted.variant}


async def _body(request: HttpRequest) -> bytes:
    """Return the request's body, or raise Refused as AWS does when it is too long."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size <= BODY_BYTES:
            parts.append(part)
        elif size > _DRAINED:
            break
    if size > BODY_BYTES:
        raise Refused(413, "", f"HTTP content length exceeded {BODY_BYTES} bytes.")
    return b"".join(parts)


class Runtime:
    """The routes' handlers, over what is hosted."""

    def __init__(self, hosting: Hosting, telemetry: Telemetry, engine: Engine) -> None:
        self._hosting, self._telemetry, self._engine = hosting, telemetry, engine

    async def invoke(self, request: HttpRequest) -> Response:
        """Answer InvokeEndpoint."""
        return await self._handle(request, stream=False)

    async def stream(self, request: HttpRequest) -> Response:
        """Answer InvokeEndpointWithResponseStream."""
        return await self._handle(request, stream=True)

    async def refuse_async(self, request: HttpRequest) -> Response:
        """Say that asynchronous endpoints are not simulated."""
        name = request.path_params["name"]
        message = f"Endpoint {name} is not an asynchronous endpoint: the sandbox does not simulate these yet."
        return refusal_response(Refused(400, "ValidationError", message), str(uuid.uuid4()))

    def _find(self, request: HttpRequest) -> Hosted:
        name = request.path_params["name"]
        asked = scope_of(request.headers.raw)
        hosted = self._hosting.find(name, asked.region, asked.account)
        if hosted is None or hosted.status not in _SERVING:
            raise not_found(name, asked.account)
        variant = request.headers.get("x-amzn-sagemaker-target-variant", hosted.variant)
        if variant != hosted.variant:
            message = f"Variant {variant} of endpoint {name} of account {hosted.account} not found."
            raise Refused(400, "ValidationError", message)
        return hosted

    async def _handle(self, request: HttpRequest, *, stream: bool) -> Response:
        started, request_id = time.perf_counter(), str(uuid.uuid4())
        try:
            body = await _body(request)
            hosted = self._find(request)
        except Refused as refused:
            return refusal_response(refused, request_id)
        call = _Call(hosted, request_id, started, "/invocations", len(body))
        asked = time.perf_counter()
        headers = request.headers
        attributes = headers.get("x-amzn-sagemaker-custom-attributes", "")
        try:
            outcome = await self._engine.answer(hosted, Request(body, headers.get("content-type", ""), attributes))
        except ContainerError as error:
            self._told(call, asked, 424, error.status, len(error.body))
            return model_error(error, hosted, request_id)
        if not stream:
            whole = outcome if isinstance(outcome, Whole) else _joined(outcome)
            self._told(call, asked, 200, 200, len(whole.body))
            told = {**call.headers(), "x-sagedeck-sandbox-model": self._engine.describe()}
            return Response(whole.body, media_type=whole.content_type, headers=told)
        sent = {**call.headers(), "X-Amzn-SageMaker-Content-Type": outcome.content_type}
        frames = self._frames(call, asked, outcome)
        return StreamingResponse(frames, media_type="application/vnd.amazon.eventstream", headers=sent)

    async def _frames(self, call: _Call, asked: float, outcome: Whole | Streamed) -> AsyncIterator[bytes]:
        """Yield the event-stream frames of an answer at the model's pace; whoever hangs up stops it."""
        environment = call.hosted.environment
        breaks = int(environment.get("SANDBOX_STREAM_BREAKS_AFTER", "-1"))
        chunks = [outcome.body] if isinstance(outcome, Whole) else list(streamed(outcome.ask, outcome.said))
        pause = float(
            environment.get("SANDBOX_TOKEN_DELAY", min(_TOKEN_SECONDS, _STREAM_SECONDS / max(len(chunks), 1)))
        )
        cutter, sent = Cutter(), 0
        try:
            for place, chunk in enumerate(chunks):
                if place == breaks:
                    yield model_stream_error("The model container broke off its stream.", "StreamBroken")
                    return
                if place and pause > 0:
                    await asyncio.sleep(pause)
                for frame in cutter.frames(chunk):
                    sent += len(frame)
                    yield frame
            for frame in cutter.rest():
                yield frame
        finally:
            self._told(call, asked, 200, 200, sent)

    def _told(self, call: _Call, asked: float, status: int, container_status: int, answer_bytes: int) -> None:
        now = time.perf_counter()
        line = (
            f'169.254.178.2:0 - "POST {call.path} HTTP/1.1" {container_status} '
            f"request_bytes={call.body_bytes} response_bytes={answer_bytes} total_time={now - asked:.6f}s"
        )
        self._telemetry.invoked(
            call.hosted,
            status=status,
            model_microseconds=(now - asked) * 1e6,
            overhead_microseconds=(asked - call.started) * 1e6,
            log_line=line,
        )


def _joined(outcome: Streamed) -> Whole:
    """Return a streamed answer in one piece, as InvokeEndpoint hands over what a container streamed."""
    return Whole(b"".join(streamed(outcome.ask, outcome.said)), outcome.content_type)

"""The HTTP side of InvokeEndpoint, InvokeEndpointWithResponseStream and InvokeEndpointAsync: AWS's envelopes."""

import asyncio
import contextlib
import time
import traceback
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from sandbox.clock import Clock
from sandbox.errors import AwsError
from sandbox.hosting import Hosted, Hosting, Telemetry
from sandbox.models.remote import SECONDS as MODEL_SECONDS
from sandbox.refusing import Cut
from sandbox.runtime import pace, requests
from sandbox.runtime.engine import Container, Engine, Outcome, Request, Streamed, Whole
from sandbox.runtime.lines import written
from sandbox.runtime.refusals import (
    NO_CAPACITY,
    TIMED_OUT,
    ContainerError,
    Headers,
    Reply,
    invalid,
    model_error,
    not_asynchronous,
    not_found,
    refusal,
    too_long,
)
from sandbox.runtime.requests import Asked, Receive
from sandbox.runtime.sessions import Sessions
from sandbox.runtime.streams import Stream
from sandbox.runtime.targets import Targets
from sandbox.runtime.trouble import Stroke, Troubles

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Queue = Callable[[Asked, Hosted, bytes], tuple[str, Headers]]

_WARM = 300.0  # seconds a serverless container stays up without a call


@dataclass(frozen=True, slots=True)
class Turn:
    """One call on its way: who was asked, since when, under which id, and how many others were being answered."""

    asked: Asked
    hosted: Hosted
    container: Container
    request_id: str
    started: float
    body_bytes: int
    others: int
    cold: float = 0.0


class Runtime:
    """An ASGI application over what is hosted. `queue` takes asynchronous calls: it returns the id and the headers."""

    def __init__(
        self,
        hosting: Hosting,
        telemetry: Telemetry,
        engine: Engine,
        clock: Clock,
        troubles: Troubles,
        queue: Queue | None = None,
    ) -> None:
        self._hosting, self._telemetry, self._engine, self._clock = hosting, telemetry, engine, clock
        self._troubles, self._queue = troubles, queue
        self._sessions, self._targets = Sessions(clock), Targets(engine.world)
        self._busy: dict[tuple[str, str, str], int] = {}
        self._called: dict[tuple[str, str, str], float] = {}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        started, request_id = time.perf_counter(), str(uuid.uuid4())
        try:
            reply = await self._answer(scope, receive, send, started, request_id)
        except AwsError as refused:
            reply = refusal(refused, request_id)
        except Cut:
            raise  # the application resets the connection
        except Exception as error:  # noqa: BLE001 - a mistake of ours is answered as AWS answers its own
            traceback.print_exc()
            message = f"The sandbox stumbled: {type(error).__name__}: {error}"[:500]
            reply = refusal(AwsError("InternalFailure", message, 500), request_id)
        if reply is not None:
            length = (b"content-length", str(len(reply.body)).encode())
            await send({"type": "http.response.start", "status": reply.status, "headers": [*reply.headers, length]})
            await send({"type": "http.response.body", "body": reply.body})

    async def _answer(
        self, scope: MutableMapping[str, Any], receive: Receive, send: Send, started: float, request_id: str
    ) -> Reply | None:
        asked = requests.read(scope)
        if asked is None:
            raise AwsError("UnknownOperationException", "There is no such operation.", 404)
        stroke = self._troubles.strike(asked)
        body = await requests.body_of(receive)
        hosted = self._find(asked)
        if asked.operation == "InvokeEndpointAsync":
            return self._enqueue(asked, hosted, body, request_id)
        key = (hosted.region, hosted.endpoint, hosted.component or hosted.variant)
        others = self._busy.get(key, 0)
        self._admit(asked, hosted, others, len(body))
        self._busy[key] = others + 1
        try:
            await self._targets.require(hosted, asked.header("target-model"))
            cold = self._cold(hosted, key)
            container = self._engine.container(hosted)
            turn = Turn(asked, hosted, container, request_id, started, len(body), others, cold)
            return await self._invoke(turn, stroke, body, (scope, receive, send))
        finally:
            self._called[key] = self._clock.now()
            if self._busy[key] > 1:
                self._busy[key] -= 1
            else:
                del self._busy[key]

    def _find(self, asked: Asked) -> Hosted:
        variant, component = asked.header("target-variant"), asked.header("inference-component")
        aws = asked.aws
        hosted = self._hosting.find(asked.endpoint, aws.region, aws.account, variant=variant, component=component)
        if hosted is None or not hosted.serves:
            raise not_found(asked.endpoint, aws.account)
        return hosted

    def _admit(self, asked: Asked, hosted: Hosted, others: int, size: int) -> None:
        """Raise AwsError for what the endpoint does not take."""
        name = f"Endpoint {hosted.endpoint} of account {hosted.account}"
        if hosted.asynchronous is not None:
            raise invalid(f"{name} is an asynchronous endpoint: it takes InvokeEndpointAsync only.")
        if hosted.component and not hosted.copies:
            self._telemetry.turned_away(hosted)
            raise invalid(NO_CAPACITY)
        if hosted.serverless is not None:
            if asked.operation != "InvokeEndpoint":
                raise invalid(f"{name} is serverless: it does not stream.")
            if size > requests.SERVERLESS_BYTES:
                raise too_long(requests.SERVERLESS_BYTES)
            if others >= int(hosted.serverless.get("MaxConcurrency", 1)):
                raise AwsError("ThrottlingException", "Rate exceeded")
        elif not hosted.component and hosted.instance_count < 1:
            raise not_found(hosted.endpoint, hosted.account)
        for header, mode in (("target-model", "MultiModel"), ("target-container-hostname", "Direct")):
            if asked.header(header) and hosted.mode != mode:
                raise invalid(f"{name} does not take the header X-Amzn-SageMaker-{header.title()}: not {mode}.")
        if hosted.mode == "MultiModel" and not asked.header("target-model"):
            raise invalid(f"{name} is a multi-model endpoint: TargetModel is required.")
        if asked.header("enable-explanations"):
            raise invalid(f"{name} has no ExplainerConfig: EnableExplanations is not supported.")

    def _cold(self, hosted: Hosted, key: tuple[str, str, str]) -> float:
        """Return AWS's seconds until a serverless container is up, 0 where one is."""
        if hosted.serverless is None or hosted.serverless.get("ProvisionedConcurrency"):
            return 0.0
        idle = self._clock.now() - self._called.get(key, float("-inf"))
        return pace.cold_start(hosted) if idle > self._clock.lasts(_WARM) else 0.0

    def _enqueue(self, asked: Asked, hosted: Hosted, body: bytes, request_id: str) -> Reply:
        if hosted.asynchronous is None or self._queue is None:
            raise not_asynchronous(hosted.endpoint, hosted.account)
        number, headers = self._queue(asked, hosted, body)
        told = [(b"content-type", b"application/json"), (b"x-amzn-requestid", request_id.encode()), *headers]
        return Reply(202, told, b'{"InferenceId":"%s"}' % number.encode())

    async def _invoke(self, turn: Turn, stroke: Stroke, body: bytes, asgi: tuple[Any, Receive, Send]) -> Reply | None:
        asked, header = time.perf_counter(), turn.asked.header
        request = Request(body, turn.asked.content_type, header("custom-attributes"), header("accept"))
        streams = turn.asked.operation == "InvokeEndpointWithResponseStream"
        if turn.cold or stroke.pause:
            await asyncio.sleep(stroke.pause + min(turn.cold, self._patience(streams)))
        try:
            if stroke.model_fails:
                raise ContainerError(500, "Internal Server Error")
            headers = self._sessions.headers(turn.hosted, header("session-id"), body)
            outcome = await self._engine.answer(turn.container, request)
            if streams and isinstance(outcome, Streamed):
                await self._stream(turn, asked, outcome, stroke, asgi)
                return None
            whole = outcome if isinstance(outcome, Whole) else await _joined(outcome)
            taken = await self._pass(turn, asked, outcome)
        except ContainerError as error:
            self._told(turn, asked, 424, error.status, len(error.body))
            return model_error(error, turn.hosted, turn.request_id)
        self._told(turn, asked, 200, 200, len(whole.body), taken)
        if streams:
            await self._stream(turn, asked, whole, stroke, asgi)
            return None
        return Reply(200, [*self._headers(turn), *headers, (b"content-type", whole.content_type.encode())], whole.body)

    def _headers(self, turn: Turn) -> Headers:
        return [
            (b"x-amzn-requestid", turn.request_id.encode()),
            (b"x-amzn-invoked-production-variant", turn.hosted.variant.encode()),
            (b"x-sagedeck-sandbox-model", self._engine.describe().encode()),
        ]

    def _patience(self, streams: bool = False) -> float:
        return pace.patience(self._clock, pace.STREAM_PATIENCE if streams else pace.PATIENCE)

    async def _pass(self, turn: Turn, asked: float, outcome: Outcome) -> float:
        """Wait for as long as the instance would take, within reason; return its seconds. Raises ContainerError."""
        taken = time.perf_counter() - asked
        if outcome.work is None:
            return taken
        its, others = turn.container.pace, turn.others
        left, reported = pace.wait(self._clock, its, outcome.work, others, taken)
        if left:
            await asyncio.sleep(min(left, MODEL_SECONDS))
        if its.seconds(outcome.work, others if its.token else 0) > MODEL_SECONDS:
            raise ContainerError(0, TIMED_OUT)
        return reported

    async def _stream(
        self, turn: Turn, asked: float, outcome: Outcome, stroke: Stroke, asgi: tuple[Any, Receive, Send]
    ) -> None:
        _, receive, send = asgi
        kind = (b"x-amzn-sagemaker-content-type", outcome.content_type.encode())
        stream = Stream(outcome, turn.container, turn.others, stroke, self._patience(streams=True), asked)
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"application/vnd.amazon.eventstream"),
                    kind,
                    *self._headers(turn),
                ],
            }
        )
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            async with contextlib.aclosing(stream.frames()) as frames:
                async for frame in frames:
                    if gone.done():
                        break
                    await send({"type": "http.response.body", "body": frame, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            if isinstance(outcome, Streamed):
                taken = stream.seconds if self._clock.stands_still and outcome.work else None
                self._told(turn, asked, 200, 200, stream.sent, taken, stream)

    def _told(
        self,
        turn: Turn,
        asked: float,
        status: int,
        container: int,
        answer_bytes: int,
        seconds: float | None = None,
        stream: Stream | None = None,
    ) -> None:
        now, sizes = self._clock.now(), (turn.body_bytes, answer_bytes)
        taken = time.perf_counter() - asked if seconds is None else seconds
        cold = turn.cold if self._clock.stands_still else min(turn.cold, self._patience())
        line = written(turn.hosted, turn.container.family, now, status=container or 504, seconds=taken, sizes=sizes)
        self._telemetry.invoked(
            turn.hosted,
            status=status,
            model_microseconds=taken * 1e6,
            overhead_microseconds=(asked - turn.started + cold) * 1e6,
            log_line=line,
            concurrency=turn.others + 1,
            first_chunk_microseconds=stream.first_chunk * 1e6 if stream else 0.0,
            setup_microseconds=cold * 1e6,
            stream_broke=stream.broke if stream else False,
        )


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _joined(outcome: Streamed) -> Whole:
    """Return a streamed answer in one piece, as InvokeEndpoint hands over what a container streamed."""
    chunks = list(outcome.chunks()) if not outcome.relayed else await asyncio.to_thread(lambda: list(outcome.chunks()))
    return Whole(b"".join(chunks), outcome.content_type, outcome.work)

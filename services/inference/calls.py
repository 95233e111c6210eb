"""Raw calls: any bytes to any endpoint, and what came of it, whole or as a stream, an error as well as an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from services.errors import InvalidRequest, SagedeckError, StreamBroken, UnknownAnswer
from services.inference.models import MAX_SERVERLESS_BYTES, Family, Kind, Usage
from services.inference.reading import Reading, Vectors, read_answer
from services.inference.runtime import JSON, Opened, Runtime, Told, check_body, told_of
from services.inference.streams import StreamDecoder

# Headers in which a container or a proxy before it says how long the model itself took, in milliseconds or seconds.
_MODEL_TIME = re.compile(r"x-(?:amzn-)?(?:sagemaker-)?(?:model-latency|inference-time|compute-time|total-time)")


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent, and how. `session_id` continues a session of a stateful model, NEW_SESSION begins one."""

    endpoint: str
    body: bytes = field(default=b"", repr=False)
    content_type: str = JSON
    accept: str = JSON
    component: str = ""
    variant: str = ""
    target_model: str = ""
    custom_attributes: str = ""
    session_id: str = ""
    stream: bool = False
    serverless: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """Milliseconds from sending: until the answer began, and until it ended. `model_ms`: what the server says it took.

    Connecting is in the first: it happens once, and the connection is kept.
    """

    total_ms: float
    first_byte_ms: float | None = None
    first_token_ms: float | None = None
    model_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a call. `status`: of HTTP, the container's own where it failed, 0 where nobody answered.

    text, vectors    what the family tells of the body; `note`: what to know of it
    problem          why there is no good answer; what had arrived of it stays in body and text
    stopped          whether the reading of a stream was ended before the stream was
    """

    status: int
    body: bytes = field(repr=False)
    content_type: str
    timing: Split
    variant: str = ""
    request_id: str = ""
    session: str = ""
    text: str = ""
    usage: Usage = field(default_factory=Usage)
    finish: str = ""
    vectors: Vectors | None = None
    note: str = ""
    problem: SagedeckError | None = None
    stopped: bool = False

    @property
    def ok(self) -> bool:
        """Whether a usable answer came."""
        return self.problem is None

    @property
    def tokens_per_second(self) -> float | None:
        """Tokens made a second; a stream's first one is not counted, since its time is that of the prompt."""
        made, first = self.usage.completion_tokens, self.timing.first_token_ms
        if not made:
            return None
        counted, spent = (made, self.timing.total_ms) if first is None else (made - 1, self.timing.total_ms - first)
        return counted / spent * 1000 if counted > 0 and spent > 0 else None


def request_of(call: Call) -> dict[str, Any]:
    """The parameters of InvokeEndpoint. Raises InvalidRequest for a body or header that cannot be sent."""
    check_body(call.endpoint, call.body)
    if call.serverless and len(call.body) > MAX_SERVERLESS_BYTES:
        raise InvalidRequest(
            f"The request for {call.endpoint} is too large.",
            f"It has {len(call.body):,} bytes, and a serverless endpoint takes {MAX_SERVERLESS_BYTES:,} at most.",
        )
    named = {
        "ContentType": call.content_type,
        "Accept": call.accept,
        "InferenceComponentName": call.component,
        "TargetVariant": call.variant,
        "TargetModel": "" if call.stream else call.target_model,
        "CustomAttributes": call.custom_attributes,
        "SessionId": call.session_id,
    }
    for name, value in named.items():
        if not (value.isascii() and value.isprintable()):
            raise InvalidRequest(f"{name} cannot be sent.", "A header holds plain ASCII only.", "Take other signs out.")
    return {"EndpointName": call.endpoint, "Body": call.body, **{name: value for name, value in named.items() if value}}


class Calls:
    """Calls endpoints once, without a second try: who tests wants to see what happened."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def call(self, call: Call, family: Family | None = None) -> Called:
        """Send and read to the end. Raises InvalidRequest only; whatever the other side does is in what comes back."""
        if call.stream:
            live = self.open(call, family)
            for _ in live:
                pass
            return live.called
        request, started = request_of(call), self._runtime.clock()
        try:
            reply = self._runtime.send(request)
        except SagedeckError as error:
            return failed(error, (self._runtime.clock() - started) * 1000)
        read = read_answer(reply.body, family=family, asked=call.body)
        timing = Split(reply.milliseconds, reply.first_byte_ms, None, _model_time(reply.told.headers))
        return _called(reply.told, reply.body, timing, read)

    def open(self, call: Call, family: Family | None = None) -> Live:
        """Begin a streamed call. Raises InvalidRequest only."""
        request, started = request_of(replace(call, stream=True)), self._runtime.clock()
        try:
            opened = self._runtime.opened(request)
        except SagedeckError as error:
            return Live(self._runtime, None, started, family, failed(error, (self._runtime.clock() - started) * 1000))
        return Live(self._runtime, opened, started, family)


class Live:
    """A streamed call: iterate it for the texts (or, of an unknown family, nothing); `called` says how it stands.

    Closing it early, or leaving the loop and asking for `called`, gives what had arrived with `stopped` set.
    """

    def __init__(
        self,
        runtime: Runtime,
        opened: Opened | None,
        started: float,
        family: Family | None,
        ended: Called | None = None,
    ) -> None:
        self._clock, self._opened, self._started, self._family = runtime.clock, opened, started, family
        self._began = (runtime.clock() - started) * 1000
        self._ended, self._decoder = ended, StreamDecoder()
        self._raw, self._text = bytearray(), ""
        self._first: float | None = None

    def __iter__(self) -> Iterator[str]:
        if self._opened is None or self._ended is not None:
            return
        problem: SagedeckError | None = None
        try:
            for part in self._opened.parts:
                self._raw += part
                for text in self._decoder.feed(part):
                    yield self._heard(text)
            for text in self._decoder.finish():
                yield self._heard(text)
        except SagedeckError as error:
            problem = error
        self._ended = self._result(self._judged(problem))

    def _heard(self, text: str) -> str:
        if text and self._first is None:
            self._first = (self._clock() - self._started) * 1000
        self._text += text
        return text

    def _judged(self, problem: SagedeckError | None) -> SagedeckError | None:
        writes = self._family is not None and self._family.kind is Kind.CHAT
        if isinstance(problem, UnknownAnswer) and not writes:
            return None  # a stream of another kind: its bytes are the answer
        if problem is None and writes and not self._text.strip():
            ended = f"It ended with “{self._decoder.ended}”." if self._decoder.ended else ""
            return UnknownAnswer("The model's stream held no text.", ended, "Allow more tokens, or ask in other words.")
        if problem is not None and self._text and not isinstance(problem, StreamBroken):
            why = f"{problem.what} {problem.why}".strip()
            return StreamBroken("The answer broke off.", why, problem.next, partial=self._text)
        return problem

    def _result(self, problem: SagedeckError | None, *, stopped: bool = False) -> Called:
        told = self._opened.told if self._opened else Told(0)
        timing = Split((self._clock() - self._started) * 1000, self._began, self._first, _model_time(told.headers))
        read = Reading(self._text.strip(), self._decoder.usage, self._decoder.ended, problem=problem)
        return replace(_called(told, bytes(self._raw), timing, read), stopped=stopped)

    @property
    def called(self) -> Called:
        """How the call ended, or stands where its stream was not read to the end."""
        return self._ended if self._ended is not None else self._result(None, stopped=True)

    def close(self) -> None:
        """Close the connection; what had arrived is kept."""
        if self._ended is None:
            self._ended = self._result(None, stopped=True)
        if self._opened is not None:
            self._opened.parts.close()


def failed(error: SagedeckError, milliseconds: float) -> Called:
    """What came of a call that raised: the status and the words of the container where it was asked."""
    cause = error.__cause__
    response: Mapping[str, Any] = getattr(cause, "response", None) or {}
    told = told_of(response) if response else Told(0)
    words = str(response.get("OriginalMessage") or "")
    status = int(getattr(error, "status", 0) or told.status)
    return replace(
        _called(told, words.encode(errors="replace"), Split(milliseconds), Reading(problem=error)), status=status
    )


def _called(told: Told, body: bytes, timing: Split, read: Reading) -> Called:
    return Called(
        told.status,
        body,
        told.content_type,
        timing,
        variant=told.variant,
        request_id=told.request_id,
        session=told.session,
        text=read.text,
        usage=read.usage,
        finish=read.finish,
        vectors=read.vectors,
        note=read.note,
        problem=read.problem,
    )


def _model_time(headers: Mapping[str, str]) -> float | None:
    """What the server says it took, in milliseconds as Text Generation Inference gives it."""
    for name, value in headers.items():
        if _MODEL_TIME.fullmatch(name) and re.fullmatch(r"\d+(\.\d+)?", value):
            return float(value)
    return None

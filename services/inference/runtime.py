"""The sagemaker-runtime client: one call at a time, errors in plain words, the body limit checked before sending."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from typing import Any

from services.aws_errors import code_and_message, translate
from services.errors import (
    EndpointNotReady,
    InvalidRequest,
    ModelFailed,
    NotFound,
    SagedeckError,
    StreamBroken,
    UnknownAnswer,
    Unreachable,
)
from services.inference.models import MAX_ANSWER_BYTES, MAX_BODY_BYTES, MAX_STREAM_SECONDS, Contract

JSON = "application/json"
_STREAM_ERRORS = ("ModelStreamError", "InternalStreamFailure")
_BLOCK = 1024 * 1024
TIMED_OUT = 408  # ModelFailed.status where the container did not answer in time


@dataclass(frozen=True, slots=True)
class Told:
    """What came with an answer beside its body. `session`: a new session's id; `headers` are in lower case."""

    status: int = 200
    content_type: str = ""
    variant: str = ""
    request_id: str = ""
    session: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened:
    """A streamed answer that has begun: its byte parts as they come, and what came before them."""

    parts: Generator[bytes, None, None]
    told: Told


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer's body as it came, and the milliseconds it took, in all and to its first byte."""

    body: bytes
    content_type: str
    variant: str
    milliseconds: float
    told: Told = field(default_factory=lambda: Told())
    first_byte_ms: float = 0.0


def request_for(endpoint: str, body: bytes, contract: Contract) -> dict[str, Any]:
    """The parameters of InvokeEndpoint. Raises InvalidRequest for a body over the platform's limit."""
    check_body(endpoint, body)
    return {"EndpointName": endpoint, "Body": body, "ContentType": JSON, "Accept": JSON, **options_for(contract)}


def check_body(endpoint: str, body: bytes) -> None:
    """Raise InvalidRequest for a body that AWS would refuse."""
    if len(body) > MAX_BODY_BYTES:
        raise InvalidRequest(
            f"The request for {endpoint} is too large.",
            f"It has {len(body):,} bytes, and an endpoint takes {MAX_BODY_BYTES:,} at most.",
            "Send less text at once.",
        )


def options_for(contract: Contract) -> dict[str, str]:
    """The parameters of a call that come from the contract alone."""
    options = {"CustomAttributes": "accept_eula=true"} if contract.accept_eula else {}
    if contract.inference_component:
        options["InferenceComponentName"] = contract.inference_component
    return options


class Runtime:
    """Calls endpoints through the boto3 client that `client` gives (made elsewhere, thread-safe)."""

    def __init__(
        self,
        client: Callable[[], Any],
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self.clock, self.sleep = client, clock, sleep

    def invoke(self, endpoint: str, body: bytes, contract: Contract) -> Reply:
        """Send one request and read the whole answer. Raises only errors of ours."""
        return self.send(request_for(endpoint, body, contract))

    def send(self, request: Mapping[str, Any]) -> Reply:
        """Like `invoke`, of parameters made by `request_for`."""
        started = self.clock()
        try:
            answer = self._client().invoke_endpoint(**request)
            first = (self.clock() - started) * 1000
            body = _read(answer["Body"], str(request["EndpointName"]))
        except Exception as error:
            raise failure(error, str(request["EndpointName"])) from error
        taken = (self.clock() - started) * 1000
        told = told_of(answer)
        return Reply(body, told.content_type, told.variant, taken, told, first)

    def open(self, request: Mapping[str, Any]) -> Generator[bytes, None, None]:
        """Open a streamed answer: an iterator over its byte parts, as they come. Closing it closes the connection.

        Opening raises what `send` raises; the iterator raises StreamBroken.
        """
        return self.opened(request).parts

    def opened(self, request: Mapping[str, Any]) -> Opened:
        """Like `open`, with what came before the parts."""
        endpoint = str(request["EndpointName"])
        try:
            answer = self._client().invoke_endpoint_with_response_stream(**request)
        except Exception as error:
            raise failure(error, endpoint) from error
        parts = _bounded(_parts(answer["Body"], endpoint))
        next(parts)  # to its first yield, so that closing it closes the stream even if nothing was read
        return Opened(parts, told_of(answer))


def told_of(answer: Mapping[str, Any]) -> Told:
    """What an answer of the runtime client, or the one inside a ClientError, says beside its body."""
    metadata = answer.get("ResponseMetadata") or {}
    headers = {str(name).lower(): str(value) for name, value in (metadata.get("HTTPHeaders") or {}).items()}
    return Told(
        status=int(answer.get("OriginalStatusCode") or metadata.get("HTTPStatusCode") or 200),
        content_type=str(answer.get("ContentType") or headers.get("content-type", "")),
        variant=str(answer.get("InvokedProductionVariant") or headers.get("x-amzn-invoked-production-variant", "")),
        request_id=str(metadata.get("RequestId") or headers.get("x-amzn-requestid", "")),
        session=str(answer.get("NewSessionId") or "").partition(";")[0],
        headers=headers,
    )


def _read(body: Any, endpoint: str) -> bytes:
    """A whole answer's body, unless it has no end."""
    read = bytearray()
    while block := body.read(_BLOCK):
        read += block
        if len(read) > MAX_ANSWER_BYTES:
            body.close()
            raise UnknownAnswer(
                f"The answer of {endpoint} is too large.",
                f"It has more than {MAX_ANSWER_BYTES:,} bytes.",
                "Ask for fewer tokens, or check which model the endpoint serves.",
            )
    return bytes(read)


def _bounded(
    parts: Generator[bytes, None, None], clock: Callable[[], float] = time.monotonic
) -> Generator[bytes, None, None]:
    """The parts of a stream, unless they have no end."""
    size, started = 0, clock()
    with closing(parts):
        for part in parts:
            size += len(part)
            if size > MAX_ANSWER_BYTES or clock() - started > MAX_STREAM_SECONDS:
                raise _stream_failure("endless", f"It had not ended after {size:,} bytes.")
            yield part


def _parts(stream: Any, endpoint: str) -> Generator[bytes, None, None]:
    with closing(stream) if hasattr(stream, "close") else nullcontext():
        yield b""
        events = iter(stream)
        while True:
            try:
                event = next(events)
            except StopIteration:
                return
            except Exception as error:
                raise _broken(error, endpoint) from error
            for name in _STREAM_ERRORS:
                if name in event:
                    said = event[name]
                    raise _stream_failure(str(said.get("ErrorCode") or name), str(said.get("Message") or ""))
            if "PayloadPart" in event:
                yield event["PayloadPart"].get("Bytes", b"")


def failure(error: Exception, endpoint: str) -> SagedeckError:
    """An error of an invocation as one of ours; an error of our own code or of a test's stub is raised again."""
    code, message = code_and_message(error)
    doing = f"calling the endpoint {endpoint}"
    if code == "ModelError":
        return _model_failed(error, endpoint, message)
    if code == "ModelNotReadyException":
        return EndpointNotReady(f"The model of {endpoint} is still loading.", f"AWS says: {message}", "Wait a minute.")
    if code.startswith("Validation"):
        return _invalid(endpoint, message, error, doing)
    if type(error).__name__ == "ReadTimeoutError" and not code:
        return ModelFailed(
            f"The model of {endpoint} did not answer in time.",
            "An answer that is not streamed may take 60 seconds.",
            "Ask for fewer tokens, stream the answer, or choose a larger instance.",
            status=TIMED_OUT,
            original="read timeout",
        )
    return translate(error, doing)


def _invalid(endpoint: str, message: str, error: Exception, doing: str) -> SagedeckError:
    lower = message.lower()
    if "not found" in lower or "could not find" in lower:
        return NotFound(
            f"There is no endpoint named {endpoint} in service here.",
            f"AWS says: {message}",
            "Check the name and the region; a new endpoint can be called once it is InService.",
        )
    if "inference component" in lower:
        return InvalidRequest(
            f"The endpoint {endpoint} hosts inference components.",
            f"AWS says: {message}",
            "Name the inference component to call.",
        )
    return translate(error, doing)


def _model_failed(error: Exception, endpoint: str, message: str) -> ModelFailed:
    answer: Mapping[str, Any] = getattr(error, "response", {})
    original = str(answer.get("OriginalMessage") or "")
    status = int(answer.get("OriginalStatusCode") or 0)
    if not status:  # Received client error (422) from primary with message "…". See https://…
        found = re.search(r"error \((\d{3})\)", message)
        status = int(found.group(1)) if found else TIMED_OUT if "timed out" in message.lower() else 0
    words = (original or message).strip()
    if status in (413, 422) or status == TIMED_OUT:
        hint = "Send less text, or ask for fewer tokens."
    elif status in (429, 503):
        hint = "The model is busy: wait a moment and try again."
    elif "accept_eula" in words:
        hint = "Read and accept the model's licence; it is then sent with every request."
    else:
        hint = "The endpoint's log says more."
    code = f" ({status})" if status else ""
    why = f"It says: {words[:500]}" if words else ""
    return ModelFailed(f"The model of {endpoint} failed{code}.", why, hint, status=status, original=words)


def _broken(error: Exception, endpoint: str) -> SagedeckError:
    code, message = code_and_message(error)
    if code in _STREAM_ERRORS:
        answer: Mapping[str, Any] = getattr(error, "response", {})
        return _stream_failure(str(answer.get("ErrorCode") or code), message)
    if type(error).__module__.startswith("urllib3") or isinstance(error, OSError):
        return _stream_failure(type(error).__name__, "The connection was cut.")
    ours = failure(error, endpoint)
    return _stream_failure(type(error).__name__, ours.why) if isinstance(ours, Unreachable | ModelFailed) else ours


def _stream_failure(code: str, message: str) -> StreamBroken:
    return StreamBroken(
        "The answer broke off.", f"{message} ({code})".strip(), "Ask again, perhaps for a shorter answer."
    )

"""A sagemaker-runtime client that lives in the test, and HTTP answers for a real one without a socket."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

Request = Mapping[str, Any]


class FakeClient:
    """Answers invoke_endpoint with what `answer` makes of the request (bytes, or an exception to raise)."""

    def __init__(self, answer: Callable[[Request], Any], parts: Iterable[Any] = ()) -> None:
        self.answer, self.parts = answer, list(parts)
        self.requests: list[Request] = []

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        made = self.answer(request)
        if isinstance(made, Exception):
            raise made
        return {"Body": io.BytesIO(made), "ContentType": "application/json", "InvokedProductionVariant": "AllTraffic"}

    def invoke_endpoint_with_response_stream(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        return {"Body": (_event(part) for part in self.parts), "ContentType": "text/event-stream"}


def _event(part: Any) -> Any:
    return {"PayloadPart": {"Bytes": part}} if isinstance(part, bytes) else part


def _header(name: str, value: str) -> bytes:
    return bytes([len(name)]) + name.encode() + b"\x07" + struct.pack("!H", len(value)) + value.encode()


def frame(payload: bytes, kind: str = "PayloadPart", message: str = "event") -> bytes:
    """One frame of AWS's event stream encoding."""
    type_header = ":event-type" if message == "event" else ":exception-type"
    content = "application/octet-stream" if message == "event" else "application/json"
    headers = _header(":message-type", message) + _header(type_header, kind) + _header(":content-type", content)
    prelude = struct.pack("!II", len(headers) + len(payload) + 16, len(headers))
    prelude += struct.pack("!I", zlib.crc32(prelude))
    whole = prelude + headers + payload
    return whole + struct.pack("!I", zlib.crc32(whole))


class RawBody:
    """What botocore reads a response from; an exception among the chunks is raised when its turn comes."""

    def __init__(self, chunks: Sequence[bytes | Exception]) -> None:
        self.chunks = chunks
        self.closed = False

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        for chunk in self.chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    def read(self, *_: Any, **__: Any) -> bytes:
        whole = b"".join(chunk for chunk in self.chunks if isinstance(chunk, bytes))
        self.chunks = ()
        return whole

    def close(self) -> None:
        self.closed = True


def answer_with(
    client: Any, operation: str, status: int, body: RawBody, headers: Mapping[str, str] | None = None
) -> Callable[[], None]:
    """Make a real boto3 client take these bytes for the HTTP answer, with no socket at all; returns how to undo it."""
    from botocore.awsrequest import AWSResponse, HeadersDict

    event = f"before-send.sagemaker-runtime.{operation}"

    def send(**_: Any) -> Any:
        return AWSResponse("http://127.0.0.1/", status, HeadersDict(headers or {}), body)

    client.meta.events.register_first(event, send)

    def undo() -> None:
        client.meta.events.unregister(event, send)

    return undo

"""Where a request to an AWS service comes in: read, checked, answered by what is built here or left to moto.

Here too strike the faults that any call may meet (`sandbox.refusing`), but for invocations: those are the runtime's.
"""

import asyncio
import re
import socket
import struct
import traceback
import uuid
import zlib
from typing import IO, Any

from sandbox import wire
from sandbox.authorizing import authorize
from sandbox.errors import AwsError
from sandbox.moto_bridge import Answer, shaped
from sandbox.named import s3_call
from sandbox.operations import Elsewhere
from sandbox.refusing import Attempt, Cut, refuse
from sandbox.scope import Scope
from sandbox.validation import check
from sandbox.world import World

__all__ = ["Cut", "answer", "cut", "refused_invocation", "stumble"]

_LARGEST = 1024 * 1024 * 8  # of a request to anything but S3
_INVOCATION = re.compile(r"/endpoints/([^/]+)/(invocations|async-invocations|invocations-response-stream)")
_INVOKES = {
    "invocations": "InvokeEndpoint",
    "async-invocations": "InvokeEndpointAsync",
    "invocations-response-stream": "InvokeEndpointWithResponseStream",
}
_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset


async def answer(world: World, head: wire.Head, body: IO[bytes]) -> tuple[wire.Asked | None, Answer | None]:
    """Answer what is built here, refuse what does not fit the service's model. Raises Cut.

    Returns what was asked, None if it cannot be read, and the answer, None if it is moto's to give.
    """
    try:
        asked = _read(head, body)
    except Exception as error:  # noqa: BLE001 - told by `_refused`
        return None, _refused(head, error)
    try:
        return asked, await _answered(world, head, asked)
    except Cut:
        raise
    except Exception as error:  # noqa: BLE001 - told by `_refused`
        return asked, _refused(head, error)


async def _answered(world: World, head: wire.Head, asked: wire.Asked | None) -> Answer | None:
    if world.faults.any() or world.enforces_iam:
        attempt = _attempt(head, asked)
        authorize(world, attempt, head.aws)
        await _suffer(world, attempt)
    if asked is None:
        return None
    check(asked.service, asked.operation, asked.request)
    if not world.has(asked.service, asked.operation):
        return None
    try:
        who = {"access_key": head.aws.access_key}
        answered = world.call(asked.service, asked.operation, asked.request, head.aws.region, **who)
    except Elsewhere:
        return None
    status, headers, written = wire.written(asked, answered, str(uuid.uuid4()))
    return Answer(status, tuple(headers), written)


def _refused(head: wire.Head, error: Exception) -> Answer:
    """A refusal in AWS's words; a mistake of ours is answered as AWS answers its own."""
    if not isinstance(error, AwsError):
        traceback.print_exception(error)
        error = stumble(error)
    return shaped(error, dict(head.headers), head.aws.service)


def refused_invocation(world: World, path: str, aws: Scope) -> Answer | None:
    """Ask the policies of who invokes an endpoint: the refusal, None if it may go on."""
    found = _INVOCATION.fullmatch(path) if world.enforces_iam else None
    if found is None:
        return None
    try:
        authorize(world, Attempt("sagemaker-runtime", _INVOKES[found[2]], aws.region, {"EndpointName": found[1]}), aws)
    except AwsError as error:
        return shaped(error, {"content-type": "application/json"}, "sagemaker")
    return None


async def cut(send: Any) -> None:
    """Close the connection at once, so that the client sees a reset."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)  # uvicorn's; no other server is used
    if transport is None:
        raise Cut
    connected = transport.get_extra_info("socket")
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()
    await asyncio.sleep(0.01)  # until uvicorn has heard of it; else it would write an answer of its own


def stumble(error: Exception) -> AwsError:
    return AwsError("InternalFailure", f"The sandbox stumbled: {type(error).__name__}: {error}"[:500], 500)


def _read(head: wire.Head, body: IO[bytes]) -> wire.Asked | None:
    what = wire.named(head)
    if what is None:
        return None
    raw = body.read(_LARGEST)
    body.seek(0)
    if head.headers.get("content-encoding") == "gzip":  # botocore's way with large requests
        raw = _unpacked(raw)
    return wire.read(head, what, raw)


def _unpacked(raw: bytes) -> bytes:
    """Return what was compressed. Raises AwsError if that is nothing, or more than a request may hold."""
    reader = zlib.decompressobj(wbits=31)
    try:
        found = reader.decompress(raw, _LARGEST)
    except zlib.error:
        raise AwsError("SerializationException", "The request body is not compressed as its header says.") from None
    if not reader.eof:
        raise AwsError("RequestEntityTooLargeException", "The request is larger than what a request may hold.", 413)
    return found


def _attempt(head: wire.Head, asked: wire.Asked | None) -> Attempt:
    if asked is not None:
        return Attempt(asked.service, asked.operation, head.aws.region, asked.request)
    if head.aws.service in ("s3", ""):
        operation, request = s3_call(head.method, head.path, head.query, head.headers)
        return Attempt("s3", operation, head.aws.region, request)
    return Attempt(head.aws.service, "", head.aws.region, {})


async def _suffer(world: World, attempt: Attempt) -> None:
    seconds = refuse(world, attempt)
    if seconds:
        await asyncio.sleep(seconds)

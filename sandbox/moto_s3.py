"""Moto's S3 with bodies that lie in files: an object of any size is written, joined, copied and read in pieces.

Moto passes a body on as bytes. In place of a large one it is given `Placed`, bytes that stand for a body, which its
own code carries from the request to the key and from the key to the answer without looking in.
"""

import base64
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from typing import IO, Any

from sandbox.bodies import Bodies, Body, blocks_of
from sandbox.uploads import LARGE, receive

_here = threading.local()  # of one request: the body that arrives, the span that leaves, whether files are left alone
_bodies: list[Bodies] = []  # the sandbox's that was made last; moto holds what there is once a process


class Placed(bytes):
    """Stands for a body; one byte long, as moto takes empty bytes for none."""

    body: Body

    def __new__(cls, body: Body) -> "Placed":
        made = super().__new__(cls, b"\0")
        made.body = body
        return made


class Span:
    """A part of a body that is to be sent; moto cuts ranges out of it as out of bytes."""

    def __init__(self, body: Body, start: int, end: int) -> None:
        self._body = body
        self._start = start
        self._end = end

    def __len__(self) -> int:
        return self._end - self._start

    def __getitem__(self, part: slice) -> "Span":
        start, end, _ = part.indices(len(self))
        return Span(self._body, self._start + start, self._start + end)

    def open(self) -> IO[bytes]:
        """Open the body where the span begins."""
        return self._body.open(self._start)


def is_large(environ: Mapping[str, Any]) -> bool:
    """Tell whether this request to S3 uploads a large body."""
    length = environ.get("CONTENT_LENGTH") or environ.get("HTTP_X_AMZ_DECODED_CONTENT_LENGTH") or "0"
    return environ["REQUEST_METHOD"] == "PUT" and length.isdigit() and int(length) > LARGE


def arrive(bodies: Bodies, environ: dict[str, Any], headers: Mapping[str, str]) -> Body:
    """Take a large upload in, and leave moto a request without one. Raises AwsError if it is not as was said."""
    upload = receive(bodies, environ["wsgi.input"], headers)
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(b"\0"), "1"
    environ["HTTP_X_AMZ_CONTENT_SHA256"] = "UNSIGNED-PAYLOAD"
    for name, value in upload.trailers.items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    return upload.body


@contextmanager
def request(arriving: Body | None) -> Iterator[None]:
    """Let moto handle one request in this thread, in which this body arrived; `leaving` tells of what goes out."""
    _here.arriving, _here.leaving = arriving, None
    try:
        yield
    finally:
        _here.arriving = None


def leaving() -> Span | None:
    """What the answer to the request just handled is to hold, if moto left that to us."""
    span, _here.leaving = getattr(_here, "leaving", None), None
    return span


def use(bodies: Bodies) -> None:
    """Put what comes from now on here; moto's S3 must be loaded."""
    _bodies[:] = [bodies]
    _extend()


def body_of_key(key: Any) -> Body:
    """The body of one of moto's keys."""
    body: Body = key._value_buffer
    return body


@cache
def _extend() -> None:
    from moto.s3 import models, responses

    _extend_key(models.FakeKey)
    _extend_multipart(models)
    _extend_response(responses.S3Response)
    backend: Any = models.S3Backend
    copy = backend.copy_object

    def copy_object(self: Any, *given: Any, **named: Any) -> None:
        with _by_file():
            copy(self, *given, **named)

    backend.copy_object = copy_object


def _extend_key(key: Any) -> None:
    def value(self: Any) -> bytes:
        body = body_of_key(self)
        if body.size > LARGE and getattr(_here, "by_file", False):
            return Placed(body)
        try:
            return body.read()
        except FileNotFoundError as error:
            raise ValueError("the body has been removed") from error  # as moto says it of one that it disposed of

    def put(self: Any, new: bytes | str) -> None:
        raw = new.encode() if isinstance(new, str) else new
        self._value_buffer.close()
        body = raw.body if isinstance(raw, Placed) else _bodies[0].keep(raw)
        self._value_buffer, self.contentsize = body, body.size

    def etag(self: Any) -> str:
        self._etag = self._etag or body_of_key(self).md5
        return f'"{self._etag}"'

    def getstate(self: Any) -> dict[str, Any]:
        return {name: held for name, held in self.__dict__.items() if name != "lock"}

    def setstate(self: Any, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state)
        self.lock = threading.Lock()

    key.value, key.etag = property(value, put), property(etag)
    key.__getstate__, key.__setstate__ = getstate, setstate
    del key.__del__


def _extend_multipart(models: Any) -> None:
    plain = models.FakeMultipart.complete

    def complete(self: Any, body: Any) -> Any:
        asked = list(body)
        parts = [self.parts[number] for number, _ in asked if number in self.parts]
        if sum(part.contentsize for part in parts) <= LARGE:
            return plain(self, iter(asked))
        with _by_file():
            _, etag, _ = plain(self, iter(asked))  # checks the parts, and makes the ETag of theirs
        bodies = [body_of_key(part) for part in parts]
        checksum, whole, start = _checksum(models, self.metadata, bodies), _bodies[0].joined(bodies), 0
        for each in bodies:
            each.moved(whole, start)
            start += each.size
        return Placed(whole), etag, checksum

    models.FakeMultipart.complete = complete


def _checksum(models: Any, metadata: Mapping[str, str], parts: list[Body]) -> Any:
    """What moto would say of the whole: (type, checksum, parts), or None if no checksum was asked for."""
    algorithm = metadata.get("x-amz-checksum-algorithm")
    if not algorithm:
        return None
    builder = models.MultipartChecksumBuilder(algorithm, metadata.get("x-amz-checksum-type"))
    if builder.checksum_type == "COMPOSITE":
        for part in parts:
            builder.addPart(part.read())
        return builder.build()
    if algorithm != "CRC32":
        return None
    crc = 0
    for part in parts:
        for block in blocks_of(part):
            crc = zlib.crc32(block, crc)
    return builder.checksum_type, base64.b64encode(crc.to_bytes(4, "big")).decode(), 1


def _extend_response(response: Any) -> None:
    setup, get, ranged = response.setup_class, response.get_object, response._handle_range_header

    def setup_class(self: Any, *given: Any, **named: Any) -> None:
        setup(self, *given, **named)
        arriving = getattr(_here, "arriving", None)
        if arriving is not None:
            self.body = Placed(arriving)

    def get_object(self: Any) -> Any:
        with _by_file():
            status, headers, content = get(self)
        if isinstance(content, Placed):
            _here.leaving = Span(content.body, 0, content.body.size)
        return status, headers, content

    def handle_range_header(self: Any, asked: Any, headers: Any, content: Any) -> Any:
        span = getattr(_here, "leaving", None)
        answered = ranged(self, asked, headers, content if span is None else span)
        if span is not None:
            _here.leaving = answered[2]
        return answered if span is None else (*answered[:2], b"\0")

    response.setup_class, response.get_object = setup_class, get_object
    response._handle_range_header = handle_range_header


@contextmanager
def _by_file() -> Iterator[None]:
    _here.by_file = True
    try:
        yield
    finally:
        _here.by_file = False
